"""The server's events and rules: expected versions, idempotence, soft deletion, tombstones, truncation."""

import asyncio
import json
import time
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final, NamedTuple
from uuid import UUID, uuid4

from support.kurrentdb.journal import Journal, Pb

NO_STREAM, ANY, EXISTS = -1, -2, -4
TOMBSTONE: Final = "$streamDeleted"
DELETED: Final = 2**63 - 1
"""The version of a tombstoned stream, and the truncation of one softly deleted."""


@dataclass(slots=True, frozen=True)
class Stored:
    """One event, with the fields that are needed most."""

    position: int
    stream: str
    version: int
    type: str
    id: UUID
    pb: Pb


class Proposed(NamedTuple):
    id: UUID
    metadata: dict[str, str]
    custom_metadata: bytes
    data: bytes


class Written(NamedTuple):
    """Position of the last event of an append, also of one that was written before."""

    version: int
    position: int


class WrongExpectedVersion(Exception):
    def __init__(self, stream: str, expected: int, actual: int) -> None:
        super().__init__(stream)
        self.stream, self.expected, self.actual = stream, expected, actual


class StreamDeleted(Exception):
    def __init__(self, stream: str) -> None:
        super().__init__(stream)
        self.stream = stream


class StreamNotFound(Exception):
    """The stream does not exist or was softly deleted."""


class InvalidPosition(Exception):
    """No record begins at this position."""


class Engine:
    """One server's events, for one event loop."""

    def __init__(self, journal: Journal) -> None:
        self._journal = journal
        self.log: list[Stored] = []
        self._streams: dict[str, list[Stored]] = {}
        self._ids: dict[tuple[str, UUID], Stored] = {}
        self._news = asyncio.Event()
        for pb in journal.replay():
            self._take(pb)
        if not self.log:
            self._bear()

    async def news(self, seen: int) -> None:
        """Return when the log is longer than `seen`."""
        while len(self.log) <= seen:
            await self._news.wait()

    def append(self, stream: str, expected: int, events: Sequence[Proposed]) -> Written:
        """Append events. Raises WrongExpectedVersion, StreamDeleted."""
        if (before := self.check(stream, expected, events)) is not None:
            return before
        return self._write(stream, events)

    def check(self, stream: str, expected: int, events: Sequence[Proposed]) -> Written | None:
        """None if the events must be written; the position of the last one if all were written before. Raises
        WrongExpectedVersion, StreamDeleted.
        """
        last = self.last_version(stream)
        if last == DELETED:
            raise StreamDeleted(stream)
        if expected == EXISTS and self._softly_deleted(stream):
            raise StreamDeleted(stream)
        if expected == EXISTS and last < 0 and self.last_version(f"$${stream}") < 0:
            raise WrongExpectedVersion(stream, expected, last)
        if expected in {ANY, EXISTS}:
            return self._repeated_anywhere(stream, expected, events, last)
        if expected < last:
            return self._repeated_there(stream, expected, events, last)
        if expected > last:
            raise WrongExpectedVersion(stream, expected, last)
        return None

    def delete(self, stream: str, expected: int) -> Written:
        """Hide the stream; its versions continue to count. Raises WrongExpectedVersion, StreamDeleted."""
        last = self._deletable(stream, expected)
        if last < 0:
            raise WrongExpectedVersion(stream, expected, last)
        return self._write(f"$${stream}", [_metadata_event({**self.metadata(stream), "$tb": DELETED})])

    def tombstone(self, stream: str, expected: int) -> Written:
        """Forbid the stream's name for ever. Raises WrongExpectedVersion, StreamDeleted."""
        last = self._deletable(stream, expected)
        if last < 0 and expected not in {ANY, NO_STREAM}:
            raise WrongExpectedVersion(stream, expected, last)
        return self._write(stream, [Proposed(uuid4(), {"type": TOMBSTONE, "content-type": ""}, b"", b"")])

    def last_version(self, stream: str) -> int:
        """Version of the last event. -1: never written; DELETED: tombstoned. Soft deletion does not change it."""
        if stream.startswith("$$") and self.last_version(stream[2:]) == DELETED:
            return DELETED
        events = self._streams.get(stream)
        if not events:
            return NO_STREAM
        return DELETED if events[-1].type == TOMBSTONE else events[-1].version

    def metadata(self, stream: str) -> dict[str, Any]:
        """The newest metadata of the stream (`$$stream`)."""
        events = self._streams.get(f"$${stream}")
        try:
            found = json.loads(events[-1].pb.data) if events else {}
        except ValueError:
            return {}
        return found if isinstance(found, dict) else {}

    def read(self, stream: str) -> list[Stored]:
        """The events of a stream that a reader may see, in order. Raises StreamNotFound, StreamDeleted."""
        if self.last_version(stream) == DELETED:
            raise StreamDeleted(stream)
        events = self._streams.get(stream)
        if not events or (not stream.startswith("$$") and self._softly_deleted(stream)):
            raise StreamNotFound(stream)
        return self._untruncated(stream, events)

    def event(self, stream: str, version: int) -> Stored | None:
        events = self._streams.get(stream, [])
        return events[version] if version < len(events) else None

    def index(self, position: int) -> int:
        """Index in the log of the record at `position`. Raises InvalidPosition."""
        found = bisect_left(self.log, position, key=lambda one: one.position)
        if position not in {0, self._journal.end} and (found == len(self.log) or self.log[found].position != position):
            raise InvalidPosition
        return found

    def _deletable(self, stream: str, expected: int) -> int:
        last = self.last_version(stream)
        if last == DELETED or (expected == EXISTS and self._softly_deleted(stream)):
            raise StreamDeleted(stream)
        if expected >= 0 and expected != last:
            raise WrongExpectedVersion(stream, expected, last)
        if expected == NO_STREAM and last >= 0:
            raise WrongExpectedVersion(stream, expected, last)
        return last

    def _softly_deleted(self, stream: str) -> bool:
        return bool(self._streams.get(stream)) and self.metadata(stream).get("$tb") == DELETED

    def _untruncated(self, stream: str, events: list[Stored]) -> list[Stored]:
        rules = self.metadata(stream) if not stream.startswith("$$") else {"$maxCount": 1}
        first = rules.get("$tb") or 0
        if count := rules.get("$maxCount"):
            first = max(first, events[-1].version + 1 - count)
        seen = [event for event in events if event.version >= first]
        if age_s := rules.get("$maxAge"):
            oldest = (time.time() - age_s) * 10_000_000
            seen = [event for event in seen if int(event.pb.metadata["created"]) >= oldest]
        return seen

    def _repeated_anywhere(self, stream: str, expected: int, events: Sequence[Proposed], last: int) -> Written | None:
        found = [self._ids.get((stream, event.id)) for event in events]
        if not found or found[0] is None:
            return None
        if not all(found):
            raise WrongExpectedVersion(stream, expected, last)
        assert found[-1] is not None
        return Written(found[-1].version, found[-1].position)

    def _repeated_there(self, stream: str, expected: int, events: Sequence[Proposed], last: int) -> Written | None:
        there = self._streams[stream][expected + 1 : expected + 1 + len(events)]
        same = [one.id == event.id for one, event in zip(there, events, strict=False)]
        if events and len(same) == len(events) and all(same):
            return Written(there[-1].version, there[-1].position)
        if expected == NO_STREAM and not (same and same[0]) and self._softly_deleted(stream):
            return None
        raise WrongExpectedVersion(stream, expected, last)

    def _write(self, stream: str, events: Sequence[Proposed]) -> Written:
        last = self.last_version(stream)
        revived = bool(events) and self._softly_deleted(stream)
        now = str(time.time_ns() // 100)
        pbs = [_recorded(stream, last + number, event, now) for number, event in enumerate(events, start=1)]
        if not pbs:
            return Written(last, self._journal.end)
        self._journal.append(pbs)
        for pb in pbs:
            self._take(pb)
        written = Written(self._streams[stream][-1].version, self.log[-1].position)
        if revived and events[0].metadata["type"] != TOMBSTONE:
            self._write(f"$${stream}", [_metadata_event({**self.metadata(stream), "$tb": last + 1})])
        news, self._news = self._news, asyncio.Event()
        news.set()
        return written

    def _take(self, pb: Pb) -> None:
        stream = pb.stream_identifier.stream_name.decode()
        stored = Stored(pb.commit_position, stream, pb.stream_revision, pb.metadata["type"], UUID(pb.id.string), pb)
        self.log.append(stored)
        self._streams.setdefault(stream, []).append(stored)
        self._ids[stream, stored.id] = stored

    def _bear(self) -> None:
        """A new server is not empty: it has written events about itself."""
        for stream, type_, data in [
            ("$$$users", "$metadata", b'{"$acl":{"$r":"$admins"}}'),
            ("$users", "$User", b'"admin"'),
            ("$user-admin", "$UserCreated", b'{"loginName":"admin"}'),
        ]:
            self._write(stream, [Proposed(uuid4(), {"type": type_, "content-type": "application/json"}, b"", data)])


def links(engine: Engine, event: Stored) -> Iterator[Stored]:
    """The event that a link (`$>`, data `version@stream`) points to, if it still exists."""
    version, _, stream = event.pb.data.decode().partition("@")
    try:
        found = engine.event(stream, int(version))
        if found is not None and found in engine.read(stream):
            yield found
    except (ValueError, StreamNotFound, StreamDeleted):
        return


def _metadata_event(metadata: dict[str, Any]) -> Proposed:
    fields = {"type": "$metadata", "content-type": "application/json"}
    return Proposed(uuid4(), fields, b"", json.dumps(metadata).encode())


def _recorded(stream: str, version: int, event: Proposed, created: str) -> Pb:
    pb = Pb(stream_revision=version, custom_metadata=event.custom_metadata, data=event.data)
    pb.id.string = str(event.id)
    pb.stream_identifier.stream_name = stream.encode()
    for name, value in {**event.metadata, "created": created}.items():
        pb.metadata[name] = value
    return pb
