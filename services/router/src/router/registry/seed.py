"""The seed: this release's bodies, mandates, templates and calendars, and what of them a registry does not hold yet.

Only what was never there is added. A body that was renamed, merged or given other mandates is left as it is, and a new
release of the data adds its new bodies to an old registry.
"""

from collections.abc import Iterator
from datetime import datetime
from functools import cache
from itertools import islice
from typing import Final, NamedTuple
from uuid import UUID

from router.geography.codes import is_province, province
from router.lexicon.files import parse_toml, place_data, read_data
from router.registry.seed_files import Bodies, Local, NationalBody, Regional, Water
from schemas.base.values import Level
from schemas.complaint.fold import RecordedFact
from schemas.events.base import Fact
from schemas.events.registry import (
    AgencyKind,
    AgencyRegistered,
    MandateGiven,
    MandateWithdrawn,
    Office,
    TemplateDecreed,
    Unit,
    Zone,
)
from schemas.reference.calendar_file import ReviewedCalendar
from schemas.registry.bodies import Agency, Mandate
from schemas.registry.fold import Registry, fold_registry
from schemas.registry.templates import mandates_of, registered

CENTRE: Final = "kemendagri"
"""Guides and supervises regional government (law 23/2014, articles 373 and 374)."""
NATIONAL_INSPECTORATE: Final = "ombudsman"
BATCH: Final = 400
"""Facts in one append: every store accepts that many."""
NOBODY: Final = UUID(int=0)
LONG_AGO: Final = datetime.fromisoformat("1970-01-01T00:00:00+00:00")

Key = tuple[str, str, str, str | None]


class Seed(NamedTuple):
    """Everything that the registry of a new installation holds, in order."""

    templates: tuple[TemplateDecreed, ...]
    bodies: tuple[AgencyRegistered, ...]
    mandates: tuple[MandateGiven, ...]
    withdrawn: tuple[MandateWithdrawn, ...]
    """Mandates that a template gives its bodies although another body has them."""


def missing(state: Registry, calendars: tuple[ReviewedCalendar, ...], at: datetime) -> list[Fact]:
    """The next facts to add, at most `BATCH`; none when the registry holds all."""
    return list(islice(_missing(state, calendars, at), BATCH))


def seeded_registry(calendars: tuple[ReviewedCalendar, ...], at: datetime) -> Registry:
    """The registry of a new installation."""
    state = Registry()
    while facts := missing(state, calendars, at):
        first = state.version + 1
        state = fold_registry(state, [RecordedFact(fact, NOBODY, first + index) for index, fact in enumerate(facts)])
    return state


def _missing(state: Registry, calendars: tuple[ReviewedCalendar, ...], at: datetime) -> Iterator[Fact]:
    seed = first_registry()
    for reviewed in calendars:
        if (reviewed.calendar, reviewed.year) not in state.calendars:
            yield reviewed.decree(at)
    for template in seed.templates:
        known = state.templates.get(template.template)
        if known is None or known.valid_from < template.valid_from:
            yield template.model_copy(update={"at": at})
    for body in seed.bodies:
        if body.agency not in state.agencies:
            yield body.model_copy(update={"at": at})
    yield from (fact.model_copy(update={"at": at}) for fact in _mandates(state, seed))


def _mandates(state: Registry, seed: Seed) -> Iterator[MandateGiven | MandateWithdrawn]:
    given, ended = set[Key](), set[Key]()
    for known in state.mandates:
        (given if known.valid_until is None else ended).add(_key(known))
    # A withdrawn mandate was given before: it is not given again.
    for mandate in (*seed.mandates, *_for_old_bodies(state, seed)):
        if _alive(state, mandate.agency) and _key(mandate) not in given | ended:
            yield mandate
    for end in seed.withdrawn:
        new = end.agency not in state.agencies
        if new or (_alive(state, end.agency) and _key(end) in given and _key(end) not in ended):
            yield end


def _for_old_bodies(state: Registry, seed: Seed) -> Iterator[MandateGiven]:
    """The mandates of bodies that were registered before there were templates, as their template would give them."""
    templates = {template.template: template for template in seed.templates}
    for body in seed.bodies:
        known = state.agencies.get(body.agency)
        if body.template is not None and known is not None and known.template is None:
            for mandate in mandates_of(registered(body, templates), templates[body.template]):
                yield _as_given(mandate, known)


def _as_given(mandate: Mandate, body: Agency) -> MandateGiven:
    unit = mandate.unit if mandate.unit in body.units else None
    fields = {**mandate._asdict(), "unit": unit, "at": LONG_AGO}
    return MandateGiven.model_validate({name: value for name, value in fields.items() if name != "valid_until"})


def _alive(state: Registry, agency: str) -> bool:
    body = state.agencies.get(agency)
    return body is None or body.alive


def _key(named: Mandate | MandateGiven | MandateWithdrawn) -> Key:
    return named.agency, named.sector, str(named.level), named.region


@cache
def first_registry() -> Seed:
    """The seed of this release. Raises BadRules."""
    national = parse_toml(Bodies, read_data("bodies.toml"), "bodies.toml")
    local = _local()
    regional = parse_toml(Regional, read_data("regional.toml"), "regional.toml")
    bodies, mandates = list[AgencyRegistered](), list[MandateGiven]()
    for body in national.bodies:
        inspected = any(known.agency == NATIONAL_INSPECTORATE for known in bodies)
        inspectorate = body.inspectorate or (NATIONAL_INSPECTORATE if inspected else None)
        bodies.append(_national(body, inspectorate))
        mandates += _national_mandates(body, local)
    bodies += [_government(code, name, local) for code, (name, _, _) in place_data().places.items()]
    withdrawn = list[MandateWithdrawn]()
    for water in regional.water.bodies:
        bodies.append(_water(water, local))
        for region in water.areas or (water.region,):
            mandates.append(_water_mandate(water, region, regional, local))
            withdrawn.append(_water_withdrawal(region, regional, local))
    for code in (code for code in place_data().places if is_province(code)):
        if not any(code in areas for areas in regional.ombudsman.areas.values()):
            bodies.append(_office_of_ombudsman(code, local))
            mandates += _ombudsman_mandates(code, regional, local)
    return Seed(tuple(_templates(local)), tuple(bodies), tuple(mandates), tuple(withdrawn))


def _templates(local: Local) -> Iterator[TemplateDecreed]:
    for name, kinds in local.templates.items():
        offices = tuple(
            Office(id=unit, name=office.name, level=Level.PROVINCE if kind == "province" else Level.REGENCY,
                   sectors=office.sectors)
            for kind in kinds
            for unit, office in local.offices[kind].items()
        )  # fmt: skip
        yield TemplateDecreed(
            at=LONG_AGO, template=name, offices=offices, valid_from=local.valid_from, source=local.law
        )


def _national(body: NationalBody, inspectorate: str | None) -> AgencyRegistered:
    return AgencyRegistered(
        at=LONG_AGO, agency=body.id, name=body.name, kind=body.kind, level=Level.NATIONAL, parent=body.parent,
        inspectorate=inspectorate, units=tuple(Unit(id=unit, name=name) for unit, name in body.units.items()),
    )  # fmt: skip


def _national_mandates(body: NationalBody, local: Local) -> Iterator[MandateGiven]:
    for sector in body.sectors:
        unit = body.mandate_units.get(sector)
        yield MandateGiven(
            at=LONG_AGO, agency=body.id, unit=unit, sector=sector, level=Level.NATIONAL, valid_from=local.valid_from,
            source=body.law,
        )  # fmt: skip


def _government(code: str, name: str, local: Local) -> AgencyRegistered:
    level = Level.PROVINCE if is_province(code) else Level.REGENCY
    above = CENTRE if is_province(code) else _government_of(province(code))
    kind: AgencyKind = "province" if is_province(code) else "city" if name.startswith("Kota ") else "regency"
    return AgencyRegistered(
        at=LONG_AGO, agency=agency_id(code, name), name=_full_name(code, name), kind=kind, level=level, region=code,
        zone=_zone(code, local), parent=above, inspectorate=above, template=_template(code, kind, local),
    )  # fmt: skip


def _template(code: str, kind: str, local: Local) -> str:
    special = province(code) in local.both_levels
    if kind == "province":
        return "provinsi-khusus" if special else "provinsi"
    return "kota-administrasi" if special else "kota" if kind == "city" else "kabupaten"


def _water(water: Water, local: Local) -> AgencyRegistered:
    owner = _government_of(water.region)
    level = Level.PROVINCE if is_province(water.region) else Level.REGENCY
    return AgencyRegistered(
        at=LONG_AGO, agency=water.id, name=water.name, kind="regional-enterprise", level=level, region=water.region,
        zone=_zone(water.region, local), parent=owner, inspectorate=owner,
    )  # fmt: skip


def _water_mandate(water: Water, region: str, regional: Regional, local: Local) -> MandateGiven:
    return MandateGiven(
        at=LONG_AGO, agency=water.id, sector=regional.water.sector, level=Level.REGENCY, region=region,
        valid_from=local.valid_from, source=regional.water.law,
    )  # fmt: skip


def _water_withdrawal(region: str, regional: Regional, local: Local) -> MandateWithdrawn:
    return MandateWithdrawn(
        at=LONG_AGO, agency=_government_of(region), sector=regional.water.sector, level=Level.REGENCY, region=region,
        valid_until=local.valid_from,
    )  # fmt: skip


def _office_of_ombudsman(code: str, local: Local) -> AgencyRegistered:
    name = place_data().places[code][0]
    return AgencyRegistered(
        at=LONG_AGO, agency=_ombudsman_id(code), name=f"Ombudsman RI Perwakilan {name}", kind="oversight",
        level=Level.PROVINCE, region=code, zone=_zone(code, local), parent=NATIONAL_INSPECTORATE,
        inspectorate=NATIONAL_INSPECTORATE,
    )  # fmt: skip


def _ombudsman_mandates(code: str, regional: Regional, local: Local) -> Iterator[MandateGiven]:
    for region in (code, *regional.ombudsman.areas.get(code, ())):
        yield MandateGiven(
            at=LONG_AGO, agency=_ombudsman_id(code), sector=regional.ombudsman.sector, level=Level.PROVINCE,
            region=region, valid_from=local.valid_from, source=regional.ombudsman.law,
        )  # fmt: skip


def _ombudsman_id(code: str) -> str:
    return f"{NATIONAL_INSPECTORATE}-{_slug(place_data().places[code][0])}"


def _government_of(code: str) -> str:
    return agency_id(code, place_data().places[code][0])


def agency_id(code: str, name: str) -> str:
    """The id of a regional government: its official name in lower case, such as kota-surabaya."""
    return _slug(_full_name(code, name))


def _full_name(code: str, name: str) -> str:
    return f"Provinsi {name}" if is_province(code) else name


def _slug(name: str) -> str:
    return "-".join(name.lower().split())


def zone_in(region: str | None) -> Zone:
    """The time zone of that region: WIB, WITA or WIT; for the nation the capital's."""
    return _zone(region, _local()) if region is not None else "Asia/Jakarta"


@cache
def _local() -> Local:
    return parse_toml(Local, read_data("local.toml"), "local.toml")


def _zone(code: str, local: Local) -> Zone:
    zones: dict[Zone, tuple[str, ...]] = {zone: codes for zone, codes in local.zones.items() if province(code) in codes}
    return next(iter(zones), "Asia/Jakarta")
