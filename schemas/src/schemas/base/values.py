"""Small values that events, commands and pages share."""

import re
from datetime import date
from enum import StrEnum
from typing import Annotated, Final, Literal, NamedTuple

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints, WithJsonSchema
from pydantic_core import PydanticKnownError

from schemas.base.sealed import Sealed

AgencyId = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9-]{1,62}$")]
"""Also part of topic names and Kafka principals, therefore the narrow alphabet."""
UnitId = AgencyId
ContentReason = Literal["personal_data", "insult", "indecent", "advertising", "untrue", "other"]
"""Why the words of a report should not be public, as anybody may say and the desk decides."""
Sector = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9-]{1,62}$")]
RegionCode = Annotated[str, StringConstraints(pattern=r"^\d{2}(\.\d{2}(\.\d{2}(\.\d{4})?)?)?$")]
"""Kemendagri code: province 32, regency 32.73, district 32.73.01, village 32.73.01.1001."""
RegionGiven = Annotated[str, StringConstraints(pattern=r"^[0-9]{2}(\.[0-9]{2}(\.[0-9]{2}(\.[0-9]{4})?)?)?$")]
r"""A region code in a request: ASCII digits only. `\d` also matches other scripts, as past events may hold."""


def _written_as_day(value: object) -> object:
    # Pydantic would read a number as seconds since 1970.
    if isinstance(value, str) and re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", value) is None:
        raise PydanticKnownError("date_type")
    if isinstance(value, int | float):
        raise PydanticKnownError("date_type")
    return value


def _in_known_years(day: date) -> date:
    if not FIRST_YEAR <= day.year <= LAST_YEAR:
        raise ValueError(f"must lie in the years {FIRST_YEAR} to {LAST_YEAR}")
    return day


FIRST_YEAR: Final = 1900
LAST_YEAR: Final = 2199
"""A day outside of these years is a slip of the pen, and calculations at the ends of the calendar overflow."""
_CENTURIES: Final = "(?:19|20|21)"
_LEAP_YEAR: Final = rf"(?:{_CENTURIES}(?:0[48]|[2468][048]|[13579][26])|2000)"
DAY: Final = (
    rf"(?:{_CENTURIES}[0-9]{{2}}-(?:(?:0[13578]|1[02])-(?:0[1-9]|[12][0-9]|3[01])|(?:0[469]|11)-(?:0[1-9]|[12][0-9]|30)"
    rf"|02-(?:0[1-9]|1[0-9]|2[0-8]))|{_LEAP_YEAR}-02-29)"
)
"""A pattern of exactly the days that the calendar has in these years, for the published schemas."""
Day = Annotated[
    date,
    BeforeValidator(_written_as_day),
    AfterValidator(_in_known_years),
    WithJsonSchema({"type": "string", "format": "date", "pattern": rf"^{DAY}$(?!\n)"}),
]
"""A date in a request, written as 2026-03-01 only."""


class Value(BaseModel):
    """Frozen. Unknown fields of a newer writer are ignored, so that two versions can run side by side."""

    model_config = ConfigDict(frozen=True, extra="ignore")


class ComplaintClass(StrEnum):
    """What is asked for: redress, a wish, or information (PermenPANRB 62/2018)."""

    COMPLAINT = "complaint"
    ASPIRATION = "aspiration"
    INFORMATION = "information"


class Level(StrEnum):
    """Level of government with the authority (law 23/2014, articles 9 to 15)."""

    NATIONAL = "national"
    PROVINCE = "province"
    REGENCY = "regency"


class HolderKind(StrEnum):
    """Kinds of holder."""

    ROUTER = "router"
    DESK = "desk"
    AGENCY = "agency"
    ARBITER = "arbiter"
    LEAD = "lead"
    """Of a joined complaint: whoever holds its lead."""
    NOBODY = "nobody"
    """Closed."""


class Holder(NamedTuple):
    """Who must act next or answer for it. `agency` and `unit` only where the kind is an agency."""

    kind: HolderKind
    agency: str | None = None
    unit: str | None = None

    def __str__(self) -> str:
        return f"agency:{self.agency}" if self.agency else self.kind.value


ROUTER = Holder(HolderKind.ROUTER)
DESK = Holder(HolderKind.DESK)
ARBITER = Holder(HolderKind.ARBITER)
LEAD = Holder(HolderKind.LEAD)
NOBODY = Holder(HolderKind.NOBODY)


class Place(Value):
    """Where it happened. `region` is a Kemendagri code, coordinates are WGS 84 degrees."""

    region: RegionCode | None = None
    lat: float | None = Field(default=None, ge=-90, le=90)
    lon: float | None = Field(default=None, ge=-180, le=180)
    address: Sealed[str] | None = None


class Candidate(Value):
    """An agency considered for a placement, how well it fits (0 to 1), and why."""

    agency: AgencyId
    unit: UnitId | None = None
    score: float = Field(ge=0, le=1)
    reason: str


class Basis(Value):
    """What a placement was based on, so that it can be repeated: registry version, model, rules, precedent."""

    registry_version: int
    rules: str
    model: str | None = None
    precedent: str | None = None
    sector: Sector | None = None
    level: Level | None = None
    region: RegionCode | None = None
    region_name: str | None = None
    """The name of the region at that time: "Coblong, Kota Bandung"."""
    region_from: str | None = None
    region_score: float | None = Field(default=None, ge=0, le=1)
    """Confidence in the place."""
    place_words: tuple[str, ...] = ()
    """Gazetteer entries by which the place was found."""
    words: tuple[str, ...] = ()
    """Matched entries of the word lists of the rules and the model; never other words of the reporter."""
    score: float | None = Field(default=None, ge=0, le=1)
    """Confidence in the sector."""


class Matter(Value):
    """The later reports that a binding decision covers: one sector, one level, one region (None: the whole nation)."""

    sector: Sector
    level: Level
    region: RegionCode | None = None
    region_name: str | None = None
    """The name of the region at that time."""


class Clock(StrEnum):
    """The clocks of a complaint (design: section 4)."""

    PLACE = "place"
    FORWARD = "forward"
    TRIAGE = "triage"
    ACKNOWLEDGE = "acknowledge"
    SETTLE = "settle"
    REWORK = "rework"
    COMPLETION = "completion"
    SILENCE = "silence"
    ARBITRATION = "arbitration"
    DISPUTE = "dispute"
    ERASURE = "erasure"
