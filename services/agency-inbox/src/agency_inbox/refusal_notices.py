"""What an agency's topic says of refused replies: one notice each while there is room, the others as a number.

Columns of the table `refused_replies`: `told_by` is the offset of the reply whose notice tells of this one: its own, or
that of the last of several that are told as a number; none until then. `told_at` is when. Room is what is left of
`REFUSALS_A_MINUTE` in the last minute, so a restart changes nothing. Each function runs inside a transaction.
"""

from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import Connection, Table, func, insert, select, update

from agency_inbox.postbox import RefusalNotice
from agency_inbox.settings import REFUSALS_A_MINUTE
from schemas.base.ids import derived_id
from schemas.contract import MORE, ReplyRefused

MINUTE: Final = timedelta(minutes=1)
MORE_REASON: Final = (
    "{count} balasan sampai dengan yang ini ditolak tanpa diberitahukan satu per satu: lihat "
    "GET /api/v1/agencies/{agency}/replies/refused."
)
Row = dict[str, Any]


def keep(connection: Connection, table: Table, row: Row, now: datetime) -> bool:
    """Insert the row unless it is there; whether it has a notice of its own."""
    present = connection.execute(select(table.c.told_by).where(table.c.id == row["id"])).first()
    if present is not None:
        return bool(present.told_by == row["offset"])
    alone = _has_room(connection, table, row["agency"], now)
    told = {"told_by": row["offset"], "told_at": now} if alone else {"told_by": None, "told_at": None}
    connection.execute(insert(table).values(row | told))
    return alone


def claim(connection: Connection, table: Table, now: datetime) -> list[tuple[Row, int]]:
    """Of each agency with room: the last of the replies that one notice will tell of, and their number."""
    waiting = select(table.c.agency).where(table.c.told_at.is_(None)).distinct()
    agencies = connection.execute(waiting).scalars().all()
    return [_last(connection, table, each) for each in agencies if _has_room(connection, table, each, now)]


def mark_told(connection: Connection, table: Table, row: Row, now: datetime) -> None:
    """The notice that tells of these replies is in the topic."""
    told = (table.c.agency == row["agency"]) & (table.c.told_by == row["offset"]) & table.c.told_at.is_(None)
    connection.execute(update(table).where(told).values(told_at=now))


def notice(row: Row) -> RefusalNotice:
    """Of one refused reply."""
    return _notice(row, "refusal", ReplyRefused(code=row["code"], reason=row["reason"]))


def number(row: Row, count: int) -> RefusalNotice:
    """Of `count` refused replies; the row is the last of them."""
    reason = MORE_REASON.format(count=count, agency=row["agency"])
    return _notice(row, "refusals", ReplyRefused(code=MORE, reason=reason, count=count))


def _notice(row: Row, kind: str, body: ReplyRefused) -> RefusalNotice:
    place = f"{row['topic']}/{row['partition']}/{row['offset']}"
    return RefusalNotice(row["agency"], derived_id(kind, row["id"]), place, row["sent_at"], body)


def _last(connection: Connection, table: Table, agency: str) -> tuple[Row, int]:
    untold = table.c.told_at.is_(None) & (table.c.agency == agency)
    newest = select(table).where(untold).order_by(table.c.sent_at.desc(), table.c.offset.desc()).limit(1)
    # What was claimed before a crash is told as it was, and later ones after it.
    row = connection.execute(newest.where(table.c.told_by == table.c.offset)).mappings().first()
    if row is None:
        row = connection.execute(newest).mappings().one()
        connection.execute(update(table).where(untold).values(told_by=row["offset"]))
    count = select(func.count()).where(untold & (table.c.told_by == row["offset"]))
    return dict(row), connection.execute(count).scalar_one()


def _has_room(connection: Connection, table: Table, agency: str, now: datetime) -> bool:
    notices = select(func.count()).where(
        table.c.told_at > now - MINUTE, table.c.agency == agency, table.c.told_by == table.c.offset
    )
    return connection.execute(notices).scalar_one() < REFUSALS_A_MINUTE
