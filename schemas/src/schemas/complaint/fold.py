"""What each past fact means for the state: the fold that every service shares.

Facts are never refused here: they have happened. `allows` tells whether a fact may be *added* (for `decide`
and the audit).
"""

from collections.abc import Callable, Iterable
from typing import Any, Final, NamedTuple, cast
from uuid import UUID

from schemas.base.values import ARBITER, DESK, LEAD, NOBODY, ROUTER, Holder, HolderKind
from schemas.complaint.lifecycle import FIRST_EVENTS, NOT_FOR_PARTS, TRANSITIONS, CloseReason, DependentEnd, End, Status
from schemas.complaint.state import AgencyUpdate, Complaint, Draft, Mark, Receipt, Since, Stop, changed
from schemas.events import agency_inbox as a
from schemas.events import escalation as e
from schemas.events import intake as i
from schemas.events import router as r
from schemas.events.base import Fact

REMINDED: Final = 0
MISSED: Final = 1
RUNG: Final = 10
"""Steps of `Mark`: a rung of the ladder is RUNG + its number."""

WORTH_A_DRAFT: Final = 3
"""From so many facts on it pays to write into one draft, rather than to copy the state for each."""

Changes = dict[str, Any]
"""What a fact changes, by name of the field: one copy of the state for each fact."""


class RecordedFact(NamedTuple):
    """A fact with its place in the stream."""

    fact: Fact
    event_id: UUID
    version: int


def fold(state: Complaint, history: Iterable[RecordedFact]) -> Complaint:
    """The state after all of these."""
    facts = list(history)
    if len(facts) < WORTH_A_DRAFT:
        for told in facts:
            state = evolve(state, told)
        return state
    draft = Draft(state)
    for told in facts:
        draft.__dict__.update(_changes(cast("Complaint", draft), told))
    return draft.done()


def evolve(state: Complaint, told: RecordedFact) -> Complaint:
    """The state after one more fact."""
    return changed(state, _changes(state, told))


def _changes(state: Complaint, told: RecordedFact) -> Changes:
    handler = _EVOLVE.get(type(told.fact))
    changes = handler(state, told.fact, told) if handler else {}
    changes["version"] = told.version
    return changes


def allows(state: Complaint, fact: type[Fact]) -> bool:
    """Whether the lifecycle lets this fact be added now (design: table of section 4)."""
    if state.version < 0 or fact in FIRST_EVENTS:
        return state.version < 0 and fact in FIRST_EVENTS
    if fact not in TRANSITIONS[state.status] or (state.whole is not None and fact in NOT_FOR_PARTS):
        return False
    if fact is i.ResolutionDisputed and state.status is Status.CLOSED:
        return _after_close(state) is not None
    return True


def status_after(state: Complaint, fact: type[Fact]) -> Status:
    """The status that this fact leads to from here."""
    arrow: End = TRANSITIONS[state.status].get(fact, DependentEnd.STAY)
    match arrow:
        case Status():
            return arrow
        case DependentEnd.STAY:
            return state.status
        case DependentEnd.BEFORE:
            return state.before
        case DependentEnd.ANSWER:
            return Status.CLOSED if state.whole else Status.ANSWERED
        case DependentEnd.REOPEN:
            return Status.SPLIT if state.parts else Status.IN_PROGRESS
        case _:
            return _after_close(state) or Status.CLOSED


def _after_close(state: Complaint) -> Status | None:
    # What can still be disputed, and where the complaint then goes on; None: this ending stands.
    match state.closed:
        case CloseReason.CONFIRMED | CloseReason.SILENCE:
            return Status.SPLIT if state.parts else Status.IN_PROGRESS
        case CloseReason.ARCHIVED | CloseReason.INCOMPLETE:
            return Status.TRIAGE
        case _:
            return None


def _moved(state: Complaint, told: RecordedFact, holder: Holder | None = None, **changes: Any) -> Changes:
    # Into the status the table says; another status or holder starts the stage clock anew.
    status = status_after(state, type(told.fact))
    since = Since(told.fact.at, told.version, told.event_id)
    return {"status": status, "holder": holder or state.holder, "stage": since, **changes}


def _tell(state: Complaint, kind: str, told: RecordedFact, agency: str | None) -> dict[str, AgencyUpdate]:
    news = dict(state.news)
    if agency is not None:
        news[agency] = AgencyUpdate(kind, told.event_id, told.version)
    return news


def _filed(_state: Complaint, fact: i.ComplaintFiled, told: RecordedFact) -> Changes:
    since = Since(fact.at, told.version, told.event_id)
    return {
        "status": Status.UNPLACED,
        "holder": ROUTER,
        "class_": fact.class_,
        "received_at": fact.received_at,
        "text": fact.text,
        "title": fact.title,
        "place": fact.place,
        "occurred_on": fact.occurred_on,
        "anonymous": fact.anonymous,
        "secret": fact.secret,
        "addressed_to": fact.addressed_to,
        "channel": fact.channel,
        "language": fact.language,
        "public_number": fact.public_number,
        "person": fact.person,
        "filed": since,
        "stage": since,
    }


def _part_opened(_state: Complaint, fact: r.PartOpened, told: RecordedFact) -> Changes:
    since = Since(fact.at, told.version, told.event_id)
    return {
        "status": Status.UNPLACED,
        "holder": ROUTER,
        "class_": fact.class_,
        "received_at": fact.received_at,
        "text": fact.text,
        "title": fact.title,
        "place": fact.place,
        "occurred_on": fact.occurred_on,
        "details": tuple((said.at, said.text) for said in fact.details),
        "stops": tuple(Stop(s.started_at, s.ended_at, Holder(s.holder, s.agency)) for s in fact.stops),
        "rework": since._replace(at=fact.rework_at) if fact.rework_at else None,
        "reopened": fact.disputed,
        "anonymous": fact.anonymous,
        "secret": fact.secret,
        "supervision": fact.supervision,
        "sector": fact.sector,
        "channel": fact.channel,
        "language": fact.language,
        "public_number": fact.public_number,
        "whole": fact.whole,
        "mandatory": fact.mandatory,
        "task": fact.task,
        "filed": since,
        "stage": since,
    }


def _detail(state: Complaint, fact: i.DetailAdded, told: RecordedFact) -> Changes:
    said: Changes = {
        "details": (*state.details, (fact.at, fact.text)),
        "detail_version": told.version,
        "moves": state.moves + 1,
        "news": _tell(state, "detail-added", told, state.agency),
    }
    if state.status is not Status.AWAITING_REPORTER:
        return said
    return _moved(state, told, question=None, stops=_resumed(state, fact), **said)


def _resumed(state: Complaint, fact: Fact) -> tuple[Stop, ...]:
    if not state.waits:
        return state.stops
    return (*state.stops[:-1], state.stops[-1]._replace(ended_at=fact.at))


def _attached(state: Complaint, _fact: i.AttachmentAdded, told: RecordedFact) -> Changes:
    news = _tell(state, "detail-added", told, state.agency)
    return {"moves": state.moves + 1, "attachments": state.attachments + 1, "news": news}


def _closed(state: Complaint, told: RecordedFact, reason: CloseReason) -> Changes:
    return _moved(
        state,
        told,
        NOBODY,
        closed=reason,
        closed_at=told.fact.at,
        stops=_resumed(state, told.fact),
        news=_tell(state, "closed", told, state.agency),
    )


def _withdrawn(state: Complaint, fact: i.ComplaintWithdrawn, told: RecordedFact) -> Changes:
    reason = CloseReason.ERASED if fact.cause == "erasure" else CloseReason.WITHDRAWN
    return {**_closed(state, told, reason), "moves": state.moves + 1}


def _confirmed(state: Complaint, _fact: i.ResolutionConfirmed, told: RecordedFact) -> Changes:
    return {**_closed(state, told, CloseReason.CONFIRMED), "moves": state.moves + 1}


def _lapsed(state: Complaint, fact: e.ComplaintLapsed, told: RecordedFact) -> Changes:
    return _closed(state, told, CloseReason.SILENCE if fact.cause == "silence" else CloseReason.INCOMPLETE)


def _archived(state: Complaint, _fact: r.ComplaintArchived, told: RecordedFact) -> Changes:
    return _closed(state, told, CloseReason.ARCHIVED)


def _disputed(state: Complaint, _fact: i.ResolutionDisputed, told: RecordedFact) -> Changes:
    status = status_after(state, i.ResolutionDisputed)
    holder = {Status.TRIAGE: DESK, Status.UNPLACED: ROUTER}.get(status) or _last_agency(state)
    since = Since(told.fact.at, told.version, told.event_id)
    return _moved(
        state,
        told,
        holder,
        disputes=state.disputes + 1,
        moves=state.moves + 1,
        closed=None,
        closed_at=None,
        rework=since,
        response=None,
        answered_at=None,
        lead=None,
        news=_tell(state, "disputed", told, holder.agency),
    )


def _last_agency(state: Complaint) -> Holder:
    return Holder(HolderKind.AGENCY, state.routed.agency, state.routed.unit) if state.routed else DESK


def _ombudsman(state: Complaint, _fact: i.OmbudsmanRequested, told: RecordedFact) -> Changes:
    said: Changes = {"ombudsman": Since(told.fact.at, told.version, told.event_id), "moves": state.moves + 1}
    if state.status is Status.JOINED:
        return _moved(state, told, ROUTER, lead=None, **said)
    return said


def _erased(state: Complaint, _fact: i.PersonalDataErased, told: RecordedFact) -> Changes:
    news = {agency: AgencyUpdate("erased", told.event_id, told.version) for agency in state.news}
    return {"erased": True, "news": news}


def _classified(_state: Complaint, fact: r.ComplaintClassified, _told: RecordedFact) -> Changes:
    return {"classified": fact, "sector": fact.sector, "supervision": fact.supervision, "class_": fact.class_}


def _routed(state: Complaint, fact: r.ComplaintRouted, told: RecordedFact) -> Changes:
    news = _tell(state, "unassigned", told, state.agency if state.agency != fact.agency else None)
    news[fact.agency] = AgencyUpdate("assigned", told.event_id, told.version)
    since = Since(fact.at, told.version, told.event_id)
    holder = Holder(HolderKind.AGENCY, fact.agency, fact.unit)
    return _moved(
        state,
        told,
        holder,
        routed=fact,
        sector=fact.basis.sector or state.sector,
        news=news,
        decided=None,
        # Whoever succeeds a bound body takes its clock over as it is.
        rework=since if fact.binding and fact.cause != "merger" else state.rework,
        referred=None,
    )


def _referred(state: Complaint, fact: r.ComplaintReferred, told: RecordedFact) -> Changes:
    news = _tell(state, "unassigned", told, state.agency)
    return _moved(state, told, DESK, referred=fact, question=None, stops=_resumed(state, fact), news=news)


def _asked(state: Complaint, told: RecordedFact, question: str) -> Changes:
    stop = Stop(told.fact.at, None, state.holder)
    return _moved(state, told, before=state.status, question=question, stops=(*state.stops, stop))


def _reporter_asked(state: Complaint, fact: r.ReporterAsked, told: RecordedFact) -> Changes:
    return _asked(state, told, fact.question)


def _clarification(state: Complaint, fact: a.ClarificationRequested, told: RecordedFact) -> Changes:
    return _asked(state, told, fact.question)


def _arbitration(state: Complaint, _fact: r.ArbitrationOpened, told: RecordedFact) -> Changes:
    return _moved(state, told, ARBITER)


def _decided(_state: Complaint, fact: r.ArbitrationDecided, _told: RecordedFact) -> Changes:
    return {"decided": fact}


def _joined(state: Complaint, fact: r.ComplaintJoined, told: RecordedFact) -> Changes:
    return _moved(state, told, LEAD, lead=fact.lead, news=_tell(state, "unassigned", told, state.agency))


def _unjoined(state: Complaint, _fact: r.ComplaintUnjoined, told: RecordedFact) -> Changes:
    return _moved(state, told, ROUTER, lead=None)


def _split(state: Complaint, fact: r.ComplaintSplit, told: RecordedFact) -> Changes:
    return _moved(state, told, parts=(*state.parts, *fact.parts), lead_agency=state.agency)


def _restated(_state: Complaint, fact: r.ComplaintRestated, _told: RecordedFact) -> Changes:
    return {"restated_text": fact.text, "restated_title": fact.title}


def _delivered(state: Complaint, fact: a.ComplaintDelivered, _told: RecordedFact) -> Changes:
    receipt = Receipt(fact.message_id, fact.cluster, fact.topic_id, fact.partition, fact.offset)
    return {"receipts": {**state.receipts, fact.agency: receipt}}


def _acknowledged(state: Complaint, _fact: a.ComplaintAcknowledged, told: RecordedFact) -> Changes:
    return _moved(state, told)


def _returned(state: Complaint, fact: a.ComplaintReturned, told: RecordedFact) -> Changes:
    bodies = (*state.returned_by, fact.agency) if fact.scope == "agency" else state.returned_by
    news = _tell(state, "unassigned", told, fact.agency)
    return _moved(state, told, ROUTER, last_return=fact, returned_by=bodies, news=news)


def _answered(state: Complaint, fact: a.ResponseGiven, told: RecordedFact) -> Changes:
    said: Changes = {"response": fact.text, "answered_at": fact.at, "question": None, "stops": _resumed(state, fact)}
    if state.whole:
        return {**said, **_closed(state, told, CloseReason.PART_ANSWERED)}
    return _moved(state, told, rework=None, **said)


def _reminded(state: Complaint, fact: e.ReminderSent, told: RecordedFact) -> Changes:
    mark = Mark(fact.clock, fact.started_version, REMINDED)
    return {"marks": state.marks | {mark}, "news": _tell(state, "reminder", told, state.agency)}


def _missed(state: Complaint, fact: e.DeadlineMissed, _told: RecordedFact) -> Changes:
    return {"marks": state.marks | {Mark(fact.clock, fact.started_version, MISSED)}}


def _escalated(state: Complaint, fact: e.ComplaintEscalated, told: RecordedFact) -> Changes:
    seen: Changes = {"rung": max(state.rung, fact.rung), "news": _tell(state, "reminder", told, state.agency)}
    if fact.clock is None or fact.started_version is None:
        return seen
    mark = Mark(fact.clock, fact.started_version, RUNG + fact.rung, fact.repetition)
    return {**seen, "marks": state.marks | {mark}}


def _due_moved(state: Complaint, fact: e.DueDateMoved, _told: RecordedFact) -> Changes:
    return {"moved": {**state.moved, (fact.clock, fact.started_version): fact.decreed_at or fact.at}}


_EVOLVE: Final[dict[type[Fact], Callable[[Complaint, Any, RecordedFact], Changes]]] = {
    i.ComplaintFiled: _filed,
    i.DetailAdded: _detail,
    i.AttachmentAdded: _attached,
    i.ComplaintWithdrawn: _withdrawn,
    i.ResolutionConfirmed: _confirmed,
    i.ResolutionDisputed: _disputed,
    i.OmbudsmanRequested: _ombudsman,
    i.PersonalDataErased: _erased,
    r.ComplaintClassified: _classified,
    r.ComplaintRouted: _routed,
    r.ComplaintReferred: _referred,
    r.ReporterAsked: _reporter_asked,
    r.ArbitrationOpened: _arbitration,
    r.ArbitrationDecided: _decided,
    r.ComplaintJoined: _joined,
    r.ComplaintUnjoined: _unjoined,
    r.ComplaintSplit: _split,
    r.PartOpened: _part_opened,
    r.ComplaintArchived: _archived,
    r.ComplaintRestated: _restated,
    a.ComplaintDelivered: _delivered,
    a.ComplaintAcknowledged: _acknowledged,
    a.ComplaintReturned: _returned,
    a.ClarificationRequested: _clarification,
    a.ResponseGiven: _answered,
    e.ReminderSent: _reminded,
    e.DeadlineMissed: _missed,
    e.ComplaintEscalated: _escalated,
    e.ComplaintLapsed: _lapsed,
    e.DueDateMoved: _due_moved,
}
"""ProgressRecorded is told on the timeline alone: no decision reads it."""
