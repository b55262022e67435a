"""The models of the seed's data files: national bodies, regional governments, and other regional bodies."""

from datetime import date
from typing import Literal

from pydantic import Field

from router.lexicon.files import StrictModel
from schemas.base.values import AgencyId, RegionCode, Sector, UnitId
from schemas.events.registry import AgencyKind, Zone


class NationalBody(StrictModel):
    """One entry of bodies.toml."""

    id: AgencyId
    name: str
    kind: AgencyKind
    law: str
    parent: AgencyId | None = None
    inspectorate: AgencyId | None = None
    """The Ombudsman if none is named, for every body below it in the file."""
    sectors: tuple[Sector, ...]
    units: dict[UnitId, str] = Field(default_factory=dict)
    mandate_units: dict[Sector, UnitId] = Field(default_factory=dict)


class Bodies(StrictModel):
    """bodies.toml."""

    bodies: tuple[NationalBody, ...]


class UsualOffice(StrictModel):
    """A usual office of a regional government."""

    name: str
    sectors: tuple[Sector, ...]


OfficeKind = Literal["regency", "administrative", "province"]


class Local(StrictModel):
    """local.toml."""

    source: str
    law: str
    valid_from: date
    both_levels: frozenset[RegionCode]
    templates: dict[AgencyId, tuple[OfficeKind, ...]]
    zones: dict[Zone, tuple[RegionCode, ...]]
    offices: dict[OfficeKind, dict[UnitId, UsualOffice]]


class Water(StrictModel):
    """A water company. `region`: its owner's; `areas`: where it supplies, by default there."""

    id: AgencyId
    name: str
    region: RegionCode
    areas: tuple[RegionCode, ...] = ()


class WaterBodies(StrictModel):
    """All water companies, and the sector that they take over."""

    law: str
    sector: Sector
    bodies: tuple[Water, ...]


class OmbudsmanOffices(StrictModel):
    """One office in each province, except where another province's office serves it."""

    law: str
    sector: Sector
    areas: dict[RegionCode, tuple[RegionCode, ...]]


class Regional(StrictModel):
    """regional.toml."""

    water: WaterBodies
    ombudsman: OmbudsmanOffices
