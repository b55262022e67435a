"""A stored event as a Kafka record and back: CloudEvents 1.0 in binary mode (the Kafka protocol binding, section 3.2).

The attributes are headers `ce_*`, the body is JSON. Extensions: `ce_sequence` is the version in the stream,
`ce_position` the store's position, `ce_stream` the stream's name, `ce_metadata` the envelope without who gave the
command, `ce_signature` the relay's signature (`chassis.kafka.signature`). Sealed text stays sealed. Of an event that a
trace wrote, `traceparent` names the span, as OpenTelemetry's clients of Kafka do.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any, Final, NamedTuple
from uuid import UUID

from chassis.base.errors import Poison
from chassis.base.message import Header, Message
from chassis.kafka.signature import SIGNATURE, SIGNED, Signer
from schemas.base.envelope import RecordedEvent, published, traceparent_of
from schemas.base.streams import COMPLAINT_PREFIX, REGISTRY, complaint_id, complaint_stream

SPEC_VERSION: Final = b"1.0"
JSON: Final = b"application/json"
SOURCE: Final = b"/satupintu/store"
TRACEPARENT: Final = "traceparent"
LAST_VERSION: Final = 2**31 - 1
LAST_POSITION: Final = 2**63 - 1
"""The largest that a store's columns hold; a stranger may write any number."""
_CONSTANT: Final[Sequence[Header]] = (
    ("ce_specversion", SPEC_VERSION),
    ("ce_source", SOURCE),
    ("content-type", JSON),
)

Given = Mapping[str, bytes | None]
Parse = Callable[[bytes], Any]


class EventHeader(NamedTuple):
    """An event's attributes. `subject`: the complaint; None on the registry's events."""

    id: UUID
    type: str
    source: str
    time: datetime
    subject: UUID | None
    sequence: int
    position: int
    stream: str


def to_headers(event: RecordedEvent, signer: Signer | None = None, partition: int = 0) -> list[Header]:
    """This event's headers; the body is `event.data` unchanged. `signer` signs them for this partition."""
    stream = event.stream
    values = (
        str(event.id).encode(),
        event.type.encode(),
        _time(event.recorded_at),
        b"%d" % event.version,
        b"%d" % event.position,
        stream.encode(),
        published(event.metadata),
    )
    headers = [*_CONSTANT, *zip(SIGNED, values, strict=True)]
    if stream != REGISTRY:
        headers.append(("ce_subject", stream.partition("-")[2].encode()))
    if (traceparent := traceparent_of(event.metadata)) is not None:
        headers.append((TRACEPARENT, traceparent.encode()))
    if signer is not None:
        headers.append((SIGNATURE, signer.sign(partition, (*values, event.data))))
    return headers


@lru_cache(maxsize=256)
def _time(recorded_at: datetime) -> bytes:
    # Events of one commit share it.
    return recorded_at.isoformat().encode()


def event_header(headers: Sequence[Header]) -> EventHeader:
    """The attributes of one of our own events; ignores the body.

    Raises:
        Poison: a header is missing or wrong; the reason names it.
    """
    given = dict(headers)
    id_, type_, source, time, sequence, position, stream = _attributes(given)
    subject = None if stream == REGISTRY else _parsed(given, _SUBJECT)[0]
    return EventHeader(id_, type_, source, time, subject, sequence, position, stream)


def to_recorded(message: Message) -> RecordedEvent:
    """The stored event that a message carries.

    Raises:
        Poison: a header or the body is missing or wrong.
    """
    given = dict(message.headers)
    return _parse_fast(given, message.value) or _parse_checked(given, message.value)


def _parse_fast(given: Given, data: bytes | None) -> RecordedEvent | None:
    # Read models parse every event, and nearly all are valid: half the time of `_parse_checked`.
    headers: Mapping[str, Any] = given
    try:
        id_, time, stream = _uuid(headers["ce_id"]), _instant(headers["ce_time"]), headers["ce_stream"].decode()
        type_, version, position = headers["ce_type"].decode(), int(headers["ce_sequence"]), int(headers["ce_position"])
        metadata, known = (
            headers["ce_metadata"],
            headers["ce_specversion"] == SPEC_VERSION and headers["ce_source"].decode(),
        )
    except (LookupError, ValueError, AttributeError, TypeError, OverflowError):
        return None
    if data is None or not (known and type_ and stream and metadata):
        return None
    if not (0 <= version <= LAST_VERSION and 0 <= position <= LAST_POSITION):
        return None
    return RecordedEvent(id_, type_, data, metadata, stream, version, position, time)


def _parse_checked(given: Given, data: bytes | None) -> RecordedEvent:
    """Check one header after the other, so that the error names the wrong one."""
    id_, type_, _, time, version, position, stream = _attributes(given)
    [metadata] = _parsed(given, _METADATA)
    if data is None:
        raise Poison("the message has no body")
    return RecordedEvent(id_, type_, data, metadata, stream, version, position, time)


def _attributes(given: Given) -> list[Any]:
    if (version := given.get("ce_specversion")) != SPEC_VERSION:
        raise Poison(f"ce_specversion is {version[:20]!r}, not 1.0" if version else "ce_specversion is missing")
    return _parsed(given, _ATTRIBUTES)


def _parsed(given: Given, wanted: Mapping[str, Parse]) -> list[Any]:
    parsed: list[Any] = []
    try:
        for name, parse in wanted.items():
            if not (value := given.get(name)):
                raise Poison(f"{name} is missing")
            parsed.append(parse(value))
    except (ValueError, OverflowError) as error:
        raise Poison(f"{list(wanted)[len(parsed)]} is not valid") from error
    return parsed


def is_complaint_stream(stream: str) -> bool:
    """Whether this is the name of a complaint's stream, spelt as the store spells it."""
    try:
        return stream.startswith(COMPLAINT_PREFIX) and stream == complaint_stream(complaint_id(stream))
    except ValueError:
        return False


def _uuid(value: bytes) -> UUID:
    return UUID(value.decode())


def _number(limit: int) -> Parse:
    def parse(value: bytes) -> int:
        number = int(value)
        if not 0 <= number <= limit:
            raise ValueError(f"not between 0 and {limit}")
        return number

    return parse


def _instant(value: bytes) -> datetime:
    instant = datetime.fromisoformat(value.decode())
    if instant.tzinfo is UTC:
        return instant
    if instant.tzinfo is None:
        raise ValueError("no time zone")
    return instant.astimezone(UTC)


_ATTRIBUTES: Final[Mapping[str, Parse]] = {
    "ce_id": _uuid,
    "ce_type": bytes.decode,
    "ce_source": bytes.decode,
    "ce_time": _instant,
    "ce_sequence": _number(LAST_VERSION),
    "ce_position": _number(LAST_POSITION),
    "ce_stream": bytes.decode,
}
_SUBJECT: Final[Mapping[str, Parse]] = {"ce_subject": _uuid}
_METADATA: Final[Mapping[str, Parse]] = {"ce_metadata": bytes}
