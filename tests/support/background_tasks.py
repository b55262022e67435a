"""Complaints in a store, for tests of reactions, sweeps and views."""

from collections.abc import Collection, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from uuid import UUID

from chassis.base.clock import FixedClock
from chassis.base.message import Message
from chassis.base.ports import Store
from chassis.base.retry import RetryPolicy
from chassis.kafka.cloudevents import to_headers
from chassis.write.loaded import LoadedStream
from chassis.write.repository import Cause, Repository
from schemas.base.envelope import RecordedEvent
from schemas.base.ids import derived_id
from schemas.base.sealed import Keys
from schemas.base.streams import complaint_id
from schemas.base.topics import COMPLAINT_EVENTS
from schemas.events.agency_inbox import ProgressRecorded
from schemas.events.intake import ComplaintFiled, DetailAdded

T0 = datetime(2026, 3, 2, 3, 0, tzinfo=UTC)
SECRET_WORDS = "jalan berlubang di depan sekolah"


class PlainKeys:
    """A key ring without a database: every complaint's key is derived from its id."""

    async def ensure(self, complaints: Collection[UUID]) -> Mapping[UUID, Keys]:
        return {complaint: Keys({1: complaint.bytes * 2}) for complaint in complaints}

    async def load(self, complaints: Collection[UUID]) -> Mapping[UUID, Keys]:
        return await self.ensure(complaints)

    async def destroy(self, complaint: UUID) -> None:
        raise NotImplementedError


def number(index: int) -> UUID:
    """The id of the `index`-th complaint."""
    return derived_id("complaint", str(index))


def clock() -> FixedClock:
    return FixedClock(T0)


def impatient(attempts: int = 3) -> RetryPolicy:
    """A retry policy without waiting."""

    async def no_wait(_seconds: float) -> None:
        return None

    return RetryPolicy(attempts=attempts, sleep=no_wait, jitter=lambda: 0.0)


async def file(repository: Repository, complaint: UUID, at: datetime = T0) -> None:
    [fact] = [ComplaintFiled(at=at, received_at=at, text=SECRET_WORDS, channel="web", public_number="SP-2026-000001-8")]
    loaded = await repository.with_keys(await repository.load(complaint), complaint)
    cause = Cause(derived_id("file", str(complaint)), complaint, at)
    append = repository.prepare(loaded, [fact], cause)
    await repository.store.append(append.stream, append.expected_version, append.events)


async def file_many(store: Store, count: int, start: int = 0) -> list[UUID]:
    """File `count` complaints in group commits."""
    repository = Repository(store, PlainKeys(), "intake")
    ids = [number(index) for index in range(start, start + count)]
    loaded = await repository.load_many(ids)
    appends = [
        repository.prepare(
            each,
            [ComplaintFiled(at=T0, received_at=T0, text=SECRET_WORDS, channel="web", public_number="SP-2026-000001-8")],
            Cause(derived_id("file", str(each.state.id)), each.state.id, T0),
        )
        for each in loaded
    ]
    for begin in range(0, len(appends), 500):
        await store.append_many(appends[begin : begin + 500])
    return ids


async def add_detail(repository: Repository, complaint: UUID, name: str, at: datetime = T0) -> None:
    loaded = await repository.load(complaint)
    append = repository.prepare(
        loaded, [DetailAdded(at=at, text=name)], Cause(derived_id("detail", name), complaint, at)
    )
    await repository.store.append(append.stream, append.expected_version, append.events, append.seen)


def message(event: RecordedEvent, offset: int = 0, topic: str = COMPLAINT_EVENTS) -> Message:
    """The event as the relay sends it."""
    key = str(complaint_id(event.stream)).encode()
    return Message(topic, 0, offset, key, event.data, to_headers(event))


async def messages(store: Store) -> list[Message]:
    """Every event in the store as a message, in order."""
    events = (await store.read_all(None, limit=100_000)).events
    return [message(event, offset) for offset, event in enumerate(events)]


def note_once(loaded: LoadedStream) -> tuple[Sequence[ProgressRecorded], Cause] | None:
    """A small reaction: record progress once on every complaint that has none."""
    if any(event.type == "ProgressRecorded" for event in loaded.recorded):
        return None
    at = loaded.state.received_at + timedelta(minutes=1)
    return [ProgressRecorded(at=at, agency="pu", text="seen")], Cause(loaded.state.filed.event_id, loaded.state.id, at)
