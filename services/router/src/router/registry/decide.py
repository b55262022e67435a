"""The decisions about the registry: facts about bodies, mandates and calendars, or a refusal.

Each returns no facts when the registry already is as asked.
"""

import re
from collections.abc import Collection
from datetime import date, datetime
from typing import Final

from schemas.base.refusals import AgencyExists, InvalidField, MandateOverlaps, NoSuchMandate, UnknownAgency, UnknownUnit
from schemas.base.values import Level
from schemas.events.base import Fact
from schemas.events.registry import (
    AgenciesMerged,
    AgencyDissolved,
    AgencyRegistered,
    AgencyRenamed,
    CalendarDecreed,
    MandateGiven,
    MandateWithdrawn,
    ModelSwitched,
)
from schemas.registry.bodies import Agency, Mandate
from schemas.registry.calendars import NATIONAL, lies_in
from schemas.registry.fold import Registry
from schemas.registry.templates import registered

REGION: Final = re.compile(r"\d{2}(\.\d{2})?")
"""The code of a province or a regency: these can have days off of their own."""


def register(state: Registry, asked: AgencyRegistered) -> list[Fact]:
    """Register a body, which can hold complaints at once.

    Raises:
        AgencyExists: it is registered with other data.
        UnknownAgency: its parent or inspectorate is not alive.
        InvalidField: a regional body without a region, a body that inspects itself, or a template that was not decreed.
    """
    known = state.agencies.get(asked.agency)
    if known is not None:
        if known._replace(alive=True, successor=None, ended_at=None) != registered(asked, state.templates):
            raise AgencyExists(agency=asked.agency)
        return []
    if asked.template is not None and asked.template not in state.templates:
        raise InvalidField(field="template", why="no such template was decreed")
    if asked.level is not Level.NATIONAL and asked.region is None:
        raise InvalidField(field="region", why="a regional body needs the code of its region")
    if asked.inspectorate == asked.agency:
        raise InvalidField(field="inspectorate", why="a body does not inspect itself")
    for other in (asked.parent, asked.inspectorate):
        if other is not None:
            living(state, other)
    return [asked]


def rename(state: Registry, agency: str, name: str, at: datetime) -> list[Fact]:
    """Rename a body. Raises UnknownAgency."""
    return [AgencyRenamed(at=at, agency=agency, name=name)] if living(state, agency).name != name else []


def merge(state: Registry, agencies: Collection[str], successor: str, reason: str, at: datetime) -> list[Fact]:
    """Merge these bodies into `successor`, a registered body.

    Raises:
        UnknownAgency: one of them is not alive.
        InvalidField: there is no body besides the successor.
    """
    ended = sorted(set(agencies) - {successor})
    if not ended:
        raise InvalidField(field="agencies", why="name at least one body besides the successor")
    if all(_successor(state, agency) == successor for agency in ended):
        return []
    for agency in (*ended, successor):
        living(state, agency)
    return [AgenciesMerged(at=at, agencies=tuple(ended), successor=successor, reason=reason)]


def dissolve(state: Registry, agency: str, successor: str | None, reason: str, at: datetime) -> list[Fact]:
    """Dissolve a body. Without a successor router holds what it held, and places it again.

    Raises:
        UnknownAgency: it or the successor is not alive.
        InvalidField: it would succeed itself.
    """
    known = state.agencies.get(agency)
    if known is not None and not known.alive and known.successor == successor:
        return []
    living(state, agency)
    if successor == agency:
        raise InvalidField(field="successor", why="a body cannot succeed itself")
    if successor is not None:
        living(state, successor)
    return [AgencyDissolved(at=at, agency=agency, successor=successor, reason=reason)]


def give_mandate(state: Registry, asked: MandateGiven) -> list[Fact]:
    """Give a mandate: authority for a sector at a level in a region.

    Raises:
        UnknownAgency, UnknownUnit: no such body is alive.
        MandateOverlaps: the body has this mandate for a part of that time.
    """
    body = living(state, asked.agency)
    if asked.unit is not None and asked.unit not in body.units:
        raise UnknownUnit(agency=asked.agency, unit=asked.unit)
    given = [
        m for m in state.mandates if _is_same(m, asked) and (m.valid_until is None or asked.valid_from < m.valid_until)
    ]
    if not given:
        return [asked]
    if any((m.unit, m.valid_from, m.valid_until) == (asked.unit, asked.valid_from, None) for m in given):
        return []
    raise MandateOverlaps(agency=asked.agency)


def withdraw_mandate(state: Registry, asked: MandateWithdrawn) -> list[Fact]:
    """End a mandate on that day.

    Raises:
        NoSuchMandate: the body has no such mandate.
        InvalidField: it would end before it begins.
    """
    mine = [m for m in state.mandates if _is_same(m, asked)]
    if any(m.valid_until == asked.valid_until for m in mine):
        return []
    running = [m for m in mine if m.valid_until is None]
    if not running:
        raise NoSuchMandate(agency=asked.agency, sector=asked.sector, level=asked.level.value, region=asked.region)
    if asked.valid_until < _begun(running):
        raise InvalidField(field="valid_until", why=f"it began on {_begun(running).isoformat()}")
    return [asked]


def decree_calendar(state: Registry, asked: CalendarDecreed) -> list[Fact]:
    """Decree the days off of a year, of the nation or of a region.

    Raises:
        InvalidField: a day of another year, a day named twice or without a name, a region without a body, or a kind of
            day that this calendar cannot have.
    """
    if any(day.on.year != asked.year for day in asked.days):
        raise InvalidField(field="days", why=f"every day must lie in {asked.year}")
    if len({day.on for day in asked.days}) < len(asked.days):
        raise InvalidField(field="days", why="a day is named twice")
    if not all(day.name.strip() for day in asked.days):
        raise InvalidField(field="days.name", why="must not be empty")
    national = asked.calendar == NATIONAL
    if not national and not REGION.fullmatch(asked.calendar):
        raise InvalidField(field="calendar", why="must be `national`, or the code of a province or regency")
    if any((day.kind == "regional") is national for day in asked.days):
        kinds = "national, joint_leave" if national else "regional"
        raise InvalidField(field="days", why=f"the days of this calendar are of the kind {kinds}")
    if not national and not any(lies_in(body.region or "", asked.calendar) for body in state.agencies.values()):
        raise InvalidField(field="calendar", why="no body lies in that region")
    known = state.calendars.get((asked.calendar, asked.year))
    same = known is not None and (known.days, known.source) == (asked.days, asked.source)
    return [] if same else [asked]


def switch_model(state: Registry, model: str, at: datetime) -> list[Fact]:
    """Make this model the live one."""
    return [] if state.model == model else [ModelSwitched(at=at, model=model)]


def living(state: Registry, agency: str) -> Agency:
    """The body itself, not its successor. Raises UnknownAgency."""
    body = state.agencies.get(agency)
    if body is None or not body.alive:
        raise UnknownAgency(agency=agency)
    return body


def _successor(state: Registry, agency: str) -> str | None:
    body = state.agencies.get(agency)
    return body.successor if body is not None and not body.alive else None


def _is_same(mandate: Mandate, asked: MandateGiven | MandateWithdrawn) -> bool:
    key = (asked.agency, asked.sector, asked.level, asked.region)
    return (mandate.agency, mandate.sector, mandate.level, mandate.region) == key


def _begun(mandates: Collection[Mandate]) -> date:
    return min(mandate.valid_from for mandate in mandates)
