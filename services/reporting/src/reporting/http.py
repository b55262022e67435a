"""Books, counts, public reports and supports over HTTP."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Any, Literal, NamedTuple
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field
from sqlalchemy import Connection

from chassis.base.errors import Conflict
from chassis.http.access import ANYONE, allow
from chassis.http.openapi import gives
from chassis.http.web import ClientId, IdempotencyKey, Language, NoBody, StrictRoute
from chassis.project.standing import standing
from chassis.write.command import pause
from chassis.write.lead import root_lead
from chassis.write.loaded import LoadedStream
from chassis.write.repository import Cause
from reporting import queries, timeline
from reporting.answers import Books, Counts, PublicReportPage, PublicReports, SolvedReports, Supported
from reporting.context import Reporting
from reporting.listed import NAME as LISTED
from reporting.listing import Cursor, Filters, Found, cursor_of, find, supports_of
from reporting.report_row import row_of
from reporting.settings import FRESH_S, SOLVED
from reporting.statistics import books as sums
from reporting.views import put_supports
from schemas import wording
from schemas.base import ids
from schemas.base.client_keys import canonical_key, other_spellings
from schemas.base.envelope import NewEvent
from schemas.base.limits import PAGE
from schemas.base.refusals import HiddenByDesk, InvalidField, NotFound
from schemas.base.sealed import Keys
from schemas.base.streams import support_stream
from schemas.base.values import AgencyId, RegionGiven, Sector
from schemas.complaint.attachments import FileState, attached
from schemas.complaint.lifecycle import CloseReason, Status
from schemas.complaint.position import public_position
from schemas.complaint.state import Complaint
from schemas.events.reporting import ComplaintSupported
from schemas.registry.fold import Registry
from schemas.wording.public_text import public_text, public_title

router = APIRouter(route_class=StrictRoute)


async def _reporting(request: Request) -> Reporting:
    context: Reporting = request.app.state.reporting
    return context


Context = Annotated[Reporting, Depends(_reporting)]


@router.get("/api/v1/books", dependencies=[allow(ANYONE)], responses={200: {"model": Books}})
async def books(context: Context) -> dict[str, Any]:
    """The books at `position`: the store's newest one, or the newest that the read model reached within 3 seconds."""
    await context.figures.refresh(FRESH_S)
    return {**await _counted(context), **await context.database.read(sums.books)}


@router.get("/api/v1/counts", dependencies=[allow(ANYONE)], responses={200: {"model": Counts}})
async def counts(context: Context, by: str = "status") -> dict[str, Any]:
    """Numbers of complaints by agency, region, sector, class or status. By agency, region and sector only public ones
    have a key; the others are counted without one.
    """
    if by not in sums.GROUPS:
        raise InvalidField(field="by", why=f"must be one of {', '.join(sums.GROUPS)}")
    await context.figures.refresh(FRESH_S)
    found = await context.database.read(lambda connection: sums.counts(connection, by))
    return {"by": by, **await _counted(context), "counts": found}


async def _counted(context: Reporting) -> dict[str, Any]:
    return await standing(context, queries.METADATA, context.figures.view.name)


class ReportQuery(BaseModel):
    """Which reports."""

    model_config = ConfigDict(extra="ignore")
    q: str = Field(default="", max_length=200, description="Words that the title or text must hold, all of them.")
    agency: AgencyId | None = None
    region: RegionGiven | None = Field(default=None, description="A province, regency, district or village: all in it.")
    status: Status | Literal["open"] | None = Field(default=None, description="`open`: every one but closed.")
    sector: Sector | None = None
    since: AwareDatetime | None = Field(default=None, description="Received at this time or later.")
    until: AwareDatetime | None = Field(default=None, description="Received at this time or earlier.")
    cursor: str | None = Field(default=None, max_length=40, description="`older` or `newer` of a page before.")
    page: int = Field(default=0, ge=0, le=10_000, description="Pages to skip. Use `cursor`: it shifts no page.")

    @property
    def filters(self) -> Filters:
        return Filters(self.q, self.region, self.sector, self.agency, self.status, self.since, self.until)


@router.get("/api/v1/reports", dependencies=[allow(ANYONE)], responses={200: {"model": PublicReports}})
async def reports(context: Context, lang: Language, query: Annotated[ReportQuery, Query()]) -> dict[str, Any]:
    """Public reports, newest first. `older` and `newer` are cursors of the pages beside this one."""
    cursor = cursor_of(query.cursor) if query.cursor else None
    found = await listed_page(context, query.filters, cursor, query.page)
    registry = await context.registry.current()
    items = [
        {
            **_card(row_of(each.state)._asdict() | {"supports": found.supports.get(each.state.id, 0)}, registry, lang),
            "title": public_title(each.state),
            "text": public_text(each.state),
            "position": position_of(each.state),
        }
        for each in found.reports
    ]
    beside = {"newer": found.newer and found.newer.text(), "older": found.older and found.older.text()}
    rows = await standing(context, queries.METADATA, LISTED)
    return {"page": query.page, "page_size": PAGE, "reports": items, **beside, **rows}


class ListedPage(NamedTuple):
    """Public reports as their streams are now, their numbers of supporters, and the pages beside."""

    reports: list[LoadedStream]
    supports: dict[UUID, int]
    newer: Cursor | None
    older: Cursor | None


async def listed_page(
    context: Reporting, filters: Filters, cursor: Cursor | None = None, page: int = 0, size: int = PAGE
) -> ListedPage:
    """One page of the public list."""

    def read(connection: Connection) -> tuple[Found, dict[str, int]]:
        found = find(connection, filters, cursor, page, size)
        return found, supports_of(connection, found.complaints)

    found, supports = await context.database.read(read)
    loaded = await context.repository.reader.load_many([UUID(complaint) for complaint in found.complaints])
    # A row may be older than its stream, so the stream decides whether it is public.
    shown = [each for each in loaded if each.state.is_public and not each.state.erased]
    return ListedPage(shown, {UUID(key): count for key, count in supports.items()}, found.newer, found.older)


@router.get("/api/v1/reports/solved", dependencies=[allow(ANYONE)], responses={200: {"model": SolvedReports}})
async def solved(context: Context, lang: Language) -> dict[str, Any]:
    """Public reports that their reporters confirmed as solved, the latest first."""
    rows = await context.database.read(lambda connection: queries.solved_lately(connection, SOLVED))
    loaded = await context.repository.reader.load_many([UUID(row["complaint"]) for row in rows])
    registry = await context.registry.current()
    items = [
        {
            **_card(row, registry, lang),
            "title": public_title(each.state),
            "text": public_text(each.state),
            "position": position_of(each.state),
        }
        for row, each in zip(rows, loaded, strict=True)
        if each.state.is_public and not each.state.erased and each.state.closed is CloseReason.CONFIRMED
    ]
    return {"reports": items}


@router.get(
    "/api/v1/reports/{public_number}", dependencies=[allow(ANYONE)], responses={200: {"model": PublicReportPage}}
)
@gives(410)
async def report(public_number: str, context: Context, lang: Language) -> dict[str, Any]:
    """One public report with its timeline. One that is not public and one that does not exist get the same 404, one
    that the triage desk has hidden 410 with the reason.
    """
    return await public_report(context, await public_stream(context, public_number), lang)


async def public_stream(context: Reporting, public_number: str) -> LoadedStream:
    """The report of this number, if the public may read it.

    Raises:
        InvalidField: no number.
        NotFound: there is none, or the public may not know of it.
        HiddenByDesk: the public may know of it, but not read it.
    """
    loaded = await context.repository.reader.load(UUID((await _known(context, public_number))["complaint"]))
    if not loaded.state.may_be_public:
        raise NotFound(what=public_number)
    if loaded.state.hidden is not None:
        raise HiddenByDesk(why=loaded.state.hidden)
    return loaded


async def public_report(context: Reporting, loaded: LoadedStream, lang: str) -> dict[str, Any]:
    """What the public reads of a report."""
    registry, complaint = await context.registry.current(), str(loaded.state.id)
    supports = await context.database.read(lambda connection: supports_of(connection, [complaint]))
    history = timeline.moments(loaded.facts(), registry, lang, public=True)
    lead = await root_lead(context.repository, loaded.state)
    return {
        **_card(row_of(loaded.state)._asdict() | {"supports": supports.get(complaint, 0)}, registry, lang),
        "title": public_title(loaded.state),
        "text": public_text(loaded.state),
        "position": position_of(loaded.state),
        "lead_public_number": lead.public_number if lead and lead.is_public else None,
        "photos": released_photos(loaded),
        "timeline": [moment.row() for moment in history],
    }


@router.post(
    "/api/v1/reports/{public_number}/support", dependencies=[allow(ANYONE)], responses={200: {"model": Supported}}
)
@gives(410)
async def support(
    public_number: str, context: Context, client: ClientId, key: IdempotencyKey, _body: NoBody | None = None
) -> dict[str, Any]:
    """Support a report ("me too"); a client counts once."""
    state = (await public_stream(context, public_number)).state
    names = [client] if client else [canonical_key(key), *other_spellings(key)]
    return {"public_number": state.public_number, "supports": await add_support(context, state.id, names)}


async def add_support(context: Reporting, complaint: UUID, names: Sequence[str]) -> int:
    """Support it as the client of these names; the number of supporters."""
    supporter = await _append_support(context, complaint, [context.supporter(name, complaint) for name in names])
    table, pair = queries.SUPPORTS, (str(complaint), supporter)

    def add(connection: Connection) -> int:
        put_supports(connection, [table], [pair])
        return supports_of(connection, [pair[0]])[pair[0]]

    return await context.database.run(add)


async def _append_support(context: Reporting, complaint: UUID, names: Sequence[str]) -> str:
    """Append the support of the first of these names of one client. Returns the name that supports, which is another
    one where an earlier version took another spelling of the client's key.
    """
    stream, at, attempt = support_stream(complaint), context.clock.now(), 0
    made = {name: _support(context, complaint, name, at) for name in names}
    while True:
        recorded = await context.repository.store.read(stream)
        seen = [event.id for event in recorded]
        name = next((name for name, events in made.items() if events[0].id in seen), names[0])
        try:
            await context.repository.store.append(stream, len(recorded) - 1, made[name], seen)
        except Conflict:
            await pause(attempt)  # supports of other people; their order does not matter
            attempt += 1
        else:
            return name


def _support(context: Reporting, complaint: UUID, supporter: str, at: datetime) -> list[NewEvent]:
    causation = ids.derived_id("support", str(complaint), supporter)
    fact = ComplaintSupported(at=at, supporter=supporter)
    return context.repository.encode(support_stream(complaint), [fact], Cause(causation, complaint, at), Keys())


async def _known(context: Reporting, public_number: str) -> dict[str, Any]:
    try:
        number = ids.parse_public_number(public_number)
    except ids.MalformedCode as error:
        raise InvalidField(field="public_number", why=str(error)) from error
    row = await context.database.read(lambda connection: queries.known_row(connection, number))
    if row is None:
        raise NotFound(what=number)
    return row


def released_photos(loaded: LoadedStream) -> list[dict[str, Any]]:
    """The photos that the holder or the desk lets the public see, in the order in which they were added."""
    state, found = loaded.state, attached((one.fact for one in loaded.facts()), scans=False)
    shown = [each for each in found if each.added.attachment in state.released and each.state is FileState.CLEANED]
    link = f"/api/v1/reports/{state.public_number}/photos"
    return [{"attachment": each.added.attachment, "link": f"{link}/{each.added.attachment}"} for each in shown]


def position_of(state: Complaint) -> dict[str, Any] | None:
    position = public_position(state)
    return position._asdict() if position else None


def _card(row: dict[str, Any], registry: Registry, lang: str) -> dict[str, Any]:
    agency = registry.agencies.get(row["agency"] or "")
    reason = CloseReason(row["reason"]) if row["reason"] else None
    return {
        "public_number": row["public_number"],
        "class": row["class_"],
        "status": row["status"],
        "status_text": wording.status(Status(row["status"]), lang, reason),
        "closed_reason": row["reason"],
        "agency": row["agency"],
        "agency_name": agency.name if agency else None,
        "sector": row["sector"],
        "region": row["region"],
        "received_at": row["received_at"],
        "closed_at": row["closed_at"],
        "supports": row["supports"],
    }
