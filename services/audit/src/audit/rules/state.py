"""Audit rules about a complaint's present state (design: section 1) and the complaints that it refers to."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Final, NamedTuple
from uuid import UUID

from audit.finding import AuditContext, Violation
from audit.rules.conduct import event_faults
from audit.rules.history import stream_faults
from chassis.write.loaded import LoadedStream
from schemas.base.streams import complaint_stream
from schemas.base.values import HolderKind
from schemas.complaint.fold import RecordedFact
from schemas.complaint.lifecycle import CloseReason, Status
from schemas.complaint.state import Complaint, new
from schemas.deadlines import next_action
from schemas.events.intake import DataAccessGiven, DataAccessRequested, PersonalDataErased

TAKEN_BACK: Final = frozenset({CloseReason.WITHDRAWN, CloseReason.ERASED})
AFTER_ANSWER: Final = frozenset({CloseReason.CONFIRMED, CloseReason.SILENCE, CloseReason.PART_ANSWERED})


class RelatedComplaints(NamedTuple):
    """The states of the complaints that one refers to, if they exist."""

    others: Mapping[UUID, Complaint]

    def lead_of(self, state: Complaint) -> Complaint | None:
        """The lead, if there is one."""
        return self.others.get(state.lead) if state.lead is not None else None


def pointed_to(state: Complaint) -> list[UUID]:
    """The ids of the complaints that this one refers to: lead, whole and parts."""
    return [other for other in (state.lead, state.whole) if other is not None] + [part.id for part in state.parts]


def check(loaded: LoadedStream, related: RelatedComplaints, context: AuditContext) -> list[Violation]:
    """Every rule that this complaint's stream breaks."""
    found = list(stream_faults(loaded.stream, loaded.recorded))
    if found:
        return found  # the other rules need a state that was folded from a sound history
    history = loaded.facts()
    return event_faults(loaded.stream, loaded.state.id, history, context) or [
        *state_faults(loaded.state, related, context),
        *_receipts(loaded),
        *_erasure(loaded, history, context),
        *_data(loaded.state, history, context),
    ]


def state_faults(state: Complaint, related: RelatedComplaints, context: AuditContext) -> Iterator[Violation]:
    """The faults of the present state, whatever led to it."""
    yield from _progress(state, related, context)
    yield from _pointers(state, related, context)


def _progress(state: Complaint, related: RelatedComplaints, context: AuditContext) -> Iterator[Violation]:
    if state.erasure is not None and not state.erased and not state.is_open and context.is_over(state.stage.at):
        # It waited for the end of the examination, which was then (law 27/2022 articles 44 and 50).
        yield _wrong(state, "erasure-waits", "it is closed, and the erasure that its reporter asked for is not done")
    if state.is_open:
        yield from _holder(state, context)
        yield from _next_action(state, related, context)
    elif state.closed in AFTER_ANSWER and state.answered_at is None:
        yield _wrong(state, "closed-unanswered", f"it was closed as {state.closed.value} without an answer")


def _holder(state: Complaint, context: AuditContext) -> Iterator[Violation]:
    if state.holder.kind is HolderKind.NOBODY:
        yield _wrong(state, "no-holder", "it is open and has no holder")
    if state.agency is None or context.registry.living(state.agency) is not None:
        return
    agency = context.registry.agencies.get(state.agency)
    # If the agency has just ended, router still has time to place the complaint again.
    if agency is None or agency.ended_at is None or context.is_over(agency.ended_at):
        what = "no longer exists and has no successor" if agency else "was never registered"
        yield _wrong(state, "holder-gone", f"its holder {state.agency} {what}")


def _next_action(state: Complaint, related: RelatedComplaints, context: AuditContext) -> Iterator[Violation]:
    if state.agency is not None and context.registry.living(state.agency) is None:
        return  # reported as holder-gone
    action = next_action(state, context.registry, context.policies, related.lead_of(state))
    if action is None:
        if state.status is not Status.JOINED:  # it has the dates of its lead
            yield _wrong(state, "nothing-next", f"it is {state.status.value} and has no next action")
    elif context.is_over(action.due_at):
        since = action.due_at.isoformat(timespec="minutes")
        yield _wrong(state, "overdue", f"{action.what} ({action.clock.value}) was due at {since} and is not done")


def _pointers(state: Complaint, related: RelatedComplaints, context: AuditContext) -> Iterator[Violation]:
    if state.status is Status.JOINED:
        yield from _lead(state, related.lead_of(state))
    for part in state.parts:
        if state.is_open and part.id not in related.others and context.is_over(state.stage.at):
            yield _wrong(state, "part-missing", f"its part {part.id} was never opened")
    whole = related.others.get(state.whole) if state.whole is not None else None
    if whole is not None and state.is_open and whole.closed in TAKEN_BACK and context.is_over(whole.stage.at):
        yield _wrong(state, "part-left", f"its whole {whole.id} was withdrawn, and it is still open")
    if state.whole is not None:
        yield from _share(state, whole or new(state.whole))


def _share(part: Complaint, whole: Complaint) -> Iterator[Violation]:
    named = next((each for each in whole.parts if each.id == part.id), None)
    if named is None:
        yield _wrong(part, "part-stray", f"it names {part.whole} as its whole, which does not name it as a part")
    elif named.mandatory is not part.mandatory:
        words = {True: "mandatory", False: "not mandatory"}
        what = f"it is {words[part.mandatory]}, and its whole {whole.id} names it as {words[named.mandatory]}"
        yield _wrong(part, "part-differs", what)


def _lead(state: Complaint, lead: Complaint | None) -> Iterator[Violation]:
    if lead is None:
        yield _wrong(state, "lead-missing", f"it follows {state.lead}, which does not exist")
    elif state.is_protected:
        # Its text would reach another reporter or the accused agency.
        yield _wrong(state, "protected-follows", f"it is secret or of supervision grade, and follows {state.lead}")
    elif (lead.received_at, lead.id) >= (state.received_at, state.id):
        yield _wrong(state, "lead-later", f"it follows {state.lead}, which was filed later: chains could form a circle")


def _receipts(loaded: LoadedStream) -> Iterator[Violation]:
    for agency, receipt in loaded.state.receipts.items():
        if receipt.message_id not in loaded.ids:
            what = f"the receipt of {agency} is for message {receipt.message_id}, which is about another complaint"
            yield _wrong(loaded.state, "false-receipt", what)


def _erasure(loaded: LoadedStream, history: Sequence[RecordedFact], context: AuditContext) -> Iterator[Violation]:
    # A part has its whole's keys.
    if loaded.state.whole is not None:
        return
    if not loaded.state.erased:
        if not loaded.keys.generations:
            what = "its keys are gone although nobody asked for erasure: an older key ring was restored"
            yield _wrong(loaded.state, "keys-missing", what)
        return
    # Law 27/2022 articles 43 and 44: the keys must be gone.
    if not loaded.keys.generations:
        return
    asked_at = max(event.fact.at for event in history if isinstance(event.fact, PersonalDataErased))
    if context.is_over(asked_at):
        yield _wrong(loaded.state, "not-forgotten", "its reporter asked for erasure, and its keys still exist")


def _data(state: Complaint, history: Sequence[RecordedFact], context: AuditContext) -> Iterator[Violation]:
    """Law 27/2022 article 32: who asks for their data gets them by the date that the request names."""
    asked = [one.fact for one in history if isinstance(one.fact, DataAccessRequested)]
    given = sum(isinstance(one.fact, DataAccessGiven) for one in history)
    late = [fact for fact in asked[given:] if context.is_over(fact.due_at)]
    if late and not state.erased:
        yield _wrong(state, "data-not-given", f"its reporter asked for the data, due {late[0].due_at:%Y-%m-%d %H:%M}Z")


def _wrong(state: Complaint, code: str, what: str) -> Violation:
    return Violation(code, complaint_stream(state.id), state.version, what)
