"""Store projection: a read model filled from the store, without Kafka. Rows and checkpoint move in one transaction.

projection = StoreProjection(store, database, METADATA, VIEW)
await projection.run()      # a background task; a second one in another process does no harm

Where the store does not hold the checkpoint's event (an older copy was restored), the rows are deleted and filled anew.
Rows that are far behind are filled first (`chassis.project.fill`), together with the other views of the process.
"""

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from typing import Any, Final

import structlog
from sqlalchemy import Connection, MetaData, delete
from sqlalchemy.exc import IntegrityError

from chassis.base import metrics
from chassis.base.concurrency import first_of
from chassis.base.errors import WrongStore
from chassis.base.ports import Checkpoint, Page, Store, holds
from chassis.base.retry import RetryPolicy
from chassis.project.fill import FillMarks, History, Reached
from chassis.project.position import Position
from chassis.project.view import Overtaken, View, prepared
from chassis.sql.database import Database

PACE_S: Final = 0.25
"""Pause after a page that caught up: each page costs a transaction, and a pause lets events of one complaint arrive
together.
"""
HISTORY_CHECK_S: Final = 5.0
"""How often the store is asked for the checkpoint's event while nothing new comes."""
STILL_READING: Final = "still reading the store"
log = structlog.get_logger(__name__)


class StoreProjection:
    """Keeps one view up to date from the store."""

    def __init__(self, store: Store, database: Database, metadata: MetaData, view: View[Any]) -> None:
        self.database, self.metadata, self.view = database, metadata, view
        self._store, self._database, self._view = store, database, view
        self._position, self.tables = Position(metadata, view.name), view.define(metadata, "")
        self.history = History(store, database, metadata)
        self.history.add(self)
        self._marks = FillMarks(metadata, view.name)
        self._retry_policy, self._caught_up = RetryPolicy(), False
        self._known: Checkpoint | None = None
        self._checked_s = float("-inf")
        self._at = metrics.VIEW_POSITION.labels(view.name)

    @property
    def read_models(self) -> Sequence["StoreProjection"]:
        """What it keeps."""
        return [self]

    async def run(self) -> None:
        """Run until cancelled."""
        while True:
            await self._retry_policy.until_up(self._follow, f"feed of {self._view.name}")

    async def _follow(self) -> None:
        with suppress(Overtaken):
            await self.history.fill()
            at = await self._verified(await self.checkpoint())
            await first_of(self._apply_all(at), self._keep_checking())

    async def _apply_all(self, at: Checkpoint) -> None:
        try:
            async for page in self._store.subscribe(at.position, self._view.prefixes):
                at = await self._apply(at, page)
                self._caught_up = page.caught_up
                if page.caught_up:
                    await asyncio.sleep(PACE_S)
        except WrongStore:
            if await holds(self._store, at):
                raise
            raise Overtaken from None  # an older copy was restored, where no event begins at this position

    async def _keep_checking(self) -> None:
        while True:
            await asyncio.sleep(HISTORY_CHECK_S)
            await self._verified(await self.checkpoint())

    async def catch_up(self) -> int | None:
        """Apply everything that the store holds now; the position reached."""
        if self._known is None:
            await self.history.fill()
        while True:
            # Try the checkpoint of our last write; if another process moved it, the write is refused and we read it.
            known, self._known = self._known, None
            try:
                at = known if known is not None else await self.checkpoint()
                if self._now_s() - self._checked_s >= HISTORY_CHECK_S:
                    await self._verified(at)
                page = await self._store.read_all(at.position, self._view.prefixes)
                at = await self._apply(at, page)
            except Overtaken:
                continue
            self._known = at
            if page.caught_up:
                return at.position

    async def refresh(self, within_s: float | None = None) -> None:
        """Catch up for at most `within_s`; rows may then be stale. Rows that are far behind are left to the process
        that fills them: answers say how far behind they are (`chassis.project.standing`).
        """
        if self._known is None and await self.history.is_far(self):
            return
        if within_s is None:
            await self.catch_up()
            return
        with suppress(TimeoutError):
            async with asyncio.timeout(within_s):
                await self.catch_up()

    async def checkpoint(self) -> Checkpoint:
        """The checkpoint of the rows."""
        return await self._database.read(self._position.read)

    async def position(self) -> int | None:
        """The position of the rows."""
        return (await self.checkpoint()).position

    async def reached(self) -> Reached:
        """How far the rows are, for a fill."""
        at = (await self.position()) or 0
        return Reached(at, at, lambda _stream: at)

    def begun(self, connection: Connection) -> None:
        """Nothing to keep."""

    def filled(self, connection: Connection, at: Checkpoint) -> None:
        """Set the checkpoint of the rows that a fill has made."""
        self._position.reset(connection, at)

    def reset_position(self, connection: Connection, at: Checkpoint) -> None:
        """Set the checkpoint of the rows, in the transaction that replaces them: the projection continues from it, and
        a fill that is under way ends.
        """
        self._marks.set(connection, Checkpoint(), Checkpoint())
        self._position.reset(connection, at)

    def unready(self) -> str | None:
        """Why this task is not ready yet; None if it is."""
        return None if self._caught_up else f"{self._view.name} is {self.history.progress.text or STILL_READING}"

    async def _verified(self, at: Checkpoint) -> Checkpoint:
        """`at`, if the store holds its event. Raises Overtaken: it does not, and the rows were deleted."""
        self._checked_s = self._now_s()
        if not await holds(self._store, at):
            log.error("an older store was restored: the view begins anew", view=self._view.name, position=at.position)
            await self._database.run(lambda connection: self._begin_anew(connection, at))
            raise Overtaken
        if at.position and at.event_id is None:  # of a version without ids
            named = Checkpoint(at.position, await self._store.id_at(at.position))
            await self._database.run(lambda connection: self._position.move(connection, at, named))
            return named
        return at

    def _begin_anew(self, connection: Connection, at: Checkpoint) -> None:
        if self._position.read(connection) == at:  # else another process did it
            for table in self.tables:
                connection.execute(delete(table))
            self._position.reset(connection, Checkpoint())

    async def _apply(self, before: Checkpoint, page: Page) -> Checkpoint:
        if page.position == before.position:
            return before
        after = page.after(before)
        if not await holds(self._store, before):
            await self._verified(before)
        items = await prepared(self._view, page.events)
        try:
            await self._database.run(lambda connection: self._write(connection, before, after, items))
        except IntegrityError as error:
            raise Overtaken from error
        self._at.set(page.position or 0)
        return after

    def _write(self, connection: Connection, before: Checkpoint, after: Checkpoint, items: Sequence[Any]) -> None:
        self._marks.refuse_others(connection)
        if items:
            self._view.apply(connection, self.tables, items)
        self._position.move(connection, before, after)

    @staticmethod
    def _now_s() -> float:
        return asyncio.get_running_loop().time()
