"""The lifecycle as one table: which events each status allows, and which status they lead to.

An event that is missing from a status's row is refused there. Four ends depend on the complaint itself: BEFORE (back
to the status in which the question was asked), ANSWER (the answer to a part closes it), REOPEN (a whole goes back to
its parts) and AFTER_CLOSE (the effect of a dispute depends on how the complaint was closed).
"""

from collections.abc import Mapping
from enum import StrEnum
from typing import Final

from schemas.events import agency_inbox as a
from schemas.events import escalation as e
from schemas.events import intake as i
from schemas.events import router as r
from schemas.events.base import Fact


class Status(StrEnum):
    """Each has exactly one holder and a running clock, except CLOSED; JOINED has those of its lead."""

    UNPLACED = "unplaced"
    TRIAGE = "triage"
    ROUTED = "routed"
    IN_PROGRESS = "in_progress"
    AWAITING_REPORTER = "awaiting_reporter"
    ANSWERED = "answered"
    ARBITRATION = "arbitration"
    SPLIT = "split"
    JOINED = "joined"
    CLOSED = "closed"


class CloseReason(StrEnum):
    """How a complaint ended. No statistic adds `silence` to `confirmed`: silence is not consent."""

    CONFIRMED = "confirmed"
    SILENCE = "silence"
    INCOMPLETE = "incomplete"
    ARCHIVED = "archived"
    WITHDRAWN = "withdrawn"
    ERASED = "erased"
    PART_ANSWERED = "part_answered"


class DependentEnd(StrEnum):
    """Ends that depend on the complaint."""

    STAY = "stay"
    BEFORE = "before"
    ANSWER = "answer"
    REOPEN = "reopen"
    AFTER_CLOSE = "after_close"


S, A = Status, DependentEnd
End = Status | DependentEnd

_ALWAYS: Final[Mapping[type[Fact], End]] = {
    i.PersonalDataErased: A.STAY,
    # The scanner may have been away until the complaint was closed.
    i.AttachmentChecked: A.STAY,
    # Also in statuses without a body: who holds a part reads the reporter of the whole (see intake's decide).
    i.ContactRead: A.STAY,
    # What the public sees can be changed at any time: a closed report stays public.
    i.PhotoReleased: A.STAY,
    i.PhotoRevoked: A.STAY,
    r.ComplaintRestated: A.STAY,
    r.ReportHidden: A.STAY,
    r.ReportShown: A.STAY,
    r.ContentKept: A.STAY,
    i.DataAccessRequested: A.STAY,
    i.DataAccessGiven: A.STAY,
    # A last message to an agency that no longer holds the complaint (unassigned, closed, erased) has a receipt too.
    a.ComplaintDelivered: A.STAY,
}
_OPEN: Final[Mapping[type[Fact], End]] = {
    **_ALWAYS,
    i.DetailAdded: A.STAY,
    i.NoteAdded: A.STAY,
    i.AttachmentAdded: A.STAY,
    # In ANSWERED only by erasure or by the end of the whole (see intake's decide.withdraw).
    i.ComplaintWithdrawn: S.CLOSED,
}
_TIMED: Final[Mapping[type[Fact], End]] = {
    **_OPEN,
    e.ReminderSent: A.STAY,
    e.DeadlineMissed: A.STAY,
    e.ComplaintEscalated: A.STAY,
    e.DueDateMoved: A.STAY,
    i.ErasureRequested: A.STAY,
    i.ErasureRefused: A.STAY,
}
# The holder stays. Not under ARBITRATION, where the Ombudsman holds the complaint already.
_COMMON: Final[Mapping[type[Fact], End]] = {**_TIMED, i.OmbudsmanRequested: A.STAY}
_READ: Final[Mapping[type[Fact], End]] = {r.ComplaintClassified: A.STAY}
_HELD: Final[Mapping[type[Fact], End]] = {
    a.ProgressRecorded: A.STAY,
    a.OfficerNoteAdded: A.STAY,
    a.CaseAssigned: A.STAY,
    # A merger or dissolution: another agency, the same status; only the stage clock restarts.
    r.ComplaintRouted: A.STAY,
    # A dissolution without a successor: a person decides.
    r.ComplaintReferred: S.TRIAGE,
    # The body that would take over has returned it before: only a binding decision can place it there.
    r.ArbitrationOpened: S.ARBITRATION,
}
_WORKED: Final[Mapping[type[Fact], End]] = {
    a.ResponseGiven: A.ANSWER,
    a.ClarificationRequested: S.AWAITING_REPORTER,
    a.ComplaintReturned: S.UNPLACED,  # to the router, never to the citizen
    r.ComplaintJoined: S.JOINED,
    r.ComplaintSplit: S.SPLIT,
}

TRANSITIONS: Final[Mapping[Status, Mapping[type[Fact], End]]] = {
    S.UNPLACED: {
        **_COMMON,
        **_READ,
        r.ComplaintRouted: S.ROUTED,
        r.ComplaintReferred: S.TRIAGE,
        r.ArbitrationOpened: S.ARBITRATION,
        r.ComplaintJoined: S.JOINED,
    },
    S.TRIAGE: {
        **_COMMON,
        **_READ,
        r.ComplaintRouted: S.ROUTED,  # a split from the desk is [ComplaintRouted (lead), ComplaintSplit]
        r.ReporterAsked: S.AWAITING_REPORTER,
        r.ComplaintJoined: S.JOINED,
        r.ArbitrationOpened: S.ARBITRATION,
        r.ComplaintArchived: S.CLOSED,
    },
    S.ROUTED: {**_COMMON, **_HELD, **_WORKED, a.ComplaintAcknowledged: S.IN_PROGRESS},
    S.IN_PROGRESS: {**_COMMON, **_HELD, **_WORKED},
    S.AWAITING_REPORTER: {
        **_COMMON,
        **_HELD,
        i.DetailAdded: A.BEFORE,
        a.ResponseGiven: A.ANSWER,
        e.ComplaintLapsed: S.CLOSED,
    },
    S.ANSWERED: {
        **_COMMON,
        **_HELD,
        i.ResolutionConfirmed: S.CLOSED,
        e.ComplaintLapsed: S.CLOSED,
        i.ResolutionDisputed: A.REOPEN,
    },
    S.ARBITRATION: {**_TIMED, r.ArbitrationDecided: A.STAY, r.ComplaintRouted: S.ROUTED},
    S.SPLIT: {**_COMMON, **_HELD, a.ResponseGiven: S.ANSWERED, r.ComplaintSplit: A.STAY},
    S.JOINED: {
        **_OPEN,
        r.ComplaintUnjoined: S.UNPLACED,
        i.JoinDeclined: S.UNPLACED,
        i.ResolutionDisputed: S.UNPLACED,
        # The lead's reporter did not ask for the Ombudsman, so this complaint is placed on its own again.
        i.OmbudsmanRequested: S.UNPLACED,
    },
    S.CLOSED: {**_ALWAYS, i.ResolutionDisputed: A.AFTER_CLOSE},
}

FIRST_EVENTS: Final = frozenset({i.ComplaintFiled, r.PartOpened})
"""The only events that begin a complaint's stream."""
NOT_FOR_PARTS: Final = frozenset({r.ComplaintSplit, r.ComplaintJoined, i.OmbudsmanRequested})
"""Not allowed for parts: a part does not split or join, and the reporter acts on the whole."""
OPEN: Final = frozenset(Status) - {Status.CLOSED}
WITH_AGENCY: Final = frozenset({S.ROUTED, S.IN_PROGRESS, S.AWAITING_REPORTER, S.ANSWERED, S.SPLIT})
"""Statuses in which an agency can be the holder (AWAITING_REPORTER only when it was the agency that asked)."""
