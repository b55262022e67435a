"""What grows with the history: start without and with read models, rebuilds, audit and export, in processor seconds and
memory of separate processes. Needs no Kafka, so the two views that follow it are measured by their rebuilds.

`make bench-growth` measures 10 thousand and 1 million events; `SIZES="10000000" make bench-growth` others.
"""

import asyncio
import json
import os
import sys
import tempfile
import time
from importlib.metadata import entry_points
from pathlib import Path
from typing import Any, Final, NamedTuple

from bench.measure import Result
from chassis.base.runtime import run as run_loop
from chassis.base.settings import read_settings
from chassis.project.fill import together
from chassis.project.from_store import StoreProjection
from chassis.project.rebuild import rebuild
from chassis.service.platform import open_platform
from chassis.service.service import Service
from local.platform.processes import PlatformLayout, environment

SIZES: Final = "10000 1000000"
SERVICES: Final = ("router", "agency-inbox", "escalation", "reporting")


class Used(NamedTuple):
    """What a process used."""

    cpu_s: float
    wall_s: float
    most_mb: float
    code: int


def run() -> list[Result]:
    results: list[Result] = []
    for size in map(int, os.environ.get("SIZES", SIZES).split()):
        with tempfile.TemporaryDirectory() as folder:
            results += _measured(size, Path(folder) / "state")
    return results


def _measured(size: int, state: Path) -> list[Result]:
    env = {**os.environ, **environment(PlatformLayout(state, 1, "127.0.0.1:1"))}
    _used([sys.executable, "-m", "bench.history", str(size)], env)
    child = [sys.executable, "-m", "bench.growth"]
    parts = {
        **{f"start of {name} without read models": [*child, "fill", name] for name in SERVICES},
        **{f"start of {name} with read models": [*child, "fill", name] for name in SERVICES},
        **{f"rebuild of {name}'s views": [*child, "rebuild", name] for name in SERVICES},
        "audit": [sys.executable, "-m", "chassis.cli.main", "audit"],
        "export": [sys.executable, "-m", "chassis.cli.main", "export", str(state / "all.parquet")],
    }
    return [_result(f"{size:,} events: {name}", _used(argv, env)) for name, argv in parts.items()]


def _result(name: str, used: Used) -> Result:
    notes = {"wall s": round(used.wall_s, 1), "most MB": round(used.most_mb)}
    return Result(name, used.cpu_s, 0, "CPU s", notes=notes, void="" if used.code == 0 else f"ended with {used.code}")


def _used(argv: list[str], env: dict[str, str]) -> Used:
    began = time.monotonic()
    null = os.open(os.devnull, os.O_WRONLY)
    pid = os.posix_spawn(argv[0], argv, env, file_actions=[(os.POSIX_SPAWN_DUP2, null, 1)])
    os.close(null)
    _, status, used = os.wait4(pid, 0)
    code = os.waitstatus_to_exitcode(status)
    return Used(used.ru_utime + used.ru_stime, time.monotonic() - began, used.ru_maxrss / 1024, code)


async def _child(what: str, name: str) -> int:
    [point] = entry_points(group="satupintu.views", name=name)
    service: Service[Any] = point.load()
    async with open_platform(read_settings()) as platform, service.open(platform) as context:
        views = service.views(context)
        if what == "rebuild":
            for each in views:
                await rebuild(platform.store, each.database, each.metadata, each.view, each.projection)
            return 0
        fed: list[StoreProjection] = [each.projection for each in views if each.projection is not None]
        together(fed)
        await asyncio.gather(*(each.catch_up() for each in fed))
    return 0


if __name__ == "__main__":
    if len(sys.argv) == 3:
        sys.exit(run_loop(_child(*sys.argv[1:])))
    sys.stdout.write(json.dumps([vars(each) for each in run()], indent=2) + "\n")
