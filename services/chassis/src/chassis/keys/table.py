"""The key ring's rows (complaint, generation) and the statements on them. A destroyed row stays, without its key.

Each function runs inside a transaction.
"""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Column, Connection, Integer, LargeBinary, MetaData, Table, Text, event

from chassis.keys.wrap import Wrapper
from chassis.sql.database import chunks, execute_many, fetch, placeholders
from chassis.sql.engine import take_write_lock
from chassis.sql.history import History
from schemas.base.sealed import Keys
from schemas.events.levels import LEVEL

TABLE: Final = "complaint_keys"
FIRST: Final = 1

metadata: Final = MetaData()

Table(
    TABLE,
    metadata,
    Column("complaint", LargeBinary(16), primary_key=True),
    Column("generation", Integer, primary_key=True),
    Column("wrapped", LargeBinary, comment="empty: destroyed"),
    Column("destroyed_at", Text, comment="ISO 8601, UTC"),
)
_ring: Final = Table(
    "key_ring", metadata, Column("name", Text, primary_key=True), Column("value", LargeBinary, nullable=False)
)

HISTORY: Final = History("keys", metadata, "keyring_url", "chassis")
LEVEL_NAME: Final = "feature level"


def _begin_at_newest(_table: Table, connection: Connection, **_: object) -> None:
    # A new installation has no processes of the version before.
    raise_level(connection, LEVEL)


event.listen(_ring, "after_create", _begin_at_newest)

_INSERT: Final = f"insert into {TABLE} (complaint, generation, wrapped) values (%s, %s, %s) on conflict do nothing"  # noqa: S608


def check(connection: Connection, wrapper: Wrapper) -> None:
    """Raises WrongStore: the table was created with another master key."""
    insert = "insert into key_ring (name, value) values ('check', %s) on conflict do nothing"
    execute_many(connection, insert, [(wrapper.check_value(),)])
    [[value]] = fetch(connection, "select value from key_ring where name = 'check'")
    wrapper.accept(value)


def read_level(connection: Connection) -> int:
    """The installation's feature level (`schemas.events.levels`); 0 before it had any."""
    found = fetch(connection, "select value from key_ring where name = %s", (LEVEL_NAME,))
    return int(bytes(found[0][0])) if found else 0


def raise_level(connection: Connection, level: int) -> None:
    """Write the installation's feature level; it never falls."""
    level = max(level, read_level(connection))
    execute_many(connection, "delete from key_ring where name = %s", [(LEVEL_NAME,)])
    execute_many(connection, "insert into key_ring (name, value) values (%s, %s)", [(LEVEL_NAME, b"%d" % level)])


def read_keys(connection: Connection, wrapper: Wrapper, complaints: Collection[UUID]) -> dict[UUID, Keys]:
    """The living keys of each complaint that ever had one."""
    return _opened(wrapper, _read(connection, complaints), {})


def with_first_generation(connection: Connection, wrapper: Wrapper, complaints: Collection[UUID]) -> dict[UUID, Keys]:
    """The keys of each; creates a first generation where there never was one. The first insert wins."""
    every = sorted(set(complaints))  # sorted, so that two processes never deadlock
    made = {one: wrapper.new(one, FIRST) for one in every}
    # Mostly all are new: then nothing needs to be read.
    new = [(one.bytes, FIRST, wrapped) for one, (_, wrapped) in made.items()]
    if execute_many(connection, _INSERT, new) == len(every):
        return {one: Keys({FIRST: key}) for one, (key, _) in made.items()}
    ours = {wrapped: key for key, wrapped in made.values()}
    return _opened(wrapper, _read(connection, every), ours)


def _read(connection: Connection, complaints: Collection[UUID]) -> list[tuple[Any, ...]]:
    found: list[tuple[Any, ...]] = []
    for ids in chunks([complaint.bytes for complaint in complaints]):
        statement = f"select complaint, generation, wrapped from {TABLE} where complaint in ({placeholders(len(ids))})"  # noqa: S608
        found += fetch(connection, statement, ids)
    return found


def _opened(wrapper: Wrapper, found: Sequence[tuple[Any, ...]], known: Mapping[bytes, bytes]) -> dict[UUID, Keys]:
    """`known`: keys just created here, by their wrapped form, which need no unwrapping."""
    generations: dict[UUID, dict[int, bytes]] = {}
    for raw, generation, wrapped in found:
        living = generations.setdefault(complaint := UUID(bytes=raw), {})
        if wrapped is not None:
            living[generation] = known.get(wrapped) or wrapper.unwrap(wrapped, complaint, generation)
    return {complaint: Keys(living) for complaint, living in generations.items()}


def next_generation(connection: Connection, wrapper: Wrapper, complaint: UUID) -> None:
    """Add one generation."""
    take_write_lock(connection)
    statement = f"select coalesce(max(generation), 0) + 1 from {TABLE} where complaint = %s"  # noqa: S608
    [[generation]] = fetch(connection, statement, (complaint.bytes,))
    execute_many(connection, _INSERT, [(complaint.bytes, generation, wrapper.new(complaint, generation)[1])])


def tombstone(connection: Connection, complaint: UUID, at: datetime) -> None:
    """Delete the key of every generation so far; the rows stay."""
    statement = f"update {TABLE} set wrapped = null, destroyed_at = %s where complaint = %s and wrapped is not null"  # noqa: S608
    execute_many(connection, statement, [(at.isoformat(), complaint.bytes)])


def destroyed(connection: Connection) -> list[UUID]:
    """Every complaint with a destroyed generation."""
    found = fetch(connection, f"select distinct complaint from {TABLE} where wrapped is null")  # noqa: S608
    return [UUID(bytes=bytes(row[0])) for row in found]
