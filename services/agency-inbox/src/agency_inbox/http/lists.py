"""An agency's lists over HTTP: its cases with filters and counts, a search, officers, refused replies."""

from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import BaseModel, ConfigDict, Field

from agency_inbox import queries
from agency_inbox.answers import InboxCounts, InboxPage, InboxSearch, Officers, RefusedReplies
from agency_inbox.http.context import PREFIX, Context
from agency_inbox.listing import InboxFilter, cursor_of, order_of
from agency_inbox.queries import registry_with
from agency_inbox.views import METADATA, NONE
from chassis.http.access import AGENCY, READS_AGENCY, WHOLE_AGENCY, Caller, allow
from chassis.http.web import Language, StrictRoute
from chassis.project.standing import standing
from schemas.access.principal import Principal, officer_id
from schemas.base.limits import PAGE
from schemas.base.refusals import InvalidField
from schemas.base.values import UnitId
from schemas.complaint.lifecycle import Status
from schemas.contract.base import RequestModel
from schemas.registry.calendars import DEFAULT_ZONE

router = APIRouter(prefix=PREFIX, route_class=StrictRoute)
Region = Annotated[str, Field(pattern=r"^\d{2}(\.\d{2}(\.\d{2}(\.\d{4})?)?)?$")]


class InboxQuery(BaseModel):
    """Which rows of the inbox: without a status the open ones."""

    model_config = ConfigDict(extra="ignore")
    status: Status | None = None
    unit: UnitId | None = None
    sector: Annotated[str, Field(max_length=64)] | None = None
    region: Region | None = None
    officer: Literal["me", "nobody"] | UUID | None = None
    due: Literal["overdue", "today", "week"] | None = None
    overdue: bool | None = None
    new: bool | None = None
    awaiting: bool | None = None
    after: Annotated[str, Field(max_length=200)] | None = None
    page: int = Field(default=0, description="No longer used: follow `next`.")


class PageQuery(BaseModel):
    """Which page."""

    model_config = ConfigDict(extra="ignore")
    page: int = Field(default=0, ge=0, le=10_000)


class SearchBody(RequestModel):
    """The words to look for. They are not stored."""

    text: Annotated[str, Field(min_length=1, max_length=200)]


@router.get("/inbox", dependencies=[allow(READS_AGENCY)], responses={200: {"model": InboxPage}})
async def inbox(
    agency: str, who: Caller, context: Context, lang: Language, query: Annotated[InboxQuery, Query()]
) -> dict[str, Any]:
    """The agency's open complaints, the most urgent first; with `status=closed` the closed ones, the newest first.
    `next` leads to the following page, as `after`.
    """
    if query.page:
        raise InvalidField(field="page", why="pages are no longer numbered: send the `next` of the last one as `after`")
    registry = await registry_with(context, agency)
    shown = _filter(context, who, query, registry.agencies[agency].zone)
    after = order_of(query.after) if query.after is not None else None
    found = await queries.inbox_page(context, who, agency, shown, after, lang)
    further = cursor_of(found.next) if found.next else None
    rows_at = await standing(context, METADATA, "cases")
    return {"page_size": PAGE, "total": found.total, "next": further, "complaints": found.rows, **rows_at}


@router.get(
    "/inbox/counts",
    dependencies=[allow(READS_AGENCY)],
    summary="Counts of the inbox",
    responses={200: {"model": InboxCounts}},
)
async def counts(agency: str, who: Caller, context: Context) -> dict[str, Any]:
    """How many of the agency's complaints there are for each filter; all but `closed` count open ones."""
    registry = await registry_with(context, agency)
    found = await queries.inbox_counts(context, who, agency, registry.agencies[agency].zone)
    by = {facet: {value or "none": number for value, number in of.items()} for facet, of in found.by.items()}
    rows_at = await standing(context, METADATA, "cases")
    return {"open": found.open, "closed": found.closed, "due": found.due, **by, **rows_at}


@router.post("/inbox/search", dependencies=[allow(AGENCY)], responses={200: {"model": InboxSearch}})
async def search(agency: str, who: Caller, context: Context, lang: Language, body: SearchBody) -> dict[str, Any]:
    """Open complaints with all of these words, the most urgent first. It opens them in memory and keeps nothing;
    `complete` is false if it stopped at a limit before it had looked at all of them.
    """
    found = await queries.search(context, who, agency, body.text, lang)
    return {"looked_at": found.looked_at, "complete": found.complete, "complaints": found.rows}


@router.get("/officers", dependencies=[allow(AGENCY)], responses={200: {"model": Officers}})
async def officers(agency: str, who: Caller, context: Context) -> dict[str, Any]:
    """The agency's officers who have opened its inbox on the pages, to whom cases can be assigned, and who asks."""
    await registry_with(context, agency)
    known = await context.offices.officers(agency)
    return {"me": str(officer_id(who)), "officers": [each._asdict() for each in known]}


@router.get("/replies/refused", dependencies=[allow(WHOLE_AGENCY)], responses={200: {"model": RefusedReplies}})
async def refused(agency: str, context: Context, query: Annotated[PageQuery, Query()]) -> dict[str, Any]:
    """Refused replies from the agency's topic with the reasons, newest first."""
    await registry_with(context, agency)
    rows = await context.quarantine.of(agency, query.page)
    hidden = ("id", "agency", "told_by", "told_at")
    shown = [{name: value for name, value in row.items() if name not in hidden} for row in rows]
    return {"page": query.page, "page_size": PAGE, "refused": shown}


def _filter(context: Context, who: Principal, query: InboxQuery, zone: str | None) -> InboxFilter:
    named = {"me": str(officer_id(who)), "nobody": NONE}
    officer = None if query.officer is None else named.get(str(query.officer), str(query.officer))
    due = "overdue" if query.overdue else query.due
    period = queries.period(context, due, zone or DEFAULT_ZONE) if due else None
    if query.overdue is False:
        period = (context.clock.now(), queries.NEVER_ENDS)
    status = query.status or (Status.ROUTED if query.new else Status.AWAITING_REPORTER if query.awaiting else None)
    return InboxFilter(status, query.unit, query.sector, query.region, officer, period)
