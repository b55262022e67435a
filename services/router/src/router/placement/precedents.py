"""For which later reports does a binding decision speak, besides its own? For those of one field, level and area.

What the report's own reading leaves open, the arbiter can name. A decision for which neither tells all three binds its
own report alone, and says so: nobody shall take it for a precedent.
"""

from typing import Final, NamedTuple

from router.placement.choose import home_level
from router.placement.context import PlacementContext, PrecedentKey
from router.registry.mandates import area, precise
from schemas.base.refusals import InvalidField
from schemas.base.values import Basis, Level, Matter
from schemas.complaint.state import Complaint
from schemas.events.router import ArbitrationDecided


class PrecedentScope(NamedTuple):
    """What the arbiter says of later reports. What is not said is taken as the report itself was read."""

    sector: str | None = None
    level: Level | None = None
    region: str | None = None
    alone: bool = False


UNSTATED_SCOPE: Final = PrecedentScope()


def precedent_matter(state: Complaint, like: PrecedentScope, known: PlacementContext) -> Matter | None:
    """For what a decision on this complaint is a precedent; None: it binds this complaint alone.

    Raises:
        InvalidField: what the arbiter names makes no precedent; names the field that is wrong or missing.
    """
    named = like._replace(alone=False) != UNSTATED_SCOPE
    if named and like.alone:
        raise InvalidField(field="alone", why="what binds this report alone names no sector, level or region")
    if named and state.supervision:
        raise InvalidField(field="sector", why="a decision on suspected misconduct binds its own report alone")
    if like.alone:
        return None
    found = _named(state, like, known) if named else matter_as_read(state)
    return found.model_copy(update={"region_name": known.reader.place_name(found.region)}) if found else None


def matter_as_read(state: Complaint) -> Matter | None:
    """The same where the arbiter names nothing."""
    # Who examines the misconduct of a body's servants has no authority over its field, and the like of it is placed by
    # supervision, which asks no precedent.
    read = state.classified.basis if state.classified is not None and not state.supervision else None
    found = precedent_key(read) if read is not None else None
    return Matter(sector=found[0], level=Level(found[1]), region=found[2]) if found is not None else None


def binding_basis(basis: Basis, decided: ArbitrationDecided, state: Complaint) -> Basis:
    """What the placing that follows from a decision rests on: it is a precedent for just what was decided."""
    if decided.matter is None:
        # One from before matters were recorded speaks for what its report was read as.
        return basis.model_copy(update={"sector": None}) if decided.alone or state.supervision else basis
    matter = decided.matter
    if precedent_key(basis) == (matter.sector, matter.level.value, matter.region):
        return basis
    said = matter.model_dump(include={"sector", "level"})
    return Basis(
        registry_version=basis.registry_version, rules=basis.rules, region=matter.region or basis.region,
        region_name=matter.region_name, **said,
    )  # fmt: skip


def precedent_key(basis: Basis) -> PrecedentKey | None:
    """Under which (sector, level, area) a binding placement is a precedent; None: it says nothing about the like."""
    if basis.sector is None or basis.level is None or not precise(basis.level, basis.region):
        return None
    return basis.sector, basis.level.value, area(basis.level, basis.region)


def _named(state: Complaint, like: PrecedentScope, known: PlacementContext) -> Matter:
    read = state.classified.basis if state.classified is not None else None
    own = read.sector if read is not None else None
    sector = like.sector or own
    if sector is None:
        raise InvalidField(field="sector", why="name the field too: the report was not read as one of a clear field")
    if sector not in known.mandates.sectors():
        raise InvalidField(field="sector", why="no body has a mandate for this field")
    # A level that was read without a field stands in the report's own words.
    as_was_read = read.level if read is not None and own in (None, sector) else None
    level = like.level or as_was_read or home_level(sector, known)
    region = like.region or (read.region if read is not None else None) or (state.place.region if state.place else None)
    if not precise(level, region):
        raise InvalidField(field="region", why="name the region too: at this level a decision speaks for one alone")
    where = area(level, region)
    if where is not None and not _is_there(where, known):
        raise InvalidField(field="region", why="no such region is known")
    return Matter(sector=sector, level=level, region=where)


def _is_there(region: str, known: PlacementContext) -> bool:
    bodies = known.registry.agencies.values()
    return known.reader.place_name(region) is not None or any((b.region or "").startswith(region) for b in bodies)
