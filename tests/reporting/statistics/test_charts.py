"""Every figure of every chart equals a plain recount of the events, whatever the filters."""

from collections import Counter
from collections.abc import AsyncIterator, Iterable
from datetime import date, timedelta
from random import Random
from typing import Any

import httpx
import pytest
import pytest_asyncio

from chassis.base.clock import FixedClock
from reporting.context import Reporting
from reporting.statistics.survival import median, survival
from support import recount
from support.figures import fill, newest
from support.inbox import CITY, PLN
from support.recount import Asked, Histories, local_day

FILTERS: list[dict[str, str]] = [
    {}, {"agency": CITY}, {"agency": PLN, "region": "32"}, {"region": "32"}, {"region": "32.73"}, {"region": "73.71"},
    {"from": "2026-03-20", "to": "2026-06-10"}, {"from": "2026-03-20", "to": "2026-05-01", "agency": CITY, "region": "32.73"},
    {"from": "2026-04-01", "to": "2026-04-30", "region": "31.71", "step": "week"},
]  # fmt: skip
Rows = list[dict[str, Any]]


@pytest_asyncio.fixture(params=[*range(2), *(pytest.param(seed, marks=pytest.mark.slow) for seed in range(2, 16))])
async def found(reporting: Reporting, request: pytest.FixtureRequest) -> AsyncIterator[Histories]:
    histories = await fill(reporting, Random(request.param), 150)
    assert isinstance(reporting.clock, FixedClock)
    reporting.clock.set(newest(histories) + timedelta(hours=30))
    yield histories


async def rows_of(web: httpx.AsyncClient, name: str, filters: dict[str, str]) -> tuple[Rows, dict[str, Any]]:
    answer = await web.get(f"/api/v1/statistics/{name}", params=filters)
    assert answer.status_code == 200, answer.text
    body = answer.json()
    return [dict(zip(body["columns"], row, strict=True)) for row in body["rows"]], body


def asked_by(body: dict[str, Any]) -> Asked:
    return Asked(date.fromisoformat(body["from"]), date.fromisoformat(body["to"]), body["agency"], body["region"])


def by(rows: Iterable[dict[str, Any]], *columns: str) -> Counter[Any]:
    """The last column by the others, without zeros."""
    *keys, value = columns
    pairs = {tuple(row[key] for key in keys) if len(keys) > 1 else row[keys[0]]: row[value] for row in rows}
    return Counter({key: n for key, n in pairs.items() if n})


async def test_every_figure_is_that_of_a_recount(
    reporting: Reporting, web: httpx.AsyncClient, found: Histories
) -> None:
    now = reporting.clock.now()
    registry = await reporting.registry.current()
    for filters in FILTERS:
        _, body = await rows_of(web, "flow", filters)
        asked = asked_by(body)
        received, closed = recount.received(found, asked), recount.closings(found, asked)
        opened = [told for told in received if recount.is_open(told)]
        await _flow(web, filters, received, closed)
        rows, _ = await rows_of(web, "holders", filters)
        assert by(rows, "holder", "open") == Counter(str(told.state.holder) for told in opened)
        rows, body = await rows_of(web, "ages", filters)
        _ages([(local_day(now) - local_day(told.state.received_at)).days for told in opened], rows, body["totals"])
        rows, body = await rows_of(web, "on-time", filters)
        _timely(Counter(recount.timely(told, registry, now) for told in received), rows, body["totals"])
        rows, _ = await rows_of(web, "returns", filters)
        assert by(rows, "from", "to", "returns") == recount.returns(found, asked)
        rows, body = await rows_of(web, "endings", filters)
        assert by(rows, "reason", "closed") == Counter(told.state.closed.value for told in closed if told.state.closed)
        rows, _ = await rows_of(web, "sectors", filters)
        assert by(rows, "sector", "filed") == Counter(told.state.sector or "" for told in received)
        rows, _ = await rows_of(web, "regions", filters)
        length = 5 if asked.region else 2
        assert by(rows, "region", "filed") == Counter((told.region or "")[:length] for told in received)
        rows, body = await rows_of(web, "waits", filters)
        for milestone in recount.MILESTONES:
            _waits([recount.waits(told, milestone, now) for told in received], milestone, rows, body["totals"])


async def _flow(web: httpx.AsyncClient, filters: dict[str, str], received: Any, closed: Any) -> None:
    for step, start in (
        ("week", lambda day: day - timedelta(days=day.weekday())), ("month", lambda day: day.replace(day=1)),
    ):  # fmt: skip
        rows, body = await rows_of(web, "flow", {**filters, "step": step})
        days = [start(local_day(told.state.received_at)) for told in received]
        assert by(rows, "period", "filed") == Counter(day.isoformat() for day in days)
        days = [start(local_day(told.state.closed_at)) for told in closed]
        assert by(rows, "period", "closed") == Counter(day.isoformat() for day in days)
        assert body["totals"] == {"filed": len(received), "closed": len(closed)}


def _ages(days: list[int], rows: Rows, totals: dict[str, Any]) -> None:
    for row in rows:
        low, high = row["from_days"], row["to_days"]
        assert row["open"] == sum(low <= day and (high is None or day <= high) for day in days)
    assert totals == {"open": len(days), "older_than_30_days": sum(day > 30 for day in days)}


def _timely(expected: Counter[str | None], rows: Rows, totals: dict[str, Any]) -> None:
    kinds = ("on_time", "late", "waiting")
    assert {kind: totals[kind] for kind in kinds} == {kind: expected[kind] for kind in kinds}
    assert {kind: sum(row[kind] for row in rows) for kind in kinds} == {kind: expected[kind] for kind in kinds}
    decided = expected["on_time"] + expected["late"]
    assert totals["on_time_percent"] == (round(100 * expected["on_time"] / decided, 1) if decided >= 10 else None)
    for row in rows:
        assert (row["on_time_percent"] is None) == (row["on_time"] + row["late"] < 10)


def _waits(waited: list[tuple[int, bool]], name: str, rows: Rows, totals: dict[str, Any]) -> None:
    reached, censored = (Counter(hours for hours, done in waited if done is kind) for kind in (True, False))
    assert (totals[f"{name}_cases"], totals[f"{name}_reached"]) == (len(waited), reached.total())
    own = [row for row in rows if row["milestone"] == name]
    if len(waited) < 10:
        assert (own, totals[f"{name}_median_hours"]) == ([], None)
        return
    assert by(own, "hours", "reached") == reached
    for row in own:
        assert row["at_risk"] == sum(hours >= row["hours"] for hours, _ in waited)
    assert totals[f"{name}_median_hours"] == median(survival(reached, censored))


async def test_a_secret_report_moves_no_figure(reporting: Reporting, web: httpx.AsyncClient) -> None:
    from schemas.events.router import ComplaintClassified
    from support.inbox import T0
    from support.lives import BASIS, answered, confirmed, filed, named, routed, write

    for index in range(12):
        await write(reporting.repository, named(f"plain {index}"), filed(index), routed(), answered(), confirmed())
    await reporting.figures.catch_up()
    before = await _all(web)
    grade = {
        "at": T0,
        "class": "complaint",
        "supervision": True,
        "accused": ("pln",),
        "sector": "roads",
        "basis": BASIS,
    }
    graded = ComplaintClassified.model_validate(grade)
    for index, more in enumerate(([], [routed()], [routed(), answered()], [routed(), answered(), confirmed()])):
        await write(reporting.repository, named(f"secret {index}"), filed(50 + index, secret=True), *more)
        await write(reporting.repository, named(f"graded {index}"), filed(60 + index), graded, *more)
        await reporting.figures.catch_up()
        assert await _all(web) == before
    assert (await web.get("/api/v1/books")).json()["filed"] == 20, "they are in the national total"


async def _all(web: httpx.AsyncClient) -> dict[str, Any]:
    found: dict[str, Any] = {}
    names = [each["name"] for each in (await web.get("/api/v1/statistics")).json()["charts"]]
    for name in names:
        for query in ("", "?region=32", "?agency=kota-bandung", "?agency=kota-bandung&region=32.73", "?lang=en"):
            body = (await web.get(f"/api/v1/statistics/{name}{query}")).json()
            found[name + query] = (body["rows"], body["totals"])
            found[f"{name}.csv{query}"] = (await web.get(f"/api/v1/statistics/{name}/csv{query}")).text
    return found


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("from=2026-04-01&to=2026-03-01", "from"), ("region=99", "region"), ("region=32.73.01", "region"),
        ("from=2001-01-01&step=day", "step"), ("from=yesterday", "from"), ("step=hour", "step"), ("agency=A B", "agency"),
    ],
)  # fmt: skip
async def test_a_wrong_question_names_the_field(web: httpx.AsyncClient, query: str, field: str) -> None:
    for path in ("flow", "flow/csv"):
        answer = await web.get(f"/api/v1/statistics/{path}?{query}")
        assert (answer.status_code, answer.json()["field"]) == (422, field)
    assert (await web.get("/api/v1/statistics/unknown")).status_code == 404


async def test_a_name_that_is_a_formula_is_text_in_the_csv(web: httpx.AsyncClient) -> None:
    from reporting.charts.http import csv_of

    assert csv_of(["name", "n"], [("=HYPERLINK(1)", -3), ("Kota, Bandung", 1)]).splitlines() == [
        "name,n", "'=HYPERLINK(1),-3", '"Kota, Bandung",1',
    ]  # fmt: skip
