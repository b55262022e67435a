"""What a complaint is at one moment: the state that every decision reads, folded from its facts.

It keeps only what a decision or an outward message needs. Clocks are kept as the facts they start from;
dates are reckoned by `schemas.deadlines`. `schemas.complaint.fold` says what each fact does to it.
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


class Since(NamedTuple):
    """The fact from which a clock runs."""

    at: datetime
    version: int
    event_id: UUID


class Stop(NamedTuple):
    """A stretch in which `holder` waits for the reporter. Whether the citizen's clock stands still in it, the policy
    says: of one holder's questions only the first few stop it.
    """

    started_at: datetime
    ended_at: datetime | None
    holder: Holder


class AgencyUpdate(NamedTuple):
    """The newest fact that a body must be told of. `kind` is the outward type's last word, such as `assigned`."""

    kind: str
    event_id: UUID
    version: int


class Receipt(NamedTuple):
    """The newest message that a body's topic holds for this complaint."""

    message_id: UUID
    cluster: str
    topic_id: str
    partition: int
    offset: int


class Mark(NamedTuple):
    """A timer that has gone off. `step` 0 is the reminder, 1 the miss; 10 + rung the rungs of the ladder."""

    clock: Clock
    started_version: int
    step: int
    repetition: int = 0


EPOCH: Final = datetime.fromisoformat("1970-01-01T00:00:00+00:00")
START: Final = Since(EPOCH, -1, NIL)


class Complaint(NamedTuple):
    """One complaint, or one part of a whole. `version` -1: nothing has happened yet."""

    id: UUID
    version: int = -1
    status: Status = Status.UNPLACED
    holder: Holder = ROUTER
    # what was said
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
    addressed_to: str | None = None
    channel: str = ""
    language: str = "id"
    public_number: str = ""
    person: UUID | None = None
    erased: bool = False
    # whose it is, was, and may not be again
    sector: str | None = None
    classified: ComplaintClassified | None = None
    routed: ComplaintRouted | None = None
    referred: ComplaintReferred | None = None
    last_return: ComplaintReturned | None = None
    returned_by: tuple[str, ...] = ()
    # clocks, as the facts they run from
    filed: Since = START
    stage: Since = START
    rework: Since | None = None
    reopened: bool = False
    """Of a part: its whole had been disputed when it was split."""
    stops: tuple[Stop, ...] = ()
    marks: frozenset[Mark] = frozenset()
    moved: Mapping[tuple[Clock, int], datetime] = {}
    """When the reporter was last told that a decree moved the date of a clock (by clock and started version)."""
    rung: int = 0
    # the talk between the two sides
    before: Status = Status.UNPLACED
    question: str | None = None
    detail_version: int = -1
    moves: int = 0
    attachments: int = 0
    response: str | None = None
    answered_at: datetime | None = None
    disputes: int = 0
    ombudsman: Since | None = None
    """When the reporter asked for the Ombudsman."""
    # the ending
    closed: CloseReason | None = None
    closed_at: datetime | None = None
    # relations
    lead: UUID | None = None
    whole: UUID | None = None
    mandatory: bool = False
    task: str | None = None
    parts: tuple[Part, ...] = ()
    lead_agency: str | None = None
    decided: ArbitrationDecided | None = None
    """Agency and unit that the arbiter named, until it is routed there."""
    # outward
    news: Mapping[str, AgencyUpdate] = {}
    receipts: Mapping[str, Receipt] = {}

    @property
    def is_open(self) -> bool:
        """Somebody must still act."""
        return self.version >= 0 and self.status in OPEN

    @property
    def is_public(self) -> bool:
        """The public may know of it at all: not of a secret report, nor of what is examined, and of a part as its
        whole. What nobody has read yet may still be found to need examining.
        """
        return self._is_read and self.whole is None and not self.secret and not self.supervision

    @property
    def _is_read(self) -> bool:
        return self.classified is not None or self.routed is not None or self.referred is not None

    @property
    def agency(self) -> str | None:
        """The agency that holds it, if one does."""
        return self.holder.agency if self.holder.kind is HolderKind.AGENCY else None

    @property
    def binding(self) -> bool:
        """The arbiter placed it where it is."""
        return self.routed is not None and self.routed.binding and self.agency is not None

    @property
    def waits(self) -> bool:
        """A question is open."""
        return bool(self.stops) and self.stops[-1].ended_at is None

    def stops_within(self, limit: int) -> tuple[Stop, ...]:
        """The first `limit` stops of each holder: those that count."""
        used = Counter[tuple[object, ...]]()
        counted = []
        for stop in self.stops:
            used[stop.holder[:2]] += 1
            if used[stop.holder[:2]] <= limit:
                counted.append(stop)
        return tuple(counted)


def changed(state: Complaint, changes: Mapping[str, object]) -> Complaint:
    """`state` with these fields changed: `_replace`, but three times as fast, since a replay does it for every fact."""
    values: list[object] = list(state)
    for name, value in changes.items():
        values[_INDEX[name]] = value
    return tuple.__new__(Complaint, values)


_INDEX: Final = {name: index for index, name in enumerate(Complaint._fields)}


class Draft:
    """A complaint while a long history is folded on it: the same attributes, changed in place. Nobody else sees it."""

    agency, waits = Complaint.agency, Complaint.waits

    def __init__(self, state: Complaint) -> None:
        self.__dict__.update(zip(Complaint._fields, state, strict=True))

    def done(self) -> Complaint:
        """As it stands now."""
        return tuple.__new__(Complaint, self.__dict__.values())


def new(complaint_id: UUID) -> Complaint:
    """The state before anything happened."""
    return Complaint(complaint_id)
