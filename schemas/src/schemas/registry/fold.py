"""The registry of agencies and their mandates, folded from the stream `registry`."""

from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime
from functools import reduce
from typing import Any, Final, NamedTuple

from schemas.base.values import ROUTER, Holder, HolderKind
from schemas.complaint.fold import RecordedFact
from schemas.events import registry as g
from schemas.events.base import Fact
from schemas.registry.bodies import Agency, Mandate
from schemas.registry.calendars import Calendar, Calendars, with_decree
from schemas.registry.policy_decrees import NO_DECREES, PolicyDecrees
from schemas.registry.templates import mandates_of, registered, with_authority, with_offices

_NONE: Final = Calendars()


class Registry(NamedTuple):
    """The state of the registry. `version` is its stream's; a placement names it as its basis."""

    version: int = -1
    agencies: Mapping[str, Agency] = {}
    mandates: tuple[Mandate, ...] = ()
    calendars: Mapping[tuple[str, int], g.CalendarDecreed] = {}
    in_force: tuple[tuple[datetime, Calendars], ...] = ()
    """The calendars in force from each decree on, oldest first."""
    decreed: tuple[g.CalendarDecreed, ...] = ()
    """Every decree on days off, oldest first, also those that a newer one replaced."""
    model: str | None = None
    templates: Mapping[str, g.TemplateDecreed] = {}
    policies: PolicyDecrees = NO_DECREES
    """The decreed periods; `schemas.deadlines.policies.with_decrees` lays them over the reviewed policies."""
    unknown: tuple[str, ...] = ()
    """Types of its facts that only a newer version knows. The rest is without them, but at their version."""

    @property
    def calendar(self) -> Calendar:
        """The national calendar in force now."""
        return self.calendar_of(None)

    def calendar_of(self, region: str | None) -> Calendar:
        """The calendar in force now for agencies of that region; the national one for None."""
        return (self.in_force[-1][1] if self.in_force else _NONE).of(region)

    def calendar_at(self, moment: datetime, region: str | None = None) -> Calendar:
        """The calendar that was in force at `moment`."""
        earlier = (calendars for since, calendars in reversed(self.in_force) if since <= moment)
        return next(earlier, _NONE).of(region)

    def living(self, agency: str) -> Agency | None:
        """The agency if it still exists, else its living successor, else None."""
        seen: set[str] = set()
        found = self.agencies.get(agency)
        while found is not None and not found.alive and found.successor and found.id not in seen:
            seen.add(found.id)
            found = self.agencies.get(found.successor)
        return found if found is not None and found.alive else None

    def holder(self, holder: Holder) -> Holder:
        """The present holder: after a merger the successor; the router if there is none."""
        if holder.kind is not HolderKind.AGENCY or holder.agency is None:
            return holder
        agency = self.living(holder.agency)
        if agency is None:
            return ROUTER
        return holder if agency.id == holder.agency else Holder(HolderKind.AGENCY, agency.id)

    def competent(self, sector: str, level: str, region: str | None, day: date) -> list[Mandate]:
        """The mandates of living agencies for exactly this sector, level and region on that day."""
        return [
            m
            for m in self.mandates
            if (m.sector, m.level, m.region) == (sector, level, region) and m.on(day) and self.living(m.agency)
        ]


def fold_registry(state: Registry, history: Iterable[RecordedFact]) -> Registry:
    """The registry after all of these events."""
    return reduce(evolve_registry, history, state)


def evolve_registry(state: Registry, recorded: RecordedFact) -> Registry:
    """The registry after one more event; one of an unknown type changes only the version."""
    handler = EVOLVE.get(type(recorded.fact))
    return (handler(state, recorded.fact) if handler else state)._replace(version=recorded.version)


def _registered(state: Registry, event: g.AgencyRegistered) -> Registry:
    agency, template = registered(event, state.templates), state.templates.get(event.template or "")
    given = mandates_of(agency, template) if template else ()
    return _with(state, agency)._replace(mandates=(*state.mandates, *given))


def _template_decreed(state: Registry, event: g.TemplateDecreed) -> Registry:
    before = state.templates.get(event.template)
    decreed = state._replace(templates={**state.templates, event.template: event})
    agencies = [agency for agency in state.agencies.values() if agency.alive and agency.template == event.template]
    if before is None or not agencies:
        return decreed
    mandates = tuple(with_authority(state.mandates, agencies, before, event))
    return _with(decreed, *with_offices(agencies, event).values())._replace(mandates=mandates)


def _renamed(state: Registry, event: g.AgencyRenamed) -> Registry:
    return _with(state, state.agencies[event.agency]._replace(name=event.name))


def _merged(state: Registry, event: g.AgenciesMerged) -> Registry:
    ended = [agency for agency in event.agencies if agency != event.successor]
    return _with(state, *(_ended(state.agencies[agency], event.successor, event.at) for agency in ended))


def _dissolved(state: Registry, event: g.AgencyDissolved) -> Registry:
    return _with(state, _ended(state.agencies[event.agency], event.successor, event.at))


def _given(state: Registry, event: g.MandateGiven) -> Registry:
    given = Mandate(
        event.agency, event.unit, event.sector, event.level, event.region, event.valid_from, None, event.source
    )
    return state._replace(mandates=(*state.mandates, given))


def _withdrawn(state: Registry, event: g.MandateWithdrawn) -> Registry:
    key = (event.agency, event.sector, event.level, event.region)
    mandates = [
        m._replace(valid_until=event.valid_until)
        # The cheap comparison comes first: it runs for each of several thousand mandates.
        if m.agency == event.agency and m.valid_until is None and (m.agency, m.sector, m.level, m.region) == key
        else m
        for m in state.mandates
    ]
    return state._replace(mandates=tuple(mandates))


def _calendar_decreed(state: Registry, event: g.CalendarDecreed) -> Registry:
    calendars = {**state.calendars, (event.calendar, event.year): event}
    before = state.in_force[-1][1] if state.in_force else _NONE
    in_force = (*state.in_force, (event.at, with_decree(before, event)))
    return state._replace(calendars=calendars, in_force=in_force, decreed=(*state.decreed, event))


def _policy_decreed(state: Registry, event: g.PolicyDecreed) -> Registry:
    return state._replace(policies=state.policies.with_one(event))


def _with(state: Registry, *agencies: Agency) -> Registry:
    return state._replace(agencies={**state.agencies, **{agency.id: agency for agency in agencies}})


def _ended(agency: Agency, successor: str | None, at: datetime) -> Agency:
    return agency._replace(alive=False, successor=successor, ended_at=at)


EVOLVE: Final[Mapping[type[Fact], Callable[[Registry, Any], Registry]]] = {
    g.AgencyRegistered: _registered,
    g.TemplateDecreed: _template_decreed,
    g.AgencyRenamed: _renamed,
    g.AgenciesMerged: _merged,
    g.AgencyDissolved: _dissolved,
    g.MandateGiven: _given,
    g.MandateWithdrawn: _withdrawn,
    g.CalendarDecreed: _calendar_decreed,
    g.PolicyDecreed: _policy_decreed,
    g.ModelSwitched: lambda state, event: state._replace(model=event.model),
}
"""What each event of the registry changes."""
