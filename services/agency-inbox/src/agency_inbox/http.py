"""An agency's own complaints over HTTP: read them, and send commands.

A complaint of another agency and one that does not exist get the same 404.
"""

from dataclasses import dataclass
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from agency_inbox import views
from agency_inbox.access import as_known_to, names_of
from agency_inbox.answers import MOVED, InboxCasefile, InboxPage, RefusedReplies
from agency_inbox.bodies import (
    AcknowledgementBody,
    ClarificationBody,
    HttpBody,
    ProgressBody,
    ResponseBody,
    ReturnBody,
    command_of,
)
from agency_inbox.casefile import casefile, summary
from agency_inbox.context import Inbox
from agency_inbox.handlers import carry_out, parts_of
from chassis.http.access import AGENCY, READS_AGENCY, WHOLE_AGENCY, Caller, allow
from chassis.http.files import holders_file, opens_file
from chassis.http.openapi import gives
from chassis.http.web import ClientId, Conditional, DeviceId, IdempotencyKey, Language, StrictRoute, etag
from chassis.write.cases import as_read, case_of
from chassis.write.command import Handled, last_version
from chassis.write.loaded import LoadedStream
from chassis.write.precondition import Precondition
from chassis.write.repository import Cause
from schemas.access.accused import is_kept_from
from schemas.access.principal import FOR_AN_AGENCY, Principal, Role, acting_as
from schemas.access.reading import Case, Extent, Reading, as_agency, as_inspectorate, as_public, owner_of
from schemas.base import ids
from schemas.base.limits import PAGE
from schemas.base.refusals import NotFound
from schemas.complaint.attachments import attached
from schemas.complaint.lifecycle import Status
from schemas.complaint.state import Complaint
from schemas.registry.fold import Registry
from schemas.wording.precedents import decision

router = APIRouter(prefix="/api/v1/agencies/{agency}", route_class=StrictRoute)


async def _inbox(request: Request) -> Inbox:
    context: Inbox = request.app.state.agency_inbox
    return context


Context = Annotated[Inbox, Depends(_inbox)]


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


@dataclass(frozen=True, slots=True)
class MoveEndpoint:
    """Carries out moves for one request."""

    context: Inbox
    who: Principal
    key: str
    client: str
    device: str | None
    condition: Precondition
    lang: str
    response: Response

    async def answer(self, agency: str, complaint: UUID, route: str, body: HttpBody) -> dict[str, Any]:
        """Carry out the body's command and answer with the complaint's new state."""
        context = self.context
        # The agency is part of the id: somebody may use one key in two agencies that they work for.
        named, former = ids.office_move_ids(complaint, f"agency:{agency}", self.client, self.device, route, self.key)
        at, asked = context.clock.now(), body.model_dump_json().encode()
        actor = acting_as(self.who, *FOR_AN_AGENCY, body=agency)
        cause = Cause(named, complaint, at, request=asked, former=former, actor=actor)
        done = await carry_out(
            context, agency, complaint, command_of(body), cause, condition=self.condition, who=self.who
        )
        state = (await self._seen(agency, complaint, done, cause)).state
        etag(self.response, state.version)
        return summary(state, await context.registry.current(), context.policies, self.lang)

    async def _seen(self, agency: str, complaint: UUID, done: Handled, cause: Cause) -> LoadedStream:
        """The complaint as it is, or, if the agency may not read that any more, as the move left it."""
        loaded, registry = await self.context.repository.load(complaint), await self.context.registry.current()
        case = await case_of(self.context.repository, loaded, registry)
        if as_agency(self.who, agency, case).extent is Extent.EVERYTHING:
            return loaded
        return loaded.until(last_version(loaded, cause) if done.repeated else done.version)


@gives(410)
async def _endpoint(
    context: Context,
    who: Caller,
    key: IdempotencyKey,
    client: ClientId,
    device: DeviceId,
    condition: Conditional,
    lang: Language,
    response: Response,
) -> MoveEndpoint:
    return MoveEndpoint(context, who, key, client, device, condition, lang, response)


Endpoint = Annotated[MoveEndpoint, Depends(_endpoint)]


@router.get("/inbox", dependencies=[allow(READS_AGENCY)], responses={200: {"model": InboxPage}})
async def inbox(
    agency: str, who: Caller, context: Context, lang: Language, query: Annotated[InboxQuery, Query()]
) -> dict[str, Any]:
    """The agency's complaints, the most urgent first."""
    registry, now = await _registry_with(context, agency), context.clock.now()
    rows_of = await _rows_of(context, who, agency, registry, query)
    rows = await context.database.read(lambda c: views.page(c, views.INBOX, rows_of, now, query.page))
    total = await context.database.read(lambda c: views.count(c, views.INBOX, rows_of, now))
    loaded = await context.repository.load_many([UUID(row["complaint"]) for row in rows])
    # A row may be older than its stream, so the stream decides who may read it.
    shown = [
        _row(row, each, context, registry, lang)
        for row, each in zip(rows, loaded, strict=True)
        if _reading(who, agency, Case(each.state, registry, each.facts)).extent is Extent.EVERYTHING
    ]
    return {"page": query.page, "page_size": PAGE, "total": total, "complaints": shown}


@router.get("/replies/refused", dependencies=[allow(WHOLE_AGENCY)], responses={200: {"model": RefusedReplies}})
async def refused(agency: str, context: Context, query: Annotated[PageQuery, Query()]) -> dict[str, Any]:
    """Refused replies from the agency's topic with the reasons, newest first."""
    await _registry_with(context, agency)
    rows = await context.quarantine.of(agency, query.page)
    hidden = ("id", "agency", "told_by", "told_at")
    shown = [{name: value for name, value in row.items() if name not in hidden} for row in rows]
    return {"page": query.page, "page_size": PAGE, "refused": shown}


@router.get(
    "/inbox/{complaint}",
    dependencies=[allow(READS_AGENCY)],
    summary="Case file for the agency",
    responses={200: {"model": InboxCasefile}},
)
async def one(
    agency: str, complaint: UUID, who: Caller, context: Context, lang: Language, response: Response
) -> dict[str, Any]:
    """Everything that the agency may read of one complaint."""
    registry = await _registry_with(context, agency)
    loaded = await context.repository.load(complaint)
    allowed = _reading(who, agency, await case_of(context.repository, loaded, registry))
    if not allowed.words:
        raise NotFound(complaint=str(complaint))
    loaded = as_read(loaded, allowed)
    etag(response, loaded.state.version)
    # Of what it held it reads no later news: neither of the parts.
    streams = await parts_of(context, loaded.state) if allowed.extent is Extent.EVERYTHING else ()
    known = {each.state.id: as_known_to(who, each.state, each.facts, registry) for each in streams}
    parts = {id_: part for id_, part in known.items() if part is not None}
    sent = await _with_files(context, who, loaded, allowed, registry)
    files = attached((recorded.fact for recorded in sent.facts()), scans=context.attachments.scans)
    shown = casefile(loaded.state, loaded.facts(), registry, context.policies, lang, parts, files)
    return {**shown, "precedent": await _precedent(context, who, loaded.state, registry, lang)}


@opens_file(router, "/inbox/{complaint}/attachments/{attachment}", READS_AGENCY, "File for the agency")
async def file(
    agency: str, complaint: UUID, attachment: UUID, who: Caller, context: Context, request: Request
) -> Response:
    """Open a file of a complaint that the agency reads: a copy without hidden data, always as a download."""
    registry = await _registry_with(context, agency)
    loaded = await context.repository.load(complaint)
    allowed = _reading(who, agency, await case_of(context.repository, loaded, registry))
    if not allowed.words:
        raise NotFound(complaint=str(complaint))
    holding = await _with_files(context, who, as_read(loaded, allowed), allowed, registry)
    return await holders_file(context.attachments, holding, attachment, request)


@router.post("/inbox/{complaint}/acknowledgement", dependencies=[allow(AGENCY)], responses=MOVED)
async def acknowledge(
    agency: str, complaint: UUID, endpoint: Endpoint, body: AcknowledgementBody | None = None
) -> dict[str, Any]:
    """Accept the complaint and begin to work on it."""
    return await endpoint.answer(agency, complaint, "acknowledgement", body or AcknowledgementBody())


@router.post("/inbox/{complaint}/return", dependencies=[allow(AGENCY)], responses=MOVED)
async def return_(agency: str, complaint: UUID, endpoint: Endpoint, body: ReturnBody) -> dict[str, Any]:
    """Return the complaint because the agency is not competent."""
    return await endpoint.answer(agency, complaint, "return", body)


@router.post("/inbox/{complaint}/progress", dependencies=[allow(AGENCY)], responses=MOVED)
async def progress(agency: str, complaint: UUID, endpoint: Endpoint, body: ProgressBody) -> dict[str, Any]:
    """Record a progress note."""
    return await endpoint.answer(agency, complaint, "progress", body)


@router.post("/inbox/{complaint}/clarification", dependencies=[allow(AGENCY)], responses=MOVED)
async def clarify(agency: str, complaint: UUID, endpoint: Endpoint, body: ClarificationBody) -> dict[str, Any]:
    """Ask the reporter a question."""
    return await endpoint.answer(agency, complaint, "clarification", body)


@router.post("/inbox/{complaint}/response", dependencies=[allow(AGENCY)], responses=MOVED)
async def respond(agency: str, complaint: UUID, endpoint: Endpoint, body: ResponseBody) -> dict[str, Any]:
    """Answer the complaint."""
    return await endpoint.answer(agency, complaint, "response", body)


def _reading(who: Principal, agency: str, case: Case) -> Reading:
    return max(as_agency(who, agency, case), _as_its_inspectorate(who, agency, case))


def _as_its_inspectorate(who: Principal, agency: str, case: Case) -> Reading:
    """As an inspectorate, of what this agency holds."""
    owner = owner_of(case.state, case.lead)
    held = owner is not None and case.registry.holder(owner).agency == agency
    return as_inspectorate(who, case) if held else as_public(case)


async def _rows_of(
    context: Inbox, who: Principal, agency: str, registry: Registry, query: InboxQuery
) -> views.InboxFilter:
    """The rows that `who` may see: of their units, and none that accuses an agency that they work for."""
    names = names_of(registry, agency)
    examined = await context.database.read(lambda connection: views.examined(connection, views.INBOX, names))
    loaded = await context.repository.load_many([UUID(complaint) for complaint in examined])
    hidden = tuple(str(each.state.id) for each in loaded if is_kept_from(who, each.state, registry))
    return views.InboxFilter(names, query.status, query.overdue, who.units(agency), who.has(Role.INSPECTORATE), hidden)


async def _with_files(
    context: Inbox, who: Principal, loaded: LoadedStream, allowed: Reading, registry: Registry
) -> LoadedStream:
    """The stream that names the reporter's files: of a part its whole, of which its holder works on a share, unless the
    whole accuses an agency that `who` works for.
    """
    if loaded.state.whole is None or allowed.extent is not Extent.EVERYTHING:
        return loaded
    whole = await context.repository.load(loaded.state.whole)
    return loaded if is_kept_from(who, whole.state, registry) else whole


async def _precedent(
    context: Inbox, who: Principal, state: Complaint, registry: Registry, lang: str
) -> dict[str, Any] | None:
    # The earlier decision that placed the complaint here, with its reason.
    precedent = state.routed.basis.precedent if state.routed else None
    if precedent is None:
        return None
    earlier = await context.repository.load(UUID(precedent))
    if is_kept_from(who, earlier.state, registry):
        return None
    return decision(earlier.state, earlier.facts(), registry, lang)


async def _registry_with(context: Inbox, agency: str) -> Registry:
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
