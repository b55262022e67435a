"""The table of the access log. Triggers refuse to change or delete a row.

Each function runs inside a transaction.
"""

import json
from collections.abc import Collection, Iterator
from typing import Any, Final

from sqlalchemy import DDL, Column, Connection, Integer, LargeBinary, MetaData, Table, Text, event, insert, select

from chassis.access_log.entry import START, Chained, Entry
from chassis.sql.engine import POSTGRESQL, SQLITE
from chassis.sql.history import History
from chassis.sql.types import Moment

PAGE: Final = 1000

metadata: Final = MetaData()
table: Final = Table(
    "access_log",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("at", Moment, nullable=False),
    Column("kind", Text, nullable=False),
    Column("issuer", Text, nullable=False),
    Column("subject", Text, nullable=False),
    Column("roles", Text, nullable=False),
    Column("about", Text, nullable=False),
    Column("key", Text, nullable=False),
    Column("mac", LargeBinary, nullable=False),
)
for _change in ("update", "delete"):
    _name = f"access_log_no_{_change}"
    _sqlite = (
        f"create trigger {_name} before {_change} on access_log begin "
        "select raise(abort, 'the access log is append-only'); end"
    )
    event.listen(table, "after_create", DDL(_sqlite).execute_if(dialect=SQLITE))  # type: ignore[no-untyped-call]
_POSTGRESQL: Final = (
    (
        "create function access_log_refuse() returns trigger language plpgsql as "
        "$$ begin raise exception 'the access log is append-only'; end $$"
    ),
    (
        "create trigger access_log_append_only before update or delete or truncate on access_log "
        "for each statement execute function access_log_refuse()"
    ),
)
for _statement in _POSTGRESQL:
    event.listen(table, "after_create", DDL(_statement).execute_if(dialect=POSTGRESQL))  # type: ignore[no-untyped-call]
HISTORY: Final = History("access-log", metadata, "access_log_url", "chassis")


def lock(connection: Connection) -> None:
    """Let no other process append until the end of the transaction. SQLite's writers wait for each other anyway."""
    if connection.dialect.name == POSTGRESQL:
        connection.exec_driver_sql("lock table access_log in exclusive mode")


def last(connection: Connection) -> tuple[int, bytes]:
    """Number and code of the newest entry."""
    row = connection.execute(select(table.c.number, table.c.mac).order_by(table.c.number.desc()).limit(1)).first()
    return (row.number, row.mac) if row is not None else (0, START)


def add(connection: Connection, chained: Chained) -> None:
    """Insert an entry."""
    row = chained.entry._asdict() | {"about": json.dumps(chained.entry.about, sort_keys=True)}
    connection.execute(insert(table), row | {"key": chained.key, "mac": chained.code})


def page(connection: Connection, after: int, limit: int) -> list[Chained]:
    """Up to `limit` entries after number `after`, oldest first."""
    rows = select(table).where(table.c.number > after).order_by(table.c.number).limit(limit)
    return [Chained(_entry(row), row.key, row.mac) for row in connection.execute(rows)]


def newest_first(connection: Connection, kinds: Collection[str]) -> Iterator[Entry]:
    """The entries of these kinds. Reads the whole table: for what happens seldom."""
    rows = select(table).where(table.c.kind.in_(list(kinds))).order_by(table.c.number.desc())
    yield from map(_entry, connection.execute(rows))


def all_entries(connection: Connection) -> Iterator[Chained]:
    """The whole log."""
    after = 0
    while found := page(connection, after, PAGE):
        yield from found
        after = found[-1].entry.number


def _entry(row: Any) -> Entry:
    return Entry(row.number, row.at, row.kind, row.issuer, row.subject, row.roles, json.loads(row.about))
