"""The decisions about the registry: facts about bodies, mandates and calendars, or a refusal.

Each returns no facts when the registry already is as asked.
"""

import re
from collections.abc import Collection
from datetime import date, datetime
from typing import Final

from schemas.base.refusals import AgencyExists, InvalidField, MandateOverlaps, NoSuchMandate, UnknownAgency, UnknownUnit
from schemas.base.values import Clock, Level
from schemas.deadlines.policies import Policies
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
    PolicyDecreed,
)
from schemas.reference.policy_file import RULES
from schemas.registry.bodies import Agency, Mandate
from schemas.registry.calendars import NATIONAL, lies_in
from schemas.registry.fold import Registry
from schemas.registry.templates import registered

DECREEABLE: Final = RULES - {Clock.PLACE.value}
"""The periods that a decree may change: all that people keep. Automatic placing has an aim in seconds."""
REGION: Final = re.compile(r"\d{2}(\.\d{2})?")
"""The code of a province or a regency: these can have days off of their own."""


def register(state: Registry, fact: AgencyRegistered) -> list[Fact]:
    """Register a body, which can hold complaints at once.

    Raises:
        AgencyExists: it is registered with other data.
        UnknownAgency: its parent or inspectorate is not alive.
        InvalidField: a regional body without a region, a body that inspects itself, or a template that was not decreed.
    """
    known = state.agencies.get(fact.agency)
    if known is not None:
        if known._replace(alive=True, successor=None, ended_at=None) != registered(fact, state.templates):
            raise AgencyExists(agency=fact.agency)
        return []
    if fact.template is not None and fact.template not in state.templates:
        raise InvalidField(field="template", why="no such template was decreed")
    if fact.level is not Level.NATIONAL and fact.region is None:
        raise InvalidField(field="region", why="a regional body needs the code of its region")
    if fact.inspectorate == fact.agency:
        raise InvalidField(field="inspectorate", why="a body does not inspect itself")
    for other in (fact.parent, fact.inspectorate):
        if other is not None:
            living(state, other)
    return [fact]


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


def give_mandate(state: Registry, fact: MandateGiven) -> list[Fact]:
    """Give a mandate: authority for a sector at a level in a region.

    Raises:
        UnknownAgency, UnknownUnit: no such body is alive.
        MandateOverlaps: the body has this mandate for a part of that time.
    """
    body = living(state, fact.agency)
    if fact.unit is not None and fact.unit not in body.units:
        raise UnknownUnit(agency=fact.agency, unit=fact.unit)
    given = [
        m for m in state.mandates if _is_same(m, fact) and (m.valid_until is None or fact.valid_from < m.valid_until)
    ]
    if not given:
        return [fact]
    if any((m.unit, m.valid_from, m.valid_until) == (fact.unit, fact.valid_from, None) for m in given):
        return []
    raise MandateOverlaps(agency=fact.agency)


def withdraw_mandate(state: Registry, fact: MandateWithdrawn) -> list[Fact]:
    """End a mandate on that day.

    Raises:
        NoSuchMandate: the body has no such mandate.
        InvalidField: it would end before it begins.
    """
    mine = [m for m in state.mandates if _is_same(m, fact)]
    if any(m.valid_until == fact.valid_until for m in mine):
        return []
    running = [m for m in mine if m.valid_until is None]
    if not running:
        raise NoSuchMandate(agency=fact.agency, sector=fact.sector, level=fact.level.value, region=fact.region)
    if fact.valid_until < _begins(running):
        raise InvalidField(field="valid_until", why=f"it began on {_begins(running).isoformat()}")
    return [fact]


def decree_calendar(state: Registry, fact: CalendarDecreed) -> list[Fact]:
    """Decree the days off of a year, of the nation or of a region.

    Raises:
        InvalidField: a day of another year, a day named twice or without a name, a region without a body, or a kind of
            day that this calendar cannot have.
    """
    if any(day.on.year != fact.year for day in fact.days):
        raise InvalidField(field="days", why=f"every day must lie in {fact.year}")
    if len({day.on for day in fact.days}) < len(fact.days):
        raise InvalidField(field="days", why="a day is named twice")
    if not all(day.name.strip() for day in fact.days):
        raise InvalidField(field="days.name", why="must not be empty")
    national = fact.calendar == NATIONAL
    if not national and not REGION.fullmatch(fact.calendar):
        raise InvalidField(field="calendar", why="must be `national`, or the code of a province or regency")
    if any((day.kind == "regional") is national for day in fact.days):
        kinds = "national, joint_leave" if national else "regional"
        raise InvalidField(field="days", why=f"the days of this calendar are of the kind {kinds}")
    if not national and not any(lies_in(body.region or "", fact.calendar) for body in state.agencies.values()):
        raise InvalidField(field="calendar", why="no body lies in that region")
    known = state.calendars.get((fact.calendar, fact.year))
    same = known is not None and (known.days, known.source) == (fact.days, fact.source)
    return [] if same else [fact]


def decree_policy(state: Registry, fact: PolicyDecreed, reviewed: Policies) -> list[Fact]:
    """Decree periods for clocks that start from a later moment on. What runs keeps its period, so no open date moves.

    Raises:
        InvalidField: the moment is not in the future or is that of a reviewed version, or a period is unknown or named
            twice.
    """
    known = [each for each in state.policies.decrees if each.effective_at == fact.effective_at]
    if known and (known[0].periods, known[0].source) == (fact.periods, fact.source):
        return []
    if fact.effective_at <= fact.at:
        raise InvalidField(field="effective_on", why="must be a later day: a clock that runs keeps its period")
    if any(policy.effective_at == fact.effective_at for policy in reviewed.versions):
        raise InvalidField(field="effective_on", why="the release brings a policy of that day")
    names = [period.rule for period in fact.periods]
    for name in names:
        if name not in DECREEABLE:
            raise InvalidField(field="periods.rule", why=f"must be one of {', '.join(sorted(DECREEABLE))}")
    if len(set(names)) < len(names):
        raise InvalidField(field="periods.rule", why="a period is named twice")
    return [fact]


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


def _is_same(mandate: Mandate, fact: MandateGiven | MandateWithdrawn) -> bool:
    key = (fact.agency, fact.sector, fact.level, fact.region)
    return (mandate.agency, mandate.sector, mandate.level, mandate.region) == key


def _begins(mandates: Collection[Mandate]) -> date:
    return min(mandate.valid_from for mandate in mandates)
