"""Between our events and KurrentDB's: names of metadata, and what is asked to be appended."""

from typing import Final
from uuid import UUID

from google.protobuf.duration_pb2 import Duration
from kurrentdbclient.protos.v1 import shared_pb2
from kurrentdbclient.protos.v1.streams_pb2 import BatchAppendReq

from chassis.base.ports import Append
from schemas.base.envelope import NO_STREAM, NewEvent

OURS_AND_THEIRS: Final = (
    (b'"correlation_id":', b'"$correlationId":'),
    (b'"causation_id":', b'"$causationId":'),
)
"""Under these names KurrentDB's own tools follow a correlation. Replaced in the bytes: within a JSON text neither can
be anything but a key, since its quotes would be escaped.
"""
JSON: Final = "application/json"


def to_theirs(metadata: bytes) -> bytes:
    for ours, theirs in OURS_AND_THEIRS:
        metadata = metadata.replace(ours, theirs)
    return metadata


def to_ours(metadata: bytes) -> bytes:
    for ours, theirs in OURS_AND_THEIRS:
        metadata = metadata.replace(theirs, ours)
    return metadata


def request(append: Append, correlation: UUID, within_s: float) -> BatchAppendReq:
    """One atomic append, to be carried out within `within_s` of its arrival or not at all."""
    options = BatchAppendReq.Options(
        stream_identifier=shared_pb2.StreamIdentifier(stream_name=append.stream.encode()),
        deadline=Duration(seconds=int(within_s), nanos=int(within_s % 1 * 1e9)),
    )
    if append.expected_version == NO_STREAM:
        options.no_stream.SetInParent()
    else:
        options.stream_position = append.expected_version
    return BatchAppendReq(
        correlation_id=shared_pb2.UUID(string=str(correlation)),
        options=options,
        proposed_messages=[_proposed(event) for event in append.events],
        is_final=True,
    )


def _proposed(event: NewEvent) -> BatchAppendReq.ProposedMessage:
    return BatchAppendReq.ProposedMessage(
        id=shared_pb2.UUID(string=str(event.id)),
        metadata={"type": event.type, "content-type": JSON},
        custom_metadata=to_theirs(event.metadata),
        data=event.data,
    )
