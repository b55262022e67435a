"""A Kafka record, independent of the client that read it; guards, projections and dead letters take it."""

from collections.abc import Sequence
from typing import NamedTuple

Header = tuple[str, bytes]


class Message(NamedTuple):
    """One record, undecoded. `timestamp_ms`: the broker's or producer's, since 1970."""

    topic: str
    partition: int
    offset: int
    key: bytes | None
    value: bytes | None
    headers: Sequence[Header] = ()
    timestamp_ms: int = 0

    @property
    def place(self) -> str:
        """`topic/partition@offset`."""
        return f"{self.topic}/{self.partition}@{self.offset}"
