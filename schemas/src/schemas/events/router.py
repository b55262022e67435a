"""Events that router owns: who is responsible for a complaint, and why."""

from datetime import date
from typing import Literal
from uuid import UUID

from pydantic import AwareDatetime, Field

from schemas.base.sealed import Sealed
from schemas.base.values import (
    AgencyId,
    Basis,
    Candidate,
    ComplaintClass,
    ContentReason,
    HolderKind,
    Matter,
    Place,
    Sector,
    UnitId,
    Value,
)
from schemas.events.base import Fact

RoutedCause = Literal["supervision", "suggestion", "precedent", "mandate", "desk", "binding", "merger", "part", "split"]
ReferralReason = Literal[
    "no_sector", "no_region", "no_mandate", "ambiguous", "all_returned", "overdue", "class_needs_person", "agency_gone"
]
ArbitrationReason = Literal["third_return", "desk", "agency_gone"]
ArchiveReason = Literal[
    "content", "too_old", "not_about_public_service", "unintelligible", "reporter_wish", "duplicate"
]


class ComplaintClassified(Fact):
    """The classification by the rules or the model; not yet a placement."""

    class_: ComplaintClass = Field(alias="class")
    sector: Sector | None = None
    supervision: bool = False
    """Suspected misconduct: goes to the inspectorate of the accused agency, never to that agency."""
    accused: tuple[AgencyId, ...] = ()
    """Of a supervision-grade complaint: the agencies that its words accuse, which must not see it; empty if unknown."""
    urgent: bool = False
    """By its words, lives may be in danger. Changes no date."""
    basis: Basis
    alternatives: tuple[Candidate, ...] = ()


class ComplaintRouted(Fact):
    """Placed with this agency: the only event that makes an agency the holder."""

    agency: AgencyId
    unit: UnitId | None = None
    cause: RoutedCause
    binding: bool = False
    """By the arbiter: cannot be returned."""
    basis: Basis
    alternatives: tuple[Candidate, ...] = ()
    note: Sealed[str] | None = None


class ComplaintReferred(Fact):
    """No rule could place it with certainty: the triage desk holds it now."""

    reason: ReferralReason
    basis: Basis | None = None
    candidates: tuple[Candidate, ...] = ()


class ReporterAsked(Fact):
    """The triage desk asks the reporter and waits (law 25/2009 article 44: 30 days to complete the file)."""

    question: Sealed[str]


class ArbitrationOpened(Fact):
    """The agencies do not agree who is responsible: the Ombudsman decides."""

    reason: ArbitrationReason
    bodies: tuple[AgencyId, ...] = ()


class ArbitrationDecided(Fact):
    """The Ombudsman decided, with reasons, who is responsible. The decision is binding and a precedent.

    `matter` says for which later reports. `alone`: it binds only this complaint. Old decisions have neither.
    """

    agency: AgencyId
    unit: UnitId | None = None
    reason: Sealed[str]
    matter: Matter | None = None
    alone: bool = False


class ComplaintJoined(Fact):
    """The same matter as an earlier complaint, which it follows from now on as its lead."""

    lead: UUID
    by: Literal["desk", "rule"] = "desk"
    score: float | None = Field(default=None, ge=0, le=1)


class ComplaintUnjoined(Fact):
    """It no longer follows its lead and is placed on its own again."""

    reason: Literal["desk", "lead_withdrawn", "lead_archived", "lead_secret"]


class Part(Value):
    """One agency's share of a whole. A mandatory part must be closed before the whole is answered."""

    id: UUID
    agency: AgencyId
    unit: UnitId | None = None
    mandatory: bool = True
    task: Sealed[str] | None = None


class ComplaintSplit(Fact):
    """Split into parts for several agencies. The present holder leads and gives the one public answer."""

    parts: tuple[Part, ...] = Field(min_length=1)


class ToldBefore(Value):
    """A detail that the reporter added to the whole before the split."""

    at: AwareDatetime
    text: Sealed[str]


class AskedBefore(Value):
    """A period in which the whole waited for its reporter, and the holder who had asked."""

    started_at: AwareDatetime
    ended_at: AwareDatetime
    holder: HolderKind
    agency: AgencyId | None = None


class PartOpened(Fact):
    """The first event of a part. It repeats the content of the whole, and shares its key, flags and dates: the stops of
    the citizen's clock before the split, and since when the whole is in rework.
    """

    whole: UUID
    mandatory: bool
    task: Sealed[str] | None = None
    received_at: AwareDatetime
    class_: ComplaintClass = Field(alias="class")
    text: Sealed[str]
    title: Sealed[str] | None = None
    place: Place | None = None
    occurred_on: date | None = None
    details: tuple[ToldBefore, ...] = ()
    stops: tuple[AskedBefore, ...] = ()
    rework_at: AwareDatetime | None = None
    disputed: bool = False
    anonymous: bool = False
    secret: bool = False
    supervision: bool = False
    accused: tuple[AgencyId, ...] = ()
    sector: Sector | None = None
    channel: str
    language: Literal["id", "en"] = "id"
    public_number: str


class ComplaintArchived(Fact):
    """Closed by the triage desk without an agency, for a stated reason that the reporter can dispute."""

    reason: ArchiveReason
    note: Sealed[str]


class ComplaintRestated(Fact):
    """The desk's or the agency's wording for the public. The original text never changes. `reason`: why, for the
    reporter.
    """

    text: Sealed[str]
    title: Sealed[str] | None = None
    reason: Sealed[str] | None = None


class ReportHidden(Fact):
    """The desk took the report from the public, and says why: the public reads `reason`, the reporter `note` too. The
    complaint goes on as before.
    """

    reason: ContentReason
    note: Sealed[str]


class ReportShown(Fact):
    """The desk gave a hidden report back to the public."""

    note: Sealed[str] | None = None


class ContentKept(Fact):
    """The desk read what people reported of the content, and leaves the report as it is."""

    note: Sealed[str] | None = None
