"""Refused replies: a row that the agency can read, and a copy as a dead letter.

The table holds the reason, never the content of the message.
"""

from datetime import UTC, datetime
from typing import Any, Final

from sqlalchemy import BigInteger, Column, Connection, Integer, MetaData, String, Table, insert, select

from chassis.base.errors import Poison
from chassis.deadletter.port import DeadLetter, DeadLetters
from chassis.sql.database import Database
from chassis.sql.types import Moment
from schemas.base.ids import derived_id
from schemas.base.limits import PAGE
from schemas.base.topics import agency_of

REASON_CHARACTERS: Final = 500
UNKNOWN: Final = "malformed"


def refused_table(metadata: MetaData) -> Table:
    """Define the table in `metadata`."""
    return Table(
        "refused_replies",
        metadata,
        Column("id", String(36), primary_key=True),
        Column("agency", String(64), nullable=False, index=True),
        Column("topic", String(249), nullable=False),
        Column("partition", Integer, nullable=False),
        Column("offset", BigInteger, nullable=False),
        Column("sent_at", Moment, nullable=False),
        Column("message_id", String(200)),
        Column("type", String(100)),
        Column("code", String(100), nullable=False),
        Column("reason", String(REASON_CHARACTERS), nullable=False),
    )


class RefusedReplies:
    """Implements `chassis.deadletter.port.DeadLetters` for agencies' replies."""

    def __init__(self, database: Database, table: Table, copies: DeadLetters) -> None:
        self._database, self._table, self._copies = database, table, copies

    async def put(self, letter: DeadLetter) -> None:
        """The row is written first, because the copy may be repeated and the row must not be missing."""
        row = _row(letter)
        await self._database.run(lambda connection: self._insert(connection, row))
        await self._copies.put(letter)

    async def of(self, agency: str, page: int) -> list[dict[str, Any]]:
        """One page of this agency's refused replies, newest first."""
        query = select(self._table).where(self._table.c.agency == agency)
        query = query.order_by(self._table.c.sent_at.desc(), self._table.c.offset.desc())
        query = query.limit(PAGE).offset(page * PAGE)
        return await self._database.read(lambda connection: [dict(row) for row in connection.execute(query).mappings()])

    def _insert(self, connection: Connection, row: dict[str, Any]) -> None:
        present = select(self._table.c.id).where(self._table.c.id == row["id"])
        if connection.execute(present).scalar() is None:
            connection.execute(insert(self._table).values(row))


def _row(letter: DeadLetter) -> dict[str, Any]:
    message = letter.message
    code, _, reason = letter.reason.removeprefix(f"{Poison.__name__}: ").partition(": ")
    place = (message.topic, str(message.partition), str(message.offset), str(message.timestamp_ms))
    headers = dict(message.headers)
    return {
        "id": str(derived_id("refused", *place)),
        "agency": agency_of(message.topic),
        "topic": message.topic,
        "partition": message.partition,
        "offset": message.offset,
        "sent_at": datetime.fromtimestamp(message.timestamp_ms / 1000, UTC),
        "message_id": _header(headers.get("ce_id"), 200),
        "type": _header(headers.get("ce_type"), 100),
        "code": code[:100] if reason else UNKNOWN,
        "reason": (reason or code)[:REASON_CHARACTERS],
    }


def _header(value: bytes | None, limit: int) -> str | None:
    # A header may hold any bytes; only printable ASCII is kept.
    text = (value or b"").decode("ascii", "replace")[:limit]
    return text if text and text.isprintable() else None
