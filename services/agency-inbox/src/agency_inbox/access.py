"""Which agency holds a complaint, and what a lead may know of a part. A merged agency's successor takes its place."""

from collections.abc import Callable, Sequence

from schemas.access.accused import is_kept_from
from schemas.access.principal import Principal
from schemas.complaint.fold import RecordedFact, evolve
from schemas.complaint.state import Complaint, new
from schemas.registry.fold import Registry


def holds(state: Complaint, registry: Registry, agency: str) -> bool:
    """Whether this agency is the present holder."""
    return registry.holder(state.holder).agency == agency


def as_known_to(
    who: Principal, part: Complaint, history: Callable[[], Sequence[RecordedFact]], registry: Registry
) -> Complaint | None:
    """A part as its lead knows it: as it is, or as it was until a reading of it accused an agency that `who` works for.
    None: it has no event yet, or accused them from the beginning.
    """
    if not is_kept_from(who, part, registry):
        return part if part.version >= 0 else None
    state, known = new(part.id), None
    for recorded in history():
        state = evolve(state, recorded)
        if is_kept_from(who, state, registry):
            break
        known = state
    return known


def names_of(registry: Registry, agency: str) -> tuple[str, ...]:
    """The ids of the agency and its predecessors: rows may still carry any of them."""
    return tuple(body for body in registry.agencies if _successor(registry, body) == agency)


def _successor(registry: Registry, agency: str) -> str | None:
    body = registry.living(agency)
    return body.id if body is not None else None
