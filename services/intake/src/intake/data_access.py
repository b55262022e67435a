"""The reporter asks for everything that is held about them (law 27/2022 articles 7, 13 and 32). Pure."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from schemas.base.refusals import NotFound
from schemas.complaint.attachments import attached
from schemas.complaint.fold import RecordedFact
from schemas.complaint.state import Complaint
from schemas.contract.base import InboundModel
from schemas.events.base import Fact
from schemas.events.intake import ContactRead, DataAccessGiven, DataAccessRequested
from schemas.events.router import ComplaintRouted
from schemas.registry.fold import Registry
from schemas.wording.casefile import attachment_fields
from schemas.wording.names import agency as agency_name


class AskForData(InboundModel):
    """The reporter asks for a copy of all data."""


def ask_for_data(state: Complaint, at: datetime, within: timedelta) -> Sequence[Fact]:
    """The request, which is due `within`, answered at once. A second one on the same day (UTC) adds nothing. In
    every status; it does not count towards `PUBLIC_MOVES`, because it is a right.

    Raises:
        NotFound: there is no such complaint, or it is a part of one.
    """
    if state.version < 0 or state.whole is not None:
        raise NotFound(what="complaint")
    if state.erased or (state.data_given_at is not None and state.data_given_at.date() == at.date()):
        return []
    return [DataAccessRequested(at=at, due_at=at + within), DataAccessGiven(at=at)]


def readings(history: Iterable[RecordedFact], registry: Registry) -> list[dict[str, Any]]:
    """Which body read name and contacts, when and why."""
    return [
        {"at": fact.at, "body": fact.agency, "body_name": _named(fact.agency, registry), "reason": fact.reason}
        for fact in (recorded.fact for recorded in history)
        if isinstance(fact, ContactRead)
    ]


def recipients(histories: Iterable[Sequence[RecordedFact]], registry: Registry) -> list[dict[str, Any]]:
    """Every body that was given the complaint or a part of it, and when first."""
    first: dict[str, datetime] = {}
    for fact in (recorded.fact for history in histories for recorded in history):
        if isinstance(fact, ComplaintRouted):
            first[fact.agency] = min(fact.at, first.get(fact.agency, fact.at))
    return [{"at": at, "body": body, "body_name": _named(body, registry)} for body, at in first.items()]


def files(history: Iterable[RecordedFact], code: str, *, scans: bool) -> list[dict[str, Any]]:
    """The reporter's files, and where to get each."""
    found = attached((recorded.fact for recorded in history), scans=scans)
    return [attachment_fields(each) | {"link": _link(code, each.added.attachment)} for each in found]


def _link(code: str, attachment: UUID) -> str:
    return f"/api/v1/complaints/{code}/attachments/{attachment}"


def _named(body: str, registry: Registry) -> str:
    return agency_name(body, None, registry)
