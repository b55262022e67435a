"""An error of a statement is logged; the values of the statement are people's words and stay out of it."""

from pathlib import Path

import pytest
from sqlalchemy import Column, MetaData, Table, Text, insert, text
from sqlalchemy.exc import DBAPIError

from chassis.base.errors import ChassisError
from chassis.sql.database import Database
from support.postgres import Postgres

WORDS = "Kenari Purwitasari, 0811 5550 4711"
METADATA = MetaData()
PEOPLE = Table("people", METADATA, Column("name", Text, primary_key=True))


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path}/people.db"
    server: Postgres = request.getfixturevalue("postgres")
    return server.database()


async def test_the_values_of_a_statement_are_in_no_error(url: str) -> None:
    database = Database(url, METADATA)
    await database.run(lambda connection: connection.execute(insert(PEOPLE), {"name": "somebody"}))
    with pytest.raises(DBAPIError) as written:
        await database.run(lambda connection: connection.execute(insert(PEOPLE), [{"name": WORDS}, {"name": None}]))
    with pytest.raises((DBAPIError, ChassisError)) as read:
        await database.read(lambda connection: connection.execute(text("select :word from nowhere"), {"word": WORDS}))
    assert WORDS not in f"{written.value} {read.value}"
    await database.close()
