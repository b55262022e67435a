"""Reporters' requests about their own data that are not done: for operators, without words and identity. Pure.

Source: law 27/2022 articles 32 (access) and 43, 44, 50 (erasure, and until when it may wait).
"""

from collections.abc import Iterable
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple
from uuid import UUID

from schemas.base.values import Clock
from schemas.complaint.state import Complaint
from schemas.deadlines.clocks import date_context, due_date
from schemas.deadlines.policies import Policies
from schemas.events.base import Fact
from schemas.events.intake import DataAccessGiven, DataAccessRequested
from schemas.registry.fold import Registry


class RequestKind(StrEnum):
    """What the reporter asked for."""

    ACCESS = "access"
    ERASURE = "erasure"


class OpenRequest(NamedTuple):
    """A request that is not done. `due_at` None: it was refused until the examination ends. `body`: who decides."""

    complaint: UUID
    kind: RequestKind
    asked_at: datetime
    due_at: datetime | None
    body: str | None

    def is_overdue(self, now: datetime) -> bool:
        return self.due_at is not None and self.due_at < now


def open_erasure(state: Complaint, registry: Registry, policies: Policies) -> OpenRequest | None:
    """The erasure that waits for who examines, or for the end of the examination; None: none waits."""
    if state.erasure is None or state.erased:
        return None
    asked, body = state.erasure, registry.holder(state.holder).agency
    due_at = due_date(Clock.ERASURE, asked, date_context(state, registry, policies)).due_at
    return OpenRequest(state.id, RequestKind.ERASURE, asked.at, None if state.erasure_refused else due_at, body)


def open_access(state: Complaint, history: Iterable[Fact]) -> OpenRequest | None:
    """The first request for a copy of all data that was not answered; None: all were."""
    facts = list(history)
    given = sum(isinstance(fact, DataAccessGiven) for fact in facts)
    asked = [fact for fact in facts if isinstance(fact, DataAccessRequested)][given:]
    if not asked or state.erased:
        return None
    return OpenRequest(state.id, RequestKind.ACCESS, asked[0].at, asked[0].due_at, None)
