"""What an agency's topic carries: each message is the whole present state of one complaint, for that agency.

So one message is enough, and an older one may be ignored. Never in it: the tracking code, or who complained.
"""

from datetime import date
from typing import Annotated, Final, Literal
from uuid import UUID

from pydantic import AwareDatetime, Field

from schemas.base.values import Clock, ComplaintClass, RegionCode, UnitId
from schemas.complaint.lifecycle import CloseReason, Status
from schemas.complaint.state import Complaint
from schemas.contract.base import OutboundModel
from schemas.deadlines.clocks import running
from schemas.deadlines.policies import Policies
from schemas.registry.fold import Registry


class DueDate(OutboundModel):
    """One promise of this agency and its date."""

    clock: Clock
    due_at: AwareDatetime


class Detail(OutboundModel):
    """What the reporter added later."""

    at: AwareDatetime
    text: str


class PlaceTold(OutboundModel):
    """Where it happened."""

    region: RegionCode | None = None
    lat: float | None = None
    lon: float | None = None
    address: str | None = None


class PartTold(OutboundModel):
    """One body's share of a whole that this agency leads."""

    id: UUID
    agency: str
    unit: str | None = None
    mandatory: bool


class Content(OutboundModel):
    """What was said. Only for the body that holds the complaint, or held it to its end; nothing once it is erased."""

    title: str | None = None
    text: str
    details: tuple[Detail, ...] = ()
    place: PlaceTold | None = None
    occurred_on: date | None = None
    channel: str
    language: str
    addressed_to: str | None = None
    note: str | None = None
    """The triage desk's word to the agency."""
    question: str | None = None
    """What the reporter has been asked and has not answered yet."""
    response: str | None = None
    task: str | None = None
    """Of a part: this body's share."""


class Case(OutboundModel):
    """One complaint as it is now, for one agency."""

    complaint: UUID
    public_number: str
    version: int
    """Version of the newest fact it tells; also `ce_sequence`. A smaller one than already seen may be ignored."""
    yours: bool
    """This agency holds it today."""
    status: Status
    closed: CloseReason | None = None
    unit: UnitId | None = None
    class_: Annotated[ComplaintClass, Field(alias="class")]
    sector: str | None = None
    supervision: bool = False
    anonymous: bool
    secret: bool
    identity_available: bool
    """Whether the holder may ask for the reporter's identity (each reading is recorded)."""
    binding: bool = False
    """By the arbiter: cannot be returned."""
    received_at: AwareDatetime
    due: tuple[DueDate, ...] = ()
    rung: int = 0
    disputes: int = 0
    whole: UUID | None = None
    mandatory: bool = False
    parts: tuple[PartTold, ...] = ()
    erased: bool = False
    content: Content | None = None


class ComplaintAssigned(Case):
    """It is yours."""


class ComplaintUnassigned(Case):
    """It is yours no longer: who holds it now is not told, nor its content."""


class ComplaintDetailAdded(Case):
    """The reporter added something: read it before answering."""


class ComplaintReminder(Case):
    """A date is near or past, or someone higher looks at it."""


class ComplaintDisputed(Case):
    """The reporter does not accept the outcome: work it over again."""


class ComplaintClosed(Case):
    """It has ended; `closed` says how."""


class ComplaintErased(Case):
    """The reporter asked to be forgotten: erase every text of this complaint that you keep."""


Kind = Literal["assigned", "unassigned", "detail-added", "reminder", "disputed", "closed", "erased"]
CASES: Final[dict[str, type[Case]]] = {
    "complaint.assigned": ComplaintAssigned,
    "complaint.unassigned": ComplaintUnassigned,
    "complaint.detail-added": ComplaintDetailAdded,
    "complaint.reminder": ComplaintReminder,
    "complaint.disputed": ComplaintDisputed,
    "complaint.closed": ComplaintClosed,
    "complaint.erased": ComplaintErased,
}
"""By `ce_type`."""


def newest_message(state: Complaint, agency: str, registry: Registry, policies: Policies) -> Case:
    """What this agency must know now: the newest of `state.news`, with the whole present state.

    Raises:
        KeyError: there is nothing to tell this agency.
    """
    return agency_message(state, agency, state.news[agency].kind, registry, policies)


def agency_message(state: Complaint, agency: str, kind: str, registry: Registry, policies: Policies) -> Case:
    """The present state for that agency, as a message of that kind (the last word of a `ce_type`)."""
    holds = registry.holder(state.holder).agency == agency
    kept = holds or (kind != "unassigned" and _held_to_the_end(state, agency, registry))
    return CASES[f"complaint.{kind}"](
        complaint=state.id,
        public_number=state.public_number,
        version=state.version,
        yours=holds,
        status=state.status,
        closed=state.closed,
        unit=state.holder.unit if holds else None,
        class_=state.class_,
        sector=state.sector,
        # A body that was accused in it must not learn from its own topic that it is examined now.
        supervision=state.supervision and kept,
        anonymous=state.anonymous,
        secret=state.secret,
        identity_available=holds and state.person is not None and not state.anonymous and not state.erased,
        binding=state.binding and holds,
        received_at=state.received_at,
        due=_due(state, registry, policies) if holds else (),
        rung=state.rung,
        disputes=state.disputes,
        whole=state.whole,
        mandatory=state.mandatory,
        parts=_parts(state) if holds else (),
        erased=state.erased,
        # A reader whose keys are not yet forgotten can still read the text: it must not reach a topic once more.
        content=_content(state) if kept and not state.erased else None,
    )


def _held_to_the_end(state: Complaint, agency: str, registry: Registry) -> bool:
    if state.status is not Status.CLOSED or state.routed is None or agency in state.returned_by:
        return False
    body = registry.living(state.routed.agency)
    return agency in (state.routed.agency, body.id if body else None)


def _due(state: Complaint, registry: Registry, policies: Policies) -> tuple[DueDate, ...]:
    return tuple(DueDate(clock=due.clock, due_at=due.due_at) for due in running(state, registry, policies))


def _parts(state: Complaint) -> tuple[PartTold, ...]:
    return tuple(PartTold(id=p.id, agency=p.agency, unit=p.unit, mandatory=p.mandatory) for p in state.parts)


def _content(state: Complaint) -> Content:
    place = state.place
    return Content(
        title=state.title,
        text=state.text,
        details=tuple(Detail(at=at, text=text) for at, text in state.details),
        place=PlaceTold(region=place.region, lat=place.lat, lon=place.lon, address=place.address) if place else None,
        occurred_on=state.occurred_on,
        channel=state.channel,
        language=state.language,
        addressed_to=state.addressed_to,
        note=state.routed.note if state.routed else None,
        question=state.question,
        response=state.response,
        task=state.task,
    )
