"""Which agency holds a complaint and was notified of it. A merged agency's successor takes its place."""

from schemas.complaint.state import Complaint
from schemas.registry.fold import Registry


def holds(state: Complaint, registry: Registry, agency: str) -> bool:
    """Whether this agency is the present holder."""
    return registry.holder(state.holder).agency == agency


def was_notified(state: Complaint, registry: Registry, agency: str) -> bool:
    """Whether this agency or a predecessor was ever notified. Any other agency must not learn that it exists."""
    return any(body == agency or _successor(registry, body) == agency for body in state.news)


def names_of(registry: Registry, agency: str) -> tuple[str, ...]:
    """The ids of the agency and its predecessors: rows may still carry any of them."""
    return tuple(body for body in registry.agencies if _successor(registry, body) == agency)


def _successor(registry: Registry, agency: str) -> str | None:
    body = registry.living(agency)
    return body.id if body is not None else None
