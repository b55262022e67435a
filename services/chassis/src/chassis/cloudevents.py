"""A stored event as a Kafka record and back: CloudEvents 1.0 in binary mode (the Kafka protocol binding, section 3.2).

The attributes travel as headers `ce_*`, the body as JSON. Beside the standard ones: `ce_sequence` is the version in
the stream, `ce_position` the store's position, `ce_stream` the stream's name, `ce_metadata` the envelope. Text that
was sealed in the store stays sealed here.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, Final, NamedTuple, TypeVar
from uuid import UUID

from chassis.errors import Poison
from chassis.message import Header, Message
from schemas.envelope import RecordedEvent
from schemas.streams import REGISTRY

SPEC_VERSION: Final = b"1.0"
JSON: Final = b"application/json"
SOURCE: Final = b"/satupintu/store"
_CONSTANT: Final[Sequence[Header]] = (
    ("ce_specversion", SPEC_VERSION),
    ("ce_source", SOURCE),
    ("content-type", JSON),
)

T = TypeVar("T")


class Head(NamedTuple):
    """What the headers tell of an event. `subject` is the complaint; None on the registry's events."""

    id: UUID
    type: str
    source: str
    time: datetime
    subject: UUID | None
    sequence: int
    position: int
    stream: str


class About(NamedTuple):
    """What a reaction needs of a message: it is a prompt, and all else is read from the stream."""

    subject: UUID
    type: str
    sequence: int


def to_headers(event: RecordedEvent) -> list[Header]:
    """The headers that carry this event; its body is `event.data` as it is."""
    stream = event.stream
    headers = [
        *_CONSTANT,
        ("ce_id", str(event.id).encode()),
        ("ce_type", event.type.encode()),
        ("ce_time", event.recorded_at.isoformat().encode()),
        ("ce_sequence", b"%d" % event.version),
        ("ce_position", b"%d" % event.position),
        ("ce_stream", stream.encode()),
        ("ce_metadata", event.metadata),
    ]
    if stream != REGISTRY:
        headers.append(("ce_subject", stream.partition("-")[2].encode()))
    return headers


def head(headers: Sequence[Header]) -> Head:
    """The attributes of one of our own events; the body is not looked at.

    Raises:
        Poison: a header is missing or wrong; the reason names it.
    """
    given = dict(headers)
    if (version := _required(given, "ce_specversion")) != SPEC_VERSION:
        raise Poison(f"ce_specversion is {version[:20]!r}, not 1.0")
    stream = _read(given, "ce_stream", bytes.decode)
    return Head(
        _read(given, "ce_id", _uuid),
        _read(given, "ce_type", bytes.decode),
        _read(given, "ce_source", bytes.decode),
        _read(given, "ce_time", _instant),
        None if stream == REGISTRY else _read(given, "ce_subject", _uuid),
        _read(given, "ce_sequence", _number),
        _read(given, "ce_position", _number),
        stream,
    )


def about(headers: Sequence[Header]) -> About:
    """Which complaint a message is about, and how far its stream had come. The other headers are checked as by `head`.

    Raises:
        Poison: as `head`, or the event is about no complaint.
    """
    found = head(headers)
    if found.subject is None:
        raise Poison("ce_subject is missing: this event is about no complaint")
    return About(found.subject, found.type, found.sequence)


def to_recorded(message: Message) -> RecordedEvent:
    """The stored event that a message carries, as the store would give it.

    Raises:
        Poison: a header or the body is missing or wrong.
    """
    found = head(message.headers)
    metadata = _required(dict(message.headers), "ce_metadata")
    if message.value is None:
        raise Poison("the message has no body")
    return RecordedEvent(
        found.id, found.type, message.value, metadata, found.stream, found.sequence, found.position, found.time
    )


def _required(given: Mapping[str, bytes | None], name: str) -> bytes:
    value = given.get(name)
    if not value:
        raise Poison(f"{name} is missing")
    return value


def _read(given: Mapping[str, bytes | None], name: str, parse: Callable[[Any], T]) -> T:
    value = _required(given, name)
    try:
        return parse(value)
    except ValueError as error:
        raise Poison(f"{name} is not valid") from error


def _uuid(value: bytes) -> UUID:
    return UUID(value.decode())


def _number(value: bytes) -> int:
    number = int(value)
    if number < 0:
        raise ValueError("below 0")
    return number


def _instant(value: bytes) -> datetime:
    instant = datetime.fromisoformat(value.decode())
    if instant.tzinfo is None:
        raise ValueError("no time zone")
    return instant.astimezone(UTC)
