"""A sweep stands behind every reaction: open work, fed from the store alone, handled when it is due.

    sweep = Sweep(database, ledger, clock, plan=plan, react=react, tables=sweep_tables(metadata))
    await sweep.run()          # until cancelled; of several processes one works, by a lease

Works without Kafka. The row only says when to look: the reaction decides on the stream, so a stale row does nothing.
"""

from collections.abc import Callable, Sequence
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import MetaData, Table

from chassis.ledger import Ledger
from chassis.open_work import Row, Work
from chassis.patience import Patience
from chassis.ports import Clock
from chassis.reaction import Reaction
from chassis.sql import Database
from schemas.complaint import Complaint

Plan = Callable[[Complaint], Sequence[Work]]
"""What must still be done for this complaint, and by when; nothing for most of the closed ones. Pure."""


class SweepTables(NamedTuple):
    """The tables a sweep needs in its service's database."""

    work: Table
    feed: Table
    lease: Table


def sweep_tables(metadata: MetaData) -> SweepTables:
    """Declare them in a service's metadata, before its `Database` is made; asked twice, the same ones."""
    raise NotImplementedError


class Sweep:
    """Feeds the open work from the store, and hands due complaints to `react` (the same kind as a guard's)."""

    def __init__(
        self,
        database: Database,
        ledger: Ledger,
        clock: Clock,
        *,
        plan: Plan,
        react: Reaction,
        tables: SweepTables,
        period_s: float = 1.0,
        patience: Patience | None = None,
    ) -> None:
        """`period_s`: between two looks at what is due, real time."""
        raise NotImplementedError

    async def run(self) -> None:
        """Until cancelled: while this process holds the lease, feed and sweep; otherwise wait for the lease."""
        raise NotImplementedError

    async def feed(self) -> int:
        """Take in everything the store holds by now, and tell how many events that was. For tests and simulations."""
        raise NotImplementedError

    async def once(self) -> int:
        """Handle everything that is due now, once, and tell how many complaints that was."""
        raise NotImplementedError

    async def replan(self, complaints: Sequence[UUID] | None = None) -> None:
        """Plan these again (None: all that have open work), since something other than their events changed: a
        calendar, a policy, the registry, their lead."""
        raise NotImplementedError

    async def rows(self, limit: int = 1000) -> list[Row]:
        """Open work, the soonest due first."""
        raise NotImplementedError

    def unready(self) -> str | None:
        """Why this road is not ready yet; None if it is."""
        raise NotImplementedError
