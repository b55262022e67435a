"""Endpoints of the triage desk and the arbiter, and an agency's split."""

from functools import partial
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request, Response
from pydantic import BaseModel, Field

from chassis.http.access import AGENCY, ARBITER, TRIAGE, Caller, allow
from chassis.http.files import opens_file
from chassis.http.openapi import gives
from chassis.http.web import ClientId, Conditional, DeviceId, IdempotencyKey, Language, NoBody, StrictRoute, etag
from chassis.project.standing import standing
from chassis.write.cases import case_of
from chassis.write.command import Handled, last_version
from chassis.write.repository import Cause
from router import handlers
from router.context import Router
from router.desk import decide
from router.desk.casefile import summary
from router.desk.decide import DecisionContext, Share
from router.http import lists
from router.http.answers import MOVED, ArbitersCasefile, Decided, DeskCasefile, DeskPage, Precedents
from router.http.cases import DESK, THE_ARBITER, Office, case_file, open_file, read
from router.http.request import Context, RequestBody
from router.placement import status, views
from router.placement.precedents import PrecedentScope, precedent_matter
from router.registry.mandates import AgencyUnit
from router.settings import PARTS
from schemas.access.principal import FOR_AN_AGENCY, Principal, acting_as
from schemas.access.reading import Case, Extent, Reading, as_agency, as_desk, may_act
from schemas.base import ids, limits
from schemas.base.refusals import CannotJoin, NotFound
from schemas.base.values import AgencyId, Level, RegionGiven, Sector, UnitId
from schemas.complaint.state import Complaint
from schemas.contract.written import Truth, UuidGiven
from schemas.events.base import Fact
from schemas.events.router import ArbitrationDecided, ArchiveReason
from schemas.wording import sentence
from schemas.wording.casefile import notes

router = APIRouter(prefix="/api/v1", route_class=StrictRoute)

Page = Annotated[int, Query(ge=0, le=10_000, description="older than `after`, and slow for high numbers")]
After = Annotated[str | None, Query(max_length=200, description="the `next` of the page before")]


def _agency(agency: str) -> Office:
    return Office(f"agency:{agency}", partial(_as_agency, agency), partial(_may_act, agency), FOR_AN_AGENCY, agency)


def _as_agency(agency: str, who: Principal, case: Case) -> Reading:
    return as_agency(who, agency, case)


def _may_act(agency: str, who: Principal, case: Case) -> bool:
    return may_act(who, agency, case.state, case.registry)


class AgencyUnitBody(RequestBody):
    """An agency, and a unit of it."""

    agency: AgencyId
    unit: UnitId | None = None

    @property
    def body(self) -> AgencyUnit:
        """As decisions take it."""
        return AgencyUnit(self.agency, self.unit)


class PlacementBody(AgencyUnitBody):
    """The body that gets the complaint."""

    note: str | None = None


class QuestionBody(RequestBody):
    """What the reporter is asked."""

    question: str


class RestatementBody(RequestBody):
    """The wording for the public."""

    text: str
    title: str | None = None


class JoinBody(RequestBody):
    """The earlier complaint about the same matter."""

    lead: UuidGiven


class LeadBody(AgencyUnitBody):
    """The body that leads a split."""


class PartBody(AgencyUnitBody):
    """One body's part."""

    mandatory: Truth = True
    task: str | None = None


class AgencySplitBody(RequestBody):
    """The parts of other bodies; the holder leads."""

    parts: tuple[PartBody, ...] = Field(min_length=1, max_length=PARTS)

    @property
    def shares(self) -> list[Share]:
        """As `decide.split` takes them."""
        return [Share(part.body, part.mandatory, part.task) for part in self.parts]


class SplitBody(AgencySplitBody):
    """The body that leads, and the parts of others."""

    lead: LeadBody


class ArchiveBody(RequestBody):
    """Why the complaint is closed without an agency."""

    reason: ArchiveReason
    note: str


class DecisionBody(AgencyUnitBody):
    """A binding decision. `sector`, `level` and `region` name the later complaints that it is a precedent for, where
    they differ from this complaint's reading; `alone`: it is no precedent.
    """

    reason: str
    sector: Sector | None = None
    level: Level | None = None
    region: RegionGiven | None = None
    alone: Truth = False


@gives(410)
class DeskRequest:
    """A change that is asked for: who asks, under which key, and at which version."""

    def __init__(
        self,
        context: Context,
        who: Caller,
        key: IdempotencyKey,
        client: ClientId,
        device: DeviceId,
        condition: Conditional,
        lang: Language,
        response: Response,
    ) -> None:
        self.context, self.who, self.condition, self.lang, self._response = context, who, condition, lang, response
        self._key, self._client, self._device = key, client, device

    def cause(self, complaint: UUID, route: str, body: BaseModel, office: Office = DESK) -> Cause:
        """The cause of what is appended: this client's request under its key."""
        named, former = ids.office_move_ids(complaint, office.name, self._client, self._device, route, self._key)
        at, asked = self.context.clock.now(), body.model_dump_json().encode()
        actor = acting_as(self.who, *office.roles, body=office.body)
        return Cause(named, complaint, at, request=asked, former=former, actor=actor)

    async def carry_out(
        self, complaint: UUID, cause: Cause, decision: handlers.DeskDecision, office: Office = DESK
    ) -> dict[str, Any]:
        """Decide and append, if the office may know of the complaint; the complaint's summary afterwards.

        Raises:
            NotFound: it may not, or there is none; and as `decision` raises.
        """
        known = self.known_to(office, decision)
        done = await handlers.carry_out(self.context, complaint, known, cause, condition=self.condition)
        return await self.summary(complaint, done, cause, office)

    def known_to(self, office: Office, decision: handlers.DeskDecision) -> handlers.DeskDecision:
        """The decision about a complaint that the office may know of; about another one NotFound, as if there were
        none. A repeated request is answered before.
        """

        def decided(state: Complaint, by: DecisionContext) -> list[Fact]:
            if not office.knows(self.who, Case(state, by.registry, list)):
                raise NotFound(complaint=str(state.id))
            return decision(state, by)

        return decided

    async def summary(self, complaint: UUID, done: Handled, cause: Cause, office: Office = DESK) -> dict[str, Any]:
        """Where the complaint is, or, if the office may not read that any more, where the move left it."""
        loaded, registry = await self.context.repository.load(complaint), await self.context.registry.current()
        case = await case_of(self.context.repository, loaded, registry)
        if office.reads(self.who, case).extent is not Extent.EVERYTHING:
            loaded = loaded.until(last_version(loaded, cause) if done.repeated else done.version)
        etag(self._response, loaded.state.version)
        return summary(loaded.state, registry, self.context.policies, self.lang)


DeskRequests = Annotated[DeskRequest, Depends()]


@router.get("/triage", dependencies=[allow(TRIAGE)], responses={200: {"model": DeskPage}})
async def triage(context: Context, who: Caller, lang: Language, after: After = None, page: Page = 0) -> dict[str, Any]:
    """The complaints in triage, the longest waiting first."""
    return await _page(context, who, status.TRIAGE, after, page, lang)


@router.get("/arbitration", dependencies=[allow(ARBITER)], responses={200: {"model": DeskPage}})
async def arbitration(
    context: Context, who: Caller, lang: Language, after: After = None, page: Page = 0
) -> dict[str, Any]:
    """The complaints in arbitration, the longest waiting first."""
    return await _page(context, who, status.ARBITRATION, after, page, lang)


@router.get(
    "/triage/{complaint}",
    dependencies=[allow(TRIAGE)],
    summary="Case file for the desk",
    responses={200: {"model": DeskCasefile}},
)
async def for_desk(
    complaint: UUID, who: Caller, context: Context, lang: Language, response: Response
) -> dict[str, Any]:
    """The case file of a complaint that is not placed."""
    return await _case(context, who, complaint, DESK, lang, response)


@router.get(
    "/arbitration/{complaint}",
    dependencies=[allow(ARBITER)],
    summary="Case file for the arbiter",
    responses={200: {"model": ArbitersCasefile}},
)
async def for_arbiter(
    complaint: UUID, who: Caller, context: Context, lang: Language, response: Response
) -> dict[str, Any]:
    """The case file of a complaint that is contested or has climbed to the Ombudsman."""
    file = await _case(context, who, complaint, THE_ARBITER, lang, response)
    loaded = await read(context, who, complaint, THE_ARBITER)
    return {**file, "notes": notes(loaded.facts(), await context.registry.current())}


@opens_file(router, "/triage/{complaint}/attachments/{attachment}", TRIAGE, "File for the desk")
async def file_for_desk(complaint: UUID, attachment: UUID, who: Caller, context: Context, request: Request) -> Response:
    """Open a file of a complaint that is not placed: a copy without hidden data, always as a download."""
    return await open_file(context, who, complaint, DESK, attachment, request)


@opens_file(router, "/arbitration/{complaint}/attachments/{attachment}", ARBITER, "File for the arbiter")
async def file_for_arbiter(
    complaint: UUID, attachment: UUID, who: Caller, context: Context, request: Request
) -> Response:
    """Open a file of a complaint that the arbiter reads: a copy without hidden data, always as a download."""
    return await open_file(context, who, complaint, THE_ARBITER, attachment, request)


@router.get("/precedents", dependencies=[allow(TRIAGE | ARBITER)], responses={200: {"model": Precedents}})
async def precedents(
    context: Context,
    who: Caller,
    lang: Language,
    after: After = None,
    sector: Annotated[Sector | None, Query(description="only of this sector")] = None,
    words: Annotated[str, Query(max_length=200, description="each must be in body, reason, number or region")] = "",
) -> dict[str, Any]:
    """The Ombudsman's decisions that placement follows: sector, level and region, the body, since when, and why."""
    found = await lists.precedents(context, who, lang, after, sector, words)
    return {"precedents": found.found, "next": found.next}


@router.post("/triage/{complaint}/placement", dependencies=[allow(TRIAGE)], responses=MOVED)
async def place(complaint: UUID, body: PlacementBody, desk: DeskRequests) -> dict[str, Any]:
    """Place the complaint with a body."""
    cause = desk.cause(complaint, "placement", body)
    return await desk.carry_out(complaint, cause, lambda state, by: decide.place(state, by, body.body, body.note))


@router.post("/triage/{complaint}/question", dependencies=[allow(TRIAGE)], responses=MOVED)
async def ask(complaint: UUID, body: QuestionBody, desk: DeskRequests) -> dict[str, Any]:
    """Ask the reporter."""
    cause = desk.cause(complaint, "question", body)
    return await desk.carry_out(complaint, cause, lambda state, by: decide.ask(state, by, body.question))


@router.post("/triage/{complaint}/restatement", dependencies=[allow(TRIAGE)], responses=MOVED)
async def restate(complaint: UUID, body: RestatementBody, desk: DeskRequests) -> dict[str, Any]:
    """Word the complaint for the public."""
    cause = desk.cause(complaint, "restatement", body)
    return await desk.carry_out(complaint, cause, lambda state, by: decide.restate(state, by, body.text, body.title))


@router.post("/triage/{complaint}/join", dependencies=[allow(TRIAGE)], responses=MOVED)
async def join(complaint: UUID, body: JoinBody, desk: DeskRequests) -> dict[str, Any]:
    """Join the complaint to an earlier one about the same matter."""
    cause = desk.cause(complaint, "join", body)
    root = await handlers.root_of(desk.context, body.lead)

    def decision(state: Complaint, by: DecisionContext) -> list[Fact]:
        if not as_desk(desk.who, Case(root, by.registry, list)):
            raise CannotJoin(why="no_such_lead")
        return decide.join(state, by, root)

    return await desk.carry_out(complaint, cause, decision)


@router.post("/triage/{complaint}/unjoin", dependencies=[allow(TRIAGE)], responses=MOVED)
async def unjoin(complaint: UUID, desk: DeskRequests, body: NoBody | None = None) -> dict[str, Any]:
    """Separate the complaint from the one it follows."""
    return await desk.carry_out(complaint, desk.cause(complaint, "unjoin", body or NoBody()), decide.unjoin)


@router.post("/triage/{complaint}/split", dependencies=[allow(TRIAGE)], responses=MOVED)
async def split(complaint: UUID, body: SplitBody, desk: DeskRequests) -> dict[str, Any]:
    """Split the complaint among several bodies, one of which leads."""
    cause, lead = desk.cause(complaint, "split", body), body.lead.body
    ended = await handlers.ended_parts(desk.context, complaint)
    return await desk.carry_out(
        complaint, cause, lambda state, by: decide.split(state, by, body.shares, cause.causation_id, lead, ended)
    )


@router.post("/triage/{complaint}/arbitration", dependencies=[allow(TRIAGE)], responses=MOVED)
async def open_arbitration(complaint: UUID, desk: DeskRequests, body: NoBody | None = None) -> dict[str, Any]:
    """Ask the arbiter to decide."""
    cause = desk.cause(complaint, "arbitration", body or NoBody())
    return await desk.carry_out(complaint, cause, decide.open_arbitration)


@router.post("/triage/{complaint}/archive", dependencies=[allow(TRIAGE)], responses=MOVED)
async def archive(complaint: UUID, body: ArchiveBody, desk: DeskRequests) -> dict[str, Any]:
    """Close the complaint without an agency."""
    cause = desk.cause(complaint, "archive", body)
    return await desk.carry_out(complaint, cause, lambda state, by: decide.archive(state, by, body.reason, body.note))


@router.post("/arbitration/{complaint}/decision", dependencies=[allow(ARBITER)], responses={200: {"model": Decided}})
async def arbitrate(complaint: UUID, body: DecisionBody, desk: DeskRequests) -> dict[str, Any]:
    """Decide which body gets the complaint; the answer says what the decision is a precedent for (`matter`)."""
    cause, context = (
        desk.cause(complaint, "decision", body, THE_ARBITER),
        await desk.context.placement_context.current(),
    )
    scope = PrecedentScope(body.sector, body.level, body.region, body.alone)
    answer = await desk.carry_out(
        complaint,
        cause,
        lambda state, by: decide.arbitrate(
            state, by, body.body, body.reason, lambda decided: precedent_matter(decided, scope, context)
        ),
        THE_ARBITER,
    )
    facts = [recorded.fact for recorded in (await desk.context.repository.load(complaint)).facts()]
    newest = next(fact for fact in reversed(facts) if isinstance(fact, ArbitrationDecided))
    return {
        **answer,
        "matter": newest.matter.model_dump(mode="json") if newest.matter else None,
        "decision": sentence(newest, await desk.context.registry.current(), desk.lang),
    }


@router.post("/agencies/{agency}/inbox/{complaint}/split", dependencies=[allow(AGENCY)], responses=MOVED)
async def split_by_agency(
    agency: AgencyId, complaint: UUID, body: AgencySplitBody, desk: DeskRequests
) -> dict[str, Any]:
    """Split the complaint that this agency holds; it leads."""
    holder = _agency(agency)
    cause = desk.cause(complaint, "split", body, holder)
    ended = await handlers.ended_parts(desk.context, complaint)

    return await desk.carry_out(
        complaint,
        cause,
        lambda state, by: decide.split_by_agency(state, by, agency, body.shares, cause.causation_id, ended),
        holder,
    )


async def _case(
    context: Router, who: Principal, complaint: UUID, office: Office, lang: str, response: Response
) -> dict[str, Any]:
    loaded = await read(context, who, complaint, office)
    etag(response, loaded.state.version)
    return await case_file(context, who, loaded, lang)


async def _page(context: Router, who: Principal, place: str, after: str | None, page: int, lang: str) -> dict[str, Any]:
    found = await lists.waiting(context, who, place, after, page=page)
    return {
        "page": page,
        "page_size": limits.PAGE,
        "total": found.total,
        "next": found.next,
        "complaints": await lists.case_files(context, found.states, lang),
        **await standing(context, views.METADATA, views.VIEW.name),
    }
