"""Reads and subscriptions: direction, limit, filter, checkpoints, caught-up."""

import re
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from typing import Any, Final
from uuid import UUID, uuid4

from google.protobuf.timestamp_pb2 import Timestamp
from kurrentdbclient.protos.v1.streams_pb2 import ReadReq, ReadResp

from support.kurrentdb.engine import DELETED, Engine, InvalidPosition, Stored, StreamDeleted, StreamNotFound, links
from support.kurrentdb.journal import Pb
from support.kurrentdb.wire import stream_of, structured

Options = ReadReq.Options
Wanted = Callable[[Stored], bool]
END: Final = 2**63 - 1


def wanted(options: Options) -> Wanted:
    """A function that tells whether the filter accepts an event. Raises ValueError for an invalid filter."""
    if options.WhichOneof("filter_option") != "filter":
        return lambda _event: True
    by = options.filter.WhichOneof("filter")
    if by is None:
        raise ValueError("a filter needs an expression")
    expression = getattr(options.filter, by)
    subject: Callable[[Stored], str] = (lambda one: one.stream) if by == "stream_identifier" else (lambda one: one.type)
    if expression.regex:
        try:
            pattern = re.compile(expression.regex)
        except re.error as error:
            raise ValueError(f"no regular expression: {error}") from error
        return lambda one: pattern.search(subject(one)) is not None
    prefixes = tuple(expression.prefix)
    if not prefixes:
        raise ValueError("a filter needs a regex or prefixes")
    return lambda one: subject(one).startswith(prefixes)


def read(engine: Engine, options: Options) -> Iterator[ReadResp]:
    """All answers of a read. Raises StreamDeleted, InvalidPosition, ValueError."""
    backwards = options.read_direction == Options.Backwards
    if options.WhichOneof("stream_option") == "all":
        events = _of_all(engine, options, backwards)
    else:
        stream = stream_of(options.stream.stream_identifier)
        try:
            seen = engine.read(stream)
        except StreamNotFound:
            missing = ReadResp.StreamNotFound(stream_identifier=options.stream.stream_identifier)
            yield ReadResp(stream_not_found=missing)
            return
        events = iter(_of_stream(options, seen, backwards))
    for number, event in enumerate(events):
        if number >= options.count:
            return
        yield answer(engine, options, event)


def _of_all(engine: Engine, options: Options, backwards: bool) -> Iterator[Stored]:
    passes = wanted(options)
    start = _start(engine, options)
    if backwards:  # exclusive of the position, as the original
        return (one for one in reversed(engine.log[:start]) if passes(one))
    return (one for one in engine.log[start:] if passes(one))


def _of_stream(options: Options, seen: Sequence[Stored], backwards: bool) -> Sequence[Stored]:
    where = options.stream.WhichOneof("revision_option")
    version = options.stream.revision if where == "revision" else (0 if where == "start" else END)
    if backwards:
        return [one for one in reversed(seen) if one.version <= version]
    return [] if where == "end" else [one for one in seen if one.version >= version]


def _start(engine: Engine, options: Options) -> int:
    match options.all.WhichOneof("all_option"):
        case "position":
            position = options.all.position.commit_position
            return len(engine.log) if position >= END else engine.index(position)
        case "end":
            return len(engine.log)
        case _:
            return 0


def answer(engine: Engine, options: Options, event: Stored) -> ReadResp:
    """One event, with the one it links to if links are to be resolved."""
    response = ReadResp()
    response.event.commit_position = event.position
    target = next(links(engine, event), None) if options.resolve_links and event.type == "$>" else None
    if options.resolve_links and event.type == "$>":
        response.event.link.CopyFrom(_in_form(options, event.pb))
        if target is not None:
            response.event.event.CopyFrom(_in_form(options, target.pb))
    else:
        response.event.event.CopyFrom(_in_form(options, event.pb))
    return response


def _in_form(options: Options, pb: Pb) -> Pb:
    if options.uuid_option.WhichOneof("content") == "string":
        return pb
    copy = Pb()
    copy.CopyFrom(pb)
    copy.id.CopyFrom(structured(UUID(pb.id.string)))
    return copy


async def subscribe(engine: Engine, options: Options) -> AsyncIterator[ReadResp]:
    """A confirmation, the past events, caught-up, and then new events. Raises StreamDeleted, InvalidPosition,
    ValueError.
    """
    confirmation = ReadResp.SubscriptionConfirmation(subscription_id=str(uuid4()))
    if options.WhichOneof("stream_option") == "all":
        passes, start = wanted(options), _subscribed_from(engine, options)
        yield ReadResp(confirmation=confirmation)
        async for response in _follow_all(engine, options, passes, start):
            yield response
    else:
        stream = stream_of(options.stream.stream_identifier)
        if engine.last_version(stream) == DELETED:
            raise StreamDeleted(stream)
        yield ReadResp(confirmation=confirmation)
        async for response in _follow_stream(engine, options, stream):
            yield response


def _subscribed_from(engine: Engine, options: Options) -> int:
    start = _start(engine, options)
    given = options.all.WhichOneof("all_option") == "position"
    at_a_record = (
        given and start < len(engine.log) and engine.log[start].position == options.all.position.commit_position
    )
    return start + 1 if at_a_record else start  # exclusive of the position, as the original


async def _follow_all(engine: Engine, options: Options, passes: Wanted, at: int) -> AsyncIterator[ReadResp]:
    interval = _interval(options)
    considered, live = 0, False
    while True:
        while at < len(engine.log):
            event = engine.log[at]
            at, considered = at + 1, considered + 1
            if passes(event):
                yield answer(engine, options, event)
            if interval and considered >= interval:
                considered = 0
                yield ReadResp(checkpoint=_checkpoint(event.position))
        if not live:
            live = True
            yield ReadResp(caught_up=_caught_up(engine.log[at - 1].position if at else 0))
        await engine.news(at)


async def _follow_stream(engine: Engine, options: Options, stream: str) -> AsyncIterator[ReadResp]:
    match options.stream.WhichOneof("revision_option"):
        case "revision":
            after = options.stream.revision
        case "end":
            after = engine.last_version(stream)
        case _:
            after = -1
    live = False
    while True:
        length = len(engine.log)
        try:
            news = [event for event in engine.read(stream) if event.version > after]
        except StreamNotFound:
            news = []
        for event in news:
            after = event.version
            yield answer(engine, options, event)
        if not live:
            live = True
            yield ReadResp(caught_up=ReadResp.CaughtUp(timestamp=_now(), stream_revision=after))
        await engine.news(length)


def _interval(options: Options) -> int:
    """Records read between two checkpoints; 0 without a filter, where every event is one."""
    if options.WhichOneof("filter_option") != "filter":
        return 0
    window = options.filter.max if options.filter.WhichOneof("window") == "max" else 32
    return max(1, window) * max(1, options.filter.checkpointIntervalMultiplier)


def _checkpoint(position: int) -> ReadResp.Checkpoint:
    return ReadResp.Checkpoint(commit_position=position, prepare_position=position, timestamp=_now())


def _caught_up(position: int) -> ReadResp.CaughtUp:
    at = ReadResp.Position(commit_position=position, prepare_position=position)
    return ReadResp.CaughtUp(timestamp=_now(), position=at)


def _now() -> Any:
    now = Timestamp()
    now.GetCurrentTime()
    return now


__all__ = ["InvalidPosition", "read", "subscribe"]
