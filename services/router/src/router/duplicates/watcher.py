"""Joins complaints that surely repeat an earlier one, and stores suggestions of possible ones. Fed from the store.

The index proposes, the streams decide: a pair is compared on full state, so comparing again appends nothing, and a
rebuilt index changes nothing.
"""

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import Final, NamedTuple
from uuid import UUID

import structlog

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
from router.duplicates.index import Suggestion
from router.placement import views
from router.placement.views import METADATA
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
    """An earlier complaint, and its comparison with the one in question."""

    state: Complaint
    comparison: Comparison


class DuplicateWatcher:
    """A background task, and what the endpoints ask of it."""

    def __init__(
        self,
        database: Database,
        repository: Repository,
        clock: TimeSource,
        reader: FeatureExtractor,
        secret: bytes,
        policies: Policies,
        period_s: float = 1.0,
    ) -> None:
        """`secret`: the key of the index's hashes, at most 64 bytes; another secret needs another index."""
        self._database, self._repository, self._clock, self._period_s = database, repository, clock, period_s
        self._reader, self._secret, self._policies = reader, secret, policies
        self.view = index.index_view(repository, reader, secret)
        self.feed = StoreProjection(repository.store, database, METADATA, self.view)
        self._lease = Lease(database, lease_table(METADATA), "duplicates")
        self._retry_policy = RetryPolicy()
        self._ran = False
        self._prune_at = datetime.min.replace(tzinfo=UTC)

    @property
    def read_models(self) -> Sequence[StoreProjection]:
        """What it keeps."""
        return [self.feed]

    async def run(self) -> None:
        """Runs until cancelled: feeds and compares while this process holds the lease, else waits for it."""
        try:
            while True:
                await self._retry_policy.until_up(self._pass, "duplicates")
                await asyncio.sleep(self._period_s)
        finally:
            with suppress(Exception):  # the lease ends by itself if the database is gone
                await self._lease.release()

    def unready(self) -> str | None:
        """Why this task is not ready yet; None if it is."""
        return None if self._ran else "the search for duplicates has not run yet"

    async def once(self) -> int:
        """Read what is new in the store and compare it; the number of complaints compared."""
        await self.feed.catch_up()
        count = 0
        while new := await self._database.read(lambda connection: index.uncompared(connection, BATCH)):
            await self._compare(new)
            count += len(new)
            await self._lease.hold()
        if (now := self._clock.now()) >= self._prune_at:
            # By the longest period of any version: one that allows more may come into force tomorrow.
            before = now - timedelta(days=max(policy.alike_d for policy in self._policies.versions))
            while await self._database.run(lambda connection: index.prune(connection, before)):
                pass
            self._prune_at = now + PRUNE_EVERY
        return count

    async def similar(self, report: ComparableReport) -> list[SimilarComplaint]:
        """Open public complaints that may be about the same matter, the likeliest first."""
        await self.feed.refresh(FRESH_S)
        return [found for found in await self._earlier(report) if is_open_to_all(found.state)][: index.SUGGESTIONS]

    async def suggestions(self, complaints: Sequence[UUID]) -> dict[UUID, list[Suggestion]]:
        """For each of these the earlier complaints that it may repeat, the likeliest first."""
        found: dict[UUID, list[Suggestion]] = {each: [] for each in complaints}
        for row in await self._database.read(lambda connection: index.suggestions(connection, complaints)):
            found[row.complaint].append(row)
        return {complaint: rows[: index.SUGGESTIONS] for complaint, rows in found.items()}

    def comparable(self, state: Complaint, region: str | None = None) -> ComparableReport:
        """A complaint with its features."""
        return comparable(state, self._reader, region)

    async def _pass(self) -> None:
        holds = await self._lease.hold()
        self._ran = True  # before the comparisons: a backlog must not delay readiness
        if holds:
            await self.once()

    async def _earlier(self, report: ComparableReport) -> list[SimilarComplaint]:
        received_at = report.state.received_at
        since = received_at - timedelta(days=self._policies.at(received_at).alike_d)
        keys = index.nearby(report, self._secret)
        near = await self._database.read(lambda connection: index.candidates(connection, keys, since, report.state.id))
        others = [each.state for each in await self._repository.load_many(near)]
        found = [
            SimilarComplaint(other, await self._comparison(report, self.comparable(other), since))
            for other in others
            if other.is_open
        ]
        similar = [each for each in found if each.comparison.certainty is not Certainty.DIFFERENT]
        return sorted(
            similar, key=lambda each: (each.comparison.certainty is Certainty.POSSIBLE, -each.comparison.score)
        )

    async def _comparison(self, one: ComparableReport, other: ComparableReport, since: datetime) -> Comparison:
        """A point that a third report has too says nothing of the spot of these two."""
        found = compare(one, other, self._policies)
        if found.certainty is not Certainty.SURE or one.pin is None or other.pin is None:
            return found
        keys = {*index.pin_keys(one, self._secret), *index.pin_keys(other, self._secret)}
        sharing = await self._database.read(
            lambda connection: set().union(*(index.sharing_pin(connection, key, since) for key in keys))
        )
        if sharing <= {one.state.id, other.state.id}:
            return found
        return compare(one._replace(pin=None), other._replace(pin=None), self._policies)

    async def _compare(self, new: Sequence[UUID]) -> None:
        found: list[Suggestion] = []
        for each in await self._repository.load_many(new):
            try:
                found += await self._retry_policy.until_up(lambda one=each: self._compare_one(one), "duplicates")  # type: ignore[misc]
            except StopProcess:
                raise
            except Exception as error:  # noqa: BLE001 - one that cannot be compared must not stop the others
                log.error("not compared", complaint=str(each.state.id), because=reason(error))
        await self._database.run(lambda connection: index.write_compared(connection, new, found))

    async def _compare_one(self, one: LoadedStream) -> list[Suggestion]:
        """Join it, or a later one to it, where that is sure; the other similar complaints as suggestions."""
        found: list[Suggestion] = []
        for other, comparison in await self._earlier(self.comparable(one.state)):
            lead, follower = sorted((one.state, other), key=lambda state: (state.received_at, state.id))
            if lead.id in follower.not_same_as:
                continue
            if comparison.certainty is Certainty.SURE and await self._join(follower.id, lead.id, comparison):
                if follower.id == one.state.id:
                    return []
                continue
            found.append(Suggestion(follower.id, lead.id, round(comparison.score, 3)))
        return found

    async def _join(self, follower: UUID, lead: UUID, comparison: Comparison) -> bool:
        loaded, root = await self._repository.load_many([follower, lead])
        if loaded.state.lead == lead:
            return True  # by the pass that compared the lead
        if await self._database.read(lambda connection: views.followers_of(connection, follower)):
            return False  # its followers were compared with it alone
        # At most one join by rule in a complaint's life: the desk or the reporter had a reason to undo it.
        if any(event.type == ComplaintJoined.__name__ for event in loaded.recorded):
            return False

        def decision(state: Complaint) -> list[Fact]:
            if not may_follow(state, root.state):
                return []
            return [ComplaintJoined(at=self._clock.now(), lead=lead, by="rule", score=round(comparison.score, 3))]

        # The cause is the filing: whichever process compares, the event id is the same.
        correlation = metadata_of(loaded.recorded[0]).correlation_id
        cause = Cause(loaded.state.filed.event_id, correlation, self._clock.now())
        try:
            handled = await handle(self._repository, follower, decision, cause)
        except Refusal:
            return False
        if handled.facts:
            log.info("joined", complaint=str(follower), lead=str(lead))
        return bool(handled.facts)
