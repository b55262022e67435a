"""Starts the platform's processes as forks of one process that has already imported what they need, as `make run` does
on Linux: imports are most of what a start costs.

pytest has threads, which do not survive a fork. `python forks.py` has none: it reads one JSON request per line from its
standard input, answers each with one line, and ends when its input ends.
"""

import atexit
import json
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Lock
from typing import Any, BinaryIO, Final

from local.platform.processes import IMPORTED
from local.process import fork
from local.process.child import ManagedProcess


class ForkServer:
    """The process that forks. Its methods may be called from any thread."""

    def __init__(self) -> None:
        # -P: the modules beside this one have names of installed packages. A session of its own: Ctrl-C is pytest's.
        argv = [sys.executable, "-P", __file__]
        self._process = subprocess.Popen(
            argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, start_new_session=True
        )
        self._turn = Lock()

    def ask(self, **request: Any) -> Any:
        """The answer to one request."""
        with self._turn:
            assert self._process.stdin is not None
            assert self._process.stdout is not None
            self._process.stdin.write(json.dumps(request) + "\n")
            self._process.stdin.flush()
            return json.loads(self._process.stdout.readline())

    def close(self) -> None:
        """End it, and with it every fork that still runs."""
        self._process.communicate()


@cache
def server() -> ForkServer:
    """The one server of this test process, started at first use."""
    started = ForkServer()
    atexit.register(started.close)
    return started


class ServedFork(fork.ForkHandle):
    """A fork whose parent is the server."""

    def __init__(self, module: Sequence[str], env: Mapping[str, str], output: str, errors: str) -> None:
        """`output` and `errors`: the files that standard output and standard error are appended to."""
        self._code: int | None = None
        self.pid = server().ask(module=list(module), env=dict(env), output=output, errors=errors)

    def poll(self) -> int | None:
        """The exit status once it has ended; negative: ended by that signal."""
        if self._code is None:
            self._code = server().ask(poll=self.pid)
        return self._code


class ServedProcess(ManagedProcess):
    """A Python module (`argv` is `python -m module ...`), run in a fork of the server."""

    def _launch(self, log: BinaryIO) -> ServedFork:
        _python, _m, *module = self._argv
        return ServedFork(module, self._env or os.environ, log.name, log.name)


KIND: Final = ServedProcess if fork.POSSIBLE else ManagedProcess
"""How tests start the platform's processes."""


def command(module: Sequence[str], env: Mapping[str, str]) -> "subprocess.CompletedProcess[str]":
    """Run a command line, given as module and arguments, and return the result."""
    if not fork.POSSIBLE:
        argv = [sys.executable, "-m", *module]
        return subprocess.run(argv, env=env, capture_output=True, text=True, check=False)
    with TemporaryDirectory() as folder:
        output, errors = Path(folder, "output"), Path(folder, "errors")
        code = ServedFork(module, env, str(output), str(errors)).wait()
        return subprocess.CompletedProcess(module, code, output.read_text(), errors.read_text())


def main() -> None:
    """Serve requests until standard input ends."""
    fork.preload(IMPORTED)
    forks: dict[int, fork.ForkHandle] = {}
    for line in sys.stdin:
        request = json.loads(line)
        if "poll" in request:
            answer = forks[request["poll"]].poll()
        else:
            started = _start(**request)
            forks[started.pid], answer = started, started.pid
        sys.stdout.write(json.dumps(answer) + "\n")
        sys.stdout.flush()


def _start(module: Sequence[str], env: Mapping[str, str], output: str, errors: str) -> fork.ForkHandle:
    with Path(output).open("ab") as to_output, Path(errors).open("ab") as to_errors:
        return fork.ForkHandle(module, to_output.fileno(), env, to_errors.fileno())


if __name__ == "__main__":
    main()
