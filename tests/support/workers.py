"""Tests side by side in several processes (pytest-xdist): ports that no two of them get, and long tests first.

Every worker process starts servers of its own when a test first asks for one.
"""

import gc
from typing import Final

import pytest

from local import paths

PORTS: Final = range(65536)
LONGEST_FIRST: Final = ("chaos", "journey", "broker", "slow")
"""Markers. A long test that begins last would leave the other workers with nothing to do."""


def pytest_configure(config: pytest.Config) -> None:
    """A port that is free is not taken at once: another worker must not be given it meanwhile."""
    if (worker := getattr(config, "workerinput", None)) is not None:
        mine, of = int(worker["workerid"].removeprefix("gw")), worker["workercount"]
        # In pairs, as Linux gives to listeners ports of one parity and the others to clients.
        paths.given.update(port for port in PORTS if port // 2 % of != mine)


@pytest.hookimpl(tryfirst=True)  # before xdist looks at the groups
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """What shares a fixture that is dear stays with one worker."""
    if not hasattr(config, "workerinput"):
        return
    items.sort(key=_turn)
    for item in items:
        if item.get_closest_marker("journey") and "platform" in getattr(item, "fixturenames", ()):
            item.add_marker(pytest.mark.xdist_group("platform"))


def _turn(item: pytest.Item) -> int:
    turns = [turn for turn, marker in enumerate(LONGEST_FIRST) if item.get_closest_marker(marker)]
    return min(turns, default=len(LONGEST_FIRST))


def pytest_collection_finish() -> None:
    """What was imported for thousands of tests stays: the garbage collector need not look through it again and again."""
    gc.collect()
    gc.freeze()
