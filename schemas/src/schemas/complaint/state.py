"""The state of a complaint, folded from its events, that every decision reads.

It keeps only what a decision or an outward message needs. Clocks are kept as the events they start from;
`schemas.deadlines` calculates dates. `schemas.complaint.fold` says what each event changes.
"""

from collections import Counter
from collections.abc import Mapping
from datetime import date, datetime
from typing import Final, NamedTuple
from uuid import UUID

from schemas.base.values import ROUTER, Clock, ComplaintClass, Holder, HolderKind, Place
from schemas.complaint.lifecycle import OPEN, CloseReason, Status
from schemas.events.agency_inbox import ComplaintReturned
from schemas.events.router import ArbitrationDecided, ComplaintClassified, ComplaintReferred, ComplaintRouted, Part

NIL: Final = UUID(int=0)
EPOCH: Final = datetime.fromisoformat("1970-01-01T00:00:00+00:00")


class Since(NamedTuple):
    """The event from which a clock runs."""

    at: datetime
    version: int
    event_id: UUID


class Stop(NamedTuple):
    """A period in which `holder` waits for the reporter. Only the first of one holder's stops count, by policy."""

    started_at: datetime
    ended_at: datetime | None
    holder: Holder


class AgencyUpdate(NamedTuple):
    """The newest event that an agency must be told of. `kind` is the last word of the `ce_type`, such as `assigned`."""

    kind: str
    event_id: UUID
    version: int


class Receipt(NamedTuple):
    """The newest message in an agency's topic for this complaint."""

    message_id: UUID
    cluster: str
    topic_id: str
    partition: int
    offset: int
    repeat: int = 0
    """How many times the message of an erasure was sent before."""
    at: datetime = EPOCH


class Mark(NamedTuple):
    """A timer that has gone off. `step`: 0 the reminder, 1 the miss, 10 + rung a rung of the ladder."""

    clock: Clock
    started_version: int
    step: int
    repetition: int = 0


START: Final = Since(EPOCH, -1, NIL)


class Complaint(NamedTuple):
    """One complaint, or one part of a whole. `version` -1: it has no event yet."""

    id: UUID
    version: int = -1
    status: Status = Status.UNPLACED
    holder: Holder = ROUTER
    # content
    class_: ComplaintClass = ComplaintClass.COMPLAINT
    received_at: datetime = EPOCH
    text: str = ""
    title: str | None = None
    restated_text: str | None = None
    restated_title: str | None = None
    details: tuple[tuple[datetime, str], ...] = ()
    place: Place | None = None
    occurred_on: date | None = None
    anonymous: bool = False
    secret: bool = False
    supervision: bool = False
    accused: tuple[str, ...] = ()
    """Of supervision grade: every agency that a reading of it accused; empty if unknown."""
    addressed_to: str | None = None
    channel: str = ""
    language: str = "id"
    public_number: str = ""
    person: UUID | None = None
    public_position: str = "none"
    code_version: int = 1
    erased: bool = False
    erasure: Since | None = None
    """The request for erasure that waits for the end of an examination, or for the decision of who examines."""
    erasure_refused: bool = False
    """Who examines keeps the data until the examination ends."""
    data_due_at: datetime | None = None
    """By when the reporter must get everything that is held about them; None: no such request is open."""
    data_given_at: datetime | None = None
    # placement
    sector: str | None = None
    classified: ComplaintClassified | None = None
    routed: ComplaintRouted | None = None
    referred: ComplaintReferred | None = None
    last_return: ComplaintReturned | None = None
    returned_by: tuple[str, ...] = ()
    # clocks, as the events they run from
    filed: Since = START
    stage: Since = START
    rework: Since | None = None
    reopened: bool = False
    """Of a part: its whole had been disputed before the split."""
    stops: tuple[Stop, ...] = ()
    marks: frozenset[Mark] = frozenset()
    moved: Mapping[tuple[Clock, int], datetime] = {}
    """When a date was last moved by a decree, by clock and started version."""
    rung: int = 0
    # questions and answers
    before: Status = Status.UNPLACED
    """The status in which the last question was asked."""
    question: str | None = None
    detail_version: int = -1
    moves: int = 0
    attachments: int = 0
    unchecked: Mapping[UUID, datetime] = {}
    """The files that wait for scan and cleaning, and when each was added."""
    unscanned: Mapping[UUID, datetime] = {}
    """The files that were checked while there was no scanner, and when each was added."""
    notes: int = 0
    """Of people who did not prove to be the reporter."""
    response: str | None = None
    answered_at: datetime | None = None
    disputes: int = 0
    ombudsman: Since | None = None
    """The event by which the reporter asked for the Ombudsman."""
    # closing
    closed: CloseReason | None = None
    closed_at: datetime | None = None
    held_when_closed: Holder | None = None
    """The agency that held it when it was last closed; None: no agency did."""
    # relations
    lead: UUID | None = None
    not_same_as: tuple[UUID, ...] = ()
    """The leads that the reporter says it is not the same as."""
    whole: UUID | None = None
    mandatory: bool = False
    task: str | None = None
    parts: tuple[Part, ...] = ()
    lead_agency: str | None = None
    decided: ArbitrationDecided | None = None
    """The arbiter's decision, until the complaint is routed accordingly."""
    officer: UUID | None = None
    """Whom the agency that holds it gave the case to."""
    # what the public sees
    hidden: str | None = None
    """Why the desk took it from the public; None: it did not."""
    released: frozenset[UUID] = frozenset()
    """The photos that the public may see."""
    # messages to agencies, by agency
    news: Mapping[str, AgencyUpdate] = {}
    receipts: Mapping[str, Receipt] = {}

    @property
    def is_open(self) -> bool:
        """It has an event and is not closed."""
        return self.version >= 0 and self.status in OPEN

    @property
    def is_protected(self) -> bool:
        """It is secret or of supervision grade, so that neither the public nor another reporter may learn of it."""
        return self.secret or self.supervision

    @property
    def is_public(self) -> bool:
        """The public may see it: `may_be_public`, and the desk has not hidden it."""
        return self.hidden is None and self.may_be_public

    @property
    def may_be_public(self) -> bool:
        """It is neither protected nor a part. If it is hidden, the public may know that it exists, but not its words.

        An unread complaint is not public, since it may turn out to be of supervision grade.
        """
        is_read = self.classified is not None or self.routed is not None or self.referred is not None
        return is_read and self.whole is None and not self.is_protected

    @property
    def agency(self) -> str | None:
        """The agency that holds it, if any."""
        return self.holder.agency if self.holder.kind is HolderKind.AGENCY else None

    @property
    def binding(self) -> bool:
        """The arbiter placed it with its present holder."""
        return self.routed is not None and self.routed.binding and self.agency is not None

    @property
    def waits(self) -> bool:
        """A question to the reporter is open."""
        return bool(self.stops) and self.stops[-1].ended_at is None

    def stops_within(self, limit: int) -> tuple[Stop, ...]:
        """The first `limit` stops of each holder: the ones that count."""
        used = Counter[tuple[object, ...]]()
        counted = []
        for stop in self.stops:
            used[stop.holder[:2]] += 1
            if used[stop.holder[:2]] <= limit:
                counted.append(stop)
        return tuple(counted)


def changed(state: Complaint, changes: Mapping[str, object]) -> Complaint:
    """`state` with these fields changed. Three times as fast as `_replace`: a replay calls it for every event."""
    values: list[object] = list(state)
    for name, value in changes.items():
        values[_INDEX[name]] = value
    return tuple.__new__(Complaint, values)


_INDEX: Final = {name: index for index, name in enumerate(Complaint._fields)}


class Draft:
    """A mutable complaint with the same attributes, private to one fold of a long history."""

    agency, waits = Complaint.agency, Complaint.waits

    def __init__(self, state: Complaint) -> None:
        self.__dict__.update(zip(Complaint._fields, state, strict=True))

    def done(self) -> Complaint:
        """The immutable complaint."""
        return tuple.__new__(Complaint, self.__dict__.values())


def new(complaint_id: UUID) -> Complaint:
    """The state before the first event."""
    return Complaint(complaint_id)
