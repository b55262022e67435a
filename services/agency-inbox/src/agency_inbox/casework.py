"""What an agency can do with a complaint, as data: asked over HTTP or on its replies topic, decided alike."""

from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from schemas.base.values import Holder, HolderKind
from schemas.complaint.lifecycle import Status
from schemas.complaint.state import Complaint
from schemas.registry.fold import Registry


@dataclass(frozen=True, slots=True)
class Acknowledge:
    """It is ours, we have begun. `unit` tells which part of the body has it."""

    unit: str | None = None


@dataclass(frozen=True, slots=True)
class Return:
    """Not our field. A suggested unit of the same body makes it a return within the body."""

    reason: str
    suggested: str | None = None
    suggested_unit: str | None = None


@dataclass(frozen=True, slots=True)
class RecordProgress:
    """How far we are."""

    text: str


@dataclass(frozen=True, slots=True)
class Clarify:
    """A question to the reporter."""

    question: str


@dataclass(frozen=True, slots=True)
class Respond:
    """The answer, written with everything up to version `seen_version` before one's eyes."""

    text: str
    seen_version: int


Move = Acknowledge | Return | RecordProgress | Clarify | Respond


class ActingAgency(NamedTuple):
    """In whose name a move is made, by which registry, and when (domain time, UTC)."""

    agency: str
    registry: Registry
    at: datetime


def holds(state: Complaint, registry: Registry, agency: str) -> bool:
    """Whether this body has it now. A merged body's successor *is* the holder."""
    return registry.holder(state.holder).agency == agency


def was_notified(state: Complaint, registry: Registry, agency: str) -> bool:
    """Whether this body, or one that it followed, was ever told of it: nobody else may learn that it exists."""
    return any(body == agency or _successor(registry, body) == agency for body in state.news)


def owner_of(state: Complaint) -> Holder | None:
    """The body (by its name of then) whose own it is: it holds it, or held it when it was closed."""
    if state.agency is not None:
        return state.holder
    if state.status is not Status.CLOSED or state.routed is None:
        return None
    news = state.news.get(state.routed.agency)
    given_up = news is None or news.kind == "unassigned"
    return None if given_up else Holder(HolderKind.AGENCY, state.routed.agency, state.routed.unit)


def may_read(state: Complaint, registry: Registry, agency: str) -> bool:
    """Whether it is this body's own today; a merged body's complaints are its successor's."""
    owner = owner_of(state)
    return owner is not None and registry.holder(owner).agency == agency


def names_of(registry: Registry, agency: str) -> tuple[str, ...]:
    """The body and those that it followed: the names under which its complaints may still stand."""
    return tuple(body for body in registry.agencies if _successor(registry, body) == agency)


def _successor(registry: Registry, agency: str) -> str | None:
    body = registry.living(agency)
    return body.id if body is not None else None
