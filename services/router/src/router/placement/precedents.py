"""For which later complaints a binding decision is a precedent: those of one sector, level and area.

The arbiter can name what the complaint's own reading leaves open. A decision for which not all three are known binds
its own complaint alone, and records that.
"""

from collections.abc import Mapping
from typing import Any, Final, NamedTuple

from router.placement.context import PlacementContext, PrecedentKey, precedent_key
from router.registry.mandates import area, precise
from schemas.base.refusals import InvalidField
from schemas.base.values import Basis, Level, Matter
from schemas.complaint.state import Complaint


class PrecedentScope(NamedTuple):
    """What the arbiter names of later complaints. A field that is None is taken from the complaint's own reading."""

    sector: str | None = None
    level: Level | None = None
    region: str | None = None
    alone: bool = False
    """The decision is no precedent."""


UNSTATED_SCOPE: Final = PrecedentScope()


def precedent_matter(state: Complaint, scope: PrecedentScope, context: PlacementContext) -> Matter | None:
    """What a decision on this complaint is a precedent for; None: it binds this complaint alone.

    Raises:
        InvalidField: the scope makes no precedent; names the field that is wrong or missing.
    """
    named = scope._replace(alone=False) != UNSTATED_SCOPE
    if named and scope.alone:
        raise InvalidField(field="alone", why="what binds this report alone names no sector, level or region")
    if named and state.supervision:
        raise InvalidField(field="sector", why="a decision on suspected misconduct binds its own report alone")
    if scope.alone:
        return None
    matter = _named_matter(state, scope, context) if named else matter_as_read(state)
    return matter.model_copy(update={"region_name": context.reader.place_name(matter.region)}) if matter else None


def matter_as_read(state: Complaint) -> Matter | None:
    """What a decision is a precedent for if the arbiter names nothing."""
    # The inspectorate that examines misconduct has no mandate for the accused body's sector, and later complaints of
    # this kind are placed by rule 3, which asks no precedent.
    read = state.classified.basis if state.classified is not None and not state.supervision else None
    key = basis_key(read) if read is not None else None
    return Matter(sector=key[0], level=Level(key[1]), region=key[2]) if key is not None else None


def basis_key(basis: Basis) -> PrecedentKey | None:
    """Under which key a binding placement with this basis is a precedent; None: it is none."""
    return precedent_key(basis.sector, basis.level, basis.region)


def stored_key(routed: Mapping[str, Any]) -> PrecedentKey | None:
    """Under which key a stored ComplaintRouted is a precedent; None: it is none."""
    return basis_key(Basis.model_validate(routed["basis"])) if routed["cause"] == "binding" else None


def _named_matter(state: Complaint, scope: PrecedentScope, context: PlacementContext) -> Matter:
    read = state.classified.basis if state.classified is not None else None
    sector_read = read.sector if read is not None else None
    sector = scope.sector or sector_read
    if sector is None:
        raise InvalidField(field="sector", why="name the field too: the report was not read as one of a clear field")
    if sector not in context.mandates.sectors():
        raise InvalidField(field="sector", why="no body has a mandate for this field")
    # A level that was read without a sector is named in the report's own words.
    level_read = read.level if read is not None and sector_read in (None, sector) else None
    level = scope.level or level_read or context.home_level(sector)
    region = scope.region or (read.region if read else None) or (state.place.region if state.place else None)
    if not precise(level, region):
        raise InvalidField(field="region", why="name the region too: at this level a decision speaks for one alone")
    where = area(level, region)
    if where is not None and not _exists(where, context):
        raise InvalidField(field="region", why="no such region is known")
    return Matter(sector=sector, level=level, region=where)


def _exists(region: str, context: PlacementContext) -> bool:
    bodies = context.registry.agencies.values()
    return context.reader.place_name(region) is not None or any((b.region or "").startswith(region) for b in bodies)
