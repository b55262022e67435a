"""What the routes of the desk, the arbiter and the registry answer, for the OpenAPI document and its clients."""

from datetime import date, datetime
from typing import Any, Final, Literal
from uuid import UUID

from pydantic import BaseModel, Field

from chassis.deadletter.shown import DeadLetterShown
from chassis.http.answers import (
    AddedAttachment,
    BindingDecision,
    ComplaintState,
    CountedPage,
    DetailShown,
    FromRows,
    MatterShown,
    PlaceShown,
    Reported,
)
from schemas.base.values import Clock, ComplaintClass, ContentReason, HolderKind, Level
from schemas.complaint.lifecycle import Status
from schemas.deadlines.policies import Sureness, Unit
from schemas.events.registry import AgencyKind, Zone


class ReportLinks(BaseModel):
    """Where the public report is, and where it is supported."""

    report: str
    support: str


class Earlier(BaseModel):
    """An earlier complaint that may be about the same matter; `likeness` from 0 to 1."""

    public_number: str
    received_at: datetime
    status: Status
    status_text: str
    holder: str
    holder_name: str | None
    links: ReportLinks
    likeness: float


class EarlierPublic(Earlier):
    """An earlier public complaint; `sure`: certainly about the same matter."""

    sure: bool


class Duplicates(BaseModel):
    """Earlier public complaints, the likeliest first. `class`: what the words seem to ask for; None: not plain."""

    duplicates: list[EarlierPublic]
    class_: ComplaintClass | None = Field(alias="class")


class Suggestion(Earlier):
    """An earlier complaint that this one may be joined to."""

    complaint: str


class Suggestions(BaseModel):
    """Earlier complaints that this one may repeat."""

    suggestions: list[Suggestion]


class Follower(BaseModel):
    """A complaint that follows another one."""

    id: str
    public_number: str
    received_at: datetime
    title: str | None
    text: str
    details: list[DetailShown]
    place: PlaceShown | None
    occurred_on: date | None


class Followers(BaseModel):
    """The complaints that follow one."""

    followers: list[Follower]


class CandidateShown(BaseModel):
    """An agency that was considered; `score` from 0 to 1."""

    agency: str
    name: str | None
    unit: str | None
    score: float
    reason: str


class AgencyNamed(BaseModel):
    """An agency with its name."""

    agency: str
    name: str | None


class BasisShown(BaseModel):
    """What a placement was based on. What is unknown is left out."""

    registry_version: int
    rules: str
    model: str | None = None
    precedent: str | None = None
    sector: str | None = None
    level: Level | None = None
    region: str | None = None
    region_name: str | None = None
    region_from: str | None = None
    region_score: float | None = None
    place_words: list[str] | None = None
    words: list[str] | None = None
    score: float | None = None


class LastReturn(BaseModel):
    """The last return by an agency."""

    at: datetime
    agency: str
    scope: Literal["agency", "unit"]
    reason: str
    suggested: str | None = None
    suggested_unit: str | None = None


class PartShown(BaseModel):
    """One agency's part."""

    id: str
    agency: str
    unit: str | None = None
    mandatory: bool
    task: str | None = None


class DeskCase(ComplaintState, Reported):
    """Everything that a decision needs, without the reporter's identity."""

    addressed_to: str | None
    reason: str | None
    basis: BasisShown | None
    last_return: LastReturn | None
    since: datetime
    candidates: list[CandidateShown]
    returned_by: list[AgencyNamed]
    parts: list[PartShown]
    whole: str | None
    task: str | None
    suggestions: list[Suggestion]


class DeskCasefile(DeskCase):
    """A case file. `matter`: what a decision that names no scope would be a precedent for."""

    attachments: list[AddedAttachment]
    precedent: BindingDecision | None
    matter: MatterShown | None


class AgencyNote(BaseModel):
    """What an officer wrote for colleagues of their agency."""

    at: datetime
    agency: str
    agency_name: str
    officer: str | None
    text: str


class ArbitersCasefile(DeskCasefile):
    """A case file with what officers of the agencies noted for themselves, the newest first."""

    notes: list[AgencyNote]


class DeskPage(CountedPage, FromRows):
    """Complaints that wait, the longest waiting first. `next`: where the next page begins; null: there is none."""

    complaints: list[DeskCase]
    next: str | None


class ReasonCount(BaseModel):
    """How many named this reason."""

    reason: ContentReason
    text: str
    count: int


class Said(BaseModel):
    """What somebody said of the content."""

    at: datetime
    reason: ContentReason
    words: str


class ContentReportsOf(BaseModel):
    """A public report whose content people reported; `text` and `title` as the public reads them. `count`: how
    many people; of each, what they said last.
    """

    complaint: UUID
    public_number: str
    count: int
    first_at: datetime | None
    reasons: list[ReasonCount]
    said: list[Said]
    title: str | None
    text: str
    hidden: ContentReason | None
    status_text: str


class ContentReports(BaseModel):
    """Reports that wait for the desk's decision about their content. `next`: as of the other lists."""

    total: int
    reports: list[ContentReportsOf]
    next: str | None


class Decided(ComplaintState):
    """The complaint after the decision, and what the decision is a precedent for."""

    matter: MatterShown | None
    decision: str


class Precedent(BindingDecision):
    """A decision that placement follows, and the complaints that it covers."""

    sector: str
    level: Level
    region: str | None


class Precedents(BaseModel):
    """The decisions that placement follows. `next`: where the next page begins; null: there is none."""

    precedents: list[Precedent]
    next: str | None


class UnitShown(BaseModel):
    """A unit of an agency."""

    id: str
    name: str


class AgencyShown(BaseModel):
    """An agency."""

    id: str
    name: str
    kind: AgencyKind
    level: Level
    region: str | None
    zone: Zone
    parent: str | None
    inspectorate: str | None
    units: list[UnitShown]
    alive: bool
    successor: str | None
    ended_at: datetime | None
    template: str | None


class MandateShown(BaseModel):
    """Authority from `valid_from` on and before `valid_until`."""

    unit: str | None
    sector: str
    level: Level
    region: str | None
    valid_from: date
    valid_until: date | None
    source: str


class AgencyWithMandates(AgencyShown):
    """An agency, its mandates, and the version of the registry."""

    mandates: list[MandateShown]
    version: int


class Agencies(CountedPage):
    """Agencies by id, and the version of the registry."""

    version: int
    agencies: list[AgencyShown]


class HolidayShown(BaseModel):
    """A day off; `estimated`: a later decree may name another day."""

    on: date
    name: str
    kind: Literal["national", "joint_leave", "regional"]
    estimated: bool


class CalendarHead(BaseModel):
    """A decree about the days off of one year, and how many they are."""

    calendar: str
    year: int
    source: str
    decreed_at: datetime
    days: int


class Calendars(BaseModel):
    """The calendars in force."""

    version: int
    calendars: list[CalendarHead]


class CalendarYear(BaseModel):
    """The days off of one year."""

    calendar: str
    year: int
    source: str
    decreed_at: datetime
    days: list[HolidayShown]


class PolicyRule(BaseModel):
    """One period: `amount` of working days (`wd`), calendar days (`d`) or seconds (`s`)."""

    name: str
    clock: Clock
    clock_name: str
    amount: int
    unit: Unit
    starts: str
    source: str
    sureness: Sureness


class RungShown(BaseModel):
    """A rung of the ladder, and how many working days after the missed date it is reached."""

    number: int
    after_wd: int


class OriginShown(BaseModel):
    """Where a number comes from."""

    source: str
    sureness: Sureness


class PolicyShown(BaseModel):
    """All periods in force from `effective_at` on. Units are the last part of a name: `wd`, `d`, `h`, `min`."""

    id: str
    effective_at: datetime
    decreed_at: datetime | None = None
    """When it was decreed; null: it came with a release."""
    rules: list[PolicyRule]
    reminder_wd: int
    reminder_hours: list[str]
    ladder: dict[HolderKind, list[RungShown]]
    repeat_wd: int
    returns: int
    stops: int
    unconfirmed_d: int
    news_d: int
    join_d: int
    alike_d: int
    letters_d: int
    unfinished_d: int
    double_min: int
    sms_parts_h: int
    inbox_d: int
    superseded_d: int
    replies_d: int
    submissions_d: int
    dead_letters_d: int
    origins: dict[str, OriginShown]


class PoliciesShown(BaseModel):
    """Every version, the newest first."""

    policies: list[PolicyShown]


Answers = dict[int | str, dict[str, Any]]
MOVED: Final[Answers] = {200: {"model": ComplaintState}}
AGENCY: Final[Answers] = {200: {"model": AgencyWithMandates}}
AGENCY_CREATED: Final[Answers] = {201: {"model": AgencyWithMandates}}


class DeadLettersShown(BaseModel):
    """The dead letters of a service that were not replayed, the oldest first."""

    service: str
    letters: list[DeadLetterShown]


class Replayed(BaseModel):
    """The dead letter that was replayed."""

    service: str
    offset: int


class RegionFound(BaseModel):
    """A regency, city or district by its code. `within`: its province, of a district its regency."""

    code: str
    name: str
    within: str | None


class Regions(BaseModel):
    """The regions that a name may mean, the likeliest first."""

    regions: list[RegionFound]
