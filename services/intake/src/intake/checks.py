"""The background task that checks reporters' files (`intake.file_check`). Filing and uploading never wait for it.

The stream says which files wait, so that nothing is forgotten: not after a crash, and not while the scanner is away. A
file of an earlier version waits too, and is cleaned after the upgrade. Files that were checked before there was a
scanner are a second queue, which a process with a scanner works on when the first has nothing due.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from functools import partial
from typing import Any, Final, NamedTuple
from uuid import UUID

import structlog
from sqlalchemy import Connection, MetaData, Row, Select, Table, func, select

from chassis.base import metrics
from chassis.base.retry import RetryPolicy, reason
from chassis.project.from_store import StoreProjection
from chassis.sql.database import Database
from chassis.sql.lease import Lease
from chassis.sweep.backoff import Backoff
from chassis.sweep.open_work import OpenWork, OpenWorkRow, Plan, open_work_tables, open_work_view, soonest_due
from intake.cleaning.sandbox import available
from intake.context import Intake
from intake.file_check import Tools, check_files
from intake.storage.relations import LEASES, METADATA, UNSCANNED, UNSCANNED_FILES, WAITING_FILES
from schemas.complaint.state import Complaint
from schemas.events import BY_NAME
from schemas.events.base import names
from schemas.events.intake import AttachmentAdded, AttachmentChecked, PersonalDataErased

CHANGES: Final = names(AttachmentAdded, AttachmentChecked, PersonalDataErased)
PAGE: Final = 200
MEASURED_S: Final = 5.0
log = structlog.get_logger(__name__)


def plan(state: Complaint) -> list[OpenWork]:
    """The files that wait for a check."""
    return [] if state.erased else [OpenWork(each.hex, "intake", at) for each, at in state.unchecked.items()]


def plan_scans(state: Complaint) -> list[OpenWork]:
    """The files that were checked without a scanner."""
    return [] if state.erased else [OpenWork(each.hex, "intake", at) for each, at in state.unscanned.items()]


class Queue(NamedTuple):
    """Files that wait, the longest first. `which`: the label in metrics."""

    which: str
    feed: StoreProjection
    table: Table


class AttachmentChecks:
    """Checks what waits, some files at a time. Of several processes one works, by a lease."""

    def __init__(self, context: Intake, relations: Database, tools: Tools, period_s: float = 1.0) -> None:
        self._context, self._database, self._tools, self._period_s = context, relations, tools, period_s
        self._queues = [self._queue("new", plan, WAITING_FILES, "")]
        if tools.scanner is not None:
            self._queues.append(self._queue("unscanned", plan_scans, UNSCANNED_FILES, UNSCANNED))
        self._lease = Lease(relations, LEASES, "attachments")
        self._backoff, self._running = Backoff(), dict[UUID, asyncio.Task[None]]()

    def _queue(self, which: str, planned: Plan, table: Table, prefix: str) -> Queue:
        def define(metadata: MetaData, before: str) -> Sequence[Table]:
            return open_work_tables(metadata, f"{prefix}{before}")

        view = open_work_view(self._context.repository, planned, frozenset(BY_NAME) - CHANGES)
        named = replace(view, name=f"{prefix}{view.name}", define=define)
        return Queue(which, StoreProjection(self._context.repository.store, self._database, METADATA, named), table)

    @property
    def read_models(self) -> Sequence[StoreProjection]:
        """What it keeps."""
        return [queue.feed for queue in self._queues]

    async def run(self) -> None:
        """Run until cancelled."""
        log.info("files are cleaned", sandbox=available() or "none: see docs/attachments.md")
        try:
            async with asyncio.TaskGroup() as group:
                group.create_task(self._repeat(self._start, self._period_s))
                group.create_task(self._repeat(self.measure, MEASURED_S))
        finally:
            await self._stop()

    @staticmethod
    async def _repeat(act: Callable[[], Awaitable[object]], period_s: float) -> None:
        while True:
            await RetryPolicy().until_up(act, "attachments")
            await asyncio.sleep(period_s)

    def unready(self) -> str | None:
        """Never: nothing waits for it."""
        return None

    async def once(self) -> None:
        """Check what waits now; what was tried without result a moment ago waits on."""
        while await self._start():
            await asyncio.gather(*self._running.values())

    async def measure(self) -> None:
        """Say in the metrics how many files wait, and the age of the oldest new one."""
        for queue in self._queues:
            query = select(func.count(), func.min(queue.table.c.due_at))
            count, oldest = await self._database.read(partial(_one, query))
            metrics.FILES_WAITING.labels(queue.which).set(count)
            if queue.table is WAITING_FILES:
                age = self._context.clock.now() - oldest if oldest is not None else timedelta()
                metrics.FILES_OLDEST.set(age.total_seconds())

    async def _start(self) -> bool:
        """Begin as many checks as there is room for; whether any is running."""
        if not await self._lease.hold():
            return False
        for queue in self._queues:
            await queue.feed.catch_up()
            async for row in self._waiting(queue.table):
                if len(self._running) >= self._tools.at_once:
                    break
                self._running[row.complaint] = asyncio.create_task(self._check_complaint(row.complaint))
        return bool(self._running)

    async def _waiting(self, table: Table) -> AsyncIterator[OpenWorkRow]:
        last, now = None, self._context.clock.now()
        while rows := await self._database.read(partial(self._page, table, last)):
            for row in rows:
                if row.complaint not in self._running and self._backoff.over(row.complaint, now):
                    yield row
            last = rows[-1]

    @staticmethod
    def _page(table: Table, after: OpenWorkRow | None, connection: Connection) -> Sequence[OpenWorkRow]:
        return soonest_due(connection, table, PAGE, after=after)

    async def _check_complaint(self, complaint: UUID) -> None:
        failed = True
        try:
            await check_files(self._context, complaint, self._tools)
            failed = False
        except Exception as error:  # noqa: BLE001 - a file never ends the service; it is tried less and less often
            log.warning("files wait", complaint=str(complaint), because=reason(error))
        finally:
            self._backoff.note({complaint: failed}, self._context.clock.now())
            self._running.pop(complaint, None)

    async def _stop(self) -> None:
        running = list(self._running.values())
        for task in running:
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)
        with suppress(Exception):  # the lease ends by itself if the database is gone
            await self._lease.release()


def _one(query: Select[int, Any], connection: Connection) -> Row[int, Any]:
    return connection.execute(query).one()
