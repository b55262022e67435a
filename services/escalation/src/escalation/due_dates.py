"""Which open dates a decree would move, over HTTP. Nothing is written."""

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Annotated, Any, Final
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import AwareDatetime, Field

from chassis.http.access import OPERATOR, Caller, allow
from chassis.http.web import Language, StrictRoute
from escalation.answers import DecreePreview
from escalation.http import Context
from escalation.moves import Decree, Group, MovedDate
from schemas import wording
from schemas.access.accused import WORKS_FOR
from schemas.base import limits
from schemas.base.refusals import InvalidField
from schemas.base.values import ARBITER, DESK, ROUTER, Clock, Holder
from schemas.contract.base import RequestModel
from schemas.contract.written import WHOLE
from schemas.events.registry import CalendarDecreed, DecreedPeriod, Holiday, PolicyDecreed
from schemas.registry.fold import Registry

router = APIRouter(prefix="/api/v1", route_class=StrictRoute)
WITHIN_S: Final = 1.0
"""How long a request waits for the whole preview before it answers how far it is."""
DAYS: Final = 366
SOURCE: Final = "-"
HOLDERS: Final[Mapping[Clock, Holder]] = {Clock.PLACE: ROUTER, Clock.ARBITRATION: ARBITER}
"""Whose date it is while no agency holds the report; of other clocks the triage desk's."""


class DaysOffBody(RequestModel):
    """All days off of one year in one calendar, as a decree would name them."""

    calendar: str = Field(min_length=1, max_length=limits.NAME)
    year: Annotated[int, Field(ge=1945, le=2200), WHOLE]
    days: tuple[Holiday, ...] = Field(max_length=DAYS)


class PeriodsBody(RequestModel):
    """Periods for clocks that start from `effective_at` on."""

    effective_at: AwareDatetime
    periods: tuple[DecreedPeriod, ...] = Field(min_length=1, max_length=DAYS)


@router.post("/due-dates/preview", dependencies=[allow(OPERATOR)], responses={200: {"model": DecreePreview}})
async def preview(
    body: DaysOffBody,
    context: Context,
    who: Caller,
    lang: Language,
    after: Annotated[str | None, Query(max_length=200, description="the `next` of the page before")] = None,
) -> dict[str, Any]:
    """The open dates that a decree of these days off would move now, by what would move them. It writes nothing.

    Every open complaint is examined, which can take minutes: while `done` is false, ask again.
    """
    decree = CalendarDecreed(
        at=context.clock.now(), source=SOURCE, **{n: getattr(body, n) for n in type(body).model_fields}
    )
    return await shown(context, who, decree, after, lang)


@router.post("/due-dates/policy-preview", dependencies=[allow(OPERATOR)], responses={200: {"model": DecreePreview}})
async def policy_preview(
    body: PeriodsBody,
    context: Context,
    who: Caller,
    lang: Language,
    after: Annotated[str | None, Query(max_length=200, description="the `next` of the page before")] = None,
) -> dict[str, Any]:
    """The open dates that a decree of periods would move. A clock that runs keeps its period, so that none moves if
    `effective_at` is in the future.
    """
    decree = PolicyDecreed.model_validate({**body.model_dump(), "at": context.clock.now(), "source": SOURCE})
    return await shown(context, who, decree, after, lang)


async def shown(context: Context, who: Caller, decree: Decree, after: str | None, lang: str) -> dict[str, Any]:
    """One page of the preview. Raises InvalidField: `after` is no key."""
    found = await context.previews.of(decree, WITHIN_S)
    registry = await context.registry.current()
    # Who works for an agency may be accused by a complaint of supervision grade, and must not find it by a count.
    moves, counted = found.seen(supervision=not who.in_role(*WORKS_FOR))
    page, next_ = _page(moves, after)
    return {
        "done": found.done,
        "at": found.at,
        "behind": found.behind,
        "open": found.total,
        "examined": found.examined,
        "moved": len(moves),
        "complaints": len({move.complaint for move in moves}),
        "groups": [_group(each, registry, lang) for each in counted],
        "items": [_item(each, registry, lang) for each in page],
        "next": next_,
    }


def _page(moves: Sequence[MovedDate], after: str | None) -> tuple[Sequence[MovedDate], str | None]:
    start = bisect_right(moves, _key(after), key=lambda each: each[:4]) if after else 0
    page = moves[start : start + limits.PAGE]
    rest = start + limits.PAGE < len(moves)
    last = page[-1] if page else None
    if last is None or not rest:
        return page, None
    return page, f"{last.agency}~{last.clock.value}~{last.due_at.isoformat()}~{last.complaint}"


def _key(text: str) -> tuple[str, Clock, datetime, UUID]:
    try:
        agency, clock, due_at, complaint = text.split("~")
        return agency, Clock(clock), datetime.fromisoformat(due_at).astimezone(UTC), UUID(complaint)
    except (ValueError, OverflowError) as error:
        raise InvalidField(field="after", why="must be the `next` of an earlier page") from error


def _group(group: Group, registry: Registry, lang: str) -> dict[str, Any]:
    return {
        **_what(group.agency, group.clock, registry, lang),
        "moved": group.moved,
        "earlier": group.earlier,
        "later": group.later,
        "first": _dates(group.first),
        "last": _dates(group.last),
    }


def _item(move: MovedDate, registry: Registry, lang: str) -> dict[str, Any]:
    return {**_what(move.agency, move.clock, registry, lang), **_dates(move)}


def _what(agency: str, clock: Clock, registry: Registry, lang: str) -> dict[str, Any]:
    name = (
        wording.agency(agency, None, registry) if agency else wording.holder(HOLDERS.get(clock, DESK), registry, lang)
    )
    return {
        "agency": agency or None,
        "agency_name": name,
        "clock": clock,
        "clock_name": wording.CLOCKS[clock][lang],
    }


def _dates(move: MovedDate) -> dict[str, Any]:
    number = None if move.protected else move.public_number
    return {"public_number": number, "due_before_at": move.due_before_at, "due_at": move.due_at}
