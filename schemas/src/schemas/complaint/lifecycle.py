"""The lifecycle as one table: which events each status allows, and which status they lead to.

An event that is missing from a status's row is refused there. Four ends depend on the complaint itself: BEFORE (back
to the status in which the question was asked), ANSWER (the answer to a part closes it), REOPEN (a whole goes back to
its parts) and AFTER_CLOSE (the effect of a dispute depends on how the complaint was closed).
"""

from collections.abc import Mapping
from enum import StrEnum
from typing import Final

from schemas.events.agency_inbox import (
    ClarificationRequested,
    ComplaintAcknowledged,
    ComplaintDelivered,
    ComplaintReturned,
    ProgressRecorded,
    ResponseGiven,
)
from schemas.events.base import Fact
from schemas.events.escalation import ComplaintEscalated, ComplaintLapsed, DeadlineMissed, DueDateMoved, ReminderSent
from schemas.events.intake import (
    AttachmentAdded,
    ComplaintFiled,
    ComplaintWithdrawn,
    DetailAdded,
    OmbudsmanRequested,
    PersonalDataErased,
    ResolutionConfirmed,
    ResolutionDisputed,
)
from schemas.events.router import (
    ArbitrationDecided,
    ArbitrationOpened,
    ComplaintArchived,
    ComplaintClassified,
    ComplaintJoined,
    ComplaintReferred,
    ComplaintRestated,
    ComplaintRouted,
    ComplaintSplit,
    ComplaintUnjoined,
    PartOpened,
    ReporterAsked,
)


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
    PersonalDataErased: A.STAY,
    # A last message to an agency that no longer holds the complaint (unassigned, closed, erased) has a receipt too.
    ComplaintDelivered: A.STAY,
}
_OPEN: Final[Mapping[type[Fact], End]] = {
    **_ALWAYS,
    DetailAdded: A.STAY,
    AttachmentAdded: A.STAY,
    # In ANSWERED only by erasure or by the end of the whole (see intake's decide.withdraw).
    ComplaintWithdrawn: S.CLOSED,
}
_ASKED: Final[Mapping[type[Fact], End]] = {OmbudsmanRequested: A.STAY}
"""The holder stays. Not under ARBITRATION, where the Ombudsman holds the complaint already."""
_TIMED: Final[Mapping[type[Fact], End]] = {
    ReminderSent: A.STAY,
    DeadlineMissed: A.STAY,
    ComplaintEscalated: A.STAY,
    DueDateMoved: A.STAY,
}
_READ: Final[Mapping[type[Fact], End]] = {ComplaintClassified: A.STAY, ComplaintRestated: A.STAY}
_HELD: Final[Mapping[type[Fact], End]] = {
    ProgressRecorded: A.STAY,
    ComplaintRestated: A.STAY,
    # A merger or dissolution: another agency, the same status; only the stage clock restarts.
    ComplaintRouted: A.STAY,
    # A dissolution without a successor: a person decides.
    ComplaintReferred: S.TRIAGE,
}
_WORKED: Final[Mapping[type[Fact], End]] = {
    ResponseGiven: A.ANSWER,
    ClarificationRequested: S.AWAITING_REPORTER,
    ComplaintReturned: S.UNPLACED,  # to the router, never to the citizen
    ComplaintJoined: S.JOINED,
    ComplaintSplit: S.SPLIT,
}

TRANSITIONS: Final[Mapping[Status, Mapping[type[Fact], End]]] = {
    S.UNPLACED: {
        **_OPEN,
        **_ASKED,
        **_TIMED,
        **_READ,
        ComplaintRouted: S.ROUTED,
        ComplaintReferred: S.TRIAGE,
        ArbitrationOpened: S.ARBITRATION,
        ComplaintJoined: S.JOINED,
    },
    S.TRIAGE: {
        **_OPEN,
        **_ASKED,
        **_TIMED,
        **_READ,
        ComplaintRouted: S.ROUTED,  # a split from the desk is [ComplaintRouted (lead), ComplaintSplit]
        ReporterAsked: S.AWAITING_REPORTER,
        ComplaintJoined: S.JOINED,
        ArbitrationOpened: S.ARBITRATION,
        ComplaintArchived: S.CLOSED,
    },
    S.ROUTED: {**_OPEN, **_ASKED, **_TIMED, **_HELD, **_WORKED, ComplaintAcknowledged: S.IN_PROGRESS},
    S.IN_PROGRESS: {**_OPEN, **_ASKED, **_TIMED, **_HELD, **_WORKED},
    S.AWAITING_REPORTER: {
        **_OPEN,
        **_ASKED,
        **_TIMED,
        **_HELD,
        DetailAdded: A.BEFORE,
        ResponseGiven: A.ANSWER,
        ComplaintLapsed: S.CLOSED,
    },
    S.ANSWERED: {
        **_OPEN,
        **_ASKED,
        **_TIMED,
        **_HELD,
        ResolutionConfirmed: S.CLOSED,
        ComplaintLapsed: S.CLOSED,
        ResolutionDisputed: A.REOPEN,
    },
    S.ARBITRATION: {**_OPEN, **_TIMED, ArbitrationDecided: A.STAY, ComplaintRouted: S.ROUTED},
    S.SPLIT: {**_OPEN, **_ASKED, **_TIMED, **_HELD, ResponseGiven: S.ANSWERED, ComplaintSplit: A.STAY},
    S.JOINED: {
        **_OPEN,
        ComplaintUnjoined: S.UNPLACED,
        ResolutionDisputed: S.UNPLACED,
        # The lead's reporter did not ask for the Ombudsman, so this complaint is placed on its own again.
        OmbudsmanRequested: S.UNPLACED,
    },
    S.CLOSED: {**_ALWAYS, ResolutionDisputed: A.AFTER_CLOSE},
}

FIRST_EVENTS: Final = frozenset({ComplaintFiled, PartOpened})
"""The only events that begin a complaint's stream."""
NOT_FOR_PARTS: Final = frozenset({ComplaintSplit, ComplaintJoined, OmbudsmanRequested})
"""Not allowed for parts: a part does not split or join, and the reporter acts on the whole."""
OPEN: Final = frozenset(Status) - {Status.CLOSED}
WITH_AGENCY: Final = frozenset({S.ROUTED, S.IN_PROGRESS, S.AWAITING_REPORTER, S.ANSWERED, S.SPLIT})
"""Statuses in which an agency can be the holder (AWAITING_REPORTER only when it was the agency that asked)."""
