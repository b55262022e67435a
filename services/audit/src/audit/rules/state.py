"""What must be true of one complaint at any moment (design: section 1), and of what it points to."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Final, NamedTuple
from uuid import UUID

from audit.finding import AuditContext, Violation
from audit.rules.conduct import past
from audit.rules.history import history
from chassis.write.loaded import LoadedStream
from schemas.base.streams import complaint_stream
from schemas.base.values import HolderKind
from schemas.complaint.fold import RecordedFact
from schemas.complaint.lifecycle import CloseReason, Status
from schemas.complaint.state import Complaint, new
from schemas.deadlines import next_action
from schemas.events.intake import PersonalDataErased

TAKEN_BACK: Final = frozenset({CloseReason.WITHDRAWN, CloseReason.ERASED})
AFTER_ANSWER: Final = frozenset({CloseReason.CONFIRMED, CloseReason.SILENCE, CloseReason.PART_ANSWERED})


class RelatedComplaints(NamedTuple):
    """The other complaints that one points to, as far as they exist."""

    others: Mapping[UUID, Complaint]

    def lead_of(self, state: Complaint) -> Complaint | None:
        """Its lead, if there is one."""
        return self.others.get(state.lead) if state.lead is not None else None


def pointed_to(state: Complaint) -> list[UUID]:
    """The other complaints whose state the rules need."""
    return [other for other in (state.lead, state.whole) if other is not None] + [part.id for part in state.parts]


def check(loaded: LoadedStream, around: RelatedComplaints, basis: AuditContext) -> list[Violation]:
    """Every rule that this complaint's stream breaks; none, usually."""
    found = list(history(loaded.stream, loaded.recorded))
    if found:
        return found  # what follows reads the folded state, and a broken history folds to nonsense
    told = loaded.facts()
    return past(loaded.stream, loaded.state.id, told, basis) or [
        *standing(loaded.state, around, basis),
        *_receipts(loaded),
        *_forgotten(loaded, told, basis),
    ]


def standing(state: Complaint, around: RelatedComplaints, basis: AuditContext) -> Iterator[Violation]:
    """What is wrong with where it stands now, whatever brought it there."""
    yield from _promise(state, around, basis)
    yield from _pointers(state, around, basis)


def _promise(state: Complaint, around: RelatedComplaints, basis: AuditContext) -> Iterator[Violation]:
    if state.is_open:
        yield from _holder(state, basis)
        yield from _next_action(state, around, basis)
    elif state.closed in AFTER_ANSWER and state.answered_at is None:
        yield _wrong(state, "closed-unanswered", f"it was closed as {state.closed.value}, and nobody had answered")


def _holder(state: Complaint, basis: AuditContext) -> Iterator[Violation]:
    if state.holder.kind is HolderKind.NOBODY:
        yield _wrong(state, "no-holder", "it is open and nobody has it")
    if state.agency is None or basis.registry.living(state.agency) is not None:
        return
    body = basis.registry.agencies.get(state.agency)
    # Just ended: the router still has its time to take it over.
    if body is None or body.ended_at is None or basis.is_over(body.ended_at):
        what = "exists no more, and no body took its place" if body else "is a body that never was"
        yield _wrong(state, "holder-gone", f"its holder {state.agency} {what}")


def _next_action(state: Complaint, around: RelatedComplaints, basis: AuditContext) -> Iterator[Violation]:
    if state.agency is not None and basis.registry.living(state.agency) is None:
        return  # told as holder-gone
    action = next_action(state, basis.registry, basis.policies, around.lead_of(state))
    if action is None:
        if state.status is not Status.JOINED:  # a follower's dates are its lead's
            yield _wrong(state, "nothing-next", f"it is {state.status.value} and nothing is due, ever")
    elif basis.is_over(action.due_at):
        since = action.due_at.isoformat(timespec="minutes")
        yield _wrong(state, "overdue", f"{action.what} ({action.clock.value}) was due at {since} and is not done")


def _pointers(state: Complaint, around: RelatedComplaints, basis: AuditContext) -> Iterator[Violation]:
    if state.status is Status.JOINED:
        yield from _lead(state, around.lead_of(state))
    for part in state.parts:
        if state.is_open and part.id not in around.others and basis.is_over(state.stage.at):
            yield _wrong(state, "part-missing", f"its part {part.id} was never opened")
    whole = around.others.get(state.whole) if state.whole is not None else None
    if whole is not None and state.is_open and whole.closed in TAKEN_BACK and basis.is_over(whole.stage.at):
        yield _wrong(state, "part-left", f"its whole {whole.id} was taken back, and it is still worked on")
    if state.whole is not None:
        yield from _share(state, whole or new(state.whole))


def _share(part: Complaint, whole: Complaint) -> Iterator[Violation]:
    named = next((each for each in whole.parts if each.id == part.id), None)
    if named is None:
        yield _wrong(part, "part-stray", f"it says it is a part of {part.whole}, which does not name it")
    elif named.mandatory is not part.mandatory:
        words = {True: "mandatory", False: "not mandatory"}
        what = f"it says it is {words[part.mandatory]}; its whole {whole.id} names it as {words[named.mandatory]}"
        yield _wrong(part, "part-differs", what)


def _lead(state: Complaint, lead: Complaint | None) -> Iterator[Violation]:
    if lead is None:
        yield _wrong(state, "lead-missing", f"it follows {state.lead}, which does not exist")
    elif state.secret or state.supervision:
        # Its text would reach another reporter, or the body that is accused.
        yield _wrong(state, "protected-follows", f"it is secret or of supervision grade, and follows {state.lead}")
    elif (lead.received_at, lead.id) >= (state.received_at, state.id):
        yield _wrong(state, "lead-later", f"it follows {state.lead}, which came later: such chains could close")


def _receipts(loaded: LoadedStream) -> Iterator[Violation]:
    for agency, receipt in loaded.state.receipts.items():
        if receipt.message_id not in loaded.ids:
            what = f"the receipt of {agency} is for message {receipt.message_id}, which tells another complaint"
            yield _wrong(loaded.state, "false-receipt", what)


def _forgotten(loaded: LoadedStream, told: Sequence[RecordedFact], basis: AuditContext) -> Iterator[Violation]:
    # Law 27/2022 articles 43 and 44: what sealed the text must be gone. A part lies under its whole's key.
    if not loaded.state.erased or loaded.state.whole is not None or not loaded.keys.generations:
        return
    asked_at = max(one.fact.at for one in told if isinstance(one.fact, PersonalDataErased))
    if basis.is_over(asked_at):
        yield _wrong(loaded.state, "not-forgotten", "its reporter asked to be forgotten, and its keys are still there")


def _wrong(state: Complaint, code: str, what: str) -> Violation:
    return Violation(code, complaint_stream(state.id), state.version, what)
