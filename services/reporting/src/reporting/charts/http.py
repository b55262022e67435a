"""The charts' figures over HTTP, as JSON and as CSV."""

import csv
import io
from collections.abc import Iterable
from datetime import date
from typing import Annotated, Any, Final

from fastapi import APIRouter, Query, Response
from pydantic import BaseModel, Field
from sqlalchemy import Connection

from chassis.http.access import ANYONE, allow
from chassis.http.web import Language, StrictRoute
from reporting.answers import Counted
from reporting.charts.asked import Asked, question
from reporting.charts.formulas import CHARTS, PUBLIC_ONLY
from reporting.charts.names import PAGES, Namer
from reporting.context import Reporting
from reporting.http import Context
from reporting.settings import CHART_FRESH_S
from reporting.statistics.figures import FIGURES, Figures, Question
from reporting.statistics.lag import Lag, lag_of
from reporting.statistics.read import Sums
from schemas.base.refusals import NotFound

router: Final = APIRouter(route_class=StrictRoute)
API: Final = "/api/v1/statistics"


class ChartLink(BaseModel):
    """One chart: its name, the question it answers, and its address."""

    name: str
    question: str
    href: str


class ChartLinks(BaseModel):
    """All charts."""

    charts: list[ChartLink]


class Statistic(Counted):
    """The figures of one chart, of public reports. Rates and medians over fewer than ten cases are null."""

    name: str
    question: str
    formula: str
    since: date = Field(alias="from")
    until: date = Field(alias="to")
    agency: str | None
    region: str | None
    step: str
    columns: list[str]
    rows: list[list[str | int | float | None]]
    totals: dict[str, int | float | None]


@router.get(API, dependencies=[allow(ANYONE)], responses={200: {"model": ChartLinks}})
async def charts(lang: Language) -> dict[str, Any]:
    """Which charts there are."""
    return {
        "charts": [
            {"name": name, "question": PAGES.text(chart.question, lang), "href": f"{API}/{name}"}
            for name, chart in CHARTS.items()
        ]
    }


@router.get(
    f"{API}/{{name}}/csv",
    dependencies=[allow(ANYONE)],
    response_class=Response,
    responses={200: {"content": {"text/csv": {"schema": {"type": "string"}}}}},
)
async def as_csv(name: str, context: Context, lang: Language, asked: Annotated[Asked, Query()]) -> Response:
    """The rows of one chart as CSV (RFC 4180). The headers `Satupintu-Position` and `Satupintu-Behind-Seconds` say up
    to which event they count, and how far that is behind the store.
    """
    figures, _, lag = await answer(context, name, asked)
    shown = Namer(await context.registry.current(), lang).named(figures)
    headers = {
        "content-disposition": f'attachment; filename="{name}.csv"',
        "satupintu-position": str(lag.position),
        "satupintu-behind-seconds": str(lag.seconds),
    }
    return Response(csv_of(shown.columns, shown.rows), media_type="text/csv; charset=utf-8", headers=headers)


@router.get(f"{API}/{{name}}", dependencies=[allow(ANYONE)], responses={200: {"model": Statistic}})
async def chart(name: str, context: Context, lang: Language, asked: Annotated[Asked, Query()]) -> dict[str, Any]:
    """The figures of one chart: `flow`, `holders`, `ages`, `on-time`, `waits`, `returns`, `endings`, `sectors` or
    `regions`. Days are those on which a report was received, closed or returned, as the formula says.
    """
    figures, put, lag = await answer(context, name, asked)
    shown = Namer(await context.registry.current(), lang).named(figures)
    told = CHARTS[name]
    return {
        "position": str(lag.position),
        "behind": {"seconds": lag.seconds, "events": lag.events},
        "name": name,
        "question": PAGES.text(told.question, lang),
        "formula": f"{PAGES.text(told.formula, lang)} {PAGES.text(PUBLIC_ONLY, lang)}",
        "from": put.wanted.since,
        "to": put.wanted.until,
        "agency": put.wanted.agency,
        "region": put.wanted.region,
        "step": put.step,
        "columns": shown.columns,
        "rows": shown.rows,
        "totals": shown.totals,
    }


async def answer(context: Reporting, name: str, asked: Asked) -> tuple[Figures, Question, Lag]:
    """The figures of one chart, what was asked, and how far they are behind.

    Raises:
        NotFound: there is no such chart.
        InvalidField: as `question`.
    """
    if name not in FIGURES:
        raise NotFound(what=name)
    [figures], put, lag = await answers(context, [name], asked)
    return figures, put, lag


async def answers(context: Reporting, names: Iterable[str], asked: Asked) -> tuple[list[Figures], Question, Lag]:
    """The figures of several charts at one position."""
    put = question(context, asked)
    await context.figures.refresh(CHART_FRESH_S)
    lag = await lag_of(context.figures, context.repository.store)
    return await context.database.read(lambda connection: _built(connection, names, put)), put, lag


def _built(connection: Connection, names: Iterable[str], put: Question) -> list[Figures]:
    sums = Sums(connection, put.wanted)
    return [FIGURES[name](sums, put) for name in names]


def csv_of(columns: Iterable[str], rows: Iterable[Iterable[Any]]) -> str:
    """A table as CSV. A text that a spreadsheet would take for a formula gets an apostrophe."""
    written = io.StringIO()
    table = csv.writer(written)
    table.writerow(columns)
    table.writerows([_safe(cell) for cell in row] for row in rows)
    return written.getvalue()


def _safe(cell: Any) -> Any:
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(("=", "+", "-", "@", "\t", "\r")) else cell
