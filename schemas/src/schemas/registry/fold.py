"""Which bodies exist today and what each has authority for, folded from the stream `registry`."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime
from typing import Final, NamedTuple

from schemas.base.values import ROUTER, Holder, HolderKind
from schemas.complaint.fold import RecordedFact
from schemas.events import registry as g
from schemas.registry.bodies import Agency, Mandate
from schemas.registry.calendars import Calendar, Calendars, with_decree
from schemas.registry.templates import mandates_of, registered, with_authority, with_offices

_NONE: Final = Calendars()


class Registry(NamedTuple):
    """The state. `version` is that of the stream: what a placing names as its basis."""

    version: int = -1
    agencies: Mapping[str, Agency] = {}
    mandates: tuple[Mandate, ...] = ()
    calendars: Mapping[tuple[str, int], g.CalendarDecreed] = {}
    in_force: tuple[tuple[datetime, Calendars], ...] = ()
    """The calendars as they stood from each decree on, oldest first."""
    model: str | None = None
    templates: Mapping[str, g.TemplateDecreed] = {}

    @property
    def calendar(self) -> Calendar:
        """The national calendar in force today."""
        return self.calendar_of(None)

    def calendar_of(self, region: str | None) -> Calendar:
        """The calendar in force today for a body of that region; None: the nation's."""
        return (self.in_force[-1][1] if self.in_force else _NONE).of(region)

    def calendar_at(self, moment: datetime, region: str | None = None) -> Calendar:
        """The same, as it stood at that moment."""
        known = (calendars for since, calendars in reversed(self.in_force) if since <= moment)
        return next(known, _NONE).of(region)

    def living(self, agency: str) -> Agency | None:
        """The body if it exists today, else its living successor, else None."""
        seen: set[str] = set()
        found = self.agencies.get(agency)
        while found is not None and not found.alive and found.successor and found.id not in seen:
            seen.add(found.id)
            found = self.agencies.get(found.successor)
        return found if found is not None and found.alive else None

    def holder(self, holder: Holder) -> Holder:
        """Who holds it today: from the position of a merger the successor *is* the holder."""
        if holder.kind is not HolderKind.AGENCY or holder.agency is None:
            return holder
        body = self.living(holder.agency)
        if body is None:
            return ROUTER
        return holder if body.id == holder.agency else Holder(HolderKind.AGENCY, body.id)

    def competent(self, sector: str, level: str, region: str | None, day: date) -> list[Mandate]:
        """The mandates of living bodies for exactly this, on that day."""
        return [
            m
            for m in self.mandates
            if (m.sector, m.level, m.region) == (sector, level, region) and m.on(day) and self.living(m.agency)
        ]


def fold_registry(state: Registry, history: Iterable[RecordedFact]) -> Registry:
    """The registry after all of these."""
    for told in history:
        state = evolve_registry(state, told)
    return state


def evolve_registry(state: Registry, told: RecordedFact) -> Registry:
    """The registry after one more fact."""
    return _change(state, told.fact)._replace(version=told.version)


def _change(state: Registry, fact: object) -> Registry:
    match fact:
        case g.AgencyRegistered():
            body, template = registered(fact, state.templates), state.templates.get(fact.template or "")
            given = mandates_of(body, template) if template else ()
            return _with(state, body)._replace(mandates=(*state.mandates, *given))
        case g.TemplateDecreed():
            return _templated(state, fact)
        case g.AgencyRenamed():
            return _with(state, state.agencies[fact.agency]._replace(name=fact.name))
        case g.AgenciesMerged():
            ended = [a for a in fact.agencies if a != fact.successor]
            return _with(state, *(_gone(state.agencies[a], fact.successor, fact.at) for a in ended))
        case g.AgencyDissolved():
            return _with(state, _gone(state.agencies[fact.agency], fact.successor, fact.at))
        case g.MandateGiven():
            return state._replace(mandates=(*state.mandates, _mandate(fact)))
        case g.MandateWithdrawn():
            return state._replace(mandates=tuple(_after(state.mandates, fact)))
        case g.CalendarDecreed():
            return _decreed(state, fact)
        case g.ModelSwitched():
            return state._replace(model=fact.model)
        case _:
            return state


def _templated(state: Registry, fact: g.TemplateDecreed) -> Registry:
    before = state.templates.get(fact.template)
    decreed = state._replace(templates={**state.templates, fact.template: fact})
    bodies = [body for body in state.agencies.values() if body.alive and body.template == fact.template]
    if before is None or not bodies:
        return decreed
    mandates = tuple(with_authority(state.mandates, bodies, before, fact))
    return _with(decreed, *with_offices(bodies, fact).values())._replace(mandates=mandates)


def _with(state: Registry, *bodies: Agency) -> Registry:
    return state._replace(agencies={**state.agencies, **{body.id: body for body in bodies}})


def _gone(body: Agency, successor: str | None, at: datetime) -> Agency:
    return body._replace(alive=False, successor=successor, ended_at=at)


def _decreed(state: Registry, fact: g.CalendarDecreed) -> Registry:
    calendars = {**state.calendars, (fact.calendar, fact.year): fact}
    before = state.in_force[-1][1] if state.in_force else _NONE
    in_force = (*state.in_force, (fact.at, with_decree(before, fact)))
    return state._replace(calendars=calendars, in_force=in_force)


def _mandate(fact: g.MandateGiven) -> Mandate:
    return Mandate(fact.agency, fact.unit, fact.sector, fact.level, fact.region, fact.valid_from, None, fact.source)


def _after(mandates: Iterable[Mandate], fact: g.MandateWithdrawn) -> Iterator[Mandate]:
    ended = (fact.agency, fact.sector, fact.level, fact.region)
    for m in mandates:
        # The first comparison alone is asked fourteen thousand times.
        same = m.agency == fact.agency and (m.agency, m.sector, m.level, m.region) == ended
        yield m._replace(valid_until=fact.valid_until) if same and m.valid_until is None else m
