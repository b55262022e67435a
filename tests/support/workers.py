"""Runs tests in several processes at once (pytest-xdist): distinct ports, long tests first, shared fixtures together.

Each worker process starts servers of its own (Kafka, PostgreSQL, the KurrentDB stand-in) when a test first needs one.
"""

import gc
from typing import Final

import pytest

from local import paths

PORTS: Final = range(65536)
LONGEST_FIRST: Final = ("chaos", "journey", "broker", "slow")
"""Markers in the order in which their tests start. A long test that starts last would leave the other workers idle."""


def pytest_configure(config: pytest.Config) -> None:
    """Give each worker ports of its own: a free port is bound only later, and must not be given twice meanwhile."""
    if (worker := getattr(config, "workerinput", None)) is not None:
        mine, of = int(worker["workerid"].removeprefix("gw")), worker["workercount"]
        # Port pairs, because Linux gives listeners ports of one parity and outgoing connections those of the other.
        paths.given.update(port for port in PORTS if port // 2 % of != mine)


@pytest.hookimpl(tryfirst=True)  # before xdist reads the groups
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Sort by expected duration, and keep the tests of one shared platform on one worker."""
    if not hasattr(config, "workerinput"):
        return
    items.sort(key=_turn)
    for item in items:
        if item.get_closest_marker("journey") and "platform" in getattr(item, "fixturenames", ()):
            item.add_marker(pytest.mark.xdist_group("platform"))


def pytest_collection_finish() -> None:
    """Exclude everything imported so far from garbage collection: it stays, and walking it made collections slow."""
    gc.collect()
    gc.freeze()


def _turn(item: pytest.Item) -> int:
    turns = [turn for turn, marker in enumerate(LONGEST_FIRST) if item.get_closest_marker(marker)]
    return min(turns, default=len(LONGEST_FIRST))
