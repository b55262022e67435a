"""Joins what is surely reported twice, and keeps suggestions of what perhaps is. Fed from the store; needs no Kafka.

The index proposes, the streams decide: both texts are read, compared and judged on full state, so looking twice does
nothing and an index made again changes nothing.
"""

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import Final, NamedTuple
from uuid import UUID

import structlog
from sqlalchemy import MetaData

from chassis.base.ports import TimeSource
from chassis.base.retry import RetryPolicy, reason
from chassis.project.from_store import StoreProjection
from chassis.react.reaction import StopProcess
from chassis.sql.database import Database
from chassis.sql.lease import Lease, lease_table
from chassis.write.command import handle
from chassis.write.loaded import LoadedStream
from chassis.write.repository import Cause, Repository
from router.duplicates import index
from router.duplicates.compare import (
    Certainty,
    ComparableReport,
    Comparison,
    comparable,
    compare,
    is_open_to_all,
    may_follow,
)
from router.duplicates.features import FeatureExtractor
from router.duplicates.index import IndexTables, Suggestion
from router.settings import FRESH_S
from schemas.base.refusals import Refusal
from schemas.complaint.state import Complaint
from schemas.deadlines.policies import Policies
from schemas.events.base import Fact
from schemas.events.codec import metadata_of
from schemas.events.router import ComplaintJoined

BATCH: Final = 50
PRUNE_EVERY: Final = timedelta(hours=1)
log = structlog.get_logger(__name__)


class SimilarComplaint(NamedTuple):
    """An earlier complaint, and how alike it is."""

    state: Complaint
    compared: Comparison


class DuplicateWatcher:
    """A road, and what the endpoints ask."""

    def __init__(
        self,
        database: Database,
        metadata: MetaData,
        repository: Repository,
        clock: TimeSource,
        reader: FeatureExtractor,
        secret: bytes,
        policies: Policies,
        period_s: float = 1.0,
    ) -> None:
        """`secret`: what the index hashes with, at most 64 bytes; another secret needs another index."""
        self._database, self._repository, self._clock, self._period_s = database, repository, clock, period_s
        self._reader, self._secret, self._policies = reader, secret, policies
        self._tables = IndexTables(*index.define(metadata, ""))
        self.view = index.index_view(repository, reader, secret)
        self.feed = StoreProjection(repository.store, database, metadata, self.view)
        self._lease = Lease(database, lease_table(metadata), "duplicates")
        self._retry_policy = RetryPolicy()
        self._looked = False
        self._prune_at = datetime.min.replace(tzinfo=UTC)

    async def run(self) -> None:
        """Until cancelled: while this process holds the lease, feed and compare; otherwise wait for it."""
        try:
            while True:
                await self._retry_policy.until_up(self._turn, "duplicates")
                await asyncio.sleep(self._period_s)
        finally:
            with suppress(Exception):  # the lease ends by itself if the database is gone
                await self._lease.release()

    def unready(self) -> str | None:
        """Why this road is not ready yet; None if it is."""
        return None if self._looked else "duplicates were not looked for yet"

    async def once(self) -> int:
        """Take in what the store holds and compare what is new; how many complaints that was."""
        await self.feed.catch_up()
        count = 0
        while new := await self._database.read(index.uncompared(self._tables, BATCH)):
            await self._compare(new)
            count += len(new)
            await self._lease.hold()
        if (now := self._clock.now()) >= self._prune_at:
            # As long as any version allows: one that allows more may come into force tomorrow.
            before = now - timedelta(days=max(policy.alike_d for policy in self._policies.versions))
            while await self._database.run(lambda connection: index.prune(connection, self._tables, before)):
                pass
            self._prune_at = now + PRUNE_EVERY
        return count

    async def similar(self, asked: ComparableReport) -> list[SimilarComplaint]:
        """Open complaints that anybody may know of and that may be about the same matter, the likeliest first."""
        await self.feed.refresh(FRESH_S)
        return [found for found in await self._earlier(asked) if is_open_to_all(found.state)][: index.SUGGESTIONS]

    async def suggestions(self, complaints: Sequence[UUID]) -> dict[UUID, list[Suggestion]]:
        """For each of these, which earlier ones it may be the same as, the likeliest first."""
        rows = await self._database.read(lambda connection: index.suggested(connection, self._tables, complaints))
        kept: dict[UUID, list[Suggestion]] = {each: [] for each in complaints}
        for row in rows:
            if len(kept[row.complaint]) < index.SUGGESTIONS:
                kept[row.complaint].append(row)
        return kept

    def comparable(self, state: Complaint, region: str | None = None) -> ComparableReport:
        """A complaint ready to be compared."""
        return comparable(state, self._reader, region)

    async def _turn(self) -> None:
        holds = await self._lease.hold()
        self._looked = True  # what lies behind may be much: nobody waits for it
        if holds:
            await self.once()

    async def _earlier(self, asked: ComparableReport) -> list[SimilarComplaint]:
        received_at = asked.state.received_at
        since = received_at - timedelta(days=self._policies.at(received_at).alike_d)
        under = index.nearby(asked, self._secret)
        near = await self._database.read(index.candidates(self._tables, under, since, asked.state.id))
        others = [each.state for each in await self._repository.load_many(near)]
        found = [
            SimilarComplaint(other, compare(asked, self.comparable(other), self._policies))
            for other in others
            if other.is_open
        ]
        alike = [each for each in found if each.compared.certainty is not Certainty.OTHER]
        return sorted(alike, key=lambda each: (each.compared.certainty is Certainty.ALIKE, -each.compared.score))

    async def _compare(self, new: Sequence[UUID]) -> None:
        found: list[Suggestion] = []
        for each in await self._repository.load_many(new):
            try:
                found += await self._retry_policy.until_up(lambda one=each: self._compare_one(one), "duplicates")  # type: ignore[misc]
            except StopProcess:
                raise
            except Exception as error:  # noqa: BLE001 - one that cannot be compared must not keep the others
                log.error("not compared", complaint=str(each.state.id), because=reason(error))
        await self._database.run(lambda connection: index.note(connection, self._tables, new, found))

    async def _compare_one(self, one: LoadedStream) -> list[Suggestion]:
        """Join it, or what came later, where that is sure; what is left to a person."""
        found: list[Suggestion] = []
        for other, compared in await self._earlier(self.comparable(one.state)):
            follower, lead = sorted((one.state, other), key=_order, reverse=True)
            if compared.certainty is Certainty.SURE and await self._join(follower.id, lead.id, compared):
                if follower.id == one.state.id:
                    return []
                continue
            found.append(Suggestion(follower.id, lead.id, round(compared.score, 3)))
        return found

    async def _join(self, follower: UUID, lead: UUID, compared: Comparison) -> bool:
        loaded, root = await self._repository.load_many([follower, lead])
        if any(event.type == ComplaintJoined.__name__ for event in loaded.recorded):
            return False

        def follow(state: Complaint) -> list[Fact]:
            if not may_follow(state, root.state):
                return []
            return [ComplaintJoined(at=self._clock.now(), lead=lead, by="rule", score=round(compared.score, 3))]

        # The filing asks for it: once in a complaint's life at most, whoever looks.
        correlation = metadata_of(loaded.recorded[0]).correlation_id
        cause = Cause(loaded.state.filed.event_id, correlation, self._clock.now())
        try:
            handled = await handle(self._repository, follower, follow, cause)
        except Refusal:
            return False
        if handled.facts:
            log.info("joined", complaint=str(follower), lead=str(lead))
        return bool(handled.facts)


def _order(state: Complaint) -> tuple[object, ...]:
    return state.received_at, state.id
