"""Has every field, at every level, in every region just one competent body, or is there a stated reason?

The division of authority (division.toml, after law 23/2014) says at which levels each field is; the registry says who
has it. Where the two differ there is a hole (nobody), an overlap (several), or somebody has what is not at that level.
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
CENTRE_ALONE: Final = (Level.NATIONAL,)


class Division(StrictModel):
    """At which levels a field is, by which law, and why not at the others."""

    levels: tuple[Level, ...]
    law: str
    otherwise: str = ""


class Divisions(StrictModel):
    """division.toml. `otherwise`: why fields that are not listed are the centre's alone."""

    otherwise: str
    sectors: dict[Sector, Division]

    def levels(self, sector: str) -> tuple[Level, ...]:
        """Where the field is."""
        known = self.sectors.get(sector)
        return known.levels if known else CENTRE_ALONE

    def why_not(self, sector: str) -> str:
        """The reason for the levels at which it is not."""
        known = self.sectors.get(sector)
        return known.otherwise if known and known.otherwise else self.otherwise


class Finding(NamedTuple):
    """One (field, level, region) where it does not add up; region None: the nation."""

    fault: Fault
    sector: str
    level: Level
    region: RegionCode | None
    bodies: tuple[AgencyUnit, ...] = ()


class Coverage(NamedTuple):
    """What was looked at: `held` have one body, `stated` have none for a stated reason, the rest are findings."""

    held: int
    stated: dict[tuple[str, Level], str]
    findings: tuple[Finding, ...]


def covered(
    authority: MandateIndex, divisions: Divisions, sectors: Iterable[str], regions: Iterable[str], day: date
) -> Coverage:
    """Every one of the sectors (and those of the registry), at every level, in every region, on that day."""
    held, stated, findings = 0, dict[tuple[str, Level], str](), list[Finding]()
    places = tuple(regions)
    for sector in sorted({*sectors, *authority.sectors(), *divisions.sectors}):
        for level in Level:
            due = level in divisions.levels(sector)
            if not due:
                stated[sector, level] = divisions.why_not(sector)
            for region in _at(level, places):
                bodies = authority.bodies(sector, level, region, day)
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
