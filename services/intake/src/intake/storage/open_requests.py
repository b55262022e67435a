"""Which complaints have an open request about the reporter's own data. Part of the read model of relations."""

from collections.abc import Sequence
from typing import Final
from uuid import UUID

from sqlalchemy import Column, Connection, MetaData, String, Table, func, select

from chassis.sql.statements import replace_rows
from intake.data_requests import RequestKind
from schemas.base.envelope import RecordedEvent
from schemas.base.streams import complaint_id
from schemas.base.values import Clock
from schemas.events import intake as i
from schemas.events.base import names
from schemas.events.escalation import DeadlineMissed, ReminderSent

OPENS: Final = {i.ErasureRequested.__name__: RequestKind.ERASURE, i.DataAccessRequested.__name__: RequestKind.ACCESS}
CLOSES: Final = {
    i.PersonalDataErased.__name__: (RequestKind.ERASURE, RequestKind.ACCESS),
    i.DataAccessGiven.__name__: (RequestKind.ACCESS,),
}
REMINDS: Final = names(ReminderSent, DeadlineMissed)
"""Of an erasure they show one that was asked for before this table existed."""
_ERASURE: Final = f'"{Clock.ERASURE.value}"'.encode()
EVENT_TYPES: Final = (*OPENS, *CLOSES, *REMINDS)


def define(metadata: MetaData, prefix: str) -> Table:
    return Table(
        f"{prefix}open_request",
        metadata,
        Column("request", String(48), primary_key=True, comment="kind and complaint"),
        Column("position", String(20), nullable=False, comment="of the event in the store, to sort by"),
        keep_existing=True,
    )


def apply(connection: Connection, table: Table, events: Sequence[RecordedEvent]) -> None:
    """Apply these events, in the order of the store. Repeatable."""
    now: dict[str, int | None] = {}
    for event in events:
        if event.type in OPENS:
            now[_key(OPENS[event.type], event)] = event.position
        elif event.type in CLOSES:
            now.update(dict.fromkeys((_key(kind, event) for kind in CLOSES[event.type]), None))
        elif event.type in REMINDS and _ERASURE in event.data:
            now[_key(RequestKind.ERASURE, event)] = event.position
    rows = [{"request": key, "position": f"{at:020}"} for key, at in now.items() if at is not None]
    replace_rows(connection, table.c.request, list(now), rows)


def count(connection: Connection, table: Table) -> int:
    """How many requests are open."""
    return connection.execute(select(func.count()).select_from(table)).scalar_one()


def page(connection: Connection, table: Table, most: int) -> list[tuple[RequestKind, UUID]]:
    """Open requests, those asked for longest ago first."""
    found = connection.execute(select(table.c.request).order_by(table.c.position).limit(most))
    return [
        (RequestKind(kind), UUID(complaint)) for kind, _, complaint in (row.request.partition(":") for row in found)
    ]


def _key(kind: RequestKind, event: RecordedEvent) -> str:
    return f"{kind}:{complaint_id(event.stream)}"
