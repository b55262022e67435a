"""Endpoints of calendars and deadline policies: what is in force, and a decree that the operator publishes.

A decree on days off moves the open due dates that it touches: escalation appends DueDateMoved for each. A decree on
periods holds for clocks that start later, and moves none.
"""

from datetime import UTC, date, datetime, time
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Path, Response, status
from pydantic import Field

from chassis.http.access import ANYONE, OPERATOR, allow
from chassis.http.web import Language, StrictRoute, etag
from router.http.answers import Calendars, CalendarYear, PoliciesShown, PolicyShown
from router.http.registry import RegistryChanges
from router.http.request import Context, RequestBody
from router.registry import decide
from router.settings import DAYS
from schemas.base import limits
from schemas.base.refusals import NotFound
from schemas.base.values import Day
from schemas.contract.written import WHOLE
from schemas.deadlines.policies import Policy, with_decrees
from schemas.events.registry import CalendarDecreed, DecreedPeriod, Holiday, PolicyDecreed
from schemas.registry.calendars import DEFAULT_ZONE, zone_of
from schemas.registry.fold import Registry
from schemas.wording import CLOCKS

router = APIRouter(prefix="/api/v1", route_class=StrictRoute)

CalendarName = Annotated[str, Path(max_length=limits.NAME, description="`national`, or the code of a region")]


class DecreeBody(RequestBody):
    """All days off of one year. They replace the earlier decree for that year and calendar."""

    calendar: str = Field(min_length=1, max_length=limits.NAME)
    year: Annotated[int, Field(ge=1945, le=2200), WHOLE]
    source: str = Field(min_length=1, max_length=limits.NOTE)
    days: tuple[Holiday, ...] = Field(max_length=DAYS)


@router.get("/calendars", dependencies=[allow(ANYONE)], responses={200: {"model": Calendars}})
async def calendars(context: Context, response: Response) -> dict[str, Any]:
    """The calendars in force, without their days."""
    registry = await context.registry.current()
    etag(response, registry.version)
    found = [_shown(decree) for _, decree in sorted(registry.calendars.items())]
    return {"version": registry.version, "calendars": [{**one, "days": len(one["days"])} for one in found]}


@router.get(
    "/calendars/{calendar}/{year}",
    dependencies=[allow(ANYONE)],
    summary="One calendar",
    responses={200: {"model": CalendarYear}},
)
async def one(calendar: CalendarName, year: int, context: Context, response: Response) -> dict[str, Any]:
    """The days of one calendar in one year."""
    registry = await context.registry.current()
    found = registry.calendars.get((calendar, year))
    if found is None:
        raise NotFound(calendar=calendar)
    etag(response, registry.version)
    return _shown(found)


@router.post(
    "/calendars",
    dependencies=[allow(OPERATOR)],
    status_code=status.HTTP_201_CREATED,
    responses={201: {"model": CalendarYear}},
)
async def decree(body: DecreeBody, change: RegistryChanges, response: Response) -> dict[str, Any]:
    """Publish a decree: these are the days off of its year."""
    fact = CalendarDecreed.model_validate({**body.model_dump(), "at": change.at})
    registry = await change.carry_out(lambda state: decide.decree_calendar(state, fact), body)
    response.headers["Location"] = f"/api/v1/calendars/{body.calendar}/{body.year}"
    return _shown(registry.calendars[body.calendar, body.year])


class PeriodBody(RequestBody):
    """The new length of a period, in working days (`wd`) or calendar days (`d`)."""

    rule: str = Field(min_length=1, max_length=limits.NAME)
    amount: Annotated[int, Field(ge=1, le=1_000), WHOLE]
    unit: Literal["wd", "d"]


class PolicyBody(RequestBody):
    """Periods for clocks that start from 00:00 WIB of `effective_on`, a later day. All others stay as they are. It
    replaces an earlier decree for the same day.
    """

    effective_on: Day
    source: str = Field(min_length=1, max_length=limits.NOTE)
    periods: tuple[PeriodBody, ...] = Field(min_length=1, max_length=len(decide.DECREEABLE))


@router.get("/policies", dependencies=[allow(ANYONE)], responses={200: {"model": PoliciesShown}})
async def policies(context: Context, lang: Language, response: Response) -> dict[str, Any]:
    """Every period, with unit, starting event, source and how sure it is; newest version first, coming ones too."""
    registry = await context.registry.current()
    etag(response, registry.version)
    found = with_decrees(context.policies, registry)
    return {"policies": [_policy(policy, lang, registry) for policy in reversed(found.versions)]}


@router.post(
    "/policies",
    dependencies=[allow(OPERATOR)],
    status_code=status.HTTP_201_CREATED,
    responses={201: {"model": PolicyShown}},
)
async def decree_policy(body: PolicyBody, change: RegistryChanges, lang: Language) -> dict[str, Any]:
    """Decree periods for clocks that start on a later day. Running clocks keep theirs, so no open date moves."""
    fact = PolicyDecreed(
        at=change.at,
        effective_at=start_of(body.effective_on),
        source=body.source,
        periods=tuple(DecreedPeriod(**period.model_dump()) for period in body.periods),
    )
    reviewed = change.context.policies
    registry = await change.carry_out(lambda state: decide.decree_policy(state, fact, reviewed), body)
    return _policy(with_decrees(reviewed, registry).at(fact.effective_at), lang, registry)


def start_of(day: date) -> datetime:
    """The beginning of that day in western Indonesian time, in UTC."""
    return datetime.combine(day, time(), zone_of(DEFAULT_ZONE)).astimezone(UTC)


def _shown(decree: CalendarDecreed) -> dict[str, Any]:
    return {**decree.model_dump(mode="json", exclude={"at"}), "decreed_at": decree.at}


def _policy(policy: Policy, lang: str, registry: Registry) -> dict[str, Any]:
    decreed = [each.at for each in registry.policies.decrees if each.effective_at == policy.effective_at]
    rules = [
        {**rule._asdict(), "clock_name": CLOCKS[rule.clock][lang], "source": rule.source[lang]}
        for rule in policy.rules.values()
    ]
    return {
        **policy._asdict(),
        "decreed_at": decreed[0] if decreed else None,
        "rules": rules,
        "reminder_hours": [at.isoformat("minutes") for at in policy.reminder_hours],
        "ladder": {who.value: [rung._asdict() for rung in rungs] for who, rungs in policy.ladder.items()},
        "origins": {
            name: {"source": origin.source[lang], "sureness": origin.sureness}
            for name, origin in policy.origins.items()
        },
    }
