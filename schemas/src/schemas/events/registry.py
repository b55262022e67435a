"""Events about agencies and their mandates, in one stream, so that mergers and overlaps are checked atomically."""

from datetime import date
from typing import Annotated, Literal

from pydantic import AwareDatetime, Field

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
    """A unit of an agency, such as a city's roads office."""

    id: UnitId
    name: str


class AgencyRegistered(Fact):
    """The agency exists and can hold complaints: it has topics and a principal of its own."""

    agency: AgencyId
    name: str
    kind: AgencyKind
    level: Level
    region: RegionCode | None = None
    zone: Zone = "Asia/Jakarta"
    parent: AgencyId | None = None
    """The supervising agency: rung 2 of the ladder."""
    inspectorate: AgencyId | None = None
    """Receives complaints of supervision grade about this agency."""
    units: tuple[Unit, ...] = ()
    template: AgencyId | None = None
    """It also has the offices of this template, as last decreed, and their mandates in its region."""


class Office(Value):
    """A unit of a template, and the sectors that it is responsible for in the agency's region at that level."""

    id: UnitId
    name: str
    level: Level
    sectors: tuple[Sector, ...] = ()


class TemplateDecreed(Fact):
    """Every agency of this template has these offices, and their mandates in its own region, from that day on.

    Mandates of the previous version that are not in this one end on that day. Withdrawn mandates stay withdrawn.
    """

    template: AgencyId
    offices: tuple[Office, ...] = Field(min_length=1)
    valid_from: date
    source: str


class AgencyRenamed(Fact):
    """The agency has a new name; its id, topics and complaints stay."""

    agency: AgencyId
    name: str


class AgenciesMerged(Fact):
    """These agencies were merged: from this position on the successor holds all their complaints."""

    agencies: tuple[AgencyId, ...] = Field(min_length=1)
    successor: AgencyId
    reason: str


class AgencyDissolved(Fact):
    """The agency no longer exists: its successor, otherwise the router, holds its complaints."""

    agency: AgencyId
    successor: AgencyId | None = None
    reason: str


class MandateGiven(Fact):
    """The agency has the mandate for a sector at a level in a region (the whole country if none is named)."""

    agency: AgencyId
    unit: UnitId | None = None
    sector: Sector
    level: Level
    region: RegionCode | None = None
    valid_from: date
    source: str


class MandateWithdrawn(Fact):
    """The mandate ends on that day (exclusive)."""

    agency: AgencyId
    sector: Sector
    level: Level
    region: RegionCode | None = None
    valid_until: date


class ModelSwitched(Fact):
    """Another classification model is used for placement from now on."""

    model: str


class Holiday(Value):
    """A day off: a national holiday, joint leave (cuti bersama) or a regional day off."""

    on: date
    name: str
    kind: Literal["national", "joint_leave", "regional"]
    estimated: bool = False
    """Depends on a future moon sighting, so that the decree of that year may name another day."""


class CalendarDecreed(Fact):
    """The days off of one year by this decree. The newest decree of a year holds."""

    calendar: str
    """`national`, or the code of the region whose agencies have these days off in addition."""
    year: int
    source: str
    days: tuple[Holiday, ...]


class DecreedPeriod(Value):
    """The new length of one period of the deadline policy, by the rule's name, such as `settle.complaint`."""

    rule: str
    amount: Annotated[int, Field(ge=1, le=1_000)]
    unit: Literal["wd", "d"]
    """Working days or calendar days."""


class PolicyDecreed(Fact):
    """From `effective_at` on, clocks that start have these periods; those that run keep theirs.

    The other numbers stay as they were until then. The newest decree of the same moment replaces the earlier one.
    """

    effective_at: AwareDatetime
    source: str
    periods: tuple[DecreedPeriod, ...] = Field(min_length=1)
