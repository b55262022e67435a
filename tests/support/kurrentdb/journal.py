"""The log file: committed events survive a kill. A torn end is cut off at the next start."""

import struct
import zlib
from collections.abc import Iterator, Sequence
from io import BytesIO
from pathlib import Path
from typing import Final

from kurrentdbclient.protos.v1.streams_pb2 import ReadResp

Pb = ReadResp.ReadEvent.RecordedEvent
_BATCH: Final = struct.Struct("<III")
_EVENT: Final = struct.Struct("<I")


class Journal:
    """Batches of events, each written in one piece. A position is the offset of the event's record, as in the real
    server.
    """

    def __init__(self, path: Path | None) -> None:
        """`path`: None keeps all in memory."""
        self._file = path.open("a+b", buffering=0) if path else BytesIO()
        self.end = 0

    def replay(self) -> Iterator[Pb]:
        """The events of every complete batch; the file is cut after the last of them."""
        self._file.seek(0)
        content = self._file.read()
        while (batch := self._batch(content)) is not None:
            yield from batch
        self._file.truncate(self.end)

    def append(self, events: Sequence[Pb]) -> None:
        """Give each event its position and write all of them, or none."""
        body = bytearray()
        for event in events:
            position = self.end + _BATCH.size + len(body)
            event.commit_position = event.prepare_position = position
            body += _EVENT.pack(event.ByteSize()) + event.SerializeToString()
        record = _BATCH.pack(len(events), len(body), zlib.crc32(body)) + bytes(body)
        self._file.seek(0, 2)
        self._file.write(record)
        self.end += len(record)

    def _batch(self, content: bytes) -> list[Pb] | None:
        start = self.end + _BATCH.size
        if len(content) < start:
            return None
        count, length, checksum = _BATCH.unpack_from(content, self.end)
        body = content[start : start + length]
        if len(body) < length or zlib.crc32(body) != checksum:
            return None
        events, at = [], 0
        for _ in range(count):
            [size] = _EVENT.unpack_from(body, at)
            events.append(Pb.FromString(body[at + _EVENT.size : at + _EVENT.size + size]))
            at += _EVENT.size + size
        self.end = start + length
        return events
