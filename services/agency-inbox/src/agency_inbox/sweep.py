"""Who was forgotten? News without a receipt, and receipts in topics that are no more, read off the store alone."""

import asyncio
import time
from collections.abc import Callable, Collection
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import Final, Protocol
from uuid import UUID

from sqlalchemy import Connection, bindparam, select

from agency_inbox.delivery import TopicIds, undelivered
from agency_inbox.settings import NOTICE_S
from agency_inbox.views import SWEEP
from chassis.base.retry import RetryPolicy
from chassis.project.registry import RegistryView
from chassis.sql.database import Database
from chassis.sql.lease import Lease
from chassis.sweep.open_work import Plan, Work
from chassis.sweep.sweep import Sweep
from schemas.complaint.state import Complaint

TELL: Final = "tell"
"""Somebody has news: look when the agent has had its time."""
LIVE: Final = "live"
"""The holder's topic holds it; the row's holder is the topic's id, so that a remade topic finds its complaints."""
NEVER: Final = datetime(9999, 1, 1, tzinfo=UTC)
BATCH: Final = 5_000
_WORK: Final = SWEEP.work
_TOLD_IN: Final = select(_WORK.c.holder).where(_WORK.c.what == LIVE).distinct()
_TOLD_THERE: Final = select(_WORK.c.complaint).where(
    _WORK.c.what == LIVE, _WORK.c.holder.in_(bindparam("gone", expanding=True))
)
"""Asked again and again: made once."""
PLANTED: Final = 20
"""More new bodies than this at one look were there before us, or come from a release's data."""


def plan(topics: Callable[[], TopicIds], grace: timedelta) -> Plan:
    """When to look at a complaint. `grace`: the news before is probably on its way."""

    def planned(state: Complaint) -> list[Work]:
        if undelivered(state, (), topics()):
            return [Work(TELL, str(state.holder), state.stage.at + grace)]
        receipt = state.receipts.get(state.agency or "")
        return [Work(LIVE, receipt.topic_id, NEVER)] if receipt is not None and state.is_open else []

    return planned


class Topics(Protocol):
    """What the keeper asks of `agency_inbox.agency_topics.AgencyTopics`."""

    async def keep(self, agencies: Collection[str]) -> None: ...

    def known(self) -> TopicIds: ...


class AgencyTopicProvisioner:
    """Gives agencies their topics, and has what a remade topic lost planned again. Of several processes one works, by
    a lease.

    A nation has seven hundred bodies, and most never get a message on a small installation: without `every` only those
    get topics before their first message that are registered while we run.
    """

    def __init__(
        self,
        topics: Topics,
        registry: RegistryView,
        sweep: Sweep,
        database: Database,
        *,
        every: bool = False,
        real: Callable[[], float] = time.time,
    ) -> None:
        self._topics, self._registry, self._sweep, self._database = topics, registry, sweep, database
        self._every, self._seen = every, frozenset[str]()
        self._lease, self._retry_policy = Lease(database, SWEEP.lease, "topics", real), RetryPolicy()

    async def run(self) -> None:
        """Until cancelled. Waits while the broker is away."""
        try:
            while True:
                await self._retry_policy.until_up(self.once, "agencies' topics")
                await asyncio.sleep(NOTICE_S)
        finally:
            with suppress(Exception):  # the lease ends by itself if the database is gone
                await self._lease.release()

    async def once(self) -> int:
        """Look once; how many complaints must be told again."""
        if not await self._lease.hold():
            return 0
        await self._topics.keep(await self._new())
        lost = await self._database.read(self._lost)
        for start in range(0, len(lost), BATCH):
            await self._sweep.replan(lost[start : start + BATCH])
            await self._lease.hold()
        return len(lost)

    async def _new(self) -> Collection[str]:
        """The living bodies that an operator has registered since we began; with `every` all of them."""
        registry = await self._registry.current()
        living = frozenset(body.id for body in registry.agencies.values() if body.alive)
        if not self._every and len(living - self._seen) > PLANTED:
            self._seen = living
        return living - self._seen

    def unready(self) -> str | None:
        """Never: topics are made in the background, and before their first use anyway."""
        return None

    def _lost(self, connection: Connection) -> list[UUID]:
        present = set(self._topics.known().values())
        gone = sorted(set(connection.execute(_TOLD_IN).scalars()) - present)[:100]
        return [UUID(each) for each in connection.execute(_TOLD_THERE, {"gone": gone}).scalars()] if gone else []
