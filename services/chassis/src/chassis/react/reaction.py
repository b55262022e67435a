"""Reactions to messages: each message names a complaint; the reaction decides on its full state. A batch takes one load
and one group commit. Failed messages are handled alone, retried, and then become dead letters.

Independent of the Kafka client: the Faust shell (`chassis.react.agent`), sweeps and the simulation run this code.
"""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from time import monotonic
from typing import Final
from uuid import UUID

import structlog

from chassis.base import metrics
from chassis.base.errors import Busy, Conflict, IdClash, KafkaDenied, Poison
from chassis.base.message import Header, Message
from chassis.base.retry import HOPELESS, RetryPolicy, reason
from chassis.deadletter.port import DeadLetter, DeadLetters
from chassis.kafka.verify import RecordVerifier, complaint_of
from chassis.react.spans import reacting
from chassis.tracing import spans
from chassis.write.command import ATTEMPTS
from chassis.write.loaded import LoadedStream
from chassis.write.repository import NOW, Cause, Repository
from schemas.events import BY_NAME
from schemas.events.base import Fact
from schemas.events.escalation import DeadlineMissed

Outcome = tuple[Sequence[Fact], Cause]
"""Facts to append to the complaint, and why."""

Reaction = Callable[[Sequence[LoadedStream]], Awaitable[Sequence[Outcome | None]]]
"""What to append to each of these complaints, in order; None (or no facts) where there is nothing to do.

May read and send through ports. It is called again after a conflict, an error or a restart, so whatever it sends must
be idempotent. It writes to other streams through `command.handle`.
"""

PUT_AT_ONCE: Final = 64
"""Foreign records set aside at the same time: one after another, a flood of them would delay what is behind it."""
log = structlog.get_logger(__name__)


class NotStored(Poison):
    """The store does not hold the event that calls for a reaction: an older store was restored."""


class StopProcess(Exception):
    """Too many dead letters: an outage. The process must end before its offsets are committed."""


@dataclass(frozen=True, slots=True)
class DeadLetterLimit:
    """At most `most` dead letters in `window_s` seconds of real time; more means an outage."""

    most: int = 50
    window_s: float = 60.0


@dataclass(frozen=True, slots=True)
class Failure:
    """Why a complaint could not be handled, after `attempts` tries. `foreign`: it is not the fault of this process."""

    reason: str
    attempts: int
    foreign: bool = False


def per_complaint(decide: Callable[[LoadedStream], Outcome | None]) -> Reaction:
    """A reaction that decides on each complaint separately."""

    async def react(loaded: Sequence[LoadedStream]) -> Sequence[Outcome | None]:
        return [decide(each) for each in loaded]

    return react


class Reactor:
    """Loads complaints, calls the reaction and appends the facts that it returns."""

    def __init__(self, repository: Repository, react: Reaction, retry_policy: RetryPolicy | None = None) -> None:
        self._repository, self._react, self._retry_policy = repository, react, retry_policy or RetryPolicy()

    async def handle(self, complaints: Sequence[UUID], at_least: Mapping[UUID, int] = NOW) -> dict[UUID, Failure]:
        """React to these complaints; the failed ones with the reason. `at_least`: the versions that states must have
        reached; by default the store's newest.

        All together first, then those with a conflict or an error one by one. Waits without limit for a store or broker
        that does not answer. A complaint without that version, or without any event, gets no reaction and is failed.
        """
        if not complaints:
            return {}
        if len(complaints) == 1:
            failure = await self._alone(complaints[0], at_least)
            return {complaints[0]: failure} if failure else {}
        try:
            alone: Sequence[UUID] = await self._retry_policy.until_up(
                lambda: self.once(complaints, at_least), "reaction"
            )
        except (StopProcess, KafkaDenied):
            raise
        except Exception as error:  # noqa: BLE001 - caused by one of them: each is then tried alone
            log.debug("batch failed", because=reason(error), complaints=len(complaints))
            alone = complaints
        failures = {complaint: await self._alone(complaint, at_least) for complaint in alone}
        return {complaint: failure for complaint, failure in failures.items() if failure}

    async def once(self, complaints: Sequence[UUID], at_least: Mapping[UUID, int] = NOW) -> list[UUID]:
        """React to all together; the complaints that another writer changed in between. Raises NotStored."""
        return await self._once(complaints, at_least, at_least)

    async def _once(
        self, complaints: Sequence[UUID], at_least: Mapping[UUID, int], wanted: Mapping[UUID, int]
    ) -> list[UUID]:
        """As `once`; `wanted`: the versions that the store must hold, at least the first event."""
        began_ns = spans.began()
        loaded = await self._repository.load_many(complaints, at_least)
        for each in loaded:
            if each.state.version < (version := wanted.get(each.state.id, 0)):
                raise NotStored(f"{each.stream} has no version {version} in the store: was an older store restored?")
        outcomes = await self._react(loaded)
        due = [
            (each, *outcome)
            for each, outcome in zip(loaded, outcomes, strict=True)
            if outcome is not None and outcome[0]
        ]
        if not due:
            return []
        with reacting(self._repository.writer, due, began_ns):
            pending = [(each, facts, self._repository.prepare(each, facts, cause)) for each, facts, cause in due]
            results = await self._repository.store.append_many([append for _, _, append in pending])
        conflicting: list[UUID] = []
        for (each, facts, append), result in zip(pending, results, strict=True):
            match result:
                case IdClash():
                    raise result
                case Conflict():
                    metrics.APPEND_CONFLICTS.labels(self._repository.writer).inc()
                    conflicting.append(each.state.id)
                case _:
                    self._repository.remember(each, facts, append, result)
                    _count(facts)
        return conflicting

    async def _alone(self, complaint: UUID, at_least: Mapping[UUID, int]) -> Failure | None:
        tries = 0
        while True:
            tries += 1
            try:
                await self._retry_policy.until_up(lambda: self._until_appended(complaint, at_least), "reaction")
            except (StopProcess, KafkaDenied):  # no fault of this complaint
                raise
            except Exception as error:  # noqa: BLE001 - becomes a dead letter, with its reason
                if tries >= self._retry_policy.attempts or isinstance(error, HOPELESS):
                    log.error("reaction failed", complaint=str(complaint), because=reason(error), tries=tries)
                    return Failure(reason(error), tries, foreign=isinstance(error, NotStored))
                await self._retry_policy.wait(tries)
            else:
                return None

    async def _until_appended(self, complaint: UUID, wanted: Mapping[UUID, int]) -> None:
        """React until an append succeeds. Raises Busy: other writers kept appending first."""
        for attempt in range(1, ATTEMPTS + 1):
            if not await self._once([complaint], NOW, wanted):
                return
            await self._retry_policy.wait(attempt)
        raise Busy(self._retry_policy.first_s)


class Guard:
    """Handles batches of raw messages for one service. Call it once per batch; on return every message is handled or a
    durable dead letter, so the offsets may be committed.
    """

    def __init__(
        self,
        repository: Repository,
        react: Reaction,
        dead_letters: DeadLetters,
        *,
        event_types: Collection[str] = (),
        retry_policy: RetryPolicy | None = None,
        limit: DeadLetterLimit | None = None,
        clock: Callable[[], float] = monotonic,
        verifier: RecordVerifier | None = None,
    ) -> None:
        """`event_types`: the event types to react to; all if empty. `limit`: for failures of this process; foreign
        records are set aside without a limit. `verifier`: the platform's; by default every record is held against the
        store.
        """
        self._service, self._dead_letters, self._event_types = repository.writer, dead_letters, frozenset(event_types)
        self._ignored = frozenset(name.encode() for name in BY_NAME if event_types and name not in self._event_types)
        self._retry_policy, self._limit, self._clock = retry_policy or RetryPolicy(), limit or DeadLetterLimit(), clock
        self.reactor = Reactor(repository, react, self._retry_policy)
        self._recent: deque[float] = deque()
        self._verifier = verifier or RecordVerifier(repository.store)

    async def __call__(self, messages: Sequence[Message]) -> None:
        """Handle every message.

        Raises:
            StopProcess: too many dead letters; no offset of this batch may be committed.
        """
        checked = await self._retry_policy.until_up(lambda: self._verifier.check(messages), "check of records")
        foreign = [
            (message, Failure(f"{Poison.__name__}: {because}", 1, foreign=True)) for message, because in checked.foreign
        ]
        by_complaint: dict[UUID, list[Message]] = {}
        versions: dict[UUID, int] = {}
        for message, event in (*checked.signed, *checked.held):
            if not self._event_types or event.type in self._event_types:
                complaint = complaint_of(event)
                by_complaint.setdefault(complaint, []).append(message)
                versions[complaint] = max(event.version, versions.get(complaint, 0))
        for complaint, failure in (await self.reactor.handle(list(by_complaint), versions)).items():
            if failure.foreign:
                foreign += [(message, failure) for message in by_complaint[complaint]]
                continue
            for message in by_complaint[complaint]:
                self._count()
                await self._set_aside(message, failure)
        await self._set_foreign_aside(foreign)

    def ignores(self, headers: Sequence[Header]) -> bool:
        """Whether a message's event type is none of `event_types`, so that it may be skipped."""
        return any(name == "ce_type" and value in self._ignored for name, value in headers)

    async def _set_foreign_aside(self, foreign: Sequence[tuple[Message, Failure]]) -> None:
        for start in range(0, len(foreign), PUT_AT_ONCE):
            await asyncio.gather(*(self._set_aside(*each) for each in foreign[start : start + PUT_AT_ONCE]))
        metrics.FOREIGN_RECORDS.labels(self._service).inc(len(foreign))

    async def _set_aside(self, message: Message, failure: Failure) -> None:
        dead_letter = DeadLetter(self._service, message, failure.reason, failure.attempts)
        await self._retry_policy.until_up(lambda: self._dead_letters.put(dead_letter), "dead letter")
        metrics.DEAD_LETTERS.labels(self._service).inc()
        log.error("dead letter", place=message.place, because=failure.reason, tries=failure.attempts)

    def _count(self) -> None:
        now = self._clock()
        while self._recent and self._recent[0] <= now - self._limit.window_s:
            self._recent.popleft()
        if len(self._recent) >= self._limit.most:
            raise StopProcess(f"more than {self._limit.most} dead letters in {self._limit.window_s:g} s")
        self._recent.append(now)


def _count(facts: Sequence[Fact]) -> None:
    for fact in facts:
        if isinstance(fact, DeadlineMissed):
            metrics.DEADLINES_MISSED.labels(fact.clock.value).inc()
