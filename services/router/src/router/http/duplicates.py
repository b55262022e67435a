"""What was reported before, over HTTP: to a reporter ("others reported this: support it?"), to the desk, to a holder.

A reporter is shown only what the public may know of, and no words of it: its number, where it stands and the links.
"""

from collections.abc import Sequence
from typing import Any, Final
from uuid import UUID

from fastapi import APIRouter
from pydantic import Field

from chassis.http.web import Language
from router.context import Router
from router.desk.casefile import casefile
from router.duplicates.compare import Certainty, ComparableReport, is_open_to_all
from router.duplicates.index import Suggestion
from router.http.registry import Context, RequestBody
from router.placement import views
from router.settings import FRESH_S
from schemas import wording
from schemas.base import limits
from schemas.base.ids import derived_id
from schemas.base.refusals import NotFound, NotTheHolder
from schemas.base.values import AgencyId, Place
from schemas.complaint.lifecycle import Status
from schemas.complaint.state import Complaint, new
from schemas.deadlines.policies import Policies
from schemas.registry.fold import Registry
from schemas.wording.names import held_by

router = APIRouter(prefix="/api/v1")

FOLLOWER: Final = (
    "id", "public_number", "received_at", "title", "text", "details", "place", "occurred_on",
)  # fmt: skip
"""What whoever holds the lead reads of a report that follows it."""


class DuplicatesBody(RequestBody):
    """What somebody is about to report, or has reported. Nothing of it is kept."""

    text: str = Field(min_length=1, max_length=limits.BODY)
    title: str | None = Field(default=None, max_length=limits.TITLE)
    place: Place | None = None


@router.post("/duplicates")
async def duplicates(body: DuplicatesBody, context: Context, lang: Language) -> dict[str, Any]:
    """Open public complaints that may be about the same matter, the likeliest first. A question: it writes nothing."""
    registry = await context.placement_context.registry.current()
    found = await context.duplicates.similar(await _asked(context, body))
    return {
        "duplicates": [
            {
                **_public(each.state, registry, lang),
                "likeness": round(each.compared.score, 2),
                "sure": each.compared.certainty is Certainty.SURE,
            }
            for each in found
        ]
    }


@router.get("/agencies/{agency}/inbox/{complaint}/suggestions")
async def suggestions(agency: AgencyId, complaint: UUID, context: Context, lang: Language) -> dict[str, Any]:
    """Earlier complaints that one in an agency's hands may repeat; the desk joins them."""
    state, registry = (
        (await context.repository.load(complaint)).state,
        await context.placement_context.registry.current(),
    )
    _is_its_own(state, registry, agency)
    [told] = await with_suggestions(context, [state], [{}], lang)
    return told


@router.get("/agencies/{agency}/inbox/{complaint}/followers")
async def followers(agency: AgencyId, complaint: UUID, context: Context, lang: Language) -> dict[str, Any]:
    """What else was reported of the matter that this body holds: it answers these reports too, and their words and what
    is added to them reach nobody else. Who reported them is not told.
    """
    state, registry = (
        (await context.repository.load(complaint)).state,
        await context.placement_context.registry.current(),
    )
    _is_its_own(state, registry, agency)
    await context.feed.refresh(FRESH_S)
    found = await context.database.read(lambda connection: views.followers_of(connection, complaint))
    # A row may be a moment behind its stream: who follows, is decided there.
    loaded = [each.state for each in await context.repository.load_many(found) if each.state.status is Status.JOINED]
    return {"followers": [_follower(each, registry, context.placement_context.policies, lang) for each in loaded]}


def _follower(state: Complaint, registry: Registry, policies: Policies, lang: str) -> dict[str, Any]:
    told = casefile(state, registry, policies, lang)
    return {name: told[name] for name in FOLLOWER}


def _is_its_own(state: Complaint, registry: Registry, agency: str) -> None:
    holder = registry.holder(state.holder)
    if state.version < 0 or (agency not in state.news and holder.agency != agency):
        raise NotFound(complaint=str(state.id))
    if holder.agency != agency:
        raise NotTheHolder(**held_by(holder, registry))


async def with_suggestions(
    context: Router, states: Sequence[Complaint], told: Sequence[dict[str, Any]], lang: str
) -> list[dict[str, Any]]:
    """The same with what each may be the same as: earlier, still open, and not kept from others."""
    kept = await context.duplicates.suggestions([state.id for state in states])
    named = list(dict.fromkeys(each.lead for found in kept.values() for each in found))
    leads = {lead.state.id: lead.state for lead in await context.repository.load_many(named)}
    registry = await context.placement_context.registry.current()
    return [
        {**one, "suggestions": _shown(state, kept[state.id], leads, registry, lang)}
        for state, one in zip(states, told, strict=True)
    ]


def _shown(
    state: Complaint, kept: Sequence[Suggestion], leads: dict[UUID, Complaint], registry: Registry, lang: str
) -> list[dict[str, Any]]:
    if not is_open_to_all(state):
        return []
    return [
        {"complaint": str(each.lead), **_public(leads[each.lead], registry, lang), "likeness": round(each.score, 2)}
        for each in kept
        if is_open_to_all(leads[each.lead])
    ]


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


async def _asked(context: Router, body: DuplicatesBody) -> ComparableReport:
    known, at = await context.placement_context.current(), context.clock.now()
    state = new(derived_id("asked"))._replace(
        text=body.text, title=body.title, place=body.place, received_at=at, version=0
    )
    return context.duplicates.comparable(state, known.reader.read(state).where.region)
