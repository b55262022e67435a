"""The whole platform for tests: real processes and a real broker on free ports; each can be killed by name."""

import asyncio
import os
import signal
import subprocess
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any, Final, Protocol

import pytest

from chassis.base import clock
from chassis.base.settings import PREFIX, Settings
from chassis.service.platform import open_platform
from local.issuer.state import make as make_issuer
from local.kafka.server import KafkaServer
from local.paths import free_port
from local.platform.processes import PlatformLayout, ProcessSpec, process_specs
from local.platform.state_dir import kafka_secrets, make_secrets
from local.platform.supervisor import READY_LIMIT_S, Supervisor, ready
from local.process.child import ManagedProcess
from schemas.base.envelope import RecordedEvent
from schemas.base.streams import COMPLAINT_PREFIX
from support import forks
from support.kafka import TESTS
from support.signed_in import FRONTS

QUICK: Final = {
    "SATUPINTU_SWEEP_PERIOD_S": "0.3",
    "SATUPINTU_SWEEP_GRACE_S": "2",
    "SATUPINTU_GATEWAYS": "sms,sms-7,gateway,gateway-1,gateway-2,wa=wa-lama",
}
"""Sweep periods short enough to wait for in a test, and the gateways of the tests."""
START_S, STOP_S, POLL_S, TAIL = READY_LIMIT_S, 15.0, 0.1, 12


class HasSettings(Protocol):
    """A platform whose store a test reads."""

    @property
    def settings(self) -> Settings: ...


class Running:
    """A running platform in `folder`. Its processes: `front`, `relay`, `provisioner`, `router-1`, `intake-1`,
    `agency-inbox-1`, `escalation-1`, `reporting-1`, `issuer`; the broker is `kafka`.
    """

    def __init__(
        self,
        folder: Path,
        jars: Sequence[Path],
        settings: Mapping[str, str] = QUICK,
        kind: type[ManagedProcess] = forks.KIND,
    ) -> None:
        self.state = folder
        self.kafka = KafkaServer(
            folder / "kafka", jars, log=folder / "logs/kafka.log", secrets=kafka_secrets(folder), superuser=TESTS
        )
        layout = PlatformLayout(folder, free_port(), self.kafka.bootstrap, issuer=free_port())
        members = [child._replace(env={**child.env, **settings}) for child in process_specs(layout)]
        self._supervisor = Supervisor(members, folder / "logs", kind)
        self.processes: dict[str, ManagedProcess] = {
            child.name: process for child, process in self._supervisor.members()
        }
        self._children: dict[str, ProcessSpec] = {child.name: child for child in members}
        self.address = f"http://127.0.0.1:{layout.port}"

    @property
    def settings(self) -> Settings:
        """The settings of its processes, for tests that read the store themselves."""
        env = self._children["front"].env
        given: dict[str, Any] = {name.removeprefix(PREFIX).lower(): value for name, value in env.items()}
        return Settings(**given)

    @property
    def env(self) -> Mapping[str, str]:
        """The environment of its processes."""
        return self._children["front"].env

    def command(self, *module: str) -> "subprocess.CompletedProcess[str]":
        """Run a command line, given as module and arguments, and return the result."""
        env = {**os.environ, **self._children["front"].env}
        return forks.command(module, env)

    def start(self) -> None:
        """Return when every process is ready. Raises CannotRun with the end of a log."""
        make_secrets(self.state)
        settings = self.settings
        make_issuer(settings.state_dir, settings.oidc_client_secret_file)
        FRONTS[settings.port] = settings
        self.kafka.start()
        self._supervisor.start()
        self.kafka.wait_ready(START_S)
        self._supervisor.wait_ready(lambda _: None, START_S)

    def stop(self) -> None:
        """Stop in order, as Ctrl-C does; also with processes that are suspended or dead."""
        for process in self.processes.values():
            process.send(signal.SIGCONT)
        self._supervisor.stop(lambda _: None)
        self.kafka.stop(STOP_S)

    def is_ready(self, name: str) -> bool:
        """Whether this process runs and reports that it is ready."""
        return self.processes[name].running and ready(self._children[name].ready_url)[0]

    def all_ready(self) -> bool:
        return all(self.is_ready(name) for name in self.processes)

    def wait_ready(self, limit_s: float = START_S) -> None:
        """Wait until all processes are ready; blocks. Raises AssertionError naming those that are not."""
        end = time.monotonic() + limit_s
        while not self.all_ready():
            assert time.monotonic() < end, {name: self.said(name) for name in self.processes if not self.is_ready(name)}
            time.sleep(POLL_S)

    def said(self, name: str) -> str:
        """The reason why a process is not ready."""
        process = self.processes[name]
        return ready(self._children[name].ready_url)[1] if process.running else f"ended with {process.exit_code}"

    def days_pass(self, days: float) -> None:
        """Move the test clock. Returns when every process must have read it."""
        clock.advance(self.settings.clock_file, timedelta(days=days))
        time.sleep(clock.CHECK_EVERY_S)

    def log_ends(self) -> str:
        """The last log lines of every process, for a failed test."""
        every = {**self.processes, "kafka": self.kafka.process}
        return "\n".join(
            f"--- {name} ({'running' if process.running else process.exit_code})\n" + "\n".join(_tail(process))
            for name, process in every.items()
        )


async def is_sound(platform: Running) -> bool:
    """Whether the audit finds nothing."""
    return "the books balance; no violation" in await audited(platform)


async def audited(platform: Running) -> str:
    """The audit's result for store and topics."""
    asked = ("audit.cli", "--tolerance-s", "60", "--kafka", platform.kafka.bootstrap)
    return (await asyncio.to_thread(platform.command, *asked)).stdout


async def stored(platform: HasSettings) -> list[RecordedEvent]:
    """Every complaint's events, directly from the store."""
    async with open_platform(platform.settings) as opened:
        return list((await opened.store.read_all(None, (COMPLAINT_PREFIX,), limit=1_000_000)).events)


@contextmanager
def running(
    folder: Path, jars: Sequence[Path], settings: Mapping[str, str] = QUICK, kind: type[ManagedProcess] = forks.KIND
) -> Iterator[Running]:
    """A started platform, stopped on leaving. `kind`: how its processes are started."""
    with _nobodys_settings():
        platform = Running(folder, jars, settings, kind)
        try:
            platform.start()
            yield platform
        finally:
            platform.stop()


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Iterator[None]:
    """Show the ends of the logs of a failed test."""
    outcome: Any = yield
    report = outcome.get_result()
    for found in getattr(item, "funcargs", {}).values():
        if report.failed and isinstance(found, Running):
            report.sections.append(("the ends of the logs", found.log_ends()))


@contextmanager
def _nobodys_settings() -> Iterator[None]:
    # Settings of the person who runs the tests must not lead the processes to that person's state.
    kept = {name: os.environ.pop(name) for name in list(os.environ) if name.startswith(PREFIX)}
    if (cache := kept.get(f"{PREFIX}KAFKA_CACHE")) is not None:
        os.environ[f"{PREFIX}KAFKA_CACHE"] = cache
    try:
        yield
    finally:
        os.environ.update(kept)


def _tail(process: ManagedProcess) -> list[str]:
    try:
        return process.last_lines(TAIL)
    except OSError:
        return ["(no log)"]
