"""In PostgreSQL the same files are made, and the same jobs kept, as in SQLite."""

from dataclasses import replace
from datetime import timedelta
from random import Random
from typing import Any

import pytest

from chassis.base.clock import SystemClock
from chassis.sql.database import Database
from reporting import queries
from reporting.app import open_data_projection
from reporting.context import Reporting
from reporting.open_data.files import make_files, package
from reporting.past import jobs
from support.figures import fill


async def published(reporting: Reporting) -> str:
    await open_data_projection(reporting).catch_up()
    while await reporting.database.run(make_files):
        pass
    found = await reporting.database.read(package)
    assert not found.pending
    assert len(found.files) > 3
    return found.sha256


async def test_the_files_are_those_of_sqlite(reporting: Reporting, request: pytest.FixtureRequest) -> None:
    await fill(reporting, Random(5), 80)
    postgres: Any = request.getfixturevalue("postgres")
    database = Database(postgres.database(), queries.METADATA)
    try:
        assert await published(replace(reporting, database=database)) == await published(reporting)
    finally:
        await database.close()


async def test_a_job_is_asked_taken_and_ended(request: pytest.FixtureRequest) -> None:
    postgres: Any = request.getfixturevalue("postgres")
    database, now = Database(postgres.database(), queries.METADATA), SystemClock().now()
    try:
        await database.run(lambda c: jobs.ask(c, "one", "somebody", ["2026-03-01", "books"], now))
        taken = await database.run(lambda c: jobs.take(c, now))
        assert taken is not None
        assert await database.run(lambda c: jobs.take(c, now + timedelta(seconds=1))) is None
        await database.run(lambda c: jobs.end(c, "one", now, '{"filed": 0}', None))
        ended = await database.read(lambda c: jobs.find(c, "one"))
        assert ended is not None
        assert (ended.status, ended.result) == ("done", '{"filed": 0}')
    finally:
        await database.close()
