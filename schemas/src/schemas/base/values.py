"""Small values that events, commands and pages share."""

import re
from datetime import date
from enum import StrEnum
from typing import Annotated, NamedTuple

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints
from pydantic_core import PydanticKnownError

from schemas.base.sealed import Sealed

AgencyId = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9-]{1,62}$")]
"""Also part of topic names and of Kafka principals, hence the narrow alphabet."""
UnitId = AgencyId
Sector = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9-]{1,62}$")]
RegionCode = Annotated[str, StringConstraints(pattern=r"^\d{2}(\.\d{2}(\.\d{2}(\.\d{4})?)?)?$")]
"""Kemendagri code: province 32, regency 32.73, district 32.73.01, village 32.73.01.1001."""
RegionGiven = Annotated[str, StringConstraints(pattern=r"^[0-9]{2}(\.[0-9]{2}(\.[0-9]{2}(\.[0-9]{4})?)?)?$")]
r"""The same as somebody sends it: in these ten digits. `\d` has those of every script, and past facts may too."""


def _written_as_day(value: object) -> object:
    # Else a number would be taken for seconds since 1970, and "99.99" for the first of January of that year.
    if isinstance(value, str) and re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", value) is None:
        raise PydanticKnownError("date_type")
    if isinstance(value, int | float):
        raise PydanticKnownError("date_type")
    return value


Day = Annotated[date, BeforeValidator(_written_as_day)]
"""A date that somebody sends: written as 2026-03-01, and no other way."""


class Value(BaseModel):
    """Frozen; unknown fields of a newer writer are passed over, so that two versions can run side by side."""

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
    """Who can be the one that must act next."""

    ROUTER = "router"
    DESK = "desk"
    AGENCY = "agency"
    ARBITER = "arbiter"
    LEAD = "lead"
    """A joined complaint: its holder is derived from its lead."""
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
    """A body that placing considered, how well it fits (0 to 1), and why."""

    agency: AgencyId
    unit: UnitId | None = None
    score: float = Field(ge=0, le=1)
    reason: str


class Basis(Value):
    """What a placing rested on, so that the decision can be repeated: registry position, model, rules, precedent."""

    registry_version: int
    rules: str
    model: str | None = None
    precedent: str | None = None
    sector: Sector | None = None
    level: Level | None = None
    region: RegionCode | None = None
    region_name: str | None = None
    """What the region was called that day: "Coblong, Kota Bandung"."""
    region_from: str | None = None
    region_score: float | None = Field(default=None, ge=0, le=1)
    """How sure the place is."""
    place_words: tuple[str, ...] = ()
    """Names of the gazetteer's own list by which the place was found."""
    words: tuple[str, ...] = ()
    """Entries of the rules' and the model's own word lists that were met: never other words of the reporter."""
    score: float | None = Field(default=None, ge=0, le=1)
    """How sure the reading is of the sector."""


class Matter(Value):
    """For which later reports a binding decision speaks: those of one field, at one level, in one region (None: in all
    of the nation).
    """

    sector: Sector
    level: Level
    region: RegionCode | None = None
    region_name: str | None = None
    """What the region was called that day."""


class Clock(StrEnum):
    """Every promise with a date (design: section 4)."""

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
