"""The checkpoints of readers of the store, one row for each, in their service's own database."""

from functools import cache
from typing import Any, Final
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    Column,
    Connection,
    MetaData,
    Select,
    String,
    Table,
    Update,
    bindparam,
    delete,
    select,
    update,
)

from chassis.base.ports import Checkpoint
from chassis.project.view import Overtaken
from chassis.sql.lease import lease_table
from chassis.sql.statements import insert_into

TABLE: Final = "feed_position"


def position_table(metadata: MetaData) -> Table:
    """The table of positions, and that of leases, which a fill needs; declare them in a service's metadata before its
    `Database` is created.
    """
    lease_table(metadata)
    if (known := metadata.tables.get(TABLE)) is not None:
        return known
    columns: tuple[Column[Any], ...] = (
        Column("view", String(64), primary_key=True),
        Column("position", BigInteger, nullable=True),
        Column("event_id", String(36), nullable=False, server_default=""),
    )
    return Table(TABLE, metadata, *columns)


class Position:
    """The checkpoint of one reader: its row in the table of positions."""

    def __init__(self, metadata: MetaData, name: str) -> None:
        self._table, self._name = position_table(metadata), name

    def read(self, connection: Connection) -> Checkpoint:
        found = connection.execute(_reached(self._table), {"view": self._name}).one_or_none()
        return Checkpoint(found.position, UUID(found.event_id) if found.event_id else None) if found else Checkpoint()

    def move(self, connection: Connection, before: Checkpoint, after: Checkpoint) -> None:
        """Raises Overtaken, or IntegrityError for the first position: another process moved it from `before`."""
        values = {"own": self._name, "before": before.position, "before_id": _text(before.event_id)}
        values |= {"after": after.position, "after_id": _text(after.event_id)}
        if before.position is None:
            self._clear_empty(connection)
            connection.execute(insert_into(self._table), self._row(after))
        elif not connection.execute(_move(self._table), values).rowcount:
            raise Overtaken

    def reset(self, connection: Connection, at: Checkpoint) -> None:
        """Set it unconditionally."""
        connection.execute(delete(self._table).where(self._table.c.view == self._name))
        if at.position is not None:
            connection.execute(insert_into(self._table), self._row(at))

    def _clear_empty(self, connection: Connection) -> None:
        empty = (self._table.c.view == self._name) & self._table.c.position.is_(None)
        connection.execute(delete(self._table).where(empty))

    def _row(self, at: Checkpoint) -> dict[str, object]:
        return {"view": self._name, "position": at.position, "event_id": _text(at.event_id)}


def _text(event_id: UUID | None) -> str:
    return str(event_id or "")


# Statements are cached: building one costs more than running it.


@cache
def _reached(positions: Table) -> Select[Any]:
    return select(positions.c.position, positions.c.event_id).where(positions.c.view == bindparam("view"))


@cache
def _move(positions: Table) -> Update:
    here = (
        positions.c.view == bindparam("own"),
        positions.c.position == bindparam("before"),
        positions.c.event_id == bindparam("before_id"),
    )
    return update(positions).where(*here).values(position=bindparam("after"), event_id=bindparam("after_id"))
