"""Finds what the reaction missed: open work from the store, and complaints that events of other streams affect."""

import asyncio
from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import Final
from uuid import UUID

import structlog
from sqlalchemy import Connection

from chassis.base.retry import RetryPolicy
from chassis.project.registry import RegistryView
from chassis.react.reaction import Reaction, Reactor
from chassis.sql.database import Database
from chassis.sweep.open_work import OpenWork, Plan
from chassis.write.repository import Repository
from router.placement import views
from schemas.base.values import ROUTER
from schemas.complaint.lifecycle import Status
from schemas.complaint.state import Complaint
from schemas.events.agency_inbox import ComplaintDelivered
from schemas.events.base import names

IGNORED_TYPES: Final = names(ComplaintDelivered)
"""A delivery changes nothing for router."""
log = structlog.get_logger(__name__)


def plan(grace: timedelta) -> Plan:
    """Work for router: an unplaced complaint, or a decided one not routed, once the reaction has had its `grace`.

    An unplaced complaint is tried at every sweep, also after the days for forwarding are over.
    """

    def work(state: Complaint) -> Sequence[OpenWork]:
        if state.version >= 0 and state.status is Status.UNPLACED:
            return [OpenWork("place", str(ROUTER), state.stage.at + grace)]
        if state.status is Status.ARBITRATION and state.decided is not None:
            return [OpenWork("bind", str(ROUTER), state.stage.at + grace)]
        return []

    return work


class Watchdog:
    """Finds complaints affected by another stream: a lead that ended, a merger, a split.

    It reads the status rows, so it needs no Kafka; the reaction then decides on the stream.
    """

    def __init__(
        self, database: Database, repository: Repository, registry: RegistryView, react: Reaction, period_s: float
    ) -> None:
        self._database, self._registry, self._period_s = database, registry, period_s
        self._retry_policy = RetryPolicy()
        self._reactor = Reactor(repository, react, self._retry_policy)
        self._ran = False

    async def run(self) -> None:
        """Runs until cancelled."""
        while True:
            await self._retry_policy.until_up(self.once, "watchdog of router")
            await asyncio.sleep(self._period_s)

    async def once(self) -> int:
        """One pass over the status rows; the number of complaints found."""
        registry = await self._registry.current()
        gone = [agency for agency, body in registry.agencies.items() if not body.alive]
        queries: list[Callable[[Connection], list[UUID]]] = [views.abandoned_followers, views.unopened]
        if gone:
            queries.append(lambda connection: views.held_by(connection, gone))
        found: dict[UUID, None] = {}
        for query in queries:
            found.update(dict.fromkeys(await self._database.read(query)))
        for complaint, failure in (await self._reactor.handle(list(found))).items():
            log.error("watchdog failed", complaint=str(complaint), because=failure.reason, tries=failure.attempts)
        self._ran = True
        return len(found)

    def unready(self) -> str | None:
        """Why this task is not ready yet; None if it is."""
        return None if self._ran else "the watchdog has not run yet"
