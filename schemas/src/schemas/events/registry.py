"""Facts about bodies and their authority. One stream, so that mergers and overlaps are checked atomically."""

from datetime import date
from typing import Literal

from pydantic import Field

from schemas.base.values import AgencyId, Level, RegionCode, Sector, UnitId, Value
from schemas.events.base import Fact

Zone = Literal["Asia/Jakarta", "Asia/Makassar", "Asia/Jayapura"]
"""WIB, WITA, WIT (Keppres 41/1987)."""
AgencyKind = Literal[
    "ministry",
    "agency",
    "province",
    "regency",
    "city",
    "state-enterprise",
    "regional-enterprise",
    "insurer",
    "police",
    "oversight",
]


class Unit(Value):
    """A part of an agency with its own field (the city's roads office)."""

    id: UnitId
    name: str


class AgencyRegistered(Fact):
    """This body exists and can hold complaints: it has a topic and a principal of its own."""

    agency: AgencyId
    name: str
    kind: AgencyKind
    level: Level
    region: RegionCode | None = None
    zone: Zone = "Asia/Jakarta"
    parent: AgencyId | None = None
    """The supervising body: rung 2 of the ladder."""
    inspectorate: AgencyId | None = None
    """Where supervision-grade complaints about this body go."""
    units: tuple[Unit, ...] = ()
    template: AgencyId | None = None
    """It also has the offices, and their authority in its region, of this template as it was decreed last."""


class Office(Value):
    """A usual unit of a kind of body, and the fields that it has in the body's region at that level."""

    id: UnitId
    name: str
    level: Level
    sectors: tuple[Sector, ...] = ()


class TemplateDecreed(Fact):
    """Every body of this template has these offices, and their authority in its own region from that day on.

    What the same template named before and names no more ends on that day; what was withdrawn from a body stays so.
    """

    template: AgencyId
    offices: tuple[Office, ...] = Field(min_length=1)
    valid_from: date
    source: str


class AgencyRenamed(Fact):
    """The same body under another name: its id, topic and cases stay."""

    agency: AgencyId
    name: str


class AgenciesMerged(Fact):
    """These bodies are one from now on: from this position the successor is the holder of all they held."""

    agencies: tuple[AgencyId, ...] = Field(min_length=1)
    successor: AgencyId
    reason: str


class AgencyDissolved(Fact):
    """The body is no more: its successor, or else the router, holds what it held."""

    agency: AgencyId
    successor: AgencyId | None = None
    reason: str


class MandateGiven(Fact):
    """This body has the authority for a sector at a level in a region (all of the country where none is named)."""

    agency: AgencyId
    unit: UnitId | None = None
    sector: Sector
    level: Level
    region: RegionCode | None = None
    valid_from: date
    source: str


class MandateWithdrawn(Fact):
    """The authority ends on that day (exclusive)."""

    agency: AgencyId
    sector: Sector
    level: Level
    region: RegionCode | None = None
    valid_until: date


class ModelSwitched(Fact):
    """Another reading model places from now on."""

    model: str


class Holiday(Value):
    """A day on which nobody is due: a national holiday or joint leave (cuti bersama)."""

    on: date
    name: str
    kind: Literal["national", "joint_leave", "regional"]
    estimated: bool = False
    """Hangs on a sighting of the moon that is still to come, so the decree of that year may name another day."""


class CalendarDecreed(Fact):
    """The days off of one year are these, by this decree; the newest decree of a year holds."""

    calendar: str
    """`national`, or the code of the region whose bodies alone have these days off besides."""
    year: int
    source: str
    days: tuple[Holiday, ...]
