"""The first registry: which facts of router's own data does the registry not hold yet?

Only what was never there is added. A body that was renamed, merged or given other authority since is left as it is,
and a new release of the data adds its new bodies to an old registry.
"""

from collections.abc import Iterator
from datetime import date, datetime
from functools import cache
from typing import Any, Final, NamedTuple

from pydantic import Field

from router.region_codes import PROVINCE_LENGTH
from router.rule_data import Checked, parse, place_data, read
from schemas.data_files import ReviewedCalendar
from schemas.events.base import Fact
from schemas.events.registry import AgencyKind, AgencyRegistered, MandateGiven, Unit, Zone
from schemas.registry import Registry
from schemas.values import AgencyId, Level, RegionCode, Sector, UnitId

CENTRE: Final = "kemendagri"
"""Guides and supervises regional government (UU 23/2014, articles 373 and 374)."""
NATIONAL_INSPECTORATE: Final = "ombudsman"
SINCE: Final = date(2014, 10, 2)
"""UU 23/2014 came into force."""
BATCH: Final = 400
"""Facts in one append: every store takes that many."""


class NationalBody(Checked):
    """One entry of bodies.toml."""

    id: AgencyId
    name: str
    kind: AgencyKind
    law: str
    parent: AgencyId | None = None
    inspectorate: AgencyId | None = None
    """The Ombudsman's, where none is named, for all that stand below it in the file."""
    sectors: tuple[Sector, ...]
    units: dict[UnitId, str] = Field(default_factory=dict)
    mandate_units: dict[Sector, UnitId] = Field(default_factory=dict)


class Bodies(Checked):
    """bodies.toml."""

    bodies: tuple[NationalBody, ...]


class Office(Checked):
    """A usual office of a regional government."""

    name: str
    sectors: tuple[Sector, ...]


class Offices(Checked):
    """The usual offices, by kind of government."""

    regency: dict[UnitId, Office]
    administrative: dict[UnitId, Office]
    province: dict[UnitId, Office]


class Local(Checked):
    """local.toml."""

    source: str
    law: str
    valid_from: date
    regencies: frozenset[RegionCode]
    both_levels: frozenset[RegionCode]
    zones: dict[Zone, tuple[RegionCode, ...]]
    offices: Offices


class Seed(NamedTuple):
    """Everything to be found in the registry of a new installation, in order."""

    bodies: tuple[AgencyRegistered, ...]
    mandates: tuple[MandateGiven, ...]


def missing(state: Registry, calendars: tuple[ReviewedCalendar, ...], at: datetime) -> list[Fact]:
    """The next facts to add, at most `BATCH`; nothing when all are there."""
    return list(_missing(state, calendars, at))[:BATCH]


def _missing(state: Registry, calendars: tuple[ReviewedCalendar, ...], at: datetime) -> Iterator[Fact]:
    seed = first_registry()
    for reviewed in calendars:
        if (reviewed.calendar, reviewed.year) not in state.calendars:
            yield reviewed.decree(at)
    for body in seed.bodies:
        if body.agency not in state.agencies:
            yield body.model_copy(update={"at": at})
    # A mandate that was withdrawn was given once: it is not given again.
    given = {(m.agency, m.sector, m.level, m.region) for m in state.mandates}
    for mandate in seed.mandates:
        body_now = state.agencies.get(mandate.agency)
        ended = body_now is not None and not body_now.alive
        if not ended and (mandate.agency, mandate.sector, mandate.level, mandate.region) not in given:
            yield mandate.model_copy(update={"at": at})


@cache
def first_registry() -> Seed:
    """The data of this release. Raises BadRules."""
    at = datetime.fromisoformat("1970-01-01T00:00:00+00:00")
    national = parse(Bodies, read("bodies.toml"), "bodies.toml")
    local = parse(Local, read("local.toml"), "local.toml")
    bodies, mandates = list[AgencyRegistered](), list[MandateGiven]()
    for body in national.bodies:
        inspected = any(known.agency == NATIONAL_INSPECTORATE for known in bodies)
        inspectorate = body.inspectorate or (NATIONAL_INSPECTORATE if inspected else None)
        bodies.append(_national(body, inspectorate, at))
        mandates += _national_mandates(body, at)
    for code, (name, _, _) in place_data().places.items():
        if len(code) == PROVINCE_LENGTH or name.startswith("Kota ") or code in local.regencies:
            registered, given = _regional(code, name, local, at)
            bodies.append(registered)
            mandates += given
    return Seed(tuple(bodies), tuple(mandates))


def _national(body: NationalBody, inspectorate: str | None, at: datetime) -> AgencyRegistered:
    return AgencyRegistered(
        at=at, agency=body.id, name=body.name, kind=body.kind, level=Level.NATIONAL, parent=body.parent,
        inspectorate=inspectorate, units=tuple(Unit(id=unit, name=name) for unit, name in body.units.items()),
    )  # fmt: skip


def _national_mandates(body: NationalBody, at: datetime) -> Iterator[MandateGiven]:
    for sector in body.sectors:
        unit = body.mandate_units.get(sector)
        yield MandateGiven(
            at=at, agency=body.id, unit=unit, sector=sector, level=Level.NATIONAL, valid_from=SINCE, source=body.law
        )


def _regional(code: str, name: str, local: Local, at: datetime) -> tuple[AgencyRegistered, list[MandateGiven]]:
    is_province = len(code) == PROVINCE_LENGTH
    level = Level.PROVINCE if is_province else Level.REGENCY
    agency = agency_id(code, name)
    offices = list(_offices(code, level, local))
    above = CENTRE if is_province else agency_id(code[:2], place_data().places[code[:2]][0])
    kind: AgencyKind = "province" if is_province else "city" if name.startswith("Kota ") else "regency"
    units = {unit: office.name for _, unit, office in offices}
    registered = AgencyRegistered(
        at=at, agency=agency, name=f"Provinsi {name}" if is_province else name, kind=kind, level=level, region=code,
        zone=_zone(code, local), parent=above, inspectorate=above,
        units=tuple(Unit(id=unit, name=office) for unit, office in units.items()),
    )  # fmt: skip
    law = {"at": at, "agency": agency, "region": code, "valid_from": local.valid_from, "source": local.law}
    mandates = [
        MandateGiven.model_validate({**law, "unit": unit, "sector": sector, "level": at_level})
        for at_level, unit, office in offices
        for sector in office.sectors
    ]
    return registered, mandates


def _offices(code: str, level: Level, local: Local) -> Iterator[tuple[Level, str, Office]]:
    province = code[:PROVINCE_LENGTH]
    if level is Level.PROVINCE:
        own, regency = local.offices.province, local.offices.regency
        yield from ((Level.PROVINCE, unit, office) for unit, office in own.items())
        if province in local.both_levels:
            yield from ((Level.REGENCY, unit, office) for unit, office in regency.items())
    else:
        shape = local.offices.administrative if province in local.both_levels else local.offices.regency
        yield from ((Level.REGENCY, unit, office) for unit, office in shape.items())


def agency_id(code: str, name: str) -> str:
    """The id of a regional government: its official name in small letters, such as kota-surabaya."""
    full = f"Provinsi {name}" if len(code) == PROVINCE_LENGTH else name
    return "-".join(full.lower().split())


def _zone(code: str, local: Local) -> Zone:
    province = code[:PROVINCE_LENGTH]
    zones: dict[Zone, Any] = {zone: codes for zone, codes in local.zones.items() if province in codes}
    return next(iter(zones), "Asia/Jakarta")
