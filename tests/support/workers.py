"""Runs tests in several processes at once (pytest-xdist): distinct ports, long tests first, shared fixtures together.

Each worker process starts servers of its own (Kafka, PostgreSQL, the KurrentDB stand-in) when a test first needs one.
"""

import gc
import os
from typing import Any, Final

import pytest

from local import paths

PORTS: Final = range(65536)
LONGEST_FIRST: Final = ("chaos", "journey", "broker", "slow")
"""Markers in the order in which their tests start. A long test that starts last would leave the other workers idle."""
SHARING: Final = "tests/journey/"
"""The folder whose tests share one platform, and so one worker,"""
ALONE: Final = ("test_every_store.py", "test_learning_from_history.py")
"""save those of these files, which start their own."""


def pytest_configure(config: pytest.Config) -> None:
    """Give each worker ports of its own: a free port is bound only later, and must not be given twice meanwhile."""
    os.environ.setdefault("GRPC_VERBOSITY", "ERROR")  # its threads write to standard error past pytest's capture
    if (worker := getattr(config, "workerinput", None)) is not None:
        mine, of = int(worker["workerid"].removeprefix("gw")), worker["workercount"]
        # Port pairs, because Linux gives listeners ports of one parity and outgoing connections those of the other.
        paths.used.update(port for port in PORTS if port // 2 % of != mine)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """Send tests in order, each to the worker that is free, and a group to one worker."""
    from xdist.scheduler import LoadScopeScheduling

    class Scheduler(LoadScopeScheduling):  # type: ignore[misc]
        def _split_scope(self, nodeid: str) -> str:
            shares = nodeid.startswith(SHARING) and not any(file in nodeid for file in ALONE)
            return SHARING if shares else nodeid

    config.option.loadscopereorder = False
    return Scheduler(config, log)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Sort by expected duration, in a worker."""
    if hasattr(config, "workerinput"):
        items.sort(key=_turn)


def pytest_collection_finish() -> None:
    """Exclude everything imported so far from garbage collection: it stays, and walking it made collections slow."""
    gc.collect()
    gc.freeze()


def _turn(item: pytest.Item) -> int:
    turns = [turn for turn, marker in enumerate(LONGEST_FIRST) if item.get_closest_marker(marker)]
    return min(turns, default=len(LONGEST_FIRST))
