"""The supervisor is told to stop or killed at random moments of its start: nothing outlives it; it starts again."""

import os
import random
import signal
import sys
import time
from pathlib import Path

import pytest

from support.supervised import START_S, Supervised, gone, wait_gone

SEED, MOMENTS = 20260302, 1
pytestmark = [
    pytest.mark.broker,
    pytest.mark.timeout(900),
    pytest.mark.skipif(sys.platform != "linux", reason="only Linux can end a child with its parent"),
]


def started_by(state: Path) -> set[int]:
    """Every living process that has this state folder in its command line or environment."""
    found = set()
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            known = (entry / "environ").read_bytes() + (entry / "cmdline").read_bytes()
        except OSError:
            continue
        if os.fsencode(state) in known and not gone(int(entry.name)):
            found.add(int(entry.name))
    return found - {os.getpid()}


def until_ready(platform: Supervised) -> float:
    began = time.monotonic()
    while not platform.all_ready():
        assert platform.running, platform.log_ends()
        assert time.monotonic() - began < START_S, platform.log_ends()
        time.sleep(0.1)
    return time.monotonic() - began


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM])
def test_nothing_outlives_a_supervisor_that_ends_at_any_moment_of_its_start(
    number: signal.Signals,
    kafka_jars: list[Path],
    tmp_path: Path,
) -> None:
    platform = Supervised(tmp_path)
    dice = random.Random(f"{SEED}/{number}")
    try:
        platform.start()
        whole_s = until_ready(platform)
        for moment in [1.0, *sorted(dice.uniform(0, 1) for _ in range(MOMENTS))]:
            left = started_by(tmp_path)
            assert platform.end(number) is not None, platform.log_ends()
            for pid in left | started_by(tmp_path):
                wait_gone(pid)
            platform.start()
            time.sleep(moment * whole_s)
        until_ready(platform)
    finally:
        platform.stop()
