"""The desk's list of reports whose content people reported, and its decisions about them."""

from collections import Counter
from collections.abc import Sequence
from typing import Annotated, Any, Final
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import StringConstraints

from chassis.base.numbers import whole_number
from chassis.http.access import TRIAGE, allow
from chassis.http.web import Language, StrictRoute
from chassis.project.from_store import StoreProjection
from chassis.write.loaded import LoadedStream
from router.context import Router
from router.desk import content, decide
from router.http.answers import MOVED, ContentReports
from router.http.cases import Office
from router.http.desk import DeskRequests
from router.http.request import Context, RequestBody
from router.placement import content_reports
from router.placement.views import METADATA
from router.settings import FRESH_S
from schemas import wording
from schemas.access.principal import Role
from schemas.access.reading import as_desk
from schemas.base import limits
from schemas.base.refusals import InvalidField
from schemas.base.streams import support_stream
from schemas.base.values import ContentReason
from schemas.events.codec import decode
from schemas.events.reporting import ContentReported
from schemas.wording.names import CONTENT
from schemas.wording.public_text import public_text, public_title

router = APIRouter(prefix="/api/v1", route_class=StrictRoute)
PUBLIC_DESK: Final = Office("desk", as_desk, lambda _who, case: case.state.may_be_public, [Role.TRIAGE])
"""The desk, for what the public reads: of every report that may be public, whoever holds it."""
WORDS: Final = 20
"""What people said that is shown of one report: the newest."""
Note = Annotated[str, StringConstraints(min_length=1, max_length=limits.NOTE, pattern=r"\S")]


class HidingBody(RequestBody):
    """Why the public must not read it; the reporter reads `note` too."""

    reason: ContentReason
    note: Note


class ContentNoteBody(RequestBody):
    """What the reporter is told, if anything."""

    note: Note | None = None


class RewordingBody(RequestBody):
    """The wording for the public, and why the reporter's own is not shown."""

    text: str
    title: str | None = None
    reason: Note


@router.get("/triage/content-reports", dependencies=[allow(TRIAGE)], responses={200: {"model": ContentReports}})
async def reported(
    context: Context,
    lang: Language,
    after: Annotated[str, Query(max_length=20, description="`next` of the page before")] = "",
) -> dict[str, Any]:
    """Public reports whose content people reported since the desk decided last, the longest waiting first."""
    return await reported_page(context, lang, after)


async def reported_page(context: Router, lang: str, after: str = "", size: int = limits.PAGE) -> dict[str, Any]:
    """As the API answers it. Raises InvalidField: `after` is no key."""
    start = whole_number(after) if after else -1
    if start is None:
        raise InvalidField(field="after", why="must be the `next` of an earlier page")
    total = await waiting(context)
    rows = await context.database.read(lambda connection: content_reports.waiting(connection, start, size + 1))
    loaded = await context.repository.load_many([row.complaint for row in rows[:size]])
    shown = [await reported_item(context, one, lang) for one in loaded if one.state.may_be_public]
    return {"total": total, "reports": shown, "next": str(rows[size - 1].first) if len(rows) > size else None}


async def waiting(context: Router) -> int:
    """How many reports wait for a decision about their content."""
    await content_feed(context).refresh(FRESH_S)
    await context.feed.refresh(FRESH_S)
    return await context.database.read(content_reports.count_waiting)


def content_feed(context: Router) -> StoreProjection:
    """The read model behind the list."""
    return StoreProjection(context.repository.store, context.database, METADATA, content_reports.VIEW)


@router.post("/triage/{complaint}/hiding", dependencies=[allow(TRIAGE)], responses=MOVED)
async def hide(complaint: UUID, body: HidingBody, desk: DeskRequests) -> dict[str, Any]:
    """Take a report from the public, with a reason. The complaint goes on as before."""
    cause = desk.cause(complaint, "hiding", body)
    return await desk.carry_out(
        complaint, cause, lambda state, by: content.hide(state, by, body.reason, body.note), PUBLIC_DESK
    )


@router.post("/triage/{complaint}/showing", dependencies=[allow(TRIAGE)], responses=MOVED)
async def show(complaint: UUID, body: ContentNoteBody, desk: DeskRequests) -> dict[str, Any]:
    """Give a hidden report back to the public."""
    cause = desk.cause(complaint, "showing", body)
    return await desk.carry_out(complaint, cause, lambda state, by: content.show(state, by, body.note), PUBLIC_DESK)


@router.post("/triage/{complaint}/content-kept", dependencies=[allow(TRIAGE)], responses=MOVED)
async def keep(complaint: UUID, body: ContentNoteBody, desk: DeskRequests) -> dict[str, Any]:
    """Leave a report as it is after reading what people reported of it."""
    cause = desk.cause(complaint, "content-kept", body)
    return await desk.carry_out(complaint, cause, lambda state, by: content.keep(state, by, body.note), PUBLIC_DESK)


@router.post("/triage/{complaint}/public-wording", dependencies=[allow(TRIAGE)], responses=MOVED)
async def reword(complaint: UUID, body: RewordingBody, desk: DeskRequests) -> dict[str, Any]:
    """Word a public report anew for the public, whoever holds it, with a reason for its reporter."""
    cause = desk.cause(complaint, "public-wording", body)
    return await desk.carry_out(
        complaint, cause, lambda state, by: decide.restate(state, by, body.text, body.title, body.reason), PUBLIC_DESK
    )


async def reported_item(context: Router, loaded: LoadedStream, lang: str) -> dict[str, Any]:
    """A public report with what people reported of it since the desk decided last."""
    state, facts = loaded.state, await _facts(context, loaded)
    newest = newest_of_each(facts)
    reasons = Counter(fact.reason for fact in newest)
    said = [{"at": one.at, "reason": one.reason, "words": one.words} for one in newest if one.words]
    return {
        "complaint": str(state.id),
        "public_number": state.public_number,
        "count": len(newest),
        "first_at": facts[0].at if facts else None,
        "reasons": [
            {"reason": reason, "text": CONTENT[reason][lang], "count": count} for reason, count in reasons.most_common()
        ],
        "said": said[:WORDS],
        "title": public_title(state),
        "text": public_text(state),
        "hidden": state.hidden,
        "status_text": wording.status(state.status, lang, state.closed),
    }


def newest_of_each(facts: Sequence[ContentReported]) -> list[ContentReported]:
    """What each sender said last, the newest first. `facts`: oldest first."""
    found: dict[str, ContentReported] = {}
    for fact in reversed(facts):
        found.setdefault(fact.sender, fact)
    return list(found.values())


async def _facts(context: Router, loaded: LoadedStream) -> list[ContentReported]:
    """What was reported since the desk decided last, oldest first."""
    since = await context.database.read(
        lambda connection: content_reports.decided_position(connection, loaded.state.id)
    )
    events = await context.repository.store.read(support_stream(loaded.state.id))
    facts = [decode(event, loaded.keys) for event in events if event.position > since]
    return [fact for fact in facts if isinstance(fact, ContentReported)]
