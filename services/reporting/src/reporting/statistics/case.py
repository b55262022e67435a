"""One complaint as a row of the figures: without words, and with what the sums are made of."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final, NamedTuple

from chassis.sql.types import microseconds
from chassis.write.loaded import LoadedStream
from reporting.statistics.timely import Timely, timeliness
from schemas.complaint.fold import RecordedFact
from schemas.complaint.lifecycle import Status
from schemas.complaint.state import Complaint
from schemas.deadlines.policies import Policies
from schemas.events.agency_inbox import ComplaintAcknowledged, ComplaintReturned, ResponseGiven
from schemas.events.codec import metadata_of
from schemas.events.router import ArbitrationOpened, ComplaintReferred, ComplaintRouted
from schemas.registry.fold import Registry


class Case(NamedTuple):
    """The columns of the table of cases. Times are microseconds since 1970, UTC."""

    complaint: str
    version: int
    public_number: str
    public: bool
    """The public may see it, and its text was not erased."""
    part: bool
    class_: str
    status: str
    reason: str | None
    agency: str | None
    """Who holds it; of a closed one, who held it last."""
    holder: str
    sector: str | None
    region: str | None
    lead: str | None
    root: str
    """Of a joined one: whether the report at the end of its chain of leads is `open` or `closed`; empty: unknown."""
    received_us: int
    ended_us: int | None
    """When it was closed or joined to another."""
    placed_us: int | None
    """When an agency first held it."""
    begun_us: int | None
    """When an agency first acknowledged it, or answered without that."""
    answered_us: int | None
    """When it was first answered, also if that answer was disputed later."""
    timely: str
    due_us: int | None
    returns: str
    """`<time>,<from>,<to>` of each return of an agency, parted by semicolons."""


MILESTONES: Final = frozenset(
    kind.__name__
    for kind in (
        ComplaintRouted, ComplaintAcknowledged, ResponseGiven, ComplaintReturned, ComplaintReferred, ArbitrationOpened,
    )
)  # fmt: skip
"""The events whose times a row holds."""
UNDECIDED: Final = "router"
"""Where a returned complaint is until it has a new holder."""


def case_of(loaded: LoadedStream, registry: Registry, policies: Policies) -> Case:
    """The row of a complaint that has at least one event."""
    state, routed = loaded.state, loaded.state.routed
    facts = loaded.facts(MILESTONES)
    answered_at = _first(facts, ResponseGiven)
    public = state.is_public and not state.erased
    timely = _timely(loaded, facts, registry, policies) if public else Timely("", None)
    return Case(
        complaint=str(state.id),
        version=state.version,
        public_number=state.public_number,
        public=public,
        part=state.whole is not None,
        class_=state.class_.value,
        status=state.status.value,
        reason=state.closed.value if state.closed else None,
        agency=state.agency or (routed.agency if routed and state.closed else None),
        holder=str(state.holder),
        sector=state.sector,
        region=_region(state),
        lead=str(state.lead) if state.lead else None,
        root="",
        received_us=microseconds(state.received_at),
        ended_us=_us(state.stage.at if state.status is Status.JOINED else state.closed_at),
        placed_us=_us(_first(facts, ComplaintRouted)),
        begun_us=_us(_first(facts, ComplaintAcknowledged, ResponseGiven)),
        answered_us=_us(answered_at),
        timely=timely.kind,
        due_us=_us(timely.due_at),
        returns=";".join(_returns(facts)) if public else "",
    )


def _region(state: Complaint) -> str | None:
    placed = state.routed.basis.region if state.routed else None
    return placed or (state.place.region if state.place else None)


def _timely(loaded: LoadedStream, facts: Sequence[RecordedFact], registry: Registry, policies: Policies) -> Timely:
    answer = next((each.fact for each in facts if isinstance(each.fact, ResponseGiven)), None)
    return timeliness(loaded.state, answer, metadata_of(loaded.recorded[-1]).at, registry, policies)


def _first(facts: Sequence[RecordedFact], *kinds: type) -> datetime | None:
    return next((each.fact.at for each in facts if isinstance(each.fact, kinds)), None)


def _us(at: datetime | None) -> int | None:
    return None if at is None else microseconds(at)


def _returns(facts: Sequence[RecordedFact]) -> list[str]:
    """Each return of an agency with who got it next. A return within an agency, from unit to unit, is none."""
    found, open_ = list[str](), list[ComplaintReturned]()
    for each in facts:
        if isinstance(each.fact, ComplaintReturned):
            open_ += [each.fact] if each.fact.scope == "agency" else []
        elif open_ and (to := _next_holder(each)):
            found += [f"{microseconds(one.at)},{one.agency},{to}" for one in open_]
            open_ = []
    return found + [f"{microseconds(one.at)},{one.agency},{UNDECIDED}" for one in open_]


def _next_holder(recorded: RecordedFact) -> str | None:
    match recorded.fact:
        case ComplaintRouted(agency=agency):
            return agency
        case ComplaintReferred():
            return "desk"
        case ArbitrationOpened():
            return "arbiter"
        case _:
            return None
