"""Whose is a field, at a level, in a region? The registry's mandates, indexed once for each of its versions."""

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping
from datetime import date
from functools import lru_cache
from typing import Final, NamedTuple

from router.geography.codes import PROVINCE_LENGTH, REGENCY_LENGTH
from schemas.base.values import Level
from schemas.registry.bodies import Agency, Mandate
from schemas.registry.fold import Registry

MOST_LOCAL_FIRST: Final = (Level.REGENCY, Level.PROVINCE, Level.NATIONAL)


KEPT: Final = 20_000
"""So many answers are kept: one registry says the same all day."""


class AgencyUnit(NamedTuple):
    """A living body, and the unit that has the field, where one is named."""

    agency: str
    unit: str | None = None


class CompetentBodies(NamedTuple):
    """Who is competent at one level: nobody, one body, or several in dispute."""

    level: Level
    bodies: tuple[AgencyUnit, ...]


def area(level: Level, region: str | None) -> str | None:
    """The part of a region's code that authority at this level is given for."""
    if region is None or level is Level.NATIONAL:
        return None
    return region[: REGENCY_LENGTH if level is Level.REGENCY else PROVINCE_LENGTH]


def precise(level: Level, region: str | None) -> bool:
    """Whether the place is known as closely as this level asks: who does not know which city, names none."""
    least = {Level.NATIONAL: 0, Level.PROVINCE: PROVINCE_LENGTH, Level.REGENCY: REGENCY_LENGTH}[level]
    return len(region or "") >= least


class MandateIndex:
    """The mandates of one version of the registry."""

    def __init__(self, registry: Registry) -> None:
        self.registry = registry
        index: dict[tuple[str, str, str | None], list[Mandate]] = defaultdict(list)
        for mandate in registry.mandates:
            index[mandate.sector, mandate.level, mandate.region].append(mandate)
        self._index: Mapping[tuple[str, str, str | None], list[Mandate]] = dict(index)
        self._levels: dict[str, set[str]] = defaultdict(set)
        for sector, level, _ in index:
            self._levels[sector].add(level)
        self._bodies = lru_cache(maxsize=KEPT)(self._competent)

    def most_local_level(self, sector: str) -> Level:
        """The most local level at which anybody has this field."""
        return next((level for level in MOST_LOCAL_FIRST if level in self._levels.get(sector, ())), Level.NATIONAL)

    def bodies_by_level(self, sector: str, region: str | None, day: date) -> list[CompetentBodies]:
        """Who is competent for this place, the most local level first."""
        return [CompetentBodies(level, self.bodies(sector, level, region, day)) for level in MOST_LOCAL_FIRST]

    def has_mandate(self, agency: str, sector: str, region: str | None, day: date) -> bool:
        """Whether the body has this field there, at any level; anywhere, if the place is not known."""
        if region is not None:
            return any(
                agency == body.agency for step in self.bodies_by_level(sector, region, day) for body in step.bodies
            )
        return any(m.sector == sector and m.on(day) and self._heir(m) == agency for m in self.registry.mandates)

    def inspectorate_over(self, accused: str, returned: Collection[str]) -> Agency | None:
        """The nearest inspectorate over the accused body that has not given this back; never that body itself."""
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
        """Every field that anybody ever had."""
        return self._levels.keys()

    def bodies(self, sector: str, level: Level, region: str | None, day: date) -> tuple[AgencyUnit, ...]:
        """Who has the field at that level in that region, on that day."""
        return self._bodies(sector, level, area(Level.REGENCY, region), day)

    def _competent(self, sector: str, level: Level, region: str | None, day: date) -> tuple[AgencyUnit, ...]:
        units: dict[str, set[str | None]] = {}
        for mandate in self._mandates(sector, level, region):
            agency = self._heir(mandate) if mandate.on(day) else None
            if agency is not None:
                units.setdefault(agency, set()).add(mandate.unit if agency == mandate.agency else None)
        return tuple(
            AgencyUnit(agency, next(iter(own)) if len(own) == 1 else None) for agency, own in sorted(units.items())
        )

    def _mandates(self, sector: str, level: Level, region: str | None) -> Iterator[Mandate]:
        if level is not Level.NATIONAL and region is None:
            return
        own = area(level, region)
        found = self._index.get((sector, level, own), [])
        if not found and level is Level.REGENCY and region is not None:
            # Where the province has the regency's tasks as well: Jakarta (law 2/2024).
            found = self._index.get((sector, level, region[:PROVINCE_LENGTH]), [])
        yield from found

    def _heir(self, mandate: Mandate) -> str | None:
        body = self.registry.living(mandate.agency)
        return body.id if body is not None else None
