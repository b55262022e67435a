"""The SQL event store's two tables for SQLite and PostgreSQL, and the mapping of rows to events."""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from uuid import UUID

from sqlalchemy import BigInteger, Column, Index, Integer, LargeBinary, MetaData, Table, Text

from chassis.sql.history import History
from schemas.base.envelope import RecordedEvent

metadata: Final = MetaData()

_number = BigInteger().with_variant(Integer(), "sqlite")  # SQLite's row id must be called INTEGER
_name = Text().with_variant(Text(collation="C"), "postgresql")  # a prefix is a range of names only in byte order

events: Final = Table(
    "events",
    metadata,
    Column("position", _number, primary_key=True, autoincrement=False),
    Column("stream", _name, nullable=False),
    Column("version", Integer, nullable=False),
    Column("id", LargeBinary(16), nullable=False),
    Column("type", Text, nullable=False),
    Column("recorded_at", BigInteger, nullable=False, comment="microseconds since 1970, UTC"),
    Column("metadata", LargeBinary, nullable=False),
    Column("data", LargeBinary, nullable=False),
    Index("events_by_version", "stream", "version", unique=True, postgresql_include=["position"]),
    Index("events_by_id", "stream", "id", unique=True),
)

meta: Final = Table("meta", metadata, Column("name", Text, primary_key=True), Column("value", Text, nullable=False))

HISTORY: Final = History("store", metadata, "store_url", "chassis")
EVENT_COLUMNS: Final = "id, type, data, metadata, stream, version, position, recorded_at"

Row = tuple[Any, ...]

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND: Final = timedelta(microseconds=1)


def to_rows(recorded: Iterable[RecordedEvent]) -> list[Row]:
    """Rows in the order of `EVENT_COLUMNS`."""
    return [(event.id.bytes, *event[1:7], (event.recorded_at - _EPOCH) // _MICROSECOND) for event in recorded]


def to_events(found: Sequence[Row]) -> list[RecordedEvent]:
    """Events from rows of `EVENT_COLUMNS`. Events of one commit share their time, which is converted once."""
    made: list[RecordedEvent] = []
    last, at = None, _EPOCH
    for row in found:
        if row[7] != last:
            last, at = row[7], _EPOCH + timedelta(microseconds=row[7])
        made.append(RecordedEvent(UUID(bytes=row[0]), row[1], row[2], row[3], row[4], row[5], row[6], at))
    return made
