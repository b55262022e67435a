"""What is asked of KurrentDB to read and to subscribe, and how its answers become events of ours.

The client package has these calls too; its road of a task and a queue for each call costs more than the call.
"""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any, Final
from uuid import UUID

from kurrentdbclient.exceptions import NotFoundError
from kurrentdbclient.protos.v1.shared_pb2 import Empty, StreamIdentifier
from kurrentdbclient.protos.v1.streams_pb2 import ReadReq, ReadResp

from chassis.store.kurrent.mapping import to_ours
from schemas.base.envelope import RecordedEvent

Options = ReadReq.Options
NOT_OF_THE_SYSTEM: Final = "^[^$]"
WINDOW: Final = 1_000
"""Records that the server looks through at a time, and from one checkpoint of a subscription to the next."""
TICKS: Final = 10_000_000


def of_stream(stream: str, from_version: int = 0, limit: int = 2**31, *, backwards: bool = False) -> ReadReq:
    """A stream from a version on, or its last events."""
    asked = Options.StreamOptions(stream_identifier=StreamIdentifier(stream_name=stream.encode()))
    if backwards:
        asked.end.SetInParent()
    else:
        asked.revision = max(from_version, 0)
    return ReadReq(options=_options(stream=asked, count=limit, no_filter=Empty(), read_direction=int(backwards)))


def of_all(after: int | None, prefixes: Sequence[str], limit: int, *, backwards: bool = False) -> ReadReq:
    """Events of all streams of `prefixes` (all but the server's own, if none), with the one at `after`."""
    asked, filter_ = _from(after, backwards=backwards), _filter(prefixes)
    return ReadReq(options=_options(all=asked, count=limit, filter=filter_, read_direction=int(backwards)))


def subscription(after: int | None, prefixes: Sequence[str]) -> ReadReq:
    """The same without the one at `after`, and without end."""
    endless = Options.SubscriptionOptions()
    return ReadReq(options=_options(all=_from(after), subscription=endless, filter=_filter(prefixes)))


def recorded(response: ReadResp) -> RecordedEvent:
    """The event in `response`."""
    event = response.event.event
    described = event.metadata
    return RecordedEvent(
        UUID(event.id.string),
        described["type"],
        event.data,
        to_ours(event.custom_metadata),
        event.stream_identifier.stream_name.decode(),
        event.stream_revision,
        event.commit_position,
        datetime.fromtimestamp(int(described["created"]) / TICKS, UTC),
    )


async def all_of(call: Any) -> list[RecordedEvent]:
    """Every event that `call` answers.

    Raises:
        NotFoundError: there is no such stream.
    """
    events: list[RecordedEvent] = []
    async for response in call:
        match response.WhichOneof("content"):
            case "event":
                events.append(recorded(response))
            case "stream_not_found":
                raise NotFoundError
    return events


def _options(**given: Any) -> Options:
    return Options(uuid_option=Options.UUIDOption(string=Empty()), **given)


def _from(after: int | None, *, backwards: bool = False) -> Options.AllOptions:
    if after is not None:
        return Options.AllOptions(position=Options.Position(commit_position=after, prepare_position=after))
    return Options.AllOptions(end=Empty()) if backwards else Options.AllOptions(start=Empty())


def _filter(prefixes: Sequence[str]) -> Options.FilterOptions:
    if prefixes and "" not in prefixes:
        expression = Options.FilterOptions.Expression(prefix=prefixes)
    else:
        expression = Options.FilterOptions.Expression(regex=NOT_OF_THE_SYSTEM)
    return Options.FilterOptions(stream_identifier=expression, max=WINDOW, checkpointIntervalMultiplier=1)
