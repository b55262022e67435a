"""Endpoints of calendars and deadline policies: what is in force, and a decree that the operator publishes.

A decree moves the open due dates that it touches: escalation appends DueDateMoved for each.
"""

from typing import Annotated, Any

from fastapi import APIRouter, Path, Response, status
from pydantic import Field

from chassis.http.access import ANYONE, OPERATOR, allow
from chassis.http.web import Language, StrictRoute, etag
from router.http.answers import Calendars, CalendarYear, PoliciesShown
from router.http.registry import RegistryChanges
from router.http.request import Context, RequestBody
from router.registry import decide
from router.settings import DAYS
from schemas.base import limits
from schemas.base.refusals import NotFound
from schemas.contract.written import WHOLE
from schemas.deadlines.policies import Policy
from schemas.events.registry import CalendarDecreed, Holiday
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


@router.get("/policies", dependencies=[allow(ANYONE)], responses={200: {"model": PoliciesShown}})
async def policies(context: Context, lang: Language) -> dict[str, Any]:
    """Every period, with unit, starting event, source and how sure it is; the newest version first."""
    return {"policies": [_policy(policy, lang) for policy in reversed(context.policies.versions)]}


def _shown(decree: CalendarDecreed) -> dict[str, Any]:
    return {**decree.model_dump(mode="json", exclude={"at"}), "decreed_at": decree.at}


def _policy(policy: Policy, lang: str) -> dict[str, Any]:
    rules = [
        {**rule._asdict(), "clock_name": CLOCKS[rule.clock][lang], "source": rule.source[lang]}
        for rule in policy.rules.values()
    ]
    return {
        **policy._asdict(),
        "rules": rules,
        "reminder_hours": [at.isoformat("minutes") for at in policy.reminder_hours],
        "ladder": {who.value: [rung._asdict() for rung in rungs] for who, rungs in policy.ladder.items()},
        "origins": {
            name: {"source": origin.source[lang], "sureness": origin.sureness}
            for name, origin in policy.origins.items()
        },
    }
