"""The checkpoints of a read model that is filled from Kafka: a row for each view and partition."""

from collections.abc import Mapping
from functools import cache
from typing import Any, Final, NamedTuple
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    Column,
    Connection,
    Delete,
    Integer,
    MetaData,
    Select,
    String,
    Table,
    bindparam,
    delete,
    select,
)

from chassis.project.position import position_table
from chassis.sql.statements import insert_rows

TABLE: Final = "checkpoints"


class PartitionCheckpoint(NamedTuple):
    """How far one partition was applied: the next offset in the topic of that id, the store's position, and the id of
    the event there (None: written by a version without ids, or nothing was applied).
    """

    topic_id: str
    offset: int
    position: int
    event_id: UUID | None = None


def checkpoint_table(metadata: MetaData) -> Table:
    """The table of all views' checkpoints, and what a fill needs; declare them in a service's metadata before its
    `Database` is created.
    """
    position_table(metadata)
    if (known := metadata.tables.get(TABLE)) is not None:
        return known
    columns: tuple[Column[Any], ...] = (
        Column("view", String(64), primary_key=True),
        Column("partition", Integer, primary_key=True),
        Column("topic_id", String(36), nullable=False),
        Column("offset", BigInteger, nullable=False),
        Column("position", BigInteger, nullable=False),
        Column("event_id", String(36), nullable=False, server_default=""),
    )
    return Table(TABLE, metadata, *columns)


class PartitionCheckpoints:
    """The rows of one view."""

    def __init__(self, metadata: MetaData, view: str) -> None:
        self._table, self._view = checkpoint_table(metadata), view

    def read(self, connection: Connection, *, locked: bool = False) -> Mapping[int, PartitionCheckpoint]:
        """All of them by partition; `locked` until the transaction ends."""
        return {
            row.partition: PartitionCheckpoint(
                row.topic_id, row.offset, row.position, UUID(row.event_id) if row.event_id else None
            )
            for row in connection.execute(_select(self._table, locked=locked), {"own": self._view})
        }

    def replace(self, connection: Connection, moved: Mapping[int, PartitionCheckpoint]) -> None:
        """Write these; those of other partitions stay."""
        connection.execute(_delete(self._table), {"own": self._view, "parts": list(moved)})
        insert_rows(connection, self._table, [self._row(partition, at) for partition, at in moved.items()])

    def delete(self, connection: Connection) -> None:
        """Delete all of them."""
        connection.execute(delete(self._table).where(self._table.c.view == self._view))

    def _row(self, partition: int, at: PartitionCheckpoint) -> dict[str, object]:
        return {"view": self._view, "partition": partition, **at._asdict(), "event_id": str(at.event_id or "")}


# Statements are cached: building one costs more than running it.


@cache
def _select(table: Table, *, locked: bool) -> Select[Any]:
    own = select(table).where(table.c.view == bindparam("own"))
    return own.with_for_update() if locked else own


@cache
def _delete(table: Table) -> Delete:
    return delete(table).where(
        table.c.view == bindparam("own"), table.c.partition.in_(bindparam("parts", expanding=True))
    )
