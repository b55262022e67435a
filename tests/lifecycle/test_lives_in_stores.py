"""The same lives, written to every store: what it gives back folds to the same complaints, and its audit is clean.

`STORED_LIVES=200` tries more of them than the usual 4 for each store.
"""

import os
from collections.abc import Callable
from typing import Final

from hypothesis import HealthCheck, settings
from hypothesis.stateful import invariant, run_state_machine_as_test

from chassis.base.ports import Store
from lifecycle.test_lives import Lives
from support.stored_world import StoredWorld

EXAMPLES: Final = int(os.environ.get("STORED_LIVES", "4"))


def test_whatever_is_done_the_store_gives_back_the_same_complaints_and_its_audit_is_clean(
    anew: Callable[[], Store],
) -> None:
    class StoredLives(Lives):
        """The machine over a store of its own."""

        def __init__(self) -> None:
            self.stored = StoredWorld(anew)
            super().__init__(self.stored)

        @invariant()
        def the_store_gives_back_what_was_done(self) -> None:
            for state in self.stored.read_back():
                assert state == self.world.state(state.id)

        def teardown(self) -> None:
            try:
                self.world.sweep()
                assert self.stored.audit() == ([], True)
            finally:
                self.stored.close()

    run_state_machine_as_test(
        StoredLives,
        settings=settings(
            max_examples=EXAMPLES, stateful_step_count=40, deadline=None, suppress_health_check=list(HealthCheck)
        ),
    )
