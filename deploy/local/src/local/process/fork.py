"""Runs a Python module in a fork of this process, which shares the modules that this process has imported.

On two cores most of the start would be seven processes importing the same libraries. Requires a parent without other
threads, and Linux: elsewhere system libraries do not survive a fork.
"""

import ctypes
import gc
import os
import runpy
import signal
import subprocess
import sys
import threading
import time
import traceback
from collections.abc import Callable, Collection, Mapping, Sequence
from importlib import import_module
from typing import Final, NoReturn

POLL_S: Final = 0.02
POSSIBLE: Final = sys.platform == "linux"
STOP_SIGNALS: Final = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)
PR_SET_PDEATHSIG: Final = 1


def preload(modules: Sequence[str]) -> None:
    """Import modules before forking, so that all forks share them."""
    for module in modules:
        import_module(module)
    gc.freeze()  # a garbage collection in a fork would write to, and so copy, every shared page


class ForkHandle:
    """A forked child with the part of the interface of `subprocess.Popen` that `local.process.child` uses."""

    def __init__(self, module: Sequence[str], log: int, env: Mapping[str, str], errors: int | None = None) -> None:
        """`module`: its name, then its arguments. `log`: file descriptor for stdout and stderr; `errors`: for stderr
        alone.
        """
        assert threading.active_count() == 1, "a fork would inherit locks of threads that do not exist in it"
        self._code: int | None = None
        end = end_with_parent()
        # A signal that arrives between the fork and `_become` would unwind this process's stack in the child.
        masked = signal.pthread_sigmask(signal.SIG_BLOCK, STOP_SIGNALS)
        try:
            self.pid = os.fork()
            if self.pid == 0:
                _become(module, (log, log if errors is None else errors), env, end, masked)
        finally:
            signal.pthread_sigmask(signal.SIG_SETMASK, masked)

    def poll(self) -> int | None:
        """The exit code once it has ended; negative: ended by that signal."""
        if self._code is None:
            pid, status = os.waitpid(self.pid, os.WNOHANG)
            self._code = os.waitstatus_to_exitcode(status) if pid else None
        return self._code

    def wait(self, timeout: float | None = None) -> int:
        """Wait for the exit code. Raises TimeoutExpired."""
        end = None if timeout is None else time.monotonic() + timeout
        while (code := self.poll()) is None:
            if end is not None and time.monotonic() > end:
                raise subprocess.TimeoutExpired(str(self.pid), timeout or 0.0)
            time.sleep(POLL_S)
        return code

    def send_signal(self, number: int) -> None:
        """Send a signal; does nothing if the process has ended."""
        if self.poll() is None:
            os.kill(self.pid, number)

    def kill(self) -> None:
        self.send_signal(signal.SIGKILL)


def end_with_parent() -> Callable[[], None] | None:
    """A function for the child to call, so that the kernel kills it when this process ends for whatever reason; None if
    that is not possible.

    SIGKILL: a child that is suspended or hangs ends as well, and the next start finds every port and file free.
    """
    # The kernel sends the signal when the thread that forked ends, hence the main thread only.
    if not POSSIBLE or threading.current_thread() is not threading.main_thread():
        return None
    prctl, parent = ctypes.CDLL(None).prctl, os.getpid()

    def ask() -> None:
        prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
        if os.getppid() != parent:  # it ended before the call
            os._exit(1)

    return ask


def _become(
    module: Sequence[str],
    outputs: tuple[int, int],
    env: Mapping[str, str],
    end: Callable[[], None] | None,
    mask: Collection[int],
) -> NoReturn:
    # Must not return or raise: further up the stack are the supervisor's handlers and `finally` blocks.
    code = 1
    try:
        os.setsid()
        if end is not None:
            end()
        for number in STOP_SIGNALS:
            signal.signal(number, signal.SIG_DFL)
        signal.pthread_sigmask(signal.SIG_SETMASK, mask)
        _inherit_only(outputs)
        os.environ.clear()
        os.environ.update(env)
        code = _run(module)
    except BaseException:  # noqa: BLE001 - as the interpreter does
        traceback.print_exc()
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)


def _inherit_only(outputs: tuple[int, int]) -> None:
    """Keep no open file of the parent but stdout and stderr, as a started program would: the lock of the state folder
    is held as long as any process has it open.
    """
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    for place, output in enumerate(outputs, 1):
        os.dup2(output, place)
    os.closerange(3, os.sysconf("SC_OPEN_MAX"))


def _run(module: Sequence[str]) -> int:
    sys.argv = list(module)
    try:
        runpy.run_module(module[0], run_name="__main__", alter_sys=True)
    except SystemExit as exit_:
        if isinstance(exit_.code, str):
            print(exit_.code, file=sys.stderr)
        return exit_.code if isinstance(exit_.code, int) else int(exit_.code is not None)
    return 0
