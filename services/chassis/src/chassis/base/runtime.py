"""Runs a long-lived process: on uvloop, with garbage collector settings for many long-lived objects."""

import asyncio
import gc
from collections.abc import Coroutine
from typing import Any, Final

import uvloop

YOUNG: Final = 50_000
"""New objects before a collection of the youngest generation. Python's default, 700, took a quarter of the processor
time of a worker that caches thousands of folded complaints: many small objects, never in cycles.
"""
MIDDLE: Final = 20
OLD: Final = 20


def run(main: Coroutine[Any, Any, int]) -> int:
    """Run `main` to its end; the exit status."""
    tune_garbage_collector()
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        return runner.run(main)


def tune_garbage_collector() -> None:
    """Freeze the objects made at start-up and raise the collector's thresholds."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(YOUNG, MIDDLE, OLD)
