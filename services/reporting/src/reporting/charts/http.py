"""The charts' figures over HTTP, as JSON and as CSV."""

import csv
import io
from collections.abc import Iterable
from datetime import date
from typing import Annotated, Any, Final, NamedTuple

from fastapi import APIRouter, Query, Response
from pydantic import AwareDatetime, BaseModel, Field
from sqlalchemy import Connection

from chassis.http.access import ANYONE, allow
from chassis.http.web import Language, StrictRoute
from chassis.project.position import Position
from reporting.answers import Counted
from reporting.charts.asked import Asked, question
from reporting.charts.formulas import CHARTS, PUBLIC_ONLY
from reporting.charts.names import PAGES, Namer
from reporting.context import Reporting
from reporting.http import Context
from reporting.open_data.described import INDEX_PATH
from reporting.open_data.files import Package, package
from reporting.queries import METADATA
from reporting.settings import CHART_FRESH_S
from reporting.statistics.figures import FIGURES, Figures, Question
from reporting.statistics.lag import Lag, lag_of
from reporting.statistics.read import Sums
from reporting.statistics.view import NAME as COUNTED
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


class DataTold(BaseModel):
    """The open data from which a figure can be recounted. `sha256`: of their `SHA256SUMS`; `position`: up to which
    event they count, empty while files are being made anew.
    """

    sha256: str
    position: str
    href: str


class Statistic(Counted):
    """The figures of one chart at the time `at`, of public reports. Rates and medians over fewer than ten cases are
    null.
    """

    name: str
    question: str
    formula: str
    data: DataTold
    at: AwareDatetime
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
    [figures], _, lag, _ = await answer(context, name, asked)
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
    [figures], put, lag, files = await answer(context, name, asked)
    shown = Namer(await context.registry.current(), lang).named(figures)
    told = CHARTS[name]
    return {
        "position": str(lag.position),
        "behind": {"seconds": lag.seconds, "events": lag.events},
        "name": name,
        "question": PAGES.text(told.question, lang),
        "formula": f"{PAGES.text(told.formula, lang)} {PAGES.text(PUBLIC_ONLY, lang)}",
        "data": {"sha256": files.sha256, "position": files.counted, "href": INDEX_PATH},
        "at": put.now,
        "from": put.wanted.since,
        "to": put.wanted.until,
        "agency": put.wanted.agency,
        "region": put.wanted.region,
        "step": put.step,
        "columns": shown.columns,
        "rows": shown.rows,
        "totals": shown.totals,
    }


class Answered(NamedTuple):
    """Figures of one moment, what was asked, how far they are behind, and the files from which to recount them."""

    figures: list[Figures]
    asked: Question
    lag: Lag
    files: Package


async def answer(context: Reporting, name: str, asked: Asked) -> Answered:
    """The figures of one chart.

    Raises:
        NotFound: there is no such chart.
        InvalidField: as `question`.
    """
    if name not in FIGURES:
        raise NotFound(what=name)
    return await answers(context, [name], asked)


async def answers(context: Reporting, names: Iterable[str], asked: Asked) -> Answered:
    """The figures of several charts at one position."""
    put = question(context, asked)
    await context.figures.refresh(CHART_FRESH_S)
    lag = await lag_of(context.figures, context.repository.store)
    return await context.database.read(lambda connection: _built(connection, names, put, lag))


def _built(connection: Connection, names: Iterable[str], put: Question, lag: Lag) -> Answered:
    sums = Sums(connection, put.wanted)
    at = Position(METADATA, COUNTED).read(connection)  # rows may have come since `lag` was read
    return Answered(
        [FIGURES[name](sums, put) for name in names], put, lag._replace(position=at.position or 0), package(connection)
    )


def csv_of(columns: Iterable[str], rows: Iterable[Iterable[Any]]) -> str:
    """A table as CSV. A text that a spreadsheet would take for a formula gets an apostrophe."""
    written = io.StringIO()
    table = csv.writer(written)
    table.writerow(columns)
    table.writerows([_safe(cell) for cell in row] for row in rows)
    return written.getvalue()


def _safe(cell: Any) -> Any:
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(("=", "+", "-", "@", "\t", "\r")) else cell
