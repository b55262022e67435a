"""An agency's own complaints over HTTP: read them, and do what the agency may do.

What is not the agency's and what is not there get the same 404.
"""

from dataclasses import dataclass
from typing import Annotated, Any, NamedTuple
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from agency_inbox import views
from agency_inbox.casefile import casefile, summary
from agency_inbox.casework import Acknowledge, Clarify, Move, RecordProgress, Respond, Return, may_read, names_of
from agency_inbox.context import Inbox
from agency_inbox.handlers import carry_out, parts_of
from chassis.http.web import ClientId, IdempotencyKey, IfMatch, Language, etag
from chassis.write.loaded import LoadedStream
from chassis.write.repository import Cause
from schemas.base import ids
from schemas.base.limits import PAGE
from schemas.base.refusals import NotFound
from schemas.base.values import AgencyId, UnitId
from schemas.complaint.lifecycle import Status
from schemas.complaint.state import Complaint
from schemas.registry.fold import Registry
from schemas.wording.precedents import decision

router = APIRouter(prefix="/api/v1/agencies/{agency}")


async def _inbox(request: Request) -> Inbox:
    context: Inbox = request.app.state.agency_inbox
    return context


Context = Annotated[Inbox, Depends(_inbox)]


class MoveBody(BaseModel):
    """What a move says; an unknown field is refused rather than passed over."""

    model_config = ConfigDict(extra="forbid")


class AcknowledgementBody(MoveBody):
    """Which unit has it."""

    unit: UnitId | None = None

    def move(self) -> Move:
        return Acknowledge(self.unit)


class ReturnBody(MoveBody):
    """Why it is not our field, and whose it may be."""

    reason: str
    suggested_agency: AgencyId | None = None
    suggested_unit: UnitId | None = None

    def move(self) -> Move:
        return Return(self.reason, self.suggested_agency, self.suggested_unit)


class ProgressBody(MoveBody):
    """How far we are."""

    text: str

    def move(self) -> Move:
        return RecordProgress(self.text)


class ClarificationBody(MoveBody):
    """What the reporter is asked."""

    question: str

    def move(self) -> Move:
        return Clarify(self.question)


class ResponseBody(MoveBody):
    """The answer, and the version of the complaint that its writer had read."""

    text: str
    seen_version: int = Field(ge=0)

    def move(self) -> Move:
        return Respond(self.text, self.seen_version)


AnyMoveBody = AcknowledgementBody | ReturnBody | ProgressBody | ClarificationBody | ResponseBody


class InboxQuery(BaseModel):
    """Which rows of the inbox."""

    model_config = ConfigDict(extra="ignore")
    status: Status | None = None
    overdue: bool | None = None
    page: int = Field(default=0, ge=0, le=10_000)


class PageQuery(BaseModel):
    """Which page."""

    model_config = ConfigDict(extra="ignore")
    page: int = Field(default=0, ge=0, le=10_000)


class MoveHeaders(NamedTuple):
    """Under which key a move is asked for, by which client, after seeing which version."""

    key: str
    client: str
    if_match: int | None


async def _asking(key: IdempotencyKey, client: ClientId, if_match: IfMatch) -> MoveHeaders:
    return MoveHeaders(key, client, if_match)


@dataclass(frozen=True, slots=True)
class MoveEndpoint:
    """Where an agency's moves come in."""

    context: Inbox
    asking: MoveHeaders
    lang: str
    response: Response

    async def moved(self, agency: str, complaint: UUID, route: str, body: AnyMoveBody) -> dict[str, Any]:
        """Carry it out, and tell where the complaint is now."""
        context, key, client = self.context, self.asking.key, self.asking.client
        # An agency is its own principal: two agencies with the same key do not meet.
        causation = ids.move_id(complaint, f"agency:{agency}/{client}", route, key)
        cause = Cause(causation, complaint, context.clock.now(), request=body.model_dump_json().encode())
        await carry_out(context, agency, complaint, body.move(), cause, if_match=self.asking.if_match)
        state = (await context.repository.load(complaint)).state
        etag(self.response, state.version)
        return summary(state, await context.registry.current(), context.policies, self.lang)


async def _desk(
    context: Context, asking: Annotated[MoveHeaders, Depends(_asking)], lang: Language, response: Response
) -> MoveEndpoint:
    return MoveEndpoint(context, asking, lang, response)


AtDesk = Annotated[MoveEndpoint, Depends(_desk)]


@router.get("/inbox")
async def inbox(
    agency: str, context: Context, lang: Language, wanted: Annotated[InboxQuery, Query()]
) -> dict[str, Any]:
    """The agency's complaints, the most urgent first."""
    registry, now = await _known(context, agency), context.clock.now()
    rows_of = views.InboxFilter(names_of(registry, agency), wanted.status, wanted.overdue)
    rows = await context.database.read(lambda c: views.page(c, views.INBOX, rows_of, now, wanted.page))
    total = await context.database.read(lambda c: views.count(c, views.INBOX, rows_of, now))
    loaded = await context.repository.load_many([UUID(row["complaint"]) for row in rows])
    # A row may be a moment behind its stream: whose it is, is decided on the stream.
    shown = [
        _row(row, each, context, registry, lang)
        for row, each in zip(rows, loaded, strict=True)
        if may_read(each.state, registry, agency)
    ]
    return {"page": wanted.page, "page_size": PAGE, "total": total, "complaints": shown}


@router.get("/replies/refused")
async def refused(agency: str, context: Context, wanted: Annotated[PageQuery, Query()]) -> dict[str, Any]:
    """Replies from the agency's topic that could not be taken, and why; the newest first."""
    await _known(context, agency)
    rows = await context.quarantine.of(agency, wanted.page)
    hidden = ("id", "agency")
    told = [{name: value for name, value in row.items() if name not in hidden} for row in rows]
    return {"page": wanted.page, "page_size": PAGE, "refused": told}


@router.get("/inbox/{complaint}")
async def one(agency: str, complaint: UUID, context: Context, lang: Language, response: Response) -> dict[str, Any]:
    """Everything that the agency may read of one complaint."""
    registry = await _known(context, agency)
    loaded = await context.repository.load(complaint)
    if not may_read(loaded.state, registry, agency):
        raise NotFound(complaint=str(complaint))
    etag(response, loaded.state.version)
    parts = await parts_of(context, loaded.state)
    shown = casefile(loaded.state, loaded.facts(), registry, context.policies, lang, parts)
    return {**shown, "precedent": await _precedent(context, loaded.state, registry, lang)}


@router.post("/inbox/{complaint}/acknowledgement")
async def acknowledge(
    agency: str, complaint: UUID, desk: AtDesk, body: AcknowledgementBody | None = None
) -> dict[str, Any]:
    """It is ours, we have begun."""
    return await desk.moved(agency, complaint, "acknowledgement", body or AcknowledgementBody())


@router.post("/inbox/{complaint}/return")
async def return_(agency: str, complaint: UUID, desk: AtDesk, body: ReturnBody) -> dict[str, Any]:
    """Not our field."""
    return await desk.moved(agency, complaint, "return", body)


@router.post("/inbox/{complaint}/progress")
async def progress(agency: str, complaint: UUID, desk: AtDesk, body: ProgressBody) -> dict[str, Any]:
    """How far we are."""
    return await desk.moved(agency, complaint, "progress", body)


@router.post("/inbox/{complaint}/clarification")
async def clarify(agency: str, complaint: UUID, desk: AtDesk, body: ClarificationBody) -> dict[str, Any]:
    """Ask the reporter."""
    return await desk.moved(agency, complaint, "clarification", body)


@router.post("/inbox/{complaint}/response")
async def respond(agency: str, complaint: UUID, desk: AtDesk, body: ResponseBody) -> dict[str, Any]:
    """The answer."""
    return await desk.moved(agency, complaint, "response", body)


async def _precedent(context: Inbox, state: Complaint, registry: Registry, lang: str) -> dict[str, Any] | None:
    """The earlier decision that brought it here, with its reason."""
    named = state.routed.basis.precedent if state.routed else None
    if named is None:
        return None
    earlier = await context.repository.load(UUID(named))
    return decision(earlier.state, earlier.facts(), registry, lang)


async def _known(context: Inbox, agency: str) -> Registry:
    registry = await context.registry.current()
    if agency not in registry.agencies:
        raise NotFound(agency=agency)
    return registry


def _row(row: dict[str, Any], loaded: LoadedStream, context: Inbox, registry: Registry, lang: str) -> dict[str, Any]:
    state, due_at = loaded.state, row["due_at"]
    return {
        **summary(state, registry, context.policies, lang),
        "class": row["class_"],
        "sector": state.sector,
        "region": row["region"],
        "assigned_at": row["assigned_at"],
        "due_at": due_at,
        "overdue": due_at is not None and due_at < context.clock.now(),
        "title": state.restated_title or state.title,
    }
