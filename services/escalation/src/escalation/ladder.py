"""The present escalation level (rung) of a complaint, and the numbers in its timers' event ids."""

from datetime import datetime
from typing import Final

from schemas.base.values import Clock
from schemas.complaint.fold import RUNG
from schemas.complaint.lifecycle import Status
from schemas.complaint.state import Complaint, Since
from schemas.deadlines import NextAction, running
from schemas.deadlines.actions import DISPUTES_TO_OMBUDSMAN, OMBUDSMAN
from schemas.deadlines.policies import Policies
from schemas.registry.fold import Registry

SUPERVISOR: Final = 2
PUBLIC_LIST: Final = 4
_NUMBER: Final = {clock: number for number, clock in enumerate(Clock, start=1)}
_REPETITIONS: Final = 10**17
"""More than the microseconds in three thousand years: a moved date is numbered by the microsecond of its decree."""


def current_rung(state: Complaint, registry: Registry, policies: Policies) -> int:
    """The office that must look at it now: 1 unit head, 2 supervising agency, 3 Ombudsman, 4 public list; 0: none.

    A level reached by a clock counts only while that clock runs. After a second dispute, or at the reporter's request,
    the level stays at the Ombudsman's or above until the complaint is closed.
    """
    if not state.is_open or state.status is Status.JOINED:
        return 0
    requested = state.disputes >= DISPUTES_TO_OMBUDSMAN or state.ombudsman is not None
    floor = OMBUDSMAN if requested and state.rung >= OMBUDSMAN else 0
    if state.status is Status.ANSWERED:
        return floor
    clocks = {(due.clock, due.started_version) for due in running(state, registry, policies) if due.climbs}
    climbed = [mark.step - RUNG for mark in state.marks if mark.step > RUNG and mark[:2] in clocks]
    return max([floor, *climbed])


def start_of(state: Complaint, action: NextAction) -> Since:
    """The fact that started the action's clock; it is the cause of the timer's fact."""
    starts = (state.rework, state.stage, state.filed, state.ombudsman, state.erasure)
    return next(since for since in starts if since is not None and since.version == action.started_version)


def number(action: NextAction) -> int:
    """The timer's number in the event id, from its clock, rung and repetition."""
    clock = 0 if action.cause in ("second_dispute", "direct") else _NUMBER[action.clock]
    repetition = _microseconds(action.due_at) if action.what == "move" else action.repetition
    return (clock * 10 + action.rung) * _REPETITIONS + repetition


def _microseconds(moment: datetime) -> int:
    return int(moment.timestamp() * 1_000_000)
