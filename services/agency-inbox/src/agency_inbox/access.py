"""Which agency holds a complaint, was notified of it, and may read it. A merged agency's successor takes its place."""

from schemas.base.values import Holder, HolderKind
from schemas.complaint.lifecycle import Status
from schemas.complaint.state import Complaint
from schemas.registry.fold import Registry


def holds(state: Complaint, registry: Registry, agency: str) -> bool:
    """Whether this agency is the present holder."""
    return registry.holder(state.holder).agency == agency


def was_notified(state: Complaint, registry: Registry, agency: str) -> bool:
    """Whether this agency or a predecessor was ever notified. Any other agency must not learn that it exists."""
    return any(body == agency or _successor(registry, body) == agency for body in state.news)


def owner_of(state: Complaint) -> Holder | None:
    """The agency that holds the complaint, or held it when it was closed; a merged agency by its former name."""
    if state.agency is not None:
        return state.holder
    if state.status is not Status.CLOSED or state.routed is None:
        return None
    news = state.news.get(state.routed.agency)
    unassigned = news is None or news.kind == "unassigned"
    return None if unassigned else Holder(HolderKind.AGENCY, state.routed.agency, state.routed.unit)


def may_read(state: Complaint, registry: Registry, agency: str) -> bool:
    """Whether this agency, or an agency that merged into it, is the complaint's owner."""
    owner = owner_of(state)
    return owner is not None and registry.holder(owner).agency == agency


def names_of(registry: Registry, agency: str) -> tuple[str, ...]:
    """The ids of the agency and its predecessors: rows may still carry any of them."""
    return tuple(body for body in registry.agencies if _successor(registry, body) == agency)


def _successor(registry: Registry, agency: str) -> str | None:
    body = registry.living(agency)
    return body.id if body is not None else None
