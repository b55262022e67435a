"""Running sums equal a plain recount of the events, whatever happened, in whatever order, however often."""

from collections import Counter
from random import Random

import httpx
import pytest

from chassis.project.rebuild import rebuild, table_hash
from reporting import queries
from reporting.context import Reporting
from reporting.statistics.tables import figure_tables
from reporting.statistics.view import put_cases
from support import recount
from support.figures import fill

SEEDS = [*range(4), *(pytest.param(seed, marks=pytest.mark.slow) for seed in range(4, 40))]


@pytest.mark.parametrize("seed", SEEDS)
async def test_books_and_counts_are_those_of_a_recount(reporting: Reporting, web: httpx.AsyncClient, seed: int) -> None:
    found = await fill(reporting, Random(seed), 40)
    books = (await web.get("/api/v1/books")).json()
    assert {name: books[name] for name in recount.books(found)} == recount.books(found)
    for by in ("agency", "region", "sector", "class", "status"):
        answer = (await web.get(f"/api/v1/counts?by={by}")).json()
        counted = Counter({(row["key"], row["status"], row["reason"]): row["count"] for row in answer["counts"]})
        assert counted == recount.counts(found, by), by


@pytest.mark.parametrize("seed", range(3))
async def test_a_rebuild_and_rows_that_are_written_again_change_nothing(reporting: Reporting, seed: int) -> None:
    await fill(reporting, Random(seed), 30)
    tables = figure_tables(queries.METADATA, "")
    before = [await reporting.database.read(lambda c, table=table: table_hash(c, table)) for table in tables]
    events = (await reporting.repository.store.read_all(None, ("complaint-",), 10_000)).events
    again = await reporting.figures.view.prepare(events)
    await reporting.database.run(lambda connection: put_cases(connection, tables, again))
    await rebuild(
        reporting.repository.store, reporting.database, queries.METADATA, reporting.figures.view, reporting.figures
    )
    assert [await reporting.database.read(lambda c, table=table: table_hash(c, table)) for table in tables] == before
