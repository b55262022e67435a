"""Which bodies exist today and what each has authority for, folded from the stream `registry`."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Final, NamedTuple

from schemas.calendars import Calendar, Calendars, with_decree
from schemas.events import registry as g
from schemas.evolve import Told
from schemas.values import ROUTER, Holder, HolderKind


class Agency(NamedTuple):
    """One body. `successor` and `alive` follow from mergers and dissolutions."""

    id: str
    name: str
    kind: str
    level: str
    region: str | None
    zone: str
    parent: str | None
    inspectorate: str | None
    units: Mapping[str, str]
    alive: bool = True
    successor: str | None = None
    ended_at: datetime | None = None


class Mandate(NamedTuple):
    """Authority for (sector, level, region) from `valid_from` until before `valid_until`."""

    agency: str
    unit: str | None
    sector: str
    level: str
    region: str | None
    valid_from: date
    valid_until: date | None
    source: str

    def on(self, day: date) -> bool:
        """Whether it holds on that day."""
        return self.valid_from <= day and (self.valid_until is None or day < self.valid_until)


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


def fold_registry(state: Registry, history: Iterable[Told]) -> Registry:
    """The registry after all of these."""
    for told in history:
        state = evolve_registry(state, told)
    return state


def evolve_registry(state: Registry, told: Told) -> Registry:
    """The registry after one more fact."""
    return _change(state, told.fact)._replace(version=told.version)


def _change(state: Registry, fact: object) -> Registry:
    match fact:
        case g.AgencyRegistered():
            return _with(state, _registered(fact))
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
            return state._replace(mandates=tuple(_ended(m, fact) for m in state.mandates))
        case g.CalendarDecreed():
            return _decreed(state, fact)
        case g.ModelSwitched():
            return state._replace(model=fact.model)
        case _:
            return state


def _with(state: Registry, *bodies: Agency) -> Registry:
    return state._replace(agencies={**state.agencies, **{body.id: body for body in bodies}})


def _gone(body: Agency, successor: str | None, at: datetime) -> Agency:
    return body._replace(alive=False, successor=successor, ended_at=at)


def _decreed(state: Registry, fact: g.CalendarDecreed) -> Registry:
    calendars = {**state.calendars, (fact.calendar, fact.year): fact}
    before = state.in_force[-1][1] if state.in_force else _NONE
    in_force = (*state.in_force, (fact.at, with_decree(before, fact)))
    return state._replace(calendars=calendars, in_force=in_force)


def _registered(fact: g.AgencyRegistered) -> Agency:
    units = {unit.id: unit.name for unit in fact.units}
    return Agency(
        fact.agency, fact.name, fact.kind, fact.level, fact.region, fact.zone, fact.parent, fact.inspectorate, units
    )


def _mandate(fact: g.MandateGiven) -> Mandate:
    return Mandate(fact.agency, fact.unit, fact.sector, fact.level, fact.region, fact.valid_from, None, fact.source)


def _ended(mandate: Mandate, fact: g.MandateWithdrawn) -> Mandate:
    same = (mandate.agency, mandate.sector, mandate.level, mandate.region) == (
        fact.agency,
        fact.sector,
        fact.level,
        fact.region,
    )
    return mandate._replace(valid_until=fact.valid_until) if same and mandate.valid_until is None else mandate
