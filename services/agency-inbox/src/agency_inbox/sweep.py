"""Finds undelivered messages, and receipts whose topic was recreated, from the store alone."""

import asyncio
import time
from collections.abc import Callable, Collection
from contextlib import suppress
from datetime import timedelta
from typing import Final, Protocol
from uuid import UUID

from sqlalchemy import Connection, bindparam, select

from agency_inbox.delivery import NEVER, TopicIds, erasure_receipts, repeat_due_at, undelivered
from agency_inbox.settings import PROVISION_PERIOD_S
from agency_inbox.views import SWEEP
from chassis.base.retry import RetryPolicy
from chassis.project.registry import RegistryView
from chassis.sql.database import Database
from chassis.sql.lease import Lease
from chassis.sweep.open_work import OpenWork, Plan
from chassis.sweep.sweep import Sweep
from schemas.complaint.state import Complaint
from schemas.deadlines.policies import Policies

TELL: Final = "tell"
"""Work row: a message is undelivered. Looked at after the agent's grace period."""
REPEAT: Final = "repeat"
"""Work row: the message of an erasure is due to be sent again."""
LIVE: Final = "live"
"""Prefix of work rows: a topic has the message. The `holder` column has the topic's id, to find it when the topic is
recreated; it is never due.
"""
BATCH: Final = 5_000
NEW_AGENCIES_AT_ONCE: Final = 20
"""More new agencies than this in one look were there before the process, or come from a release's data."""
_WORK: Final = SWEEP.work
_LIVE_TOPICS: Final = select(_WORK.c.holder).where(_WORK.c.what.startswith(LIVE)).distinct()
_LIVE_IN: Final = (
    select(_WORK.c.complaint)
    .where(_WORK.c.what.startswith(LIVE), _WORK.c.holder.in_(bindparam("gone", expanding=True)))
    .distinct()
)


def plan(topics: Callable[[], TopicIds], grace: timedelta, policies: Policies) -> Plan:
    """When to look at a complaint. `grace`: how long the agent may take to deliver."""

    def planned(state: Complaint) -> list[OpenWork]:
        if undelivered(state, (), topics()):
            return [OpenWork(TELL, str(state.holder), state.stage.at + grace)]
        if state.erased:
            return _after_erasure(state, policies)
        receipt = state.receipts.get(state.agency or "")
        return [OpenWork(LIVE, receipt.topic_id, NEVER)] if receipt is not None and state.is_open else []

    return planned


def _after_erasure(state: Complaint, policies: Policies) -> list[OpenWork]:
    receipts = erasure_receipts(state)
    due = min((repeat_due_at(receipt, policies) for receipt in receipts.values()), default=NEVER)
    repeat = [OpenWork(REPEAT, str(state.holder), due)] if due < NEVER else []
    topics = sorted({receipt.topic_id for receipt in receipts.values()})
    return [*repeat, *(OpenWork(f"{LIVE}.{n}", topic_id, NEVER) for n, topic_id in enumerate(topics))]


class Topics(Protocol):
    """The part of `agency_inbox.agency_topics.AgencyTopics` that the provisioner uses."""

    async def keep(self, agencies: Collection[str]) -> None: ...

    def known(self) -> TopicIds: ...


class AgencyTopicProvisioner:
    """Creates agencies' topics, and plans again the complaints whose topic was recreated. One process works at a time,
    by a lease.

    Without `every`, only agencies registered while the process runs get topics before their first message: of a
    nation's seven hundred agencies most never get one on a small installation.
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
        """Run until cancelled; wait while the broker is away."""
        try:
            while True:
                await self._retry_policy.until_up(self.once, "agencies' topics")
                await asyncio.sleep(PROVISION_PERIOD_S)
        finally:
            with suppress(Exception):  # the lease ends by itself if the database is gone
                await self._lease.release()

    async def once(self) -> int:
        """Run once; the number of complaints planned again."""
        if not await self._lease.hold():
            return 0
        await self._topics.keep(await self._new_agencies())
        lost = await self._database.read(self._lost)
        for start in range(0, len(lost), BATCH):
            await self._sweep.replan(lost[start : start + BATCH])
            await self._lease.hold()
        return len(lost)

    async def _new_agencies(self) -> Collection[str]:
        registry = await self._registry.current()
        living = frozenset(body.id for body in registry.agencies.values() if body.alive)
        if not self._every and len(living - self._seen) > NEW_AGENCIES_AT_ONCE:
            self._seen = living
        return living - self._seen

    def unready(self) -> str | None:
        """Never: topics are also created before their first use."""
        return None

    def _lost(self, connection: Connection) -> list[UUID]:
        present = set(self._topics.known().values())
        gone = sorted(set(connection.execute(_LIVE_TOPICS).scalars()) - present)[:100]
        return [UUID(each) for each in connection.execute(_LIVE_IN, {"gone": gone}).scalars()] if gone else []
