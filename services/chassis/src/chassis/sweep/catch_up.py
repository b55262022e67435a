"""Catch-up sweep: re-runs side effects that the Kafka consumer missed, some time after the event.

    sweep = CatchUpSweep(store, database, METADATA, "notices", reactor.handle, types=EVENT_TYPES, grace_s=30)
    await sweep.run()

For reactions whose work leaves no trace in the stream (a notification sent, a key destroyed). Works without Kafka.
"""

import asyncio
from collections.abc import Awaitable, Callable, Collection, Sequence
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from uuid import UUID

import structlog
from sqlalchemy import MetaData
from sqlalchemy.exc import IntegrityError

from chassis.base.ports import Checkpoint, Store, holds
from chassis.base.retry import RetryPolicy
from chassis.project.position import Position
from chassis.project.view import Overtaken
from chassis.sql.database import Database
from chassis.sql.lease import Lease, lease_table
from schemas.base.envelope import RecordedEvent
from schemas.base.streams import COMPLAINT_PREFIX, complaint_id

PERIOD_S: Final = 1.0
LIMIT: Final = 1000
Handle = Callable[[Sequence[UUID]], Awaitable[Any]]
log = structlog.get_logger(__name__)


def _real_now() -> datetime:
    return datetime.now(UTC)  # noqa: TID251 - compares with recorded_at, which is real time


class CatchUpSweep:
    """Passes complaints with events of `types` recorded at least `grace_s` ago to `handle`, each page once."""

    def __init__(
        self,
        store: Store,
        database: Database,
        metadata: MetaData,
        name: str,
        handle: Handle,
        *,
        types: Collection[str],
        grace_s: float = 30.0,
        now: Callable[[], datetime] = _real_now,
    ) -> None:
        self._store, self._database, self._name, self._handle = store, database, f"trailing.{name}", handle
        self._types, self._grace, self._now = frozenset(types), timedelta(seconds=grace_s), now
        self._position = Position(metadata, self._name)
        self._lease = Lease(database, lease_table(metadata), self._name, lambda: now().timestamp())

    async def run(self) -> None:
        """Run until cancelled; of several processes only the one with the lease works."""
        retry_policy = RetryPolicy()
        while True:
            await retry_policy.until_up(self.once, self._name)
            await asyncio.sleep(PERIOD_S)

    def unready(self) -> str | None:
        """Always ready: it works with a delay anyway."""
        return None

    async def once(self) -> None:
        """Handle all events that are old enough now; all of the store, if an older copy of it was restored."""
        while await self._lease.hold():
            at = await self._database.read(self._position.read)
            if not await holds(self._store, at):
                log.error("an older store was restored: the sweep begins anew", sweep=self._name, position=at.position)
                await self._database.run(lambda connection: self._position.reset(connection, Checkpoint()))
                continue
            page = await self._store.read_all(at.position, (COMPLAINT_PREFIX,), LIMIT)
            old_enough = [event for event in page.events if event.recorded_at <= self._now() - self._grace]
            if old_enough:
                await self._handle(self._complaints(old_enough))
                await self._move(at, Checkpoint(old_enough[-1].position, old_enough[-1].id))
            elif at.position and at.event_id is None:  # of a version without ids
                await self._move(at, Checkpoint(at.position, await self._store.id_at(at.position)))
            if len(old_enough) < len(page.events) or page.caught_up:
                return

    def _complaints(self, events: Sequence[RecordedEvent]) -> list[UUID]:
        return list(dict.fromkeys(complaint_id(event.stream) for event in events if event.type in self._types))

    async def _move(self, before: Checkpoint, after: Checkpoint) -> None:
        with suppress(
            IntegrityError, Overtaken
        ):  # another process was first: the next read continues from its position
            await self._database.run(lambda connection: self._position.move(connection, before, after))
