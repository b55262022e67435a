"""The lines that are kept are those of the newest facts, whichever fact was the last one."""

from collections.abc import Iterable
from datetime import timedelta
from random import Random
from typing import cast
from uuid import UUID

import pytest
from sqlalchemy import select

from chassis.base.clock import FixedClock
from reporting.app import open_data_projection
from reporting.context import Reporting
from reporting.open_data.files import LINES
from reporting.open_data.line import csv_row, line_of
from schemas.base.values import Clock
from schemas.events.agency_inbox import ProgressRecorded
from schemas.events.base import Fact
from schemas.events.escalation import ReminderSent
from schemas.events.registry import CalendarDecreed, Holiday
from schemas.events.router import ComplaintClassified
from schemas.reference.load import policies
from support.figures import fill, newest
from support.inbox import CITY, T0, keep_registry
from support.lives import BASIS, classified, filed, named, routed, write

AFTER = T0 + timedelta(days=2)
DECREE = CalendarDecreed(
    at=T0 + timedelta(days=1), calendar="national", year=2026, source="SKB",
    days=tuple(Holiday(on=(T0 + timedelta(days=day)).date(), name="Libur", kind="national") for day in (4, 7, 8)),
)  # fmt: skip


@pytest.mark.parametrize(
    "last",
    [
        ReminderSent(at=AFTER, clock=Clock.SETTLE, started_version=2, due_at=AFTER),
        ProgressRecorded(at=AFTER, agency=CITY, text="Sudah dijadwalkan"),
    ],
    ids=lambda fact: type(fact).__name__,
)
async def test_a_line_has_the_date_that_the_figures_have_after_a_decree(reporting: Reporting, last: Fact) -> None:
    await keep_registry(reporting.repository.store, reporting.repository)
    await write(reporting.repository, named("open"), filed(), classified(), routed(agency=CITY))
    before = await kept(reporting)
    await keep_registry(reporting.repository.store, reporting.repository, DECREE)
    await write(reporting.repository, named("open"), last)
    after = await kept(reporting)
    assert after == await folded(reporting, [named("open")])
    assert after != before, "the decree moves the date"


@pytest.mark.parametrize("seed", range(3))
async def test_each_kept_line_is_that_of_the_newest_facts(reporting: Reporting, seed: int) -> None:
    found = await fill(reporting, Random(seed), 100)
    cast(FixedClock, reporting.clock).set(newest(found) + timedelta(hours=30))
    assert await kept(reporting) == await folded(reporting, found)


async def test_a_report_that_is_found_to_need_an_inspectorate_leaves_the_lines(reporting: Reporting) -> None:
    await keep_registry(reporting.repository.store, reporting.repository)
    await write(reporting.repository, named("a"), filed(), classified(), routed(agency=CITY))
    assert len(await kept(reporting)) == 1
    body = {"at": AFTER, "class": "complaint", "supervision": True, "accused": (CITY,), "basis": BASIS}
    await write(reporting.repository, named("a"), ComplaintClassified.model_validate(body))
    assert await kept(reporting) == {}


async def kept(reporting: Reporting) -> dict[str, str]:
    """By complaint."""
    await open_data_projection(reporting).catch_up()
    rows = await reporting.database.read(lambda one: one.execute(select(LINES.c.complaint, LINES.c.row)).all())
    return {row.complaint: row.row for row in rows}


async def folded(reporting: Reporting, complaints: Iterable[UUID]) -> dict[str, str]:
    """What a rebuild would keep."""
    registry = await reporting.registry.current()
    found = {}
    for each in complaints:
        line = line_of(await reporting.repository.load(each), registry, policies())
        if line is not None:
            found[str(each)] = csv_row(line)
    return found
