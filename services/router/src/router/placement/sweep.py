"""What stands behind router's reaction: open work from the store, and a look-out for what other streams bring about."""

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
"""Whether a body was told changes nothing for router."""
log = structlog.get_logger(__name__)


def plan(grace: timedelta) -> Plan:
    """Unplaced, or decided and not routed: router's to do, once the reaction has had its `grace`.

    What stays unplaced is tried at every look, also after the days for forwarding are over: see `agents`.
    """

    def work(state: Complaint) -> Sequence[OpenWork]:
        if state.version >= 0 and state.status is Status.UNPLACED:
            return [OpenWork("place", str(ROUTER), state.stage.at + grace)]
        if state.status is Status.ARBITRATION and state.decided is not None:
            return [OpenWork("bind", str(ROUTER), state.stage.at + grace)]
        return []

    return work


class Watchdog:
    """Finds complaints that another stream changed something for: a lead that ended, a merger, a split.

    Asks the read model, so it needs no Kafka; whatever it finds is decided on the stream.
    """

    def __init__(
        self, database: Database, repository: Repository, registry: RegistryView, react: Reaction, period_s: float
    ) -> None:
        self._database, self._registry, self._period_s = database, registry, period_s
        self._retry_policy = RetryPolicy()
        self._reactor = Reactor(repository, react, self._retry_policy)
        self._looked = False

    async def run(self) -> None:
        """Until cancelled."""
        while True:
            await self._retry_policy.until_up(self.once, "look-out of router")
            await asyncio.sleep(self._period_s)

    async def once(self) -> int:
        """Look once; how many complaints were looked at."""
        registry = await self._registry.current()
        gone = [agency for agency, body in registry.agencies.items() if not body.alive]
        looks: list[Callable[[Connection], list[UUID]]] = [views.left_behind, views.unopened]
        if gone:
            looks.append(lambda connection: views.held_by(connection, gone))
        found: dict[UUID, None] = {}
        for look in looks:
            found.update(dict.fromkeys(await self._database.read(look)))
        for complaint, failure in (await self._reactor.handle(list(found))).items():
            log.error("look-out failed", complaint=str(complaint), because=failure.reason, tries=failure.attempts)
        self._looked = True
        return len(found)

    def unready(self) -> str | None:
        """Why this road is not ready yet; None if it is."""
        return None if self._looked else "the look-out has not looked yet"
