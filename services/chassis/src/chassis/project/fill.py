"""Fills read models that are far behind the store: all those of a process in one pass over the history.

    history = History(store, database, metadata)
    history.add(projection)
    await history.fill()        # returns at once where nothing is far behind

A view that follows the store in small steps reads and folds each complaint once for every few of its events, and every
view does it for itself. Here each complaint is read, decoded and folded once, with all its events, for all views that
want it, at the position of its first event; tables that were empty get their indexes afterwards. That is allowed, for a
view gets the events of two complaints in any order (`chassis.project.view.View`).

Its progress is stored with the rows, so that a killed fill goes on. Of several processes one fills, by a lease.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final, Protocol

import structlog
from sqlalchemy import Connection, MetaData, Table, delete

from chassis.base.ports import Checkpoint, Store, holds
from chassis.project.position import Position
from chassis.project.progress import Progress
from chassis.project.view import Overtaken, View, prepared
from chassis.sql.database import Database
from chassis.sql.lease import Lease, lease_table
from schemas.base.envelope import RecordedEvent
from schemas.base.streams import COMPLAINT_PREFIX

FAR: Final = 5_000
"""Positions behind the store from which a view is filled instead of following."""
SPARSE: Final = 1_000
"""How many times larger the numbers of a store are whose positions are places in a file."""
PAGE: Final = 2_000
"""Positions in one step of a fill from the beginning: some hundred complaints, each with all its events. A step must
end while the folded complaints are still cached (`chassis.write.cache.LONGEST_S`), also on a busy machine.
"""
LATE_PAGE: Final = 1_000
"""As `PAGE`, for a later beginning: any event may be the first of its complaint, and many streams are read in vain."""
WAIT_S: Final = 1.0
Load = Callable[[Sequence[RecordedEvent]], Awaitable[Any]]
log = structlog.get_logger(__name__)


class Fillable(Protocol):
    """A read model that can be filled."""

    view: View[Any]
    tables: Sequence[Table]

    async def reached(self) -> "Reached":
        """How far its rows are now."""
        ...

    def begun(self, connection: Connection) -> None:
        """Keep what its checkpoint needs, in the transaction that begins the fill."""
        ...

    def filled(self, connection: Connection, at: Checkpoint) -> None:
        """Set its checkpoint, in the transaction that ends the fill."""
        ...


@dataclass(frozen=True, slots=True)
class Reached:
    """How far the rows of a view are. `first`: every event up to here is in them; `last`: none after it is. `of`: the
    position reached for a stream. `lost`: it can go on only by a fill.
    """

    first: int
    last: int
    of: Callable[[str], int]
    lost: bool = False

    @property
    def new(self) -> bool:
        """Whether nothing was ever read."""
        return not self.last


@dataclass(slots=True)
class _Job:
    """The fill of one view: events after `since` and up to `until`, of streams that begin by `done`."""

    member: Fillable
    since: Reached
    until: Checkpoint
    done: Checkpoint

    @property
    def at(self) -> int:
        return self.done.position or 0

    def wanted(self, history: Sequence[RecordedEvent], end: int) -> Sequence[RecordedEvent]:
        """The events of one stream, if its first new one lies in this step, which ends at `end`."""
        if not history or not history[0].stream.startswith(self.member.view.prefixes):
            return ()
        since, until = self.since.of(history[0].stream), self.until.position or 0
        new = [event for event in history if since < event.position <= until]
        return new if new and self.at < new[0].position <= end else ()


class History:
    """The read models of one database in this process."""

    def __init__(
        self,
        store: Store,
        database: Database,
        metadata: MetaData,
        told: Callable[[int, int | None], None] = lambda _events, _position: None,
    ) -> None:
        """Declares its tables in `metadata`. `told` gets every step's number of events, and its position."""
        self._told = told
        self._store, self.database, self._metadata = store, database, metadata
        self._lease = Lease(database, lease_table(metadata), "fill")
        self._members: list[Fillable] = []
        self._one_at_a_time = asyncio.Lock()
        self.progress = Progress()

    def add(self, member: Fillable) -> None:
        """Fill it together with the others."""
        self._members.append(member)

    async def is_far(self, member: Fillable) -> bool:
        """Whether it needs a fill: it is new or far behind, or a fill was interrupted."""
        return bool(await self._jobs([member]))

    def forget(self, connection: Connection, member: Fillable) -> None:
        """Begin its next fill anew."""
        self._marks(member).set(connection, Checkpoint(), Checkpoint())

    async def fill(self) -> None:
        """Fill all that need it; wait where another process does it.

        Raises:
            ChassisError: from the store or the database; what was done stays done.
        """
        async with self._one_at_a_time:
            while await self._jobs(self._members):
                if not await self._lease.hold():
                    await asyncio.sleep(WAIT_S)
                    continue
                try:
                    # Read again: another process may have filled them before it gave the lease away.
                    await self._pass([await self._begun(job) for job in await self._jobs(self._members)])
                except Overtaken:
                    log.info("overtaken", task="fill")
                finally:
                    await self._lease.release()
                    self.progress.end()

    async def _jobs(self, members: Sequence[Fillable]) -> list[_Job]:
        newest, jobs = await self._store.newest(), list[_Job]()
        far = FAR if self._store.dense else FAR * SPARSE
        for member in members:
            since = await member.reached()
            done, until = await self.database.read(self._marks(member).read)
            if until.position is not None or since.lost or newest - since.last > far:
                jobs.append(_Job(member, since, until, done))
        return jobs

    async def _begun(self, job: _Job) -> _Job:
        """The job with its marks: those of an interrupted fill, if the store still holds their events."""
        if job.until.position and await holds(self._store, job.until) and await holds(self._store, job.done):
            return job
        newest = await self._store.newest()
        until = Checkpoint(newest, await self._store.id_at(newest))
        begun = replace(job, until=until, done=Checkpoint(job.since.first, None))
        await self.database.run(lambda connection: self._begin(connection, begun))
        log.info("filling", view=job.member.view.name, after=job.since.first, until=newest)
        return begun

    def _begin(self, connection: Connection, job: _Job) -> None:
        self._marks(job.member).set(connection, job.done, job.until)
        job.member.begun(connection)
        if job.since.new:
            for table in job.member.tables:
                connection.execute(delete(table))
                if not job.member.view.indexed_load:
                    for index in table.indexes:
                        index.drop(connection, checkfirst=True)

    async def _pass(self, jobs: Sequence[_Job]) -> None:
        if not jobs:
            return
        prefixes = tuple({prefix for job in jobs for prefix in job.member.view.prefixes})
        end, size = max(job.until.position or 0 for job in jobs), _size(jobs)
        self.progress.begin(min(job.at for job in jobs), end)
        renewed_s = time.monotonic()
        while (at := min(job.at for job in jobs)) < end:
            page = await self._store.read_all(at or None, prefixes, size)
            reached = page.after(Checkpoint(at))
            if reached.position is None or reached.position <= at:
                break  # the store is shorter than it was: the views notice it
            histories = await self._histories(page.events, jobs, reached.position)
            await self._step(jobs, histories, Checkpoint(min(reached.position, end), reached.event_id))
            self.progress.move(min(job.at for job in jobs))
            self._told(len(page.events), reached.position)
            if time.monotonic() - renewed_s > WAIT_S:
                renewed_s = time.monotonic()
                if not await self._lease.hold():
                    raise Overtaken
        await self.database.run(lambda connection: self._end(connection, jobs))
        log.info("filled", views=[job.member.view.name for job in jobs], until=end)

    async def _histories(
        self, events: Sequence[RecordedEvent], jobs: Sequence[_Job], end: int
    ) -> list[Sequence[RecordedEvent]]:
        """The whole streams of complaints that some view wants now, and single events of other streams."""
        from_start = all(not job.since.first for job in jobs)
        streams, others = dict[str, None](), list[Sequence[RecordedEvent]]()
        for event in events:
            if not event.stream.startswith(COMPLAINT_PREFIX):
                others.append([event])
            elif not from_start or event.version == 0:
                streams[event.stream] = None
        histories = await self._store.read_many(list(streams)) if streams else []
        if not from_start:  # most of them began earlier, and are in the rows
            histories = [each for each in histories if any(job.wanted(each, end) for job in jobs)]
        return [*histories, *others]

    async def _step(
        self, jobs: Sequence[_Job], histories: Sequence[Sequence[RecordedEvent]], reached: Checkpoint
    ) -> None:
        end = reached.position or 0
        wanted = [
            (job, [event for history in histories for event in job.wanted(history, end)])
            for job in jobs
            if job.at < end
        ]
        await self._load(wanted, histories)
        items = [(job, await prepared(job.member.view, events)) for job, events in wanted]
        await self.database.run(lambda connection: self._write(connection, items, reached))
        for job, _ in items:
            job.done = reached

    @staticmethod
    async def _load(
        wanted: Sequence[tuple[_Job, Sequence[RecordedEvent]]], histories: Sequence[Sequence[RecordedEvent]]
    ) -> None:
        """Fold each complaint that a view looks at once, into the cache from which the views take it."""
        needed: dict[Load, set[str]] = {}
        for job, events in wanted:
            view = job.member.view
            if view.load is not None:
                streams = {event.stream for event in events if event.type not in view.ignored_types}
                needed.setdefault(view.load, set()).update(streams)
        for load, streams in needed.items():
            whole = [event for history in histories if history[0].stream in streams for event in history]
            if whole:
                await load(whole)

    def _write(self, connection: Connection, items: Sequence[tuple[_Job, Sequence[Any]]], reached: Checkpoint) -> None:
        for job, rows in items:
            if rows:
                job.member.view.apply(connection, job.member.tables, rows)
            self._marks(job.member).move(connection, job.done, reached)

    def _end(self, connection: Connection, jobs: Sequence[_Job]) -> None:
        for job in jobs:
            for table in job.member.tables:
                for index in table.indexes:
                    index.create(connection, checkfirst=True)
            self._marks(job.member).set(connection, Checkpoint(), Checkpoint())
            job.member.filled(connection, job.until)

    def _marks(self, member: Fillable) -> "FillMarks":
        return FillMarks(self._metadata, member.view.name)


def together(tasks: Sequence[object]) -> None:
    """Let the read models of one database that these tasks keep be filled in one pass. A task names them as
    `read_models`.
    """
    shared: dict[int, History] = {}
    for member in (each for task in tasks for each in getattr(task, "read_models", ())):
        known = shared.setdefault(id(member.history.database), member.history)
        if known is not member.history:
            known.add(member)
            member.history = known


def _size(jobs: Sequence[_Job]) -> int:
    return PAGE if all(not job.since.first for job in jobs) else LATE_PAGE


class FillMarks:
    """How far the fill of a view is, and up to where it goes; no positions: none is under way."""

    def __init__(self, metadata: MetaData, view: str) -> None:
        self._done, self._until = Position(metadata, f"fill:{view}"), Position(metadata, f"goal:{view}")

    def read(self, connection: Connection) -> tuple[Checkpoint, Checkpoint]:
        return self._done.read(connection), self._until.read(connection)

    def set(self, connection: Connection, done: Checkpoint, until: Checkpoint) -> None:
        """Set both unconditionally."""
        self._done.reset(connection, done)
        self._until.reset(connection, until)

    def refuse_others(self, connection: Connection) -> None:
        """Raises Overtaken: a fill is under way, and nobody else may write the rows."""
        if self._until.read(connection).position is not None:
            raise Overtaken

    def move(self, connection: Connection, before: Checkpoint, after: Checkpoint) -> None:
        """Raises Overtaken: another process moved it."""
        self._done.move(connection, before, after)
