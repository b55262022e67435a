"""The demo provider as a real process, as `make run` starts it."""

import os
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest
from pytest_iam import Server, iam_configuration, iam_server_port  # noqa: F401 - its fixtures
from pytest_iam import iam_server as started_iam  # noqa: F401 - a fixture

from local.paths import demo_issuer, free_port
from local.process.child import ManagedProcess
from support.pages_at_provider import client, officer, pages, pages_at_keycloak  # noqa: F401 - fixtures

FRONT = 8000


class DemoIssuer(NamedTuple):
    """Its address, the state folder and its process."""

    address: str
    port: int
    state: Path
    process: ManagedProcess

    def start(self, limit_s: float = 120.0) -> None:
        """Return when it answers."""
        self.process.start()
        end = time.monotonic() + limit_s
        while not self._answers():
            assert self.process.running, "\n".join(self.process.last_lines(20))
            assert time.monotonic() < end
            time.sleep(0.1)

    def _answers(self) -> bool:
        try:
            with urllib.request.urlopen(f"{self.address}/.well-known/openid-configuration", timeout=5) as answer:
                return answer.status == 200
        except OSError:
            return False


@pytest.fixture(scope="session")
def iam_server(started_iam: Server) -> Iterator[Server]:  # noqa: F811 - the fixture
    """A small provider in process; its own fixture leaves the socket open."""
    yield started_iam
    started_iam.httpd.shutdown()
    started_iam.httpd.server_close()


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DemoIssuer]:
    """Shared by the tests of a module."""
    state, port = tmp_path_factory.mktemp("demo"), free_port()
    ours = {
        "SATUPINTU_STATE_DIR": str(state),
        "SATUPINTU_PORT": str(FRONT),
        "SATUPINTU_DEMO_ISSUER_PORT": str(port),
        "SATUPINTU_HEALTH_PORT": str(free_port()),
    }
    argv = [sys.executable, "-m", "local", "issuer"]
    process = ManagedProcess("issuer", argv, state / "issuer.log", os.environ | ours)
    issuer = DemoIssuer(demo_issuer(port), port, state, process)
    try:
        issuer.start()
        yield issuer
    finally:
        process.stop(10)
