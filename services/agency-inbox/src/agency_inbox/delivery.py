"""Who must be told what? Read off one complaint's state, so that a message too many, or one lost, changes nothing.

A receipt is *live* while its topic is the one that the agency reads today (a wiped or remade topic has another id).
"""

from collections.abc import Collection, Mapping
from typing import Final, NamedTuple
from uuid import UUID

from agency_inbox.settings import MESSAGE_BYTES
from schemas.base.ids import derived_id, event_id
from schemas.base.streams import complaint_stream
from schemas.complaint.state import AgencyUpdate, Complaint
from schemas.contract import Case, newest_message
from schemas.deadlines.policies import Policies
from schemas.events.agency_inbox import ComplaintDelivered, ComplaintReturned, ResponseGiven
from schemas.events.base import names
from schemas.events.escalation import ComplaintEscalated, ComplaintLapsed, ReminderSent
from schemas.events.intake import (
    AttachmentAdded,
    ComplaintWithdrawn,
    DetailAdded,
    PersonalDataErased,
    ResolutionConfirmed,
    ResolutionDisputed,
)
from schemas.events.router import ComplaintArchived, ComplaintJoined, ComplaintRouted
from schemas.registry.fold import Registry

NEWS: Final = names(
    AttachmentAdded,
    ComplaintArchived,
    ComplaintEscalated,
    ComplaintJoined,
    ComplaintLapsed,
    ComplaintReturned,
    ComplaintRouted,
    ComplaintWithdrawn,
    DetailAdded,
    PersonalDataErased,
    ReminderSent,
    ResolutionConfirmed,
    ResolutionDisputed,
    ResponseGiven,
)
"""Facts that can be news to a body; all others are not worth waking up for. A receipt is none of them."""

TopicIds = Mapping[str, str]
"""The id of each agency's inbox topic as it is today."""


class Notification(NamedTuple):
    """What one body must be told. `again`: it was told, but its topic is another one now."""

    agency: str
    news: AgencyUpdate
    again: bool = False


def undelivered(state: Complaint, ids: Collection[UUID], topics: TopicIds) -> list[Notification]:
    """The bodies that must be told, the holder first. `ids`: of the events in the stream.

    A topic whose id is not in `topics` is taken to be what it was.
    """
    letters = [Notification(agency, news, _was_told(state, agency, news)) for agency, news in state.news.items()]
    due = [letter for letter in letters if _is_due(state, letter, ids, topics)]
    return sorted(due, key=lambda letter: (letter.agency != state.agency, letter.agency))


def receipt_cause(told: UUID, topic_id: str) -> UUID:
    """Why a receipt is written: for this message in this very topic, and so only once."""
    return derived_id("receipt", str(told), topic_id)


def message_body(state: Complaint, letter: Notification, registry: Registry, policies: Policies) -> bytes:
    """The message's JSON: the complaint's whole present state for that body, under the version of the newest news.

    Where reporters wrote more than a message can carry, the oldest details are left out: they are in the HTTP answer.
    """
    told = newest_message(state, letter.agency, registry, policies).model_copy(update={"version": letter.news.version})
    while len(body := _json(told)) > MESSAGE_BYTES and told.content is not None and told.content.details:
        fewer = told.content.details[1 + len(told.content.details) // 10 :]
        told = told.model_copy(update={"content": told.content.model_copy(update={"details": fewer})})
    return body


def _json(told: Case) -> bytes:
    return told.model_dump_json(by_alias=True, exclude_none=True).encode()


def _is_due(state: Complaint, letter: Notification, ids: Collection[UUID], topics: TopicIds) -> bool:
    known = topics.get(letter.agency)
    if letter.again and not _is_lost(state, letter.agency, known):
        return False
    # A receipt of this very message in this topic may stand in the stream behind a later one of an older message.
    return known is None or _receipt_id(state, letter, known) not in ids


def _is_lost(state: Complaint, agency: str, topic_id: str | None) -> bool:
    """Whether the holder's topic is another one than that of its receipt; no other body is told again."""
    holds = state.is_open and state.agency == agency
    return holds and topic_id is not None and state.receipts[agency].topic_id != topic_id


def _was_told(state: Complaint, agency: str, news: AgencyUpdate) -> bool:
    receipt = state.receipts.get(agency)
    return receipt is not None and receipt.message_id == news.event_id


def _receipt_id(state: Complaint, letter: Notification, topic_id: str) -> UUID:
    cause = receipt_cause(letter.news.event_id, topic_id)
    return event_id(complaint_stream(state.id), cause, ComplaintDelivered.__name__, 0)
