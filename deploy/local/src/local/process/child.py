"""One operating-system process: started with a log file, stopped within a time limit."""

import os
import signal
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import BinaryIO

from local.process.fork import ForkHandle, end_with_parent

LOG_LIMIT_BYTES = 20 * 1024 * 1024


class ManagedProcess:
    """A child process in its own session, so that Ctrl-C does not reach it directly.

    If started from the main thread it is killed when this process ends, for whatever reason (Linux only).
    """

    def __init__(self, name: str, argv: Sequence[str], log: Path, env: Mapping[str, str] | None = None) -> None:
        self.name = name
        self._argv = list(argv)
        self._log = log
        self._env = None if env is None else {**os.environ, **env}
        self._child: subprocess.Popen[bytes] | ForkHandle | None = None
        self._log_start = 0

    @property
    def pid(self) -> int:
        """Process id. Raises RuntimeError before the first start."""
        if self._child is None:
            raise RuntimeError(f"{self.name} was never started")
        return self._child.pid

    @property
    def running(self) -> bool:
        return self._child is not None and self._child.poll() is None

    @property
    def exit_code(self) -> int | None:
        """None before the first start and while running; negative: ended by that signal."""
        return None if self._child is None else self._child.poll()

    def start(self) -> None:
        if self.running:
            raise RuntimeError(f"{self.name} is already running")
        self._log.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        _rotate(self._log)
        self._log.touch(mode=0o600)
        with self._log.open("ab") as log:
            self._log_start = log.tell()
            self._child = self._launch(log)

    def _launch(self, log: BinaryIO) -> "subprocess.Popen[bytes] | ForkHandle":
        return subprocess.Popen(
            self._argv,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            env=self._env,
            start_new_session=True,
            preexec_fn=end_with_parent(),  # noqa: PLW1509  (one system call, no locks)
        )

    def send(self, number: signal.Signals) -> None:
        """Send a signal; does nothing if the process has ended."""
        if self._child is not None:
            self._child.send_signal(number)

    def stop(self, limit_s: float = 20.0) -> bool:
        """SIGTERM, then SIGKILL after `limit_s` seconds. True if it ended in time."""
        self.send(signal.SIGTERM)
        return self.end(limit_s)

    def end(self, limit_s: float) -> bool:
        """Wait for the process to end; SIGKILL after `limit_s` seconds. True if it ended in time."""
        if self._child is None:
            return True
        try:
            self._child.wait(limit_s)
        except subprocess.TimeoutExpired:
            self.kill()
            return False
        return True

    def kill(self) -> None:
        """SIGKILL, and wait for the end."""
        if self._child is not None:
            self._child.kill()
            self._child.wait()

    def last_lines(self, count: int = 12) -> list[str]:
        """The last lines that the latest run wrote to its log."""
        with self._log.open("rb") as log:
            log.seek(max(self._log_start, log.seek(0, os.SEEK_END) - 65_536))
            return log.read().decode(errors="replace").splitlines()[-count:]


def _rotate(log: Path) -> None:
    if log.exists() and log.stat().st_size > LOG_LIMIT_BYTES:
        log.replace(log.with_name(f"{log.name}.1"))


class ForkedProcess(ManagedProcess):
    """A process of `python -m module ...`, forked from this process instead of started anew."""

    def _launch(self, log: BinaryIO) -> ForkHandle:
        _python, _m, *module = self._argv
        return ForkHandle(module, log.fileno(), dict(os.environ) if self._env is None else self._env)
