"""The guarantees of `Database` that read models, vault and key ring rely on, for SQLite and PostgreSQL."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from uuid import UUID

import pytest
from sqlalchemy import Column, Connection, Integer, MetaData, Table, Text, delete, func, insert, inspect, select, text
from sqlalchemy.exc import IntegrityError

from chassis.base.errors import OldTable
from chassis.keys.keyring import SqlKeyRing
from chassis.sql.database import Database

metadata = MetaData()
things = Table("things", metadata, Column("id", Integer, primary_key=True), Column("name", Text, nullable=False))


@pytest.fixture
async def database(sql_url: str) -> AsyncIterator[Database]:
    opened = Database(sql_url, metadata)
    yield opened
    await opened.close()


def add(number: int, name: str = "thing") -> Callable[[Connection], int]:
    def added(connection: Connection) -> int:
        connection.execute(insert(things).values(id=number, name=name))
        return number

    return added


def names(connection: Connection) -> list[str]:
    return list(connection.scalars(select(things.c.name).order_by(things.c.id)))


async def test_what_a_function_wrote_is_read_by_the_next(database: Database) -> None:
    assert await database.read(names) == []
    assert await database.run(add(1, "one")) == 1
    assert await database.read(names) == ["one"]


async def test_a_function_that_raises_leaves_nothing_and_its_neighbours_everything(database: Database) -> None:
    def half(connection: Connection) -> None:
        add(100, "half")(connection)
        raise LookupError("not found")

    work = [database.run(add(number, str(number))) for number in range(5)]
    answers = await asyncio.gather(*work, database.run(half), database.run(add(3)), database.run(add(9, "nine")),
                                   return_exceptions=True)  # fmt: skip

    assert [type(answer) for answer in answers] == [int] * 5 + [LookupError, IntegrityError, int]
    assert await database.read(names) == ["0", "1", "2", "3", "4", "nine"]


async def test_two_processes_that_add_one_lose_no_addition(database: Database, sql_url: str) -> None:
    other = Database(sql_url, metadata)
    await database.run(add(1, "0"))

    def increase(connection: Connection) -> None:
        connection.execute(text("update things set name = cast(cast(name as integer) + 1 as text) where id = 1"))

    await asyncio.gather(*[one.run(increase) for one in (database, other) for _ in range(100)])

    assert await database.read(names) == ["200"]
    await other.close()


async def test_a_reading_function_cannot_write(database: Database) -> None:
    with pytest.raises(Exception, match=r"read-?only"):
        await database.read(lambda connection: connection.execute(delete(things)))


async def test_a_reading_function_sees_one_moment(database: Database, sql_url: str) -> None:
    other = Database(sql_url, metadata)
    await database.run(add(1))

    def twice(connection: Connection) -> tuple[int | None, int | None]:
        count = select(func.count()).select_from(things)
        before = connection.scalar(count)
        other.write_now(add(2))
        return before, connection.scalar(count)

    assert await database.read(twice) == (1, 1)
    assert len(await database.read(names)) == 2
    await other.close()


async def test_a_key_ring_shared_by_processes_gives_all_the_same_keys_and_forgets_for_all(sql_url: str) -> None:
    rings = [SqlKeyRing(sql_url, b"m" * 32) for _ in range(3)]
    complaints = [UUID(int=number) for number in range(1, 701)]

    answers = await asyncio.gather(*[ring.ensure(complaints[start:]) for start, ring in enumerate(rings)])

    assert all(one[complaint] == answers[0][complaint] for one in answers for complaint in one)
    await rings[0].destroy(complaints[5])
    fresh = SqlKeyRing(sql_url, b"m" * 32)
    assert not (await fresh.ensure([complaints[5]]))[complaints[5]].generations
    assert list((await fresh.renew(complaints[5])).generations) == [2]
    await asyncio.gather(*[ring.close() for ring in [*rings, fresh]])


async def made_before(sql_url: str, *columns: Column[object]) -> None:
    """The same table as created by another version, with one row."""
    then = MetaData()
    table = Table("things", then, Column("id", Integer, primary_key=True), *columns)
    earlier = Database(sql_url, then)
    filled = {column.name: "old" for column in columns}
    await earlier.run(lambda connection: connection.execute(insert(table).values(id=1, **filled)))
    await earlier.close()


async def test_a_table_of_an_earlier_version_gets_the_columns_that_were_added_since(sql_url: str) -> None:
    now = MetaData()
    more = Column("basis", Text, nullable=False, server_default="unknown", index=True)
    table = Table("things", now, Column("id", Integer, primary_key=True), Column("name", Text, nullable=False), more)
    await made_before(sql_url, Column("name", Text, nullable=False))
    opened = [Database(sql_url, now) for _ in range(2)]  # two processes start at once

    def found(connection: Connection) -> list[tuple[object, ...]]:
        return [tuple(row) for row in connection.execute(select(table))]

    assert await asyncio.gather(*(each.read(found) for each in opened)) == [[(1, "old", "unknown")]] * 2
    indexed = await opened[0].read(lambda connection: inspect(connection).get_indexes("things"))
    assert [index["column_names"] for index in indexed] == [["basis"]]
    for each in opened:
        await each.close()


async def test_a_table_of_an_earlier_version_gets_the_indexes_that_were_added_since(sql_url: str) -> None:
    now = MetaData()
    Table("things", now, Column("id", Integer, primary_key=True), Column("name", Text, nullable=False, index=True))
    await made_before(sql_url, Column("name", Text, nullable=False))
    opened = [Database(sql_url, now) for _ in range(2)]  # two processes start at once
    for each in opened:
        indexed = await each.read(lambda connection: inspect(connection).get_indexes("things"))
        assert [index["column_names"] for index in indexed] == [["name"]]
    for each in opened:
        await each.close()


@pytest.mark.parametrize(
    ("then", "named"),
    [((), "name"), (("name", "title"), "title")],
    ids=["a column without a default was added", "a column that must be filled was dropped"],
)
async def test_a_table_that_cannot_be_brought_up_to_date_is_refused_by_name(
    sql_url: str, then: Sequence[str], named: str
) -> None:
    await made_before(sql_url, *(Column(name, Text, nullable=False) for name in then))
    opened = Database(sql_url, metadata)
    with pytest.raises(OldTable, match=rf"the table things was made by another version .*{named}"):
        await opened.read(names)
    await opened.close()
