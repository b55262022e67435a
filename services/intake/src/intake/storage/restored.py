"""Brings the vault of a copy in line with the store, which was copied a moment earlier."""

from collections.abc import Iterator
from typing import Final
from uuid import UUID

from sqlalchemy import Connection, inspect, text

from chassis.base.restored import Restored
from chassis.project.position import TABLE as POSITIONS

NAMING: Final = ("submissions", "letters", "repeats")
"""Tables whose rows tell a gateway or a reporter that a complaint was filed."""
PAGE: Final = 500


def after_restore(connection: Connection, restored: Restored) -> list[str]:
    """Skip public numbers, forget answers about complaints that the store does not hold, and read on from its end."""
    _read_on(connection, restored)
    forgotten = sum(_forget(connection, table, restored) for table in NAMING)
    told = [f"public numbers of {restored.year} go on after {_skip(connection, restored)}"]
    if forgotten:
        told.append(f"{forgotten} answers about complaints that the store does not hold were forgotten")
    return told


def _skip(connection: Connection, restored: Restored) -> int:
    values = {"year": restored.year, "margin": restored.number_margin}
    connection.execute(text("update counters set taken = taken + :margin"), values)
    new = "insert into counters (year, taken) values (:year, :margin) on conflict (year) do nothing"
    connection.execute(text(new), values)
    return int(connection.execute(text("select taken from counters where year = :year"), values).scalar_one())


def _read_on(connection: Connection, restored: Restored) -> None:
    """A sweep that had read further than the store goes: what it has read until then is done."""
    values = {"position": restored.position, "event_id": str(restored.event_id or "")}
    named = any(column["name"] == "event_id" for column in inspect(connection).get_columns(POSITIONS))
    event = ", event_id = :event_id" if named else ""
    statement = f"update {POSITIONS} set position = :position{event} where position > :position"  # noqa: S608
    connection.execute(text(statement), values if named else {"position": restored.position})


def _forget(connection: Connection, table: str, restored: Restored) -> int:
    gone = 0
    for page in _complaints(connection, table):
        for lost in set(page) - set(restored.held(page)):
            statement = f"delete from {table} where complaint = :complaint"  # noqa: S608
            gone += connection.execute(text(statement), {"complaint": lost.bytes}).rowcount
    return gone


def _complaints(connection: Connection, table: str) -> Iterator[list[UUID]]:
    last = b""
    statement = text(
        f"select distinct complaint from {table} where complaint > :last order by complaint limit {PAGE}"  # noqa: S608
    )
    while found := connection.execute(statement, {"last": last}).fetchall():
        last = bytes(found[-1][0])
        yield [UUID(bytes=bytes(row[0])) for row in found]
