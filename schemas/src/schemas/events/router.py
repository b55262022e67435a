"""Facts that router owns: whose it is, and why."""

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
ArchiveReason = Literal[
    "content", "too_old", "not_about_public_service", "unintelligible", "reporter_wish", "duplicate"
]


class ComplaintClassified(Fact):
    """What it is about, in the words of the rules or the model: a reading, not yet a placing."""

    class_: ComplaintClass = Field(alias="class")
    sector: Sector | None = None
    supervision: bool = False
    """Suspected misconduct: goes to the inspectorate over the accused body, never to that body."""
    urgent: bool = False
    """Life or limb may depend on it, by its words. Moves no date."""
    basis: Basis
    alternatives: tuple[Candidate, ...] = ()


class ComplaintRouted(Fact):
    """This body has it now and is the holder: the only fact that makes an agency the holder."""

    agency: AgencyId
    unit: UnitId | None = None
    cause: RoutedCause
    binding: bool = False
    """By the arbiter: cannot be returned."""
    basis: Basis
    alternatives: tuple[Candidate, ...] = ()
    note: Sealed[str] | None = None


class ComplaintReferred(Fact):
    """No rule could place it with certainty: a person at the triage desk has it now."""

    reason: ReferralReason
    basis: Basis | None = None
    candidates: tuple[Candidate, ...] = ()


class ReporterAsked(Fact):
    """The triage desk asks the reporter something and waits (law 25/2009 article 44: 30 days to complete the file)."""

    question: Sealed[str]


class ArbitrationOpened(Fact):
    """The bodies cannot agree whose it is: the Ombudsman decides."""

    reason: Literal["third_return", "desk"]
    bodies: tuple[AgencyId, ...] = ()


class ArbitrationDecided(Fact):
    """The Ombudsman has decided whose it is, with reasons: binding, and a precedent for the like.

    `matter` says for what like; `alone`: it binds this complaint alone. Of an old decision neither is known.
    """

    agency: AgencyId
    unit: UnitId | None = None
    reason: Sealed[str]
    matter: Matter | None = None
    alone: bool = False


class ComplaintJoined(Fact):
    """The same matter as an earlier complaint: from now on it follows that lead."""

    lead: UUID
    by: Literal["desk", "rule"] = "desk"
    score: float | None = Field(default=None, ge=0, le=1)


class ComplaintUnjoined(Fact):
    """It follows its lead no longer and is placed on its own again."""

    reason: Literal["desk", "lead_withdrawn", "lead_archived", "lead_secret"]


class Part(Value):
    """One body's share of a whole. A mandatory part must be closed before the whole is answered."""

    id: UUID
    agency: AgencyId
    unit: UnitId | None = None
    mandatory: bool = True
    task: Sealed[str] | None = None


class ComplaintSplit(Fact):
    """Several bodies are needed: these are the parts; the present holder leads and gives the one public answer."""

    parts: tuple[Part, ...] = Field(min_length=1)


class ToldBefore(Value):
    """What the reporter had added to the whole before it was split."""

    at: AwareDatetime
    text: Sealed[str]


class AskedBefore(Value):
    """A stretch in which the whole waited for its reporter, and who had asked."""

    started_at: AwareDatetime
    ended_at: AwareDatetime
    holder: HolderKind
    agency: AgencyId | None = None


class PartOpened(Fact):
    """A part begins its own life. It restates what the whole is, and shares its key, flags and dates: what stopped the
    citizen's clock before, and since when the whole is worked over again.
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
    sector: Sector | None = None
    channel: str
    language: Literal["id", "en"] = "id"
    public_number: str


class ComplaintArchived(Fact):
    """The triage desk ends it without an agency, for a stated reason the reporter can dispute."""

    reason: ArchiveReason
    note: Sealed[str]


class ComplaintRestated(Fact):
    """The desk's or the agency's wording for the public; the text as sent never changes."""

    text: Sealed[str]
    title: Sealed[str] | None = None
