"""What an agency can do with a complaint, as data: asked over HTTP or on its replies topic, decided alike."""

from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from schemas.complaint import Complaint
from schemas.lifecycle import Status
from schemas.registry import Registry


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
class Progress:
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


Move = Acknowledge | Return | Progress | Clarify | Respond


class By(NamedTuple):
    """In whose name a move is made, by which registry, and when (domain time, UTC)."""

    agency: str
    registry: Registry
    at: datetime


def holds(state: Complaint, registry: Registry, agency: str) -> bool:
    """Whether this body has it now. A merged body's successor *is* the holder."""
    return registry.holder(state.holder).agency == agency


def was_told(state: Complaint, registry: Registry, agency: str) -> bool:
    """Whether this body, or one that it followed, was ever told of it: nobody else may learn that it exists."""
    return any(body == agency or _successor(registry, body) == agency for body in state.news)


def may_read(state: Complaint, registry: Registry, agency: str) -> bool:
    """Whether it is this body's own: it holds it, or held it when it was closed."""
    if state.status is not Status.CLOSED:
        return holds(state, registry, agency)
    last = state.routed.agency if state.routed is not None else None
    kept = last is not None and last in state.news and state.news[last].kind != "unassigned"
    return kept and agency in (last, _successor(registry, last or ""))


def _successor(registry: Registry, agency: str) -> str | None:
    body = registry.living(agency)
    return body.id if body is not None else None
