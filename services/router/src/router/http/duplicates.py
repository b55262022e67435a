"""Endpoints about earlier complaints of the same matter, for a reporter, the desk and a holder.

A reporter sees only what is public of a complaint, and not its text: its number, its status and links.
"""

from collections.abc import Sequence
from typing import Any, Final
from uuid import UUID

from fastapi import APIRouter
from pydantic import Field

from chassis.http.access import AGENCY, ANYONE, Caller, allow
from chassis.http.openapi import gives
from chassis.http.web import Language, StrictRoute
from chassis.write.cases import case_of
from router.context import Router
from router.desk.casefile import casefile
from router.duplicates.compare import Certainty, ComparableReport, is_open_to_all
from router.http.answers import Duplicates, Followers, Suggestions
from router.http.request import Context, RequestBody
from router.placement import views
from router.reading.class_words import proposed_class
from router.settings import FRESH_S
from schemas import wording
from schemas.access.accused import is_kept_from
from schemas.access.principal import Principal
from schemas.access.reading import as_agency, may_act
from schemas.base import limits
from schemas.base.ids import derived_id
from schemas.base.refusals import NotFound, NotTheHolder
from schemas.base.values import AgencyId, ComplaintClass, Place
from schemas.complaint.lifecycle import Status
from schemas.complaint.state import Complaint, new
from schemas.registry.fold import Registry
from schemas.wording.names import held_by

router = APIRouter(prefix="/api/v1", route_class=StrictRoute)

FOLLOWER: Final = (
    "id", "public_number", "received_at", "title", "text", "details", "place", "occurred_on",
)  # fmt: skip
"""What the lead's holder reads of a complaint that follows it."""


class DuplicatesBody(RequestBody):
    """The report to compare. It is not stored."""

    text: str = Field(min_length=1, max_length=limits.BODY)
    title: str | None = Field(default=None, max_length=limits.TITLE)
    place: Place | None = None


@router.post("/duplicates", dependencies=[allow(ANYONE)], responses={200: {"model": Duplicates}})
async def duplicates(body: DuplicatesBody, context: Context, lang: Language) -> dict[str, Any]:
    """Open public complaints that may be about the same matter, the likeliest first. It writes nothing."""
    registry = await context.registry.current()
    report, proposed = await _read(context, body)
    found = await context.duplicates.similar(report)
    return {
        "class": proposed,
        "duplicates": [
            {
                **_public(each.state, registry, lang),
                "likeness": round(each.comparison.score, 2),
                "sure": each.comparison.certainty is Certainty.SURE,
            }
            for each in found
        ],
    }


@router.get(
    "/agencies/{agency}/inbox/{complaint}/suggestions",
    dependencies=[allow(AGENCY)],
    responses={200: {"model": Suggestions}},
)
@gives(409)
async def suggestions(
    agency: AgencyId, complaint: UUID, who: Caller, context: Context, lang: Language
) -> dict[str, Any]:
    """Earlier complaints that a complaint of this agency may repeat; the desk joins them."""
    state, _ = await _held(context, who, complaint, agency)
    [answer] = await with_suggestions(context, [state], [{}], lang)
    return answer


@router.get(
    "/agencies/{agency}/inbox/{complaint}/followers",
    dependencies=[allow(AGENCY)],
    responses={200: {"model": Followers}},
)
@gives(409)
async def followers(agency: AgencyId, complaint: UUID, who: Caller, context: Context, lang: Language) -> dict[str, Any]:
    """The complaints that follow one that this agency holds, with their text and details: it answers these too. Their
    reporters are not named.
    """
    _, registry = await _held(context, who, complaint, agency)
    await context.feed.refresh(FRESH_S)
    found = await context.database.read(lambda connection: views.followers_of(connection, complaint))
    # A row may be behind its stream: the stream decides whether the complaint still follows.
    states = [
        each.state
        for each in await context.repository.load_many(found)
        if each.state.status is Status.JOINED and not is_kept_from(who, each.state, registry)
    ]
    files = [casefile(state, registry, context.policies, lang) for state in states]
    return {"followers": [{name: file[name] for name in FOLLOWER} for file in files]}


async def _held(context: Router, who: Principal, complaint: UUID, agency: str) -> tuple[Complaint, Registry]:
    loaded, registry = await context.repository.load(complaint), await context.registry.current()
    state, holder = loaded.state, registry.holder(loaded.state.holder)
    known = as_agency(who, agency, await case_of(context.repository, loaded, registry)).words
    if not known or not may_act(who, agency, state, registry):
        raise NotFound(complaint=str(state.id))
    if holder.agency != agency:
        raise NotTheHolder(**held_by(holder, registry))
    return state, registry


async def with_suggestions(
    context: Router, states: Sequence[Complaint], files: Sequence[dict[str, Any]], lang: str
) -> list[dict[str, Any]]:
    """Each file with the complaints that its complaint may repeat: earlier, open and public ones."""
    suggested = await context.duplicates.suggestions([state.id for state in states])
    ids = list(dict.fromkeys(each.lead for found in suggested.values() for each in found))
    registry = await context.registry.current()
    leads = {lead.state.id: lead.state for lead in await context.repository.load_many(ids)}

    def shown(state: Complaint) -> list[dict[str, Any]]:
        return [
            {"complaint": str(each.lead), **_public(leads[each.lead], registry, lang), "likeness": round(each.score, 2)}
            for each in suggested[state.id]
            if each.lead not in state.not_same_as and is_open_to_all(state) and is_open_to_all(leads[each.lead])
        ]

    return [{**file, "suggestions": shown(state)} for state, file in zip(states, files, strict=True)]


def _public(state: Complaint, registry: Registry, lang: str) -> dict[str, Any]:
    holder, report = registry.holder(state.holder), f"/api/v1/reports/{state.public_number}"
    body = registry.agencies.get(holder.agency or "")
    return {
        "public_number": state.public_number,
        "received_at": state.received_at,
        "status": state.status.value,
        "status_text": wording.status(state.status, lang, state.closed),
        "holder": str(holder),
        "holder_name": body.name if body else None,
        "links": {"report": report, "support": f"{report}/support"},
    }


async def _read(context: Router, body: DuplicatesBody) -> tuple[ComparableReport, ComplaintClass | None]:
    """The report as it is compared, and the class that its words seem to be of, if that is plain."""
    known, at = await context.placement_context.current(), context.clock.now()
    state = new(derived_id("asked"))._replace(
        text=body.text, title=body.title, place=body.place, received_at=at, version=0
    )
    reading = known.reader.read(state)
    proposed = proposed_class(body.text, reading.prediction)
    return context.duplicates.comparable(state, reading.where.region), proposed
