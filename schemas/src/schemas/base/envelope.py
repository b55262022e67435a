"""The envelope of an event: who wrote it, when, because of what, and its place in the store.

`NewEvent` is what a writer appends, `RecordedEvent` is what a store has written: two types, so that neither is ever
half filled. They are named tuples because a replay makes millions of them.
"""

import re
from datetime import datetime
from typing import Final, NamedTuple
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field
from pydantic_core import from_json, to_json

NO_STREAM = -1
"""The expected version of a stream that must not exist yet."""


class Actor(BaseModel):
    """Who gave a command, as the token said. Never shown outside the platform."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    issuer: str
    subject: str
    role: str
    """Under which role, such as `officer:pln`."""


class Metadata(BaseModel):
    """Stored beside each event, unsealed. `at` is domain time (a test clock moves it), UTC.

    Fields of a newer version are carried unread: docs/adr/0083.
    """

    model_config = ConfigDict(frozen=True, extra="ignore")

    writer: str
    correlation_id: UUID
    causation_id: UUID
    at: AwareDatetime
    schema_version: int = Field(default=1, ge=1)
    request: str | None = None
    """HMAC of the request under the complaint's key: tells a repeated request from another with the same key."""
    actor: Actor | None = None
    """Who gave the command; None: the platform itself, or a reporter."""
    traceparent: str | None = None
    """The span in which it was written, where traces are on (W3C Trace Context, section 3.2)."""


TRACEPARENT: Final = re.compile(r"00-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})")
"""Trace, span and flags of a traceparent (W3C Trace Context, section 3.2)."""
_STORED: Final = re.compile(rb'"traceparent":"(' + TRACEPARENT.pattern.encode() + rb')"')


def traceparent_of(metadata: bytes) -> str | None:
    """The traceparent in an event's metadata; None: it has none. It is looked for in the bytes, since the relay does
    this for every event; in a JSON string the quotes would be escaped.
    """
    if b'"traceparent"' not in metadata or (found := _STORED.search(metadata)) is None:
        return None
    return found[1].decode()


def is_sampled(traceparent: str) -> bool:
    """Whether the trace is recorded (W3C Trace Context, section 3.2.2.5.1)."""
    return bool(int(traceparent[-2:], 16) & 1)


def published(metadata: bytes) -> bytes:
    """Metadata as it may leave the store: without who gave the command. What is no such JSON stays as it is."""
    if b'"actor"' not in metadata:
        return metadata
    try:
        fields = from_json(metadata)
    except ValueError:
        return metadata
    return to_json({name: value for name, value in fields.items() if name != "actor"})


class NewEvent(NamedTuple):
    """An event to be appended. `data` and `metadata` are JSON in UTF-8."""

    id: UUID
    type: str
    data: bytes
    metadata: bytes


class RecordedEvent(NamedTuple):
    """An event as the store holds it.

    `version` counts from 0 within `stream`. `position` is opaque, ordered, and belongs to one store. `recorded_at`
    is the store's wall-clock time, UTC.
    """

    id: UUID
    type: str
    data: bytes
    metadata: bytes
    stream: str
    version: int
    position: int
    recorded_at: datetime
