"""The whole platform as a person runs it: one `python -m local run`, whose supervisor starts and restarts the rest."""

import json
import os
import signal
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path
from typing import Any, Final

from chassis.base.cluster import Cluster
from chassis.base.settings import PREFIX, Settings
from local.paths import free_port, kafka_cache
from local.platform.processes import PlatformLayout, environment
from support import forks
from support.platform import QUICK
from support.signed_in import FRONTS

SUPERVISOR: Final = "supervisor"
START_S, END_S, POLL_S = 240.0, 15.0, 0.05


class Supervised:
    """A running platform in `folder`; its processes are found by name in the file that the supervisor writes."""

    def __init__(self, folder: Path) -> None:
        self.state, self._log = folder, folder / "run.log"
        self._run: subprocess.Popen[bytes] | None = None
        layout = PlatformLayout(folder, free_port(), f"127.0.0.1:{free_port()}")
        self.address, self.bootstrap = f"http://127.0.0.1:{layout.port}", layout.kafka
        ports = {
            "PORT": str(layout.port),
            "HEALTH_PORT": str(free_port()),
            "DEMO_ISSUER_PORT": str(free_port()),
            "KAFKA_PORT": layout.kafka.rpartition(":")[2],
        }
        prefixed = {f"{PREFIX}{name}": value for name, value in ports.items()}
        cache = {f"{PREFIX}KAFKA_CACHE": str(kafka_cache())}
        foreign = {name: value for name, value in os.environ.items() if not name.startswith(PREFIX)}
        ours = {name: value for name, value in environment(layout).items() if name not in os.environ}
        self.env = {**foreign, **ours, **prefixed, **cache, **QUICK}

    @property
    def kafka(self) -> Cluster:
        """Kafka as its administrator reaches it, once it was started."""
        return self.settings.kafka_as_administrator()

    @property
    def settings(self) -> Settings:
        """The settings of its processes, for tests that read the store themselves."""
        named = {name.removeprefix(PREFIX).lower(): value for name, value in self.env.items()}
        given: dict[str, Any] = {name: named[name] for name in Settings.model_fields if name in named}
        return Settings(**given)

    def command(self, *module: str) -> "subprocess.CompletedProcess[str]":
        """Run a command line, given as module and arguments, and return the result."""
        return forks.command(module, self.env)

    def satupintu(self, *command: str) -> "subprocess.CompletedProcess[str]":
        """Run a command of `satupintu`, as a person does."""
        program = Path(sys.executable).with_name("satupintu")
        return subprocess.run([program, *command], env=self.env, capture_output=True, text=True, check=False)

    def start(self) -> None:
        """Start it without waiting."""
        FRONTS[self.settings.port] = self.settings
        with self._log.open("ab") as log:
            argv = [sys.executable, "-m", "local", "run"]
            self._run = subprocess.Popen(
                argv, env=self.env, stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True
            )

    def stop(self) -> None:
        """Stop it in order, as Ctrl-C does, within the limits of all its stages."""
        if self._run is not None:
            self._run.terminate()
            self._run.wait(5 * END_S)

    def end(self, number: signal.Signals) -> int | None:
        """Send it the signal; its exit code once it has ended within the limits of all its stages, else None."""
        assert self._run is not None
        self._run.send_signal(number)
        with suppress(subprocess.TimeoutExpired):
            return self._run.wait(5 * END_S)
        return None

    def kill(self) -> None:
        """Kill the supervisor, and wait until nothing that it started is left."""
        assert self._run is not None
        pids = [pid for one in self.parts().values() if (pid := one["pid"]) is not None]
        self._run.kill()
        self._run.wait()
        for pid in pids:
            wait_gone(pid)

    @property
    def running(self) -> bool:
        return self._run is not None and self._run.poll() is None

    def parts(self) -> dict[str, Any]:
        """State and process id of every part, by the supervisor's word."""
        try:
            told = json.loads((self.state / "parts.json").read_text())
        except (OSError, ValueError):
            return {}
        parts: dict[str, Any] = told["parts"] if self._run and told["supervisor"] == self._run.pid else {}
        return parts

    def pid(self, name: str, other_than: int | None = None, limit_s: float = START_S) -> int:
        """The process id of a part, once it runs."""
        end = time.monotonic() + limit_s
        while True:
            pid: int | None = self.parts().get(name, {}).get("pid")
            if pid is not None and pid != other_than and not gone(pid):
                return pid
            assert time.monotonic() < end, f"{name} does not run: {self.log_ends()}"
            time.sleep(POLL_S)

    def all_ready(self) -> bool:
        parts = self.parts()
        return bool(parts) and all(one["state"] == "ok" for one in parts.values())

    def log_ends(self) -> str:
        """What the supervisor said last, for a failed test."""
        lines = self._log.read_text(errors="replace").splitlines()[-60:]
        return "\n".join([json.dumps(self.parts(), indent=1), *lines])


def send(pid: int, number: signal.Signals) -> None:
    """Send a signal; does nothing if the process has ended."""
    with suppress(ProcessLookupError):
        os.kill(pid, number)


def gone(pid: int) -> bool:
    """Whether the process has ended, also if its parent has not collected it yet."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z"
    except (FileNotFoundError, ProcessLookupError):
        return True


def wait_gone(pid: int, limit_s: float = END_S) -> None:
    """Wait until it has ended. Raises AssertionError."""
    end = time.monotonic() + limit_s
    while not gone(pid):
        assert time.monotonic() < end, f"process {pid} has not ended within {limit_s:g} s"
        time.sleep(POLL_S)
