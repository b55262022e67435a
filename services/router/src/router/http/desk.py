"""The triage desk, the arbiter's table, and an agency's split, over HTTP."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Response
from pydantic import BaseModel, ConfigDict, Field

from chassis.http.web import ClientId, IdempotencyKey, IfMatch, Language, etag
from chassis.write.repository import Cause
from router import handlers
from router.context import Router
from router.desk import decide
from router.desk.casefile import casefile, summary
from router.desk.decide import Share
from router.handlers import DeskDecision
from router.http.duplicates import with_suggestions
from router.http.registry import Context, RequestBody
from router.placement import views
from router.placement.precedents import UNSTATED_SCOPE, PrecedentScope, precedent_matter
from router.placement.status import ARBITRATION, TRIAGE
from router.registry.mandates import AgencyUnit
from router.settings import FRESH_S, PARTS
from schemas.base import ids, limits
from schemas.base.refusals import NotFound
from schemas.base.values import AgencyId, Level, RegionGiven, Sector, UnitId
from schemas.events.router import ArbitrationDecided, ArchiveReason
from schemas.registry.fold import Registry
from schemas.wording import sentence
from schemas.wording.precedents import decision

router = APIRouter(prefix="/api/v1")


class PlacementBody(RequestBody):
    """Whose it is."""

    agency: AgencyId
    unit: UnitId | None = None
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

    lead: UUID


class NoBody(RequestBody):
    """Nothing more to say."""


class LeadBody(RequestBody):
    """Who leads a split."""

    agency: AgencyId
    unit: UnitId | None = None


class PartBody(RequestBody):
    """One body's share."""

    agency: AgencyId
    unit: UnitId | None = None
    mandatory: bool = True
    task: str | None = None


class AgencySplitBody(RequestBody):
    """The shares of others, besides the holder's own."""

    parts: tuple[PartBody, ...] = Field(min_length=1, max_length=PARTS)

    def shares(self) -> list[Share]:
        """As decided on."""
        return [Share(AgencyUnit(part.agency, part.unit), part.mandatory, part.task) for part in self.parts]


class SplitBody(AgencySplitBody):
    """Who leads, and the shares of others."""

    lead: LeadBody


class ArchiveBody(RequestBody):
    """Why it ends without an agency."""

    reason: ArchiveReason
    note: str


class DecisionBody(RequestBody):
    """Whose it is, and why: binding. For later reports of which field, level and region it speaks, where that is not
    what this one was read as; `alone`: for none.
    """

    agency: AgencyId
    unit: UnitId | None = None
    reason: str
    sector: Sector | None = None
    level: Level | None = None
    region: RegionGiven | None = None
    alone: bool = False


class PageQuery(BaseModel):
    """Which page."""

    model_config = ConfigDict(extra="ignore")
    page: int = Field(default=0, ge=0, le=10_000)


class DeskRequest:
    """Where moves on complaints come in."""

    def __init__(
        self,
        context: Context,
        key: IdempotencyKey,
        client: ClientId,
        if_match: IfMatch,
        lang: Language,
    ) -> None:
        self.context = context
        self._key, self._client, self._if_match, self._lang = key, client, if_match, lang

    def cause(self, complaint: UUID, route: str, body: RequestBody, who: str = "desk") -> Cause:
        """Why: this client's request under its key."""
        causation = ids.move_id(complaint, f"{who}/{self._client}", route, self._key)
        return Cause(causation, complaint, self.context.clock.now(), request=body.model_dump_json().encode())

    async def move(self, complaint: UUID, cause: Cause, asked: DeskDecision) -> dict[str, Any]:
        """Carry it out, and tell where the complaint is now."""
        await handlers.carry_out(self.context, complaint, asked, cause, if_match=self._if_match)
        return await self.told(complaint)

    async def join(self, complaint: UUID, cause: Cause, lead: UUID) -> dict[str, Any]:
        """The same, for a complaint that follows another."""
        await handlers.join(self.context, complaint, lead, cause, if_match=self._if_match)
        return await self.told(complaint)

    async def decided(self, complaint: UUID) -> dict[str, Any]:
        """The newest decision of the arbiter in words, and for what it is a precedent (`matter`; None: nothing)."""
        facts = [one.fact for one in (await self.context.repository.load(complaint)).facts()]
        newest = next(fact for fact in reversed(facts) if isinstance(fact, ArbitrationDecided))
        registry = await self.context.placement_context.registry.current()
        matter = newest.matter.model_dump(mode="json") if newest.matter else None
        return {"matter": matter, "decision": sentence(newest, registry, self._lang)}

    async def told(self, complaint: UUID) -> dict[str, Any]:
        """Where it is now."""
        state = (await self.context.repository.load(complaint)).state
        known = self.context.placement_context
        return summary(state, await known.registry.current(), known.policies, self._lang)


DeskRequests = Annotated[DeskRequest, Depends()]


@router.get("/triage")
async def triage(context: Context, lang: Language, wanted: Annotated[PageQuery, Query()]) -> dict[str, Any]:
    """What no rule could place, the longest waiting first."""
    return await _listed(context, TRIAGE, wanted.page, lang)


@router.get("/arbitration")
async def arbitration(context: Context, lang: Language, wanted: Annotated[PageQuery, Query()]) -> dict[str, Any]:
    """What waits for the arbiter, the longest waiting first."""
    return await _listed(context, ARBITRATION, wanted.page, lang)


@router.get("/triage/{complaint}")
@router.get("/arbitration/{complaint}")
async def one(complaint: UUID, context: Context, lang: Language, response: Response) -> dict[str, Any]:
    """One complaint, as deciding needs it, wherever it is now."""
    state = (await context.repository.load(complaint)).state
    if state.version < 0:
        raise NotFound(complaint=str(complaint))
    etag(response, state.version)
    registry = await context.placement_context.registry.current()
    told = casefile(state, registry, context.placement_context.policies, lang)
    [told] = await with_suggestions(context, [state], [told], lang)
    named = state.routed.basis.precedent if state.routed else None
    matter = precedent_matter(state, UNSTATED_SCOPE, await context.placement_context.current())
    return {
        **told,
        "precedent": await _decision(context, named, registry, lang) if named else None,
        # Of what later reports a decision would speak that names none itself: none, if this is not clear.
        "matter": matter.model_dump(mode="json") if matter else None,
    }


@router.get("/precedents")
async def precedents(context: Context, lang: Language) -> dict[str, Any]:
    """The Ombudsman's decisions that placing consults: for which field, level and region, whose, since when and why."""
    await context.feed.refresh(FRESH_S)
    found = await context.database.read(views.precedents)
    registry = await context.placement_context.registry.current()
    listed = [
        {
            "sector": sector,
            "level": level,
            "region": region,
            **(await _decision(context, one.name, registry, lang) or {}),
        }
        for (sector, level, region), one in sorted(found.items(), key=lambda item: str(item[0]))
    ]
    return {"precedents": listed}


@router.post("/triage/{complaint}/placement")
async def place(complaint: UUID, body: PlacementBody, desk: DeskRequests) -> dict[str, Any]:
    """Say whose it is."""
    cause, named = desk.cause(complaint, "placement", body), AgencyUnit(body.agency, body.unit)
    return await desk.move(complaint, cause, lambda state, by: decide.place(state, by, named, body.note))


@router.post("/triage/{complaint}/question")
async def ask(complaint: UUID, body: QuestionBody, desk: DeskRequests) -> dict[str, Any]:
    """Ask the reporter."""
    cause = desk.cause(complaint, "question", body)
    return await desk.move(complaint, cause, lambda state, by: decide.ask(state, by, body.question))


@router.post("/triage/{complaint}/restatement")
async def restate(complaint: UUID, body: RestatementBody, desk: DeskRequests) -> dict[str, Any]:
    """Word it for the public."""
    cause = desk.cause(complaint, "restatement", body)
    return await desk.move(complaint, cause, lambda state, by: decide.restate(state, by, body.text, body.title))


@router.post("/triage/{complaint}/join")
async def join(complaint: UUID, body: JoinBody, desk: DeskRequests) -> dict[str, Any]:
    """Let it follow an earlier one about the same matter."""
    return await desk.join(complaint, desk.cause(complaint, "join", body), body.lead)


@router.post("/triage/{complaint}/unjoin")
async def unjoin(complaint: UUID, desk: DeskRequests, body: NoBody | None = None) -> dict[str, Any]:
    """Let it go its own way again."""
    return await desk.move(complaint, desk.cause(complaint, "unjoin", body or NoBody()), decide.unjoin)


@router.post("/triage/{complaint}/split")
async def split(complaint: UUID, body: SplitBody, desk: DeskRequests) -> dict[str, Any]:
    """Share it among several bodies, one of which leads."""
    cause, lead = desk.cause(complaint, "split", body), AgencyUnit(body.lead.agency, body.lead.unit)
    ended = await handlers.ended_parts(desk.context, complaint)
    return await desk.move(
        complaint, cause, lambda state, by: decide.split(state, by, body.shares(), cause.causation_id, lead, ended)
    )


@router.post("/triage/{complaint}/arbitration")
async def open_arbitration(complaint: UUID, desk: DeskRequests, body: NoBody | None = None) -> dict[str, Any]:
    """Ask the arbiter."""
    return await desk.move(complaint, desk.cause(complaint, "arbitration", body or NoBody()), decide.open_arbitration)


@router.post("/triage/{complaint}/archive")
async def archive(complaint: UUID, body: ArchiveBody, desk: DeskRequests) -> dict[str, Any]:
    """End it without an agency."""
    cause = desk.cause(complaint, "archive", body)
    return await desk.move(complaint, cause, lambda state, by: decide.archive(state, by, body.reason, body.note))


@router.post("/arbitration/{complaint}/decision")
async def arbitrate(complaint: UUID, body: DecisionBody, desk: DeskRequests) -> dict[str, Any]:
    """Decide whose it is, and see for what later reports that holds."""
    cause, named = desk.cause(complaint, "decision", body, "arbiter"), AgencyUnit(body.agency, body.unit)
    like, known = (
        PrecedentScope(body.sector, body.level, body.region, body.alone),
        await desk.context.placement_context.current(),
    )
    told = await desk.move(
        complaint,
        cause,
        lambda state, by: decide.arbitrate(state, by, named, body.reason, lambda of: precedent_matter(of, like, known)),
    )
    return {**told, **await desk.decided(complaint)}


@router.post("/agencies/{agency}/inbox/{complaint}/split")
async def split_by_agency(
    agency: AgencyId, complaint: UUID, body: AgencySplitBody, desk: DeskRequests
) -> dict[str, Any]:
    """The holder calls in others, and leads."""
    cause, shares = desk.cause(complaint, "split", body, f"agency:{agency}"), body.shares()
    ended = await handlers.ended_parts(desk.context, complaint)
    return await desk.move(
        complaint, cause, lambda state, by: decide.split_by_agency(state, by, agency, shares, cause.causation_id, ended)
    )


async def _decision(context: Router, complaint: str, registry: Registry, lang: str) -> dict[str, Any] | None:
    loaded = await context.repository.load(UUID(complaint))
    return decision(loaded.state, loaded.facts(), registry, lang)


async def _listed(context: Router, place: str, page: int, lang: str) -> dict[str, Any]:
    await context.feed.refresh(FRESH_S)
    total = await context.database.read(lambda connection: views.how_many(connection, place))
    found = await context.database.read(lambda connection: views.lying(connection, place, page, limits.PAGE))
    registry = await context.placement_context.registry.current()
    # A row may be a moment behind its stream: where it lies, is decided on the stream.
    loaded = [each.state for each in await context.repository.load_many(found) if each.state.status.value == place]
    told = [casefile(state, registry, context.placement_context.policies, lang) for state in loaded]
    shown = await with_suggestions(context, loaded, told, lang)
    return {"page": page, "page_size": limits.PAGE, "total": total, "complaints": shown}
