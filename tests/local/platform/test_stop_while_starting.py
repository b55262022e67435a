"""SIGTERM at random moments of every process's start ends it within the limit, whatever it was doing."""

import random
import shutil
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from local.kafka.server import ADDRESS, KafkaServer
from local.paths import free_port
from local.platform.processes import PlatformLayout, process_specs
from local.platform.state_dir import kafka_secrets, make_secrets
from local.platform.supervisor import STOP_LIMIT_S, ready
from local.process.child import ManagedProcess
from support import forks

SEED, MOMENTS = 20260302, 5
NAMES = [child.name for child in process_specs(PlatformLayout(Path(), 0, ""))]
pytestmark = [pytest.mark.broker, pytest.mark.timeout(900)]


@pytest.fixture(scope="module")
def home(kafka_jars: list[Path], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The state of a platform whose broker runs."""
    home = tmp_path_factory.mktemp("broker")
    server = KafkaServer(home / "kafka", kafka_jars, secrets=kafka_secrets(home))
    server.start()
    try:
        server.wait_ready(240)
        (home / "address").write_text(server.bootstrap)
        yield home
    finally:
        server.stop()


@pytest.mark.parametrize("name", NAMES)
def test_a_process_that_is_told_to_stop_while_it_starts_ends_in_time(name: str, home: Path, tmp_path: Path) -> None:
    shutil.copytree(kafka_secrets(home), kafka_secrets(tmp_path))
    make_secrets(tmp_path)
    env = {"SATUPINTU_KAFKA_ADMIN": f"@{home}/kafka/{ADDRESS}"}
    layout = PlatformLayout(tmp_path, 0, (home / "address").read_text())
    members = {
        child.name: (
            forks.KIND(child.name, child.argv, tmp_path / f"{child.name}.log", {**child.env, **env}),
            child.ready_url,
        )
        for child in process_specs(layout._replace(port=free_port()))
    }
    process, url = members[name]
    for needed in {"relay", "provisioner"} - {name}:  # they make the topics and the users that workers wait for
        members[needed][0].start()
    try:
        whole_s = _start_s(process, url)
        dice = random.Random(f"{SEED}/{name}")
        for moment in sorted(dice.uniform(0, 1.1) for _ in range(MOMENTS)):
            process.start()
            time.sleep(moment * whole_s)
            assert process.stop(STOP_LIMIT_S), f"killed {moment:.2f} through its start: {process.last_lines()}"
    finally:
        for each, _ in members.values():
            each.kill()


def _start_s(process: ManagedProcess, url: str) -> float:
    """How long a whole start takes here and now."""
    began = time.monotonic()
    process.start()
    while not ready(url)[0]:
        assert process.running, process.last_lines()
        assert time.monotonic() - began < 240
        time.sleep(0.02)
    whole_s = time.monotonic() - began
    assert process.stop(STOP_LIMIT_S), process.last_lines()
    return whole_s
