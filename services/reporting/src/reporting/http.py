"""Reporting over HTTP: books, counts, what the public sees and may do."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request
from pydantic import BaseModel, ConfigDict, Field

from chassis.base.errors import Conflict
from chassis.http.web import ClientId, IdempotencyKey, Language
from chassis.write.command import pause
from chassis.write.repository import Cause
from reporting import queries, timeline
from reporting.context import Reporting
from reporting.public_text import is_public, public_text, public_title
from reporting.settings import FRESH_S
from reporting.views import put_supports
from schemas import wording
from schemas.base import ids
from schemas.base.limits import PAGE
from schemas.base.refusals import InvalidField, NotFound
from schemas.base.sealed import Keys
from schemas.base.streams import support_stream
from schemas.complaint.lifecycle import CloseReason, Status
from schemas.complaint.state import Complaint
from schemas.events.reporting import ComplaintSupported
from schemas.registry.fold import Registry

router = APIRouter()


async def _reporting(request: Request) -> Reporting:
    context: Reporting = request.app.state.reporting
    return context


Context = Annotated[Reporting, Depends(_reporting)]


class NoBody(BaseModel):
    """A support says nothing but itself."""

    model_config = ConfigDict(extra="forbid")


@router.get("/api/v1/books")
async def books(context: Context) -> dict[str, Any]:
    """The books at the store's newest position, or the newest one reached within a few seconds: see `position`."""
    await context.books.refresh(FRESH_S)
    position = await context.books.position()
    return {"position": str(position or 0), **await context.database.read(queries.books)}


@router.get("/api/v1/counts")
async def counts(context: Context, by: str = "status") -> dict[str, Any]:
    """Complaints by agency, region, sector, class or status."""
    if by not in queries.GROUPS:
        raise InvalidField(field="by", why=f"must be one of {', '.join(queries.GROUPS)}")
    return {"by": by, "counts": await context.database.read(lambda connection: queries.counts(connection, by))}


class ReportQuery(BaseModel):
    """Which reports."""

    model_config = ConfigDict(extra="ignore")
    agency: str | None = None
    region: str | None = None
    status: str | None = None
    sector: str | None = None
    page: int = Field(default=0, ge=0, le=10_000)


@router.get("/api/v1/reports")
async def reports(context: Context, lang: Language, filters: Annotated[ReportQuery, Query()]) -> dict[str, Any]:
    """Public reports, newest first."""
    wanted, page = filters.model_dump(exclude_none=True, exclude={"page"}), filters.page
    rows = await context.database.read(lambda connection: queries.public_page(connection, wanted, page))
    loaded = await context.repository.load_many([UUID(row["complaint"]) for row in rows])
    registry = await context.registry.current()
    # A row may be a moment behind its stream: whether it is public is decided on the stream.
    items = [
        {**_card(row, registry, lang), "title": public_title(each.state), "text": public_text(each.state)}
        for row, each in zip(rows, loaded, strict=True)
        if is_public(each.state)
    ]
    return {"page": page, "page_size": PAGE, "reports": items}


@router.get("/api/v1/reports/{public_number}")
async def report(public_number: str, context: Context, lang: Language) -> dict[str, Any]:
    """One public report with its timeline; 404 alike for what is not public and what is not there."""
    row = await _public(context, public_number)
    loaded = await context.repository.load(UUID(row["complaint"]))
    if not is_public(loaded.state):
        raise NotFound(what=public_number)
    registry = await context.registry.current()
    history = timeline.moments(loaded.facts(), registry, lang, public=True)
    return {
        **_card(row, registry, lang),
        "title": public_title(loaded.state),
        "text": public_text(loaded.state),
        "lead_public_number": await _lead(context, loaded.state),
        "timeline": [moment._asdict() for moment in history],
    }


async def _lead(context: Reporting, state: Complaint) -> str | None:
    """Where the public finds the answer to a report that follows another: the last lead of its chain, if public."""
    met = {state.id}
    while state.status is Status.JOINED and state.lead is not None and state.lead not in met:
        met.add(state.lead)
        state = (await context.repository.load(state.lead)).state
    return state.public_number if len(met) > 1 and is_public(state) else None


@router.post("/api/v1/reports/{public_number}/support")
async def support(
    public_number: str, context: Context, client: ClientId, key: IdempotencyKey, _body: NoBody | None = None
) -> dict[str, Any]:
    """Say "me too"; the same client twice is one."""
    row = await _public(context, public_number)
    complaint = UUID(row["complaint"])
    if not is_public((await context.repository.load(complaint)).state):
        raise NotFound(what=public_number)
    supporter = context.supporter(client or key, complaint)
    await _append_support(context, complaint, supporter)
    table = queries.SUPPORTS
    await context.database.run(lambda connection: put_supports(connection, [table], [(str(complaint), supporter)]))
    return {"public_number": row["public_number"], "supports": (await _public(context, public_number))["supports"]}


async def _append_support(context: Reporting, complaint: UUID, supporter: str) -> None:
    stream, at = support_stream(complaint), context.clock.now()
    causation = ids.derived_id("support", str(complaint), supporter)
    fact = ComplaintSupported(at=at, supporter=supporter)
    events = context.repository.encode(stream, [fact], Cause(causation, complaint, at), Keys())
    attempt = 0
    while True:
        recorded = await context.repository.store.read(stream)
        try:
            await context.repository.store.append(stream, len(recorded) - 1, events, [event.id for event in recorded])
        except Conflict:
            await pause(min(attempt, 5))  # many people at once: each gets in, the order does not matter
            attempt += 1
        else:
            return


async def _public(context: Reporting, public_number: str) -> dict[str, Any]:
    try:
        number = ids.parse_public_number(public_number)
    except ids.MalformedCode as error:
        raise InvalidField(field="public_number", why=str(error)) from error
    row = await context.database.read(lambda connection: queries.public_row(connection, number))
    if row is None:
        raise NotFound(what=number)
    return row


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
