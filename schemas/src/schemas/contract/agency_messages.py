"""The messages of an agency's topic. Each is the whole present state of one complaint, for that agency.

One message is therefore enough, and an older one may be ignored. None holds the tracking code or the reporter.
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
    """A date that this agency must keep."""

    clock: Clock
    due_at: AwareDatetime


class Detail(OutboundModel):
    """A detail that the reporter added."""

    at: AwareDatetime
    text: str


class PlaceTold(OutboundModel):
    """Where it happened."""

    region: RegionCode | None = None
    lat: float | None = None
    lon: float | None = None
    address: str | None = None


class PartTold(OutboundModel):
    """One agency's share of a whole that this agency leads."""

    id: UUID
    agency: str
    unit: str | None = None
    mandatory: bool


class Content(OutboundModel):
    """The texts, only for the agency that holds the complaint or held it until it was closed; none once erased."""

    title: str | None = None
    text: str
    details: tuple[Detail, ...] = ()
    place: PlaceTold | None = None
    occurred_on: date | None = None
    channel: str
    language: str
    addressed_to: str | None = None
    note: str | None = None
    """The triage desk's note to the agency."""
    question: str | None = None
    """The open question to the reporter."""
    response: str | None = None
    task: str | None = None
    """Of a part: this agency's share."""


class Case(OutboundModel):
    """The present state of one complaint, for one agency."""

    complaint: UUID
    public_number: str
    version: int
    """Version of the newest event it reports; also `ce_sequence`. Ignore one smaller than already seen."""
    yours: bool
    """This agency is the present holder."""
    status: Status
    closed: CloseReason | None = None
    unit: UnitId | None = None
    class_: Annotated[ComplaintClass, Field(alias="class")]
    sector: str | None = None
    supervision: bool = False
    anonymous: bool
    secret: bool
    identity_available: bool
    """Whether the holder may request the reporter's identity (each access is recorded)."""
    binding: bool = False
    """Placed by the arbiter: cannot be returned."""
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
    """The agency is now the holder."""


class ComplaintUnassigned(Case):
    """The agency is no longer the holder. The new holder and the content are not included."""


class ComplaintDetailAdded(Case):
    """The reporter added a detail or a file, to be read before answering; another person added a note, marked as such;
    or a file that could be opened was found to be harmful and is withdrawn.
    """


class ComplaintReminder(Case):
    """A date is near or past, or the complaint was escalated."""


class ComplaintDisputed(Case):
    """The reporter disputes the outcome: rework is due."""


class ComplaintClosed(Case):
    """The complaint was closed; `closed` says how."""


class ComplaintErased(Case):
    """The reporter asked for erasure: delete every text of this complaint that you keep."""


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
    """The message about the agency's newest entry in `state.news`, with the whole present state.

    Raises:
        KeyError: it has no entry.
    """
    return agency_message(state, agency, state.news[agency].kind, registry, policies)


def agency_message(state: Complaint, agency: str, kind: str, registry: Registry, policies: Policies) -> Case:
    """The present state for that agency, as a message of that kind (the last word of its `ce_type`)."""
    holds = registry.holder(state.holder).agency == agency
    readable = holds or (kind != "unassigned" and _held_to_the_end(state, agency, registry))
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
        # An accused agency must not learn from its own topic that it is under examination.
        supervision=state.supervision and readable,
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
        # A service with cached keys could still read the text: it must not reach a topic again.
        content=_content(state) if readable and not state.erased else None,
    )


def _held_to_the_end(state: Complaint, agency: str, registry: Registry) -> bool:
    if state.status is not Status.CLOSED or state.routed is None or agency in state.returned_by:
        return False
    living = registry.living(state.routed.agency)
    return agency in (state.routed.agency, living.id if living else None)


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
