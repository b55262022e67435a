"""The state of a complaint after each of its events: the fold that every service shares.

An event is never refused here, since it has happened. `allows` says whether one may be appended. An event with no
entry in a table below changes nothing of that kind; tests/schemas/events/test_adding_an_event.py names omissions.
"""

from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final, NamedTuple, cast
from uuid import UUID

from schemas.base.values import ARBITER, DESK, LEAD, NOBODY, ROUTER, Holder, HolderKind
from schemas.complaint.lifecycle import (
    FIRST_EVENTS,
    NOT_FOR_PARTS,
    TRANSITIONS,
    CloseReason,
    DependentEnd,
    End,
    Status,
)
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

NOT_BY_REPORTER: Final = "[Bukan dari pelapor / not from the reporter] "
"""Stands before a note among the details that a holder reads."""

DRAFT_FROM: Final = 3
"""Number of events from which writing into one draft is faster than copying the state for each event."""

Changes = dict[str, Any]
"""New values by field name of `Complaint`."""
Handler = Callable[[Complaint, Any, "RecordedFact"], Changes]


class RecordedFact(NamedTuple):
    """An event with its id and its version in the stream."""

    fact: Fact
    event_id: UUID
    version: int

    @property
    def since(self) -> Since:
        """The starting point of a clock that runs from this event. Not by `Since(...)`, which takes twice the time."""
        return tuple.__new__(Since, (self.fact.at, self.version, self.event_id))


def fold(state: Complaint, history: Iterable[RecordedFact]) -> Complaint:
    """The state after all of these events."""
    events = list(history)
    if len(events) < DRAFT_FROM:
        for recorded in events:
            state = evolve(state, recorded)
        return state
    draft = Draft(state)
    for recorded in events:
        draft.__dict__.update(_changes(cast("Complaint", draft), recorded))
    return draft.done()


def evolve(state: Complaint, recorded: RecordedFact) -> Complaint:
    """The state after one more event."""
    return changed(state, _changes(state, recorded))


def _changes(state: Complaint, recorded: RecordedFact) -> Changes:
    kind = type(recorded.fact)
    handler = EVOLVE.get(kind)
    changes = handler(state, recorded.fact, recorded) if handler else {}
    changes["version"] = recorded.version
    if kind in REPORTER_MOVES:
        changes["moves"] = state.moves + 1
    # Nothing follows the message of an erasure: as the newest one of its key it makes Kafka remove all others.
    if (updates := AGENCY_UPDATES.get(kind)) is not None and not state.erased:
        changes["news"] = news = dict(state.news)
        for agency, message in updates(state, recorded.fact).items():
            if agency is not None:
                news[agency] = AgencyUpdate(message, recorded.event_id, recorded.version)
    return changes


def allows(state: Complaint, kind: type[Fact]) -> bool:
    """Whether the lifecycle lets an event of this type be appended now (design: table of section 4)."""
    if state.version < 0 or kind in FIRST_EVENTS:
        return state.version < 0 and kind in FIRST_EVENTS
    if kind not in TRANSITIONS[state.status] or (state.whole is not None and kind in NOT_FOR_PARTS):
        return False
    if kind is i.ResolutionDisputed and state.status is Status.CLOSED:
        return _reopened_as(state) is not None
    return True


def status_after(state: Complaint, kind: type[Fact]) -> Status:
    """The status that an event of this type leads to from here."""
    end: End = TRANSITIONS[state.status].get(kind, DependentEnd.STAY)
    match end:
        case Status():
            return end
        case DependentEnd.STAY:
            return state.status
        case DependentEnd.BEFORE:
            return state.before
        case DependentEnd.ANSWER:
            return Status.CLOSED if state.whole else Status.ANSWERED
        case DependentEnd.REOPEN:
            return Status.SPLIT if state.parts else Status.IN_PROGRESS
        case _:
            return _reopened_as(state) or Status.CLOSED


def _reopened_as(state: Complaint) -> Status | None:
    # The status after a dispute of a closed complaint; None if this ending cannot be disputed.
    match state.closed:
        case CloseReason.CONFIRMED | CloseReason.SILENCE:
            return Status.SPLIT if state.parts else Status.IN_PROGRESS
        case CloseReason.ARCHIVED | CloseReason.INCOMPLETE:
            return Status.TRIAGE
        case _:
            return None


def _moved(state: Complaint, recorded: RecordedFact, holder: Holder | None = None, **changes: Any) -> Changes:
    # To the status of the lifecycle table; the stage clock restarts.
    changes["status"] = status_after(state, type(recorded.fact))
    changes["holder"] = holder or state.holder
    changes["stage"] = recorded.since
    return changes


def _closed(state: Complaint, recorded: RecordedFact, reason: CloseReason) -> Changes:
    at, held = recorded.fact.at, state.holder if state.agency is not None else None
    ended: Changes = {"closed": reason, "closed_at": at, "held_when_closed": held}
    return _moved(state, recorded, NOBODY, stops=_resumed(state, recorded.fact), **ended)


def _moves(holder: Holder | None = None, **changes: Any) -> Handler:
    return lambda state, _event, recorded: _moved(state, recorded, holder, **changes)


def _closes(reason: CloseReason) -> Handler:
    return lambda state, _event, recorded: _closed(state, recorded, reason)


def _opened(event: i.ComplaintFiled | r.PartOpened, recorded: RecordedFact) -> Changes:
    since = recorded.since
    fields = event.__dict__  # much faster than `getattr` of a pydantic model
    copied = {name: fields[name] for name in _COPIED}
    return {"status": Status.UNPLACED, "holder": ROUTER, "filed": since, "stage": since, **copied}


_COPIED: Final = (
    "class_", "received_at", "text", "title", "place", "occurred_on", "anonymous", "secret", "channel", "language",
    "public_number",
)  # fmt: skip


def _filed(_state: Complaint, event: i.ComplaintFiled, recorded: RecordedFact) -> Changes:
    return {
        **_opened(event, recorded), "addressed_to": event.addressed_to, "person": event.person,
        "public_position": event.public_position, "code_version": event.code_version,
    }  # fmt: skip


def _part_opened(_state: Complaint, event: r.PartOpened, recorded: RecordedFact) -> Changes:
    return {
        **_opened(event, recorded),
        "details": tuple((detail.at, detail.text) for detail in event.details),
        "stops": tuple(Stop(s.started_at, s.ended_at, Holder(s.holder, s.agency)) for s in event.stops),
        "rework": recorded.since._replace(at=event.rework_at) if event.rework_at else None,
        "reopened": event.disputed,
        "supervision": event.supervision,
        "accused": event.accused,
        "sector": event.sector,
        "whole": event.whole,
        "mandatory": event.mandatory,
        "task": event.task,
    }


def _detail_added(state: Complaint, event: i.DetailAdded, recorded: RecordedFact) -> Changes:
    added: Changes = {"details": (*state.details, (event.at, event.text)), "detail_version": recorded.version}
    if state.status is not Status.AWAITING_REPORTER:
        return added
    return _moved(state, recorded, question=None, stops=_resumed(state, event), **added)


def _note_added(state: Complaint, event: i.NoteAdded, _recorded: RecordedFact) -> Changes:
    return {"details": (*state.details, (event.at, f"{NOT_BY_REPORTER}{event.text}")), "notes": state.notes + 1}


def _resumed(state: Complaint, event: Fact) -> tuple[Stop, ...]:
    if not state.waits:
        return state.stops
    return (*state.stops[:-1], state.stops[-1]._replace(ended_at=event.at))


def _attached(state: Complaint, event: i.AttachmentAdded, _recorded: RecordedFact) -> Changes:
    return {"attachments": state.attachments + 1, "unchecked": {**state.unchecked, event.attachment: event.at}}


def _checked(state: Complaint, event: i.AttachmentChecked, _recorded: RecordedFact) -> Changes:
    waited = {**state.unscanned, **state.unchecked}
    unscanned = {each: at for each, at in state.unscanned.items() if each != event.attachment}
    if not event.scanned and event.attachment in waited:
        unscanned[event.attachment] = waited[event.attachment]
    return {
        "unchecked": {each: at for each, at in state.unchecked.items() if each != event.attachment},
        "unscanned": unscanned,
    }


def _withdrawn(state: Complaint, event: i.ComplaintWithdrawn, recorded: RecordedFact) -> Changes:
    return _closed(state, recorded, CloseReason.ERASED if event.cause == "erasure" else CloseReason.WITHDRAWN)


def _lapsed(state: Complaint, event: e.ComplaintLapsed, recorded: RecordedFact) -> Changes:
    return _closed(state, recorded, CloseReason.SILENCE if event.cause == "silence" else CloseReason.INCOMPLETE)


def _disputed(state: Complaint, _event: i.ResolutionDisputed, recorded: RecordedFact) -> Changes:
    return _moved(
        state,
        recorded,
        _holder_after_dispute(state),
        disputes=state.disputes + 1,
        closed=None,
        closed_at=None,
        rework=recorded.since,
        response=None,
        answered_at=None,
        lead=None,
    )


def _holder_after_dispute(state: Complaint) -> Holder:
    # The agency that held it last, unless the dispute leads to the triage desk or to a new placing.
    match status_after(state, i.ResolutionDisputed):
        case Status.UNPLACED:
            return ROUTER
        case Status.TRIAGE:
            return DESK
        case _:
            return Holder(HolderKind.AGENCY, state.routed.agency, state.routed.unit) if state.routed else DESK


def _ombudsman(state: Complaint, _event: i.OmbudsmanRequested, recorded: RecordedFact) -> Changes:
    if state.status is Status.JOINED:
        return _moved(state, recorded, ROUTER, lead=None, ombudsman=recorded.since)
    return {"ombudsman": recorded.since}


def _classified(state: Complaint, event: r.ComplaintClassified, _recorded: RecordedFact) -> Changes:
    return {
        "classified": event, "sector": event.sector, "supervision": event.supervision, "class_": event.class_,
        "accused": tuple(dict.fromkeys((*state.accused, *event.accused))) if event.accused else state.accused,
    }  # fmt: skip


def _routed(state: Complaint, event: r.ComplaintRouted, recorded: RecordedFact) -> Changes:
    return _moved(
        state,
        recorded,
        Holder(HolderKind.AGENCY, event.agency, event.unit),
        routed=event,
        sector=event.basis.sector or state.sector,
        decided=None,
        officer=None,
        # The successor of an agency under a binding placement takes over that agency's clock unchanged.
        rework=recorded.since if event.binding and event.cause != "merger" else state.rework,
        referred=None,
    )


def _referred(state: Complaint, event: r.ComplaintReferred, recorded: RecordedFact) -> Changes:
    return _moved(state, recorded, DESK, referred=event, question=None, stops=_resumed(state, event))


def _contested(state: Complaint, event: r.ArbitrationOpened, recorded: RecordedFact) -> Changes:
    return _moved(state, recorded, ARBITER, question=None, stops=_resumed(state, event))


def _asked(state: Complaint, event: r.ReporterAsked | a.ClarificationRequested, recorded: RecordedFact) -> Changes:
    stops = (*state.stops, Stop(event.at, None, state.holder))
    return _moved(state, recorded, before=state.status, question=event.question, stops=stops)


def _joined(state: Complaint, event: r.ComplaintJoined, recorded: RecordedFact) -> Changes:
    return _moved(state, recorded, LEAD, lead=event.lead)


def _declined(state: Complaint, event: i.JoinDeclined, recorded: RecordedFact) -> Changes:
    return _moved(state, recorded, ROUTER, lead=None, not_same_as=(*state.not_same_as, *event.leads))


def _split(state: Complaint, event: r.ComplaintSplit, recorded: RecordedFact) -> Changes:
    return _moved(state, recorded, parts=(*state.parts, *event.parts), lead_agency=state.agency)


def _delivered(state: Complaint, event: a.ComplaintDelivered, _recorded: RecordedFact) -> Changes:
    receipt = Receipt(
        event.message_id, event.cluster, event.topic_id, event.partition, event.offset, event.repeat, event.at
    )
    return {"receipts": {**state.receipts, event.agency: receipt}}


def _returned(state: Complaint, event: a.ComplaintReturned, recorded: RecordedFact) -> Changes:
    agencies = (*state.returned_by, event.agency) if event.scope == "agency" else state.returned_by
    return _moved(state, recorded, ROUTER, last_return=event, returned_by=agencies, officer=None)


def _answered(state: Complaint, event: a.ResponseGiven, recorded: RecordedFact) -> Changes:
    answer: Changes = {
        "response": event.text, "answered_at": event.at, "question": None, "stops": _resumed(state, event),
    }  # fmt: skip
    if state.whole:
        return {**answer, **_closed(state, recorded, CloseReason.PART_ANSWERED)}
    return _moved(state, recorded, rework=None, **answer)


def _reminded(state: Complaint, event: e.ReminderSent, _recorded: RecordedFact) -> Changes:
    return {"marks": state.marks | {Mark(event.clock, event.started_version, REMINDED)}}


def _missed(state: Complaint, event: e.DeadlineMissed, _recorded: RecordedFact) -> Changes:
    return {"marks": state.marks | {Mark(event.clock, event.started_version, MISSED)}}


def _escalated(state: Complaint, event: e.ComplaintEscalated, _recorded: RecordedFact) -> Changes:
    rung = max(state.rung, event.rung)
    if event.clock is None or event.started_version is None:
        return {"rung": rung}
    mark = Mark(event.clock, event.started_version, RUNG + event.rung, event.repetition)
    return {"rung": rung, "marks": state.marks | {mark}}


EVOLVE: Final[Mapping[type[Fact], Handler]] = {
    i.ComplaintFiled: _filed,
    i.DetailAdded: _detail_added,
    i.NoteAdded: _note_added,
    i.AttachmentAdded: _attached,
    i.AttachmentChecked: _checked,
    i.ComplaintWithdrawn: _withdrawn,
    i.ResolutionConfirmed: _closes(CloseReason.CONFIRMED),
    i.ResolutionDisputed: _disputed,
    i.JoinDeclined: _declined,
    i.OmbudsmanRequested: _ombudsman,
    i.ContactRead: lambda _state, _event, _recorded: {},  # only the timeline shows it
    i.DataAccessRequested: lambda _state, event, _recorded: {"data_due_at": event.due_at},
    i.DataAccessGiven: lambda _state, event, _recorded: {"data_due_at": None, "data_given_at": event.at},
    i.ErasureRequested: lambda _state, _event, recorded: {"erasure": recorded.since, "erasure_refused": False},
    i.ErasureRefused: lambda _state, _event, _recorded: {"erasure_refused": True},
    i.PhotoReleased: lambda state, event, _recorded: {"released": state.released | {event.attachment}},
    i.PhotoRevoked: lambda state, event, _recorded: {"released": state.released - {event.attachment}},
    i.PersonalDataErased: lambda _state, _event, _recorded: {"erased": True, "released": frozenset()},
    r.ComplaintClassified: _classified,
    r.ComplaintRouted: _routed,
    r.ComplaintReferred: _referred,
    r.ReporterAsked: _asked,
    r.ArbitrationOpened: _contested,
    r.ArbitrationDecided: lambda _state, event, _recorded: {"decided": event},
    r.ComplaintJoined: _joined,
    r.ComplaintUnjoined: _moves(ROUTER, lead=None),
    r.ComplaintSplit: _split,
    r.PartOpened: _part_opened,
    r.ComplaintArchived: _closes(CloseReason.ARCHIVED),
    r.ComplaintRestated: lambda _state, event, _recorded: {"restated_text": event.text, "restated_title": event.title},
    r.ReportHidden: lambda _state, event, _recorded: {"hidden": event.reason},
    r.ReportShown: lambda _state, _event, _recorded: {"hidden": None},
    r.ContentKept: lambda _state, _event, _recorded: {},  # only the desk's list changes
    a.ComplaintDelivered: _delivered,
    a.ComplaintAcknowledged: _moves(),
    a.ComplaintReturned: _returned,
    a.ProgressRecorded: lambda _state, _event, _recorded: {},  # only the timeline shows it
    a.OfficerNoteAdded: lambda _state, _event, _recorded: {},  # only the agency reads it
    a.CaseAssigned: lambda _state, event, _recorded: {"officer": event.officer},
    a.ClarificationRequested: _asked,
    a.ResponseGiven: _answered,
    e.ReminderSent: _reminded,
    e.DeadlineMissed: _missed,
    e.ComplaintEscalated: _escalated,
    e.ComplaintLapsed: _lapsed,
    e.DueDateMoved: lambda state, event, _recorded: {
        "moved": {**state.moved, (event.clock, event.started_version): event.decreed_at or event.at}
    },
}
"""What each event changes besides `version`, `moves` and `news`."""

REPORTER_MOVES: Final = frozenset(
    {
        i.DetailAdded, i.AttachmentAdded, i.ComplaintWithdrawn, i.ResolutionConfirmed, i.ResolutionDisputed,
        i.OmbudsmanRequested,
    }
)  # fmt: skip
"""The events that count towards `schemas.base.limits.PUBLIC_MOVES`. JoinDeclined does not: who has used them all up can
still undo a join.
"""


def _to_holder(kind: str) -> Callable[[Complaint, Any], dict[str | None, str]]:
    return lambda state, _event: {state.agency: kind}


def _file_withdrawn(state: Complaint, event: i.AttachmentChecked) -> dict[str | None, str]:
    # The holder may have opened a file that a scanner, configured later, found to be harmful.
    return {state.agency: "detail-added"} if event.outcome == "infected" and event.attachment in state.unscanned else {}


AGENCY_UPDATES: Final[Mapping[type[Fact], Callable[[Complaint, Any], dict[str | None, str]]]] = {
    i.DetailAdded: _to_holder("detail-added"),
    i.NoteAdded: _to_holder("detail-added"),
    i.AttachmentAdded: _to_holder("detail-added"),
    i.AttachmentChecked: _file_withdrawn,
    i.ComplaintWithdrawn: _to_holder("closed"),
    i.ResolutionConfirmed: _to_holder("closed"),
    i.ResolutionDisputed: lambda state, _event: {_holder_after_dispute(state).agency: "disputed"},
    i.PersonalDataErased: lambda state, _event: dict.fromkeys(state.news, "erased"),
    r.ComplaintRouted: lambda state, event: {state.agency: "unassigned", event.agency: "assigned"},
    r.ComplaintReferred: _to_holder("unassigned"),
    r.ArbitrationOpened: _to_holder("unassigned"),
    r.ComplaintJoined: _to_holder("unassigned"),
    r.ComplaintArchived: _to_holder("closed"),
    a.ComplaintReturned: lambda _state, event: {event.agency: "unassigned"},
    a.ResponseGiven: lambda state, _event: {state.agency: "closed"} if state.whole else {},
    e.ReminderSent: _to_holder("reminder"),
    e.ComplaintEscalated: _to_holder("reminder"),
    e.ComplaintLapsed: _to_holder("closed"),
}
"""The events that agencies are told of: from the state before it and the event, the kind of message by agency."""
