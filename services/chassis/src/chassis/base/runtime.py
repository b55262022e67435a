"""How a long-lived process runs its loop: on uvloop, and with a garbage collector that fits it."""

import asyncio
import gc
from collections.abc import Coroutine
from typing import Any, Final

import uvloop

YOUNG: Final = 50_000
"""New objects before the youngest are looked at. Python's 700 suits a script: in a worker that holds some thousands of
folded complaints, each made of many small objects that never form a cycle, it took a quarter of all processor time.
"""
MIDDLE: Final = 20
OLD: Final = 20


def run(main: Coroutine[Any, Any, int]) -> int:
    """Run it to its end; the exit status."""
    tune_garbage_collector()
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        return runner.run(main)


def tune_garbage_collector() -> None:
    """What is here by now, mostly code, stays to the end: look at it no more, and at what comes more seldom."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(YOUNG, MIDDLE, OLD)
