"""Conversion between our events and the client's, and the filter for stream names."""

from collections.abc import Sequence
from typing import Any, Final

import kurrentdbclient as theirs

from schemas.base.envelope import NewEvent, RecordedEvent

OURS_AND_THEIRS: Final = (
    (b'"correlation_id":', b'"$correlationId":'),
    (b'"causation_id":', b'"$causationId":'),
)
"""KurrentDB's own tools follow a correlation under these names. Replaced in the bytes: inside a JSON string the quotes
would be escaped, so that only a key can match.
"""
NOT_OF_THE_SYSTEM: Final = (r"[^$].*",)


def to_theirs(event: NewEvent) -> theirs.NewEvent:
    """The event as the client appends it."""
    metadata = event.metadata
    for our_name, their_name in OURS_AND_THEIRS:
        metadata = metadata.replace(our_name, their_name)
    return theirs.NewEvent(event.type, event.data, metadata, id=event.id)


def to_ours(event: theirs.RecordedEvent) -> RecordedEvent:
    """The event as the client read it; its position is the commit position."""
    metadata = event.metadata
    for our_name, their_name in OURS_AND_THEIRS:
        metadata = metadata.replace(their_name, our_name)
    at = event.recorded_at
    assert at is not None
    return RecordedEvent(
        event.id, event.type, event.data, metadata, event.stream_name, event.stream_position, event.commit_position, at
    )


def to_filter(prefixes: Sequence[str]) -> dict[str, Any]:
    """Arguments that select the streams of `prefixes`; all but the server's own streams, if none are given."""
    by_prefix = bool(prefixes) and "" not in prefixes
    include = tuple(prefixes) if by_prefix else NOT_OF_THE_SYSTEM
    return {"filter_include": include, "filter_by_prefix": by_prefix, "filter_by_stream_name": True}
