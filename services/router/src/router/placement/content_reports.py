"""Read model of what people report of the content of public reports, until the desk decides. Fed from the store.

A person counts once: who reports the same content again changes what they said before.
"""

from collections.abc import Sequence
from typing import Any, Final, NamedTuple
from uuid import UUID

from pydantic_core import from_json
from sqlalchemy import BigInteger, Column, Connection, MetaData, String, Table, func, select

from chassis.project.view import View, as_recorded
from chassis.sql.statements import replace_rows
from router.placement.views import METADATA, TABLES
from schemas.base.envelope import RecordedEvent
from schemas.base.streams import SUPPORT_PREFIX
from schemas.events.reporting import ContentReported


class Reported(NamedTuple):
    """A complaint whose content `people` reported since the desk decided last. `first`: the position of the first of
    these reports.
    """

    complaint: UUID
    people: int
    first: int


def define(metadata: MetaData, prefix: str) -> Sequence[Table]:
    """A row for each report of content."""
    columns: list[Column[Any]] = [
        Column("event", String(36), primary_key=True),
        Column("complaint", String(36), nullable=False, index=True),
        Column("sender", String(64), nullable=False),
        Column("position", BigInteger, nullable=False),
    ]
    return [Table(f"{prefix}content_report", metadata, *columns, keep_existing=True)]


def apply(connection: Connection, tables: Sequence[Table], events: Sequence[RecordedEvent]) -> None:
    """Add their rows. Repeatable."""
    [table] = tables
    rows = {
        str(event.id): {
            "event": str(event.id), "complaint": event.stream.removeprefix(SUPPORT_PREFIX),
            "sender": from_json(event.data)["sender"], "position": event.position,
        }
        for event in events
        if event.type == ContentReported.__name__
    }  # fmt: skip
    replace_rows(connection, table.c.event, list(rows), list(rows.values()))


[TABLE] = define(METADATA, "")
VIEW: Final = View("content_reports", define, apply, as_recorded, (SUPPORT_PREFIX,))
_WAITING: Final = TABLE.outerjoin(TABLES.content_decided, TABLES.content_decided.c.complaint == TABLE.c.complaint)
_UNDECIDED: Final = TABLES.content_decided.c.position.is_(None) | (TABLE.c.position > TABLES.content_decided.c.position)


def waiting(connection: Connection, after: int, size: int) -> list[Reported]:
    """Complaints whose reports wait for a decision, the longest waiting first, behind that position."""
    first = func.min(TABLE.c.position)
    people = func.count(TABLE.c.sender.distinct())
    query = select(TABLE.c.complaint, people, first).select_from(_WAITING).where(_UNDECIDED)
    query = query.group_by(TABLE.c.complaint).having(first > after).order_by(first).limit(size)
    return [Reported(UUID(complaint), count, position) for complaint, count, position in connection.execute(query)]


def count_waiting(connection: Connection) -> int:
    """How many complaints wait."""
    query = select(func.count(TABLE.c.complaint.distinct())).select_from(_WAITING).where(_UNDECIDED)
    return int(connection.execute(query).scalar_one())


def decided_position(connection: Connection, complaint: UUID) -> int:
    """The position of the desk's newest decision about it; -1: there is none."""
    table = TABLES.content_decided
    return connection.execute(select(table.c.position).where(table.c.complaint == str(complaint))).scalar() or -1
