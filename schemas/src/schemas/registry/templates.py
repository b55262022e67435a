"""Templates: units and mandates for all agencies of a kind, in one event instead of twenty per agency."""

from collections.abc import Collection, Iterable, Iterator, Mapping

from schemas.events.registry import AgencyRegistered, TemplateDecreed
from schemas.registry.bodies import Agency, Mandate

Key = tuple[str, str, str, str | None]
"""Agency, sector, level, region."""


def registered(fact: AgencyRegistered, templates: Mapping[str, TemplateDecreed]) -> Agency:
    """The agency as registered, with its template's offices."""
    template = templates.get(fact.template or "")
    usual = {office.id: office.name for office in template.offices} if template else {}
    units = usual | {unit.id: unit.name for unit in fact.units}
    return Agency(
        fact.agency, fact.name, fact.kind, fact.level, fact.region, fact.zone, fact.parent, fact.inspectorate, units,
        template=fact.template,
    )  # fmt: skip


def mandates_of(body: Agency, template: TemplateDecreed) -> Iterator[Mandate]:
    """The mandates that the template gives the agency in its own region."""
    for office in template.offices:
        for sector in office.sectors:
            yield Mandate(
                body.id, office.id, sector, office.level, body.region, template.valid_from, None, template.source
            )


def with_offices(bodies: Iterable[Agency], template: TemplateDecreed) -> dict[str, Agency]:
    """The agencies by id, each with the template's offices in addition to its own."""
    usual = {office.id: office.name for office in template.offices}
    return {body.id: body._replace(units={**body.units, **usual}) for body in bodies}


def with_authority(
    known: Iterable[Mandate], bodies: Collection[Agency], before: TemplateDecreed, after: TemplateDecreed
) -> Iterator[Mandate]:
    """All mandates after a new version of the agencies' template.

    A mandate that the old version gave ends if the new one gives it to another office or not at all; new ones follow.
    """
    wanted = {_key(mandate): mandate for body in bodies for mandate in mandates_of(body, after)}
    gave = {_key(mandate): mandate for body in bodies for mandate in mandates_of(body, before)}
    given: set[Key] = set()
    for mandate in known:
        key = _key(mandate)
        running = mandate.valid_until is None
        if running and key in gave and gave[key].unit == mandate.unit and _unit(wanted.get(key)) != mandate.unit:
            yield mandate._replace(valid_until=after.valid_from)
            continue
        given.add(key)
        yield mandate
    yield from (mandate for key, mandate in wanted.items() if key not in given)


def _key(mandate: Mandate) -> Key:
    return mandate.agency, mandate.sector, mandate.level, mandate.region


def _unit(mandate: Mandate | None) -> str | None:
    return mandate.unit if mandate is not None else None
