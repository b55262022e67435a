"""Runs a statement written with `%s` in intake's database, SQLite or PostgreSQL."""

from typing import Any

from chassis.sql.database import Database, fetch


async def query(database: Database, statement: str, *values: object) -> list[tuple[Any, ...]]:
    """The rows of a reading statement."""
    marked = database.paramstyle(statement)
    return await database.read(lambda connection: fetch(connection, marked, values))


async def execute(database: Database, statement: str, *values: object) -> list[tuple[Any, ...]]:
    """Run a writing statement; committed on return, with the rows that it returns."""
    marked = database.paramstyle(statement)
    return await database.run(lambda connection: fetch(connection, marked, values))
