"""Audit rules about each event at the time it was appended: who wrote it, and what had happened before.

`audit.rules.history` checks which events a status allows; these rules look further back in the stream.
"""

from collections.abc import Iterator, Sequence
from typing import Final
from uuid import UUID

from audit.finding import AuditContext, Violation
from audit.rules.dates import date_faults
from audit.rules.history import transition_faults
from schemas.complaint.fold import RecordedFact, evolve
from schemas.complaint.lifecycle import Status
from schemas.complaint.state import Complaint, new
from schemas.events import agency_inbox as a
from schemas.events import intake as i
from schemas.events import router as r
from schemas.registry.fold import Registry

HOLDERS_OWN: Final = (
    a.ComplaintAcknowledged,
    a.ComplaintReturned,
    a.ProgressRecorded,
    a.OfficerNoteAdded,
    a.CaseAssigned,
    a.ClarificationRequested,
    a.ResponseGiven,
)
BRINGS_BACK: Final = frozenset({"mandate", "desk", "suggestion", "precedent", "supervision", "split", "merger"})
"""Placement causes that never lead to an agency which has returned the complaint (design: section 4), unless the
placement is binding.
"""


def event_faults(
    stream: str, complaint: UUID, history: Sequence[RecordedFact], context: AuditContext
) -> list[Violation]:
    """Every event that the lifecycle did not allow; if there is none, every event that broke a rule."""
    state, forbidden, unlawful = new(complaint), list[Violation](), list[Violation]()
    for recorded in history:
        forbidden += transition_faults(stream, state, recorded)
        unlawful += conduct_faults(stream, state, recorded, context)
        state = evolve(state, recorded)
    return forbidden or unlawful


def conduct_faults(stream: str, state: Complaint, recorded: RecordedFact, context: AuditContext) -> Iterator[Violation]:
    """The faults of this event, appended to that state."""
    for code, what in (*_faults(state, recorded.fact, context), *date_faults(state, recorded.fact, context)):
        yield Violation(code, stream, recorded.version, what)


def _faults(state: Complaint, fact: object, context: AuditContext) -> Iterator[tuple[str, str]]:
    if isinstance(fact, HOLDERS_OWN):
        yield from _holder(state, fact.agency, type(fact).__name__, context.registry)
    match fact:
        case i.ContactRead():
            yield from _contact_read(state, fact, context.registry)
        case i.ErasureRefused():
            yield from _holder(state, fact.agency, type(fact).__name__, context.registry)
        case a.ComplaintReturned():
            yield from _return(state, fact, context)
        case r.ComplaintRouted() if fact.binding:
            yield from _bound(state, fact, context.registry)
        case r.ComplaintRouted() if fact.cause in BRINGS_BACK:
            # An agency that returned it gets it again only by a binding decision.
            if fact.agency in state.returned_by:
                yield "placed-back", f"it was placed with {fact.agency}, which had returned it"
            yield from _past_the_arbiter(state, context)
        case r.ComplaintReferred() if fact.reason != "overdue" and state.status is Status.UNPLACED:
            yield from _past_the_arbiter(state, context)
        case _:
            return


def _contact_read(state: Complaint, fact: i.ContactRead, registry: Registry) -> Iterator[tuple[str, str]]:
    """Law 27/2022 articles 36 and 41: by who holds it and for a reason, unless the reporter is anonymous or waits for
    an erasure. Who holds a part or the lead of a joined complaint is not in this stream.
    """
    if not fact.reason:
        yield "contact-read", f"{fact.agency} read the contact without a reason"
    if state.anonymous or state.erased or (state.erasure is not None and not state.erasure_refused):
        yield "contact-read", f"{fact.agency} read a contact that nobody may read"
    elsewhere = fact.part is not None or state.status is Status.JOINED
    if not elsewhere and fact.agency not in _with_successors(state.agency, registry):
        yield "contact-read", f"{fact.agency} read the contact, while {state.holder} had it"


def _bound(state: Complaint, fact: r.ComplaintRouted, registry: Registry) -> Iterator[tuple[str, str]]:
    # Only the arbiter binds: the agency it named, a successor of that, or of the one that was bound before.
    decided = state.decided.agency if state.decided is not None else None
    named = state.agency if fact.cause == "merger" and state.binding else decided
    if named is None:
        yield "bound-by-nobody", f"it was placed with {fact.agency} as binding, without a decision of the arbiter"
    elif fact.agency not in _with_successors(named, registry):
        yield "bound-by-nobody", f"it was placed with {fact.agency} as binding, while the arbiter had named {named}"


def _with_successors(agency: str | None, registry: Registry) -> set[str]:
    chain = set[str]()
    while agency is not None and agency not in chain:
        chain.add(agency)
        found = registry.agencies.get(agency)
        agency = found.successor if found is not None else None
    return chain


def _holder(state: Complaint, agency: str, name: str, registry: Registry) -> Iterator[tuple[str, str]]:
    # From a merger on the successor is the holder, whether or not the stream has recorded it yet.
    if agency not in _with_successors(state.agency, registry):
        yield "not-the-holder", f"{name} by {agency}, while {state.holder} had it"


def _return(state: Complaint, fact: a.ComplaintReturned, context: AuditContext) -> Iterator[tuple[str, str]]:
    if state.binding:
        yield "returned-though-bound", f"{fact.agency} returned a binding placement"
    if fact.scope == "agency" and context.policies.returns_used_up(state):
        yield "returned-too-often", f"it had been returned {len(state.returned_by)} times; the arbiter should decide"


def _past_the_arbiter(state: Complaint, context: AuditContext) -> Iterator[tuple[str, str]]:
    # The third return opens arbitration (design: section 1): after it router places only within one agency.
    within = state.last_return is not None and state.last_return.scope == "unit"
    if context.policies.returns_used_up(state) and not within:
        yield (
            "past-the-arbiter",
            f"it had been returned {len(state.returned_by)} times, and did not go to the arbiter",
        )
