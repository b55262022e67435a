"""The simulation finds known mistakes. Each is planted for one seed that finds it; `make simulate PLANT=all` looks for
such seeds again, from the first on.
"""

from collections.abc import Mapping
from typing import Final

import pytest

from simulation.__main__ import quiet
from simulation.planted import PLANTED, weather
from simulation.run import play

WITHIN: Final = 1000
FINDS: Final[Mapping[str, int]] = {
    "no_sweep": 0,
    "no_look_out": 45,
    "no_expected_version": 73,
    "clock_not_stopped": 12,
    "a_fourth_return": 105,
    "parts_not_opened": 0,
    "parts_left": 56,
    "nothing_forgotten": 3,
    "merger_ignored": 1,
    "ladder_ends": 0,
    "heir_had_returned_it": 271,
    "follower_copied": 14,
    "receipt_trusted": 0,
    "followers_kept": 6,
    "ack_before_append": 9,
    "no_guard": 9,
    "erasure_left_waiting": 99,
    "contact_read_while_asked": 35,
    "reading_not_told": 27,
    "newest_code": 5,
}
"""A seed that found it last. If the services change the order of their steps, another seed finds it: look for it then.
"""


@pytest.mark.parametrize("name", PLANTED)
def test_a_planted_mistake_is_found(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    quiet()
    weather(name, monkeypatch)
    with pytest.MonkeyPatch.context() as mistake:
        PLANTED[name](mistake)
        found = next((seed for seed in (FINDS[name], *range(WITHIN)) if play(seed).lost is not None), None)
    assert found is not None, f"{name}: not found in {WITHIN} seeds"
    assert play(found).lost is None, "it was found by its mistake, not by chance"
