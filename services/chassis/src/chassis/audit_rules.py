"""What must be true of one complaint's stream at any moment: each broken rule is a violation with its own name.

stream-cut, not-born, born-twice, id-twice, foreign-writer, not-allowed     the history itself
no-holder, holder-gone, nothing-next, overdue                               the promise (design: section 1)
lead-missing, part-missing, false-receipt                                   what it points to
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple
from uuid import UUID

from chassis.ledger import Loaded
from schemas.codec import metadata_of
from schemas.complaint import Complaint, new
from schemas.deadlines import next_action
from schemas.envelope import RecordedEvent
from schemas.events import BY_NAME, writer_of
from schemas.evolve import Told, allows, evolve
from schemas.lifecycle import BIRTHS, Status
from schemas.policies import Policies
from schemas.registry import Registry
from schemas.values import HolderKind


class Violation(NamedTuple):
    """A broken rule: its name, whose stream, at which version, and what is wrong in a sentence."""

    code: str
    complaint: UUID
    version: int
    what: str


class Basis(NamedTuple):
    """What the audit judges by. `tolerance`: how long after its date an action may still be on its way."""

    registry: Registry
    policies: Policies
    now: datetime
    tolerance: timedelta


class Around(NamedTuple):
    """The other streams that a complaint points to."""

    lead: Complaint | None
    others: Mapping[UUID, Complaint]


def check(loaded: Loaded, around: Around, basis: Basis) -> list[Violation]:
    """Every rule that this stream breaks; none, usually."""
    history = list(_history(loaded.state.id, loaded.recorded))
    if history:
        return history  # what follows reads the folded state, and a broken history folds to nonsense
    told = list(_told(loaded))
    return told or [*_promise(loaded.state, around, basis), *_pointers(loaded, around)]


def _history(complaint: UUID, events: Sequence[RecordedEvent]) -> Iterator[Violation]:
    seen: set[UUID] = set()
    for expected, event in enumerate(events):
        if event.version != expected:
            yield Violation(
                "stream-cut", complaint, expected, f"version {expected} is missing: {event.version} follows"
            )
            return
        if event.type not in BY_NAME:
            yield Violation("not-allowed", complaint, event.version, f"{event.type} is no fact of ours")
            return
        if event.id in seen:
            yield Violation("id-twice", complaint, event.version, f"event {event.id} is in the stream twice")
        seen.add(event.id)
        writer, owner = metadata_of(event).writer, writer_of(event.type)
        if writer != owner:
            yield Violation("foreign-writer", complaint, event.version, f"{event.type} is {owner}'s, {writer} wrote it")


def _told(loaded: Loaded) -> Iterator[Violation]:
    state = new(loaded.state.id)
    for told in loaded.told():
        yield from _next(state, told)
        state = evolve(state, told)


def _next(state: Complaint, told: Told) -> Iterator[Violation]:
    name = type(told.fact).__name__
    if told.version == 0 and name not in BIRTHS:
        yield Violation("not-born", state.id, 0, f"the stream begins with {name}")
    elif told.version > 0 and name in BIRTHS:
        yield Violation("born-twice", state.id, told.version, f"{name} in the middle of a life")
    elif told.version > 0 and not allows(state, name):
        yield Violation("not-allowed", state.id, told.version, f"{name} while it was {state.status.value}")


def _promise(state: Complaint, around: Around, basis: Basis) -> Iterator[Violation]:
    if not state.is_open:
        return
    if state.holder.kind is HolderKind.NOBODY:
        yield Violation("no-holder", state.id, state.version, "it is open and nobody has it")
    if state.agency is not None and basis.registry.living(state.agency) is None:
        yield Violation("holder-gone", state.id, state.version, f"its holder {state.agency} exists no more")
        return
    if state.status is Status.JOINED:
        return  # its holder and its dates are its lead's
    action = next_action(state, basis.registry, basis.policies, around.lead)
    if action is None:
        yield Violation("nothing-next", state.id, state.version, f"it is {state.status.value} and nothing is due, ever")
    elif action.due_at < basis.now - basis.tolerance:
        since = action.due_at.isoformat(timespec="minutes")
        what = f"{action.what} ({action.clock.value}) was due at {since}, and has not been done"
        yield Violation("overdue", state.id, state.version, what)


def _pointers(loaded: Loaded, around: Around) -> Iterator[Violation]:
    state = loaded.state
    if state.status is Status.JOINED and (around.lead is None or around.lead.version < 0):
        yield Violation("lead-missing", state.id, state.version, f"it follows {state.lead}, which does not exist")
    for part in state.parts:
        if state.is_open and part.id not in around.others:
            yield Violation("part-missing", state.id, state.version, f"its part {part.id} was never opened")
    for agency, receipt in state.receipts.items():
        if receipt.message_id not in loaded.ids:
            what = f"the receipt for {agency} is for message {receipt.message_id}, which tells another complaint"
            yield Violation("false-receipt", state.id, state.version, what)
