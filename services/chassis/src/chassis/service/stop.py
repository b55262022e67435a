"""The end of a process in bounded time: whatever does not stop by itself is named and left behind."""

import asyncio
import os
import signal
import sys
import threading
import time
import traceback
from collections.abc import Callable
from contextlib import suppress
from types import FrameType
from typing import Final

import structlog

HARD_STOP_S: Final = 13.0
"""From the request to stop to the hard end: above the limit of an orderly stop of the tasks, below the 15 s after which
a supervisor kills.
"""
FAILED: Final = 1
log = structlog.get_logger(__name__)


class StopLimit:
    """Ends the process by `os._exit` if it still runs `limit_s` seconds after the first `begin`.

    A thread does it, so that the limit also holds for a blocked event loop and for threads that the interpreter would
    join at its exit.
    """

    def __init__(self, name: str, limit_s: float = HARD_STOP_S, leave: Callable[[int], object] = os._exit) -> None:
        self._name, self._limit_s, self._leave, self._begun = name, limit_s, leave, False

    def begin(self) -> None:
        if not self._begun:
            self._begun = True
            threading.Thread(target=self._watch, name="stop limit", daemon=True).start()

    def _watch(self) -> None:
        time.sleep(self._limit_s)
        try:
            log.critical("did not stop in time", process=self._name, limit_s=self._limit_s, still=still_running())
        finally:
            self._leave(FAILED)


def on_stop_signal(limit: StopLimit, stop: Callable[[], object]) -> None:
    """On SIGTERM and SIGINT begin the limit and call `stop` in the running loop.

    A handler of the interpreter, not of the loop: it runs although the loop is blocked in a call.
    """
    loop = asyncio.get_running_loop()

    def received(_number: int, _frame: FrameType | None) -> None:
        limit.begin()
        with suppress(RuntimeError):  # a second signal, and the loop is closed by now
            loop.call_soon_threadsafe(stop)

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, received)


def still_running() -> list[str]:
    """Where each thread is, innermost frame last, without values."""
    names = {thread.ident: thread.name for thread in threading.enumerate()}
    mine = threading.get_ident()
    return [
        f"{names.get(ident, ident)}: "
        + " > ".join(f"{at.name}:{at.lineno}" for at in traceback.extract_stack(frame)[-4:])
        for ident, frame in sys._current_frames().items()  # noqa: SLF001 - the documented way to other threads' frames
        if ident != mine
    ]
