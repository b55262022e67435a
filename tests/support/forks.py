"""The platform's processes as forks of one that has imported what they need, as `make run` has them on Linux.

Importing is most of what the start of a process costs. The test's own process has threads, which do not survive a fork:
`python forks.py` has none. It reads orders from its standard input, answers each in a line, and ends with its input.
"""

import atexit
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Lock
from typing import Any, BinaryIO, Final

from local.platform.processes import IMPORTED
from local.process import fork
from local.process.child import Process

POLL_S: Final = 0.02


class Server:
    """The process that forks, for all platforms of one run."""

    def __init__(self) -> None:
        # Not its folder on the path: the modules in there have names of libraries.
        argv = [sys.executable, "-P", __file__]
        self._process = subprocess.Popen(argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self._turn = Lock()

    def ask(self, **order: Any) -> Any:
        """Its answer. Any thread may ask."""
        with self._turn:
            assert self._process.stdin is not None
            assert self._process.stdout is not None
            self._process.stdin.write(json.dumps(order) + "\n")
            self._process.stdin.flush()
            return json.loads(self._process.stdout.readline())

    def close(self) -> None:
        """End it, and whatever it forked."""
        self._process.communicate()


@cache
def server() -> Server:
    """Started when it is first needed."""
    started = Server()
    atexit.register(started.close)
    return started


class Forked:
    """As much of `subprocess.Popen` as `local.process.child` uses, of a fork that the server is the parent of."""

    def __init__(self, pid: int) -> None:
        self.pid = pid
        self._code: int | None = None

    def poll(self) -> int | None:
        """The exit status once it has ended; negative: ended by that signal."""
        if self._code is None:
            self._code = server().ask(poll=self.pid)
        return self._code

    def wait(self, timeout: float | None = None) -> int:
        """The exit status. Raises TimeoutExpired."""
        end = None if timeout is None else time.monotonic() + timeout
        while (code := self.poll()) is None:
            if end is not None and time.monotonic() > end:
                raise subprocess.TimeoutExpired(str(self.pid), timeout or 0.0)
            time.sleep(POLL_S)
        return code

    def send_signal(self, number: int) -> None:
        """Nothing happens if it has ended."""
        if self.poll() is None:
            os.kill(self.pid, number)

    def kill(self) -> None:
        """SIGKILL."""
        self.send_signal(signal.SIGKILL)


class ForkedProcess(Process):
    """A Python module (`argv` is `python -m module ...`), run in a fork of the server."""

    def _launch(self, log: BinaryIO) -> Any:
        _python, _m, *module = self._argv
        return _fork(module, self._env or os.environ, log.name, log.name)


KIND: Final = ForkedProcess if fork.POSSIBLE else Process
"""How a test starts processes of the platform."""


def command(module: Sequence[str], env: Mapping[str, str]) -> "subprocess.CompletedProcess[str]":
    """What a command line says: a module and its arguments."""
    if not fork.POSSIBLE:
        argv = [sys.executable, "-m", *module]
        return subprocess.run(argv, env=env, capture_output=True, text=True, check=False)
    with TemporaryDirectory() as folder:
        output, errors = Path(folder, "output"), Path(folder, "errors")
        code = _fork(module, env, str(output), str(errors)).wait()
        return subprocess.CompletedProcess(module, code, output.read_text(), errors.read_text())


def _fork(module: Sequence[str], env: Mapping[str, str], output: str, errors: str) -> Forked:
    return Forked(server().ask(module=list(module), env=dict(env), output=output, errors=errors))


def main() -> None:
    """Obey until the input ends."""
    fork.preload(IMPORTED)
    forks: dict[int, fork.Fork] = {}
    for line in sys.stdin:
        order = json.loads(line)
        if (pid := order.get("poll")) is not None:
            _answer(forks[pid].poll())
            continue
        with Path(order["output"]).open("ab") as output, Path(order["errors"]).open("ab") as errors:
            forked = fork.Fork(order["module"], output.fileno(), order["env"], errors.fileno())
        forks[forked.pid] = forked
        _answer(forked.pid)


def _answer(answer: int | None) -> None:
    sys.stdout.write(json.dumps(answer) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
