"""Which bodies are competent for a sector, at a level, in a region, on a day: the registry's mandates, indexed."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from datetime import date, datetime
from functools import lru_cache
from typing import Final, NamedTuple
from zoneinfo import ZoneInfo

from router.geography.codes import PROVINCE_LENGTH, REGENCY_LENGTH
from schemas.base.values import Level
from schemas.registry.bodies import Agency, Mandate
from schemas.registry.fold import Registry

MOST_LOCAL_FIRST: Final = (Level.REGENCY, Level.PROVINCE, Level.NATIONAL)
CACHED: Final = 20_000
"""Answers cached for one version of the registry."""
CAPITAL: Final = ZoneInfo("Asia/Jakarta")


class AgencyUnit(NamedTuple):
    """An agency and, where one is named, its unit."""

    agency: str
    unit: str | None = None


class CompetentBodies(NamedTuple):
    """The bodies with a mandate at one level: none, one, or several in dispute."""

    level: Level
    bodies: tuple[AgencyUnit, ...]


def day_of(at: datetime) -> date:
    """The day on which mandates are looked up: mandates begin and end on the capital's days."""
    return at.astimezone(CAPITAL).date()


def area(level: Level, region: str | None) -> str | None:
    """The part of a region's code that a mandate at this level is given for."""
    if region is None or level is Level.NATIONAL:
        return None
    return region[: REGENCY_LENGTH if level is Level.REGENCY else PROVINCE_LENGTH]


def precise(level: Level, region: str | None) -> bool:
    """Whether the region's code is long enough for a body at this level."""
    least = {Level.NATIONAL: 0, Level.PROVINCE: PROVINCE_LENGTH, Level.REGENCY: REGENCY_LENGTH}[level]
    return len(region or "") >= least


def living_unit(registry: Registry, agency: str, unit: str | None) -> AgencyUnit | None:
    """The body or its successor, with the unit if it has one of that id; None if neither is alive."""
    body = registry.living(agency)
    return AgencyUnit(body.id, unit if unit in body.units else None) if body is not None else None


class MandateIndex:
    """The mandates of one version of the registry."""

    def __init__(self, registry: Registry) -> None:
        self.registry = registry
        self._index: dict[tuple[str, str, str | None], list[Mandate]] = defaultdict(list)
        self._levels: dict[str, set[str]] = defaultdict(set)
        for mandate in registry.mandates:
            self._index[mandate.sector, mandate.level, mandate.region].append(mandate)
            self._levels[mandate.sector].add(mandate.level)
        self._bodies = lru_cache(maxsize=CACHED)(self._competent)

    def most_local_level(self, sector: str) -> Level:
        """The most local level at which any body has a mandate for this sector; the national level if none has."""
        return next((level for level in MOST_LOCAL_FIRST if level in self._levels.get(sector, ())), Level.NATIONAL)

    def bodies_by_level(self, sector: str, region: str | None, day: date) -> list[CompetentBodies]:
        """The competent bodies of each level, the most local level first."""
        return [CompetentBodies(level, self.bodies(sector, level, region, day)) for level in MOST_LOCAL_FIRST]

    def most_local(self, sector: str, region: str | None, day: date) -> tuple[AgencyUnit, ...]:
        """The competent bodies of the most local level that has any."""
        return next((each.bodies for each in self.bodies_by_level(sector, region, day) if each.bodies), ())

    def has_mandate(self, agency: str, sector: str, region: str | None, day: date) -> bool:
        """Whether the body has a mandate for this sector in that region, at any level; in any region if it is None."""
        if region is None:
            return any(m.sector == sector and m.on(day) and self._holder(m) == agency for m in self.registry.mandates)
        levels = self.bodies_by_level(sector, region, day)
        return any(agency == body.agency for each in levels for body in each.bodies)

    def inspectorate_over(self, accused: str, returned: Collection[str]) -> Agency | None:
        """The nearest inspectorate over the accused body that has not returned the complaint; never that body."""
        seen, at = {accused}, self.registry.agencies.get(accused)
        while at is not None and at.inspectorate is not None:
            at = self.registry.living(at.inspectorate)
            if at is None or at.id in seen:
                return None
            if at.id not in returned:
                return at
            seen.add(at.id)
        return None

    def sectors(self) -> Collection[str]:
        """Every sector that any body ever had a mandate for."""
        return self._levels.keys()

    def bodies(self, sector: str, level: Level, region: str | None, day: date) -> tuple[AgencyUnit, ...]:
        """The competent bodies of that level in that region, on that day."""
        return self._bodies(sector, level, area(Level.REGENCY, region), day)

    def _competent(self, sector: str, level: Level, region: str | None, day: date) -> tuple[AgencyUnit, ...]:
        units: dict[str, set[str | None]] = {}
        for mandate in self._mandates(sector, level, region):
            agency = self._holder(mandate) if mandate.on(day) else None
            if agency is not None:
                units.setdefault(agency, set()).add(mandate.unit if agency == mandate.agency else None)
        return tuple(
            AgencyUnit(agency, next(iter(own)) if len(own) == 1 else None) for agency, own in sorted(units.items())
        )

    def _mandates(self, sector: str, level: Level, region: str | None) -> Sequence[Mandate]:
        if level is not Level.NATIONAL and region is None:
            return ()
        found = self._index.get((sector, level, area(level, region)), ())
        if not found and level is Level.REGENCY and region is not None:
            # A province may have the regency's tasks as well: Jakarta (law 2/2024).
            found = self._index.get((sector, level, region[:PROVINCE_LENGTH]), ())
        return found

    def _holder(self, mandate: Mandate) -> str | None:
        body = self.registry.living(mandate.agency)
        return body.id if body is not None else None
