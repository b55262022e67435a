"""Was each fact lawful when it was said? Read off the stream alone: who said it, and what had been said before.

The lifecycle (`audit_history`) says which facts a status allows; these are the rules that look further back.
"""

from collections.abc import Iterator, Sequence
from typing import Final
from uuid import UUID

from audit.finding import AuditContext, Violation
from audit.rules.dates import dates
from audit.rules.history import allowed
from schemas.complaint.fold import RecordedFact, evolve
from schemas.complaint.lifecycle import Status
from schemas.complaint.state import Complaint, new
from schemas.events import agency_inbox as a
from schemas.events import router as r
from schemas.registry.fold import Registry

HOLDERS_OWN: Final = (
    a.ComplaintAcknowledged,
    a.ComplaintReturned,
    a.ProgressRecorded,
    a.ClarificationRequested,
    a.ResponseGiven,
)
BRINGS_BACK: Final = frozenset({"mandate", "desk", "suggestion", "precedent", "supervision", "split"})
"""Causes of a placing that never name a body which has returned the complaint (design: section 4)."""


def past(stream: str, complaint: UUID, told: Sequence[RecordedFact], basis: AuditContext) -> list[Violation]:
    """Every fact that the lifecycle did not allow when it was added; if there is none, every one that broke a rule."""
    state, forbidden, unlawful = new(complaint), list[Violation](), list[Violation]()
    for one in told:
        forbidden += allowed(stream, state, one)
        unlawful += lawful(stream, state, one, basis)
        state = evolve(state, one)
    return forbidden or unlawful


def lawful(stream: str, state: Complaint, told: RecordedFact, basis: AuditContext) -> Iterator[Violation]:
    """What the rules have against this fact, added to that state."""
    for code, what in (*_faults(state, told.fact, basis), *dates(state, told.fact, basis)):
        yield Violation(code, stream, told.version, what)


def _faults(state: Complaint, fact: object, basis: AuditContext) -> Iterator[tuple[str, str]]:
    if isinstance(fact, HOLDERS_OWN):
        yield from _holder(state, fact.agency, type(fact).__name__, basis.registry)
    match fact:
        case a.ComplaintReturned():
            yield from _return(state, fact, basis)
        case r.ComplaintRouted() if fact.binding:
            yield from _bound(state, fact, basis.registry)
        case r.ComplaintRouted() if fact.cause in BRINGS_BACK:
            # Who returned it is not tried again, except by a binding decision.
            if fact.agency in state.returned_by:
                yield "placed-back", f"it was placed with {fact.agency}, which had returned it"
            yield from _past_the_arbiter(state, basis)
        case r.ComplaintReferred() if fact.reason != "overdue":
            yield from _past_the_arbiter(state, basis)
        case _:
            return


def _bound(state: Complaint, fact: r.ComplaintRouted, registry: Registry) -> Iterator[tuple[str, str]]:
    # Only the arbiter binds: the body that was named, or whoever succeeds it or the one that was bound before.
    decided = state.decided.agency if state.decided is not None else None
    named = state.agency if fact.cause == "merger" and state.binding else decided
    if named is None:
        yield "bound-by-nobody", f"it was placed with {fact.agency} as binding, and the arbiter had decided nothing"
    elif fact.agency not in _line(named, registry):
        yield "bound-by-nobody", f"it was placed with {fact.agency} as binding, and the arbiter had named {named}"


def _line(body: str | None, registry: Registry) -> set[str]:
    """A body and those that succeeded it, one after the other."""
    met = set[str]()
    while body is not None and body not in met:
        met.add(body)
        known = registry.agencies.get(body)
        body = known.successor if known is not None else None
    return met


def _holder(state: Complaint, agency: str, name: str, registry: Registry) -> Iterator[tuple[str, str]]:
    # A merged body's successor is the holder from the merger on, whether or not the stream says so already.
    if agency not in _line(state.agency, registry):
        yield "not-the-holder", f"{name} by {agency}, while {state.holder} had it"


def _return(state: Complaint, fact: a.ComplaintReturned, basis: AuditContext) -> Iterator[tuple[str, str]]:
    if state.binding:
        yield "returned-though-bound", f"{fact.agency} returned what the arbiter had bound it to"
    most = basis.policies.at(state.received_at).returns
    if fact.scope == "agency" and len(state.returned_by) >= most:
        yield "returned-too-often", f"it had been returned {len(state.returned_by)} times; the arbiter was to decide"


def _past_the_arbiter(state: Complaint, basis: AuditContext) -> Iterator[tuple[str, str]]:
    # A third return opens arbitration (design: section 1): router places it nowhere else, save within one body.
    within = state.last_return is not None and state.last_return.scope == "unit"
    most = basis.policies.at(state.received_at).returns
    if state.status is Status.UNPLACED and len(state.returned_by) >= most and not within:
        yield "past-the-arbiter", f"it had been returned {len(state.returned_by)} times, and went on to somebody else"
