"""Checks that every sector has one competent body at every level in every region, or a stated reason for none.

The division of authority (division.toml, after law 23/2014) says at which levels a sector is handled; the registry says
by which body. Where they differ there is a hole (no body), an overlap (several), or a body at a wrong level.
"""

from collections.abc import Iterable, Iterator
from datetime import date
from functools import cache
from typing import Final, Literal, NamedTuple

from router.geography.codes import is_province
from router.lexicon.files import StrictModel, parse_toml, read_data
from router.registry.mandates import AgencyUnit, MandateIndex
from schemas.base.values import Level, RegionCode, Sector

Fault = Literal["hole", "overlap", "not_at_this_level"]
NATIONAL_ALONE: Final = (Level.NATIONAL,)


class Division(StrictModel):
    """The levels at which a sector is handled, by which law, and why not at the others."""

    levels: tuple[Level, ...]
    law: str
    otherwise: str = ""


class Divisions(StrictModel):
    """division.toml. `otherwise`: why a sector that is not listed is the national level's alone."""

    otherwise: str
    sectors: dict[Sector, Division]

    def levels(self, sector: str) -> tuple[Level, ...]:
        """The levels at which the sector is handled."""
        known = self.sectors.get(sector)
        return known.levels if known else NATIONAL_ALONE

    def why_not(self, sector: str) -> str:
        """The reason why it is not handled at the others."""
        known = self.sectors.get(sector)
        return known.otherwise if known and known.otherwise else self.otherwise


class Finding(NamedTuple):
    """One (sector, level, region) where registry and division differ; region None: the nation."""

    fault: Fault
    sector: str
    level: Level
    region: RegionCode | None
    bodies: tuple[AgencyUnit, ...] = ()


class Coverage(NamedTuple):
    """`held`: those with one body as due; `stated`: why a (sector, level) has none; the rest are findings."""

    held: int
    stated: dict[tuple[str, Level], str]
    findings: tuple[Finding, ...]


def check_coverage(
    mandates: MandateIndex, divisions: Divisions, sectors: Iterable[str], regions: Iterable[str], day: date
) -> Coverage:
    """Check these sectors and those of the registry, at every level, in every region, on that day."""
    held, stated, findings = 0, dict[tuple[str, Level], str](), list[Finding]()
    places = tuple(regions)
    for sector in sorted({*sectors, *mandates.sectors(), *divisions.sectors}):
        for level in Level:
            due = level in divisions.levels(sector)
            if not due:
                stated[sector, level] = divisions.why_not(sector)
            for region in _at(level, places):
                bodies = mandates.bodies(sector, level, region, day)
                fault = _fault(len(bodies), due=due)
                held += due and fault is None
                if fault is not None:
                    findings.append(Finding(fault, sector, level, region, bodies))
    return Coverage(held, stated, tuple(findings))


def _at(level: Level, places: Iterable[str]) -> Iterator[str | None]:
    if level is Level.NATIONAL:
        yield None
        return
    yield from (code for code in places if is_province(code) is (level is Level.PROVINCE))


def _fault(bodies: int, *, due: bool) -> Fault | None:
    if bodies > 1:
        return "overlap"
    if due:
        return None if bodies else "hole"
    return "not_at_this_level" if bodies else None


@cache
def divisions() -> Divisions:
    """The division of authority of this release. Raises BadRules."""
    return parse_toml(Divisions, read_data("division.toml"), "division.toml")
