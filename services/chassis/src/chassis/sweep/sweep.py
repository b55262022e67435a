"""Sweep: reads open work from the store and passes complaints to the reaction when their work is due.

    sweep = Sweep(database, repository, clock, plan=plan, react=react, tables=sweep_tables(metadata))
    await sweep.run()          # until cancelled; of several processes only the one with the lease works

Works without Kafka. A row only says when to react: the reaction decides on the stream, so a stale row is harmless.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable, Collection, Sequence
from contextlib import suppress
from datetime import datetime
from typing import Final, NamedTuple
from uuid import UUID

import structlog
from sqlalchemy import MetaData, Table

from chassis.base import metrics
from chassis.base.ports import TimeSource
from chassis.base.retry import UNREADABLE, RetryPolicy, reason
from chassis.project.from_store import STILL_READING, StoreProjection
from chassis.project.position import position_table
from chassis.react.reaction import Reaction, Reactor
from chassis.sql.database import Database
from chassis.sql.lease import Lease, lease_table
from chassis.sweep.backoff import Backoff
from chassis.sweep.open_work import (
    OpenWorkRow,
    Plan,
    WorkPlan,
    on_other_basis,
    open_work_table,
    open_work_view,
    planned,
    replace_work,
    set_basis,
    soonest_due,
)
from chassis.write.repository import Repository

BATCH: Final = 500
log = structlog.get_logger(__name__)


class SweepTables(NamedTuple):
    """A sweep's tables in its service's database."""

    work: Table
    feed: Table
    lease: Table
    metadata: MetaData


def sweep_tables(metadata: MetaData) -> SweepTables:
    """Declare them in a service's metadata before its `Database` is created; a second call returns the same ones."""
    return SweepTables(open_work_table(metadata), position_table(metadata), lease_table(metadata), metadata)


class Sweep:
    """Updates the open work from the store and passes due complaints to `react`, a reaction like a guard's."""

    def __init__(
        self,
        database: Database,
        repository: Repository,
        clock: TimeSource,
        *,
        plan: Plan,
        react: Reaction,
        tables: SweepTables,
        ignored_types: Collection[str] = (),
        basis: Callable[[], Awaitable[str]] | None = None,
        period_s: float = 1.0,
        retry_policy: RetryPolicy | None = None,
        real: Callable[[], float] = time.time,
    ) -> None:
        """`ignored_types`: event types that never change what `plan` returns. `basis` returns a hash of the present
        calendars, policies and registry. `period_s`: real seconds between two scans; `real` returns real seconds.
        """
        self._database, self._repository, self._clock, self._plan = database, repository, clock, plan
        self._tables, self._period_s, self._retry_policy = tables, period_s, retry_policy or RetryPolicy()
        self._basis = basis
        view = open_work_view(repository, plan, ignored_types)
        self.open_work = self._feed = StoreProjection(repository.store, database, tables.metadata, view)
        self._reactor = Reactor(repository, react, self._retry_policy)
        self._lease = Lease(database, tables.lease, f"sweep.{repository.writer}", real)
        self._read = False
        self._backoff = Backoff()

    @property
    def read_models(self) -> Sequence[StoreProjection]:
        """What it keeps."""
        return [self.open_work]

    async def run(self) -> None:
        """Run until cancelled: while this process holds the lease, update and scan; otherwise wait for the lease."""
        try:
            while True:
                await self._retry_policy.until_up(self._scan, f"sweep of {self._repository.writer}")
                await asyncio.sleep(self._period_s)
        finally:
            with suppress(Exception):  # the lease expires if the database is down
                await self._lease.release()

    async def _scan(self) -> None:
        holds = await self._lease.hold()
        if holds:
            await self.replan_outdated()
            await self.feed()
        self._read = True  # before the work: a backlog must not delay readiness
        if holds:
            await self.once()

    async def feed(self) -> int | None:
        """Update the open work with everything in the store; the position reached."""
        return await self._feed.catch_up()

    async def once(self) -> int:
        """Handle everything that is due now, once; the number of complaints.

        Work that stays due although it was handled is tried less and less often, down to once a minute.
        """
        now, handled, last = self._clock.now(), set[UUID](), None
        while rows := await self._due(now, last):
            last = rows[-1]
            versions = {row.complaint: row.version for row in rows}
            due = [each for each in versions if each not in handled and self._backoff.over(each, now)]
            if not due:
                continue
            await self._handle(due)
            plans = await self._plan_again(due)
            self._backoff.note({each: _without_result(plans.get(each), versions[each], now) for each in due}, now)
            handled.update(due)
            await self._lease.hold()
        metrics.SWEEP_HANDLED.labels(self._repository.writer).inc(len(handled))
        await self._tell_overdue(now)
        return len(handled)

    async def _tell_overdue(self, now: datetime) -> None:
        left = await self._database.read(lambda connection: soonest_due(connection, self._tables.work, 1, now))
        overdue_s = (now - left[0].due_at).total_seconds() if left else 0.0
        metrics.SWEEP_OVERDUE.labels(self._repository.writer).set(overdue_s)

    async def _due(self, now: datetime, after: OpenWorkRow | None) -> list[OpenWorkRow]:
        table = self._tables.work
        return await self._database.read(lambda connection: soonest_due(connection, table, BATCH, now, after))

    async def _handle(self, due: Sequence[UUID]) -> None:
        for complaint, failure in (await self._reactor.handle(due)).items():
            log.error("sweep failed", complaint=str(complaint), because=failure.reason, tries=failure.attempts)

    async def replan(self, complaints: Sequence[UUID]) -> None:
        """Plan these again, because something other than their events changed."""
        for start in range(0, len(complaints), BATCH):
            await self._plan_again(complaints[start : start + BATCH])

    async def replan_outdated(self) -> int:
        """Plan work again whose basis is not the present one: older calendars, or the numbers of another release. The
        number of complaints.

        Work of streams that cannot be read keeps its date.
        """
        count = 0
        while self._basis is not None:
            basis = await self._basis()  # read for every page: it may have changed meanwhile
            found = await self._outdated(basis)
            if not found:
                break
            plans = await self._plan_again(found)
            await self._set_basis([each for each in found if each not in plans], basis)
            count += len(found)
            await self._lease.hold()
        return count

    async def _outdated(self, basis: str) -> list[UUID]:
        return await self._database.read(lambda connection: on_other_basis(connection, self._tables.work, basis, BATCH))

    async def _set_basis(self, complaints: Sequence[UUID], basis: str) -> None:
        if complaints:
            await self._database.run(lambda connection: set_basis(connection, self._tables.work, complaints, basis))

    async def _plan_again(self, complaints: Sequence[UUID]) -> dict[UUID, WorkPlan]:
        plans = await self._planned(complaints)
        await self._database.run(lambda connection: replace_work(connection, [self._tables.work], plans))
        return {plan.complaint: plan for plan in plans}

    async def _planned(self, complaints: Sequence[UUID]) -> list[WorkPlan]:
        try:
            return await planned(self._repository, self._plan, complaints)
        except UNREADABLE as error:
            if len(complaints) == 1:
                log.error("cannot be planned", complaint=str(complaints[0]), because=reason(error))
                return []
        return [plan for each in complaints for plan in await self._planned([each])]

    async def rows(self, limit: int = 1000) -> list[OpenWorkRow]:
        """Open work, the earliest due first."""
        return await self._database.read(lambda connection: soonest_due(connection, self._tables.work, limit))

    def unready(self) -> str | None:
        """Why this task is not ready yet; None if it is."""
        return None if self._read else f"the sweep is {self.open_work.history.progress.text or STILL_READING}"


def _without_result(plan: WorkPlan | None, version: int, now: datetime) -> bool:
    """Whether it is still due and nothing was written since the row was planned."""
    return plan is None or (plan.version == version and any(work.due_at <= now for work in plan.work))
