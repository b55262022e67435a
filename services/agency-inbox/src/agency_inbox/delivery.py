"""Which notifications an agency must get, decided from the complaint's state alone: repeats and losses do no harm.

A receipt is live while its topic has the same id; a topic that was deleted and recreated has another id.
"""

from collections.abc import Collection, Mapping
from typing import Final, NamedTuple
from uuid import UUID

from agency_inbox.settings import MESSAGE_BYTES
from schemas.base.ids import derived_id, event_id
from schemas.base.streams import complaint_stream
from schemas.complaint.fold import AGENCY_UPDATES
from schemas.complaint.state import AgencyUpdate, Complaint
from schemas.contract import Case, newest_message
from schemas.deadlines.policies import Policies
from schemas.events.agency_inbox import ComplaintDelivered
from schemas.events.base import names
from schemas.events.router import ComplaintReferred
from schemas.registry.fold import Registry

NEWS: Final = names(*AGENCY_UPDATES) - names(ComplaintReferred)
"""The event types that can need a notification. A referral takes a complaint only from a dissolved agency."""

TopicIds = Mapping[str, str]
"""The present id of each agency's inbox topic."""


class Notification(NamedTuple):
    """What one agency must get. `again`: it was delivered before, but the topic was recreated since."""

    agency: str
    news: AgencyUpdate
    again: bool = False


def undelivered(state: Complaint, event_ids: Collection[UUID], topics: TopicIds) -> list[Notification]:
    """The notifications to send, the holder's first. `event_ids`: of all events in the stream.

    A topic whose id is not in `topics` is taken to be unchanged.
    """
    candidates = [Notification(agency, news, _has_receipt(state, agency, news)) for agency, news in state.news.items()]
    due = [each for each in candidates if _is_due(state, each, event_ids, topics)]
    return sorted(due, key=lambda each: (each.agency != state.agency, each.agency))


def receipt_cause(message_id: UUID, topic_id: str) -> UUID:
    """The causation id of a receipt: one for each message and topic, so a receipt is written once."""
    return derived_id("receipt", str(message_id), topic_id)


def message_body(state: Complaint, notification: Notification, registry: Registry, policies: Policies) -> bytes:
    """The message as JSON: the complaint's whole present state for that agency, with the version of its newest news.

    If it would exceed `MESSAGE_BYTES`, the oldest details are left out; the agency reads them over HTTP.
    """
    case = newest_message(state, notification.agency, registry, policies)
    case = case.model_copy(update={"version": notification.news.version})
    while len(body := _json(case)) > MESSAGE_BYTES and case.content is not None and case.content.details:
        fewer = case.content.details[1 + len(case.content.details) // 10 :]
        case = case.model_copy(update={"content": case.content.model_copy(update={"details": fewer})})
    return body


def _json(case: Case) -> bytes:
    return case.model_dump_json(by_alias=True, exclude_none=True).encode()


def _is_due(state: Complaint, notification: Notification, event_ids: Collection[UUID], topics: TopicIds) -> bool:
    topic_id = topics.get(notification.agency)
    if notification.again and not _is_lost(state, notification.agency, topic_id):
        return False
    # The receipt may stand in the stream before a later receipt of an older message, so the state alone is not enough.
    return topic_id is None or _receipt_id(state, notification, topic_id) not in event_ids


def _is_lost(state: Complaint, agency: str, topic_id: str | None) -> bool:
    # Only the present holder gets a lost message again.
    holds = state.is_open and state.agency == agency
    return holds and topic_id is not None and state.receipts[agency].topic_id != topic_id


def _has_receipt(state: Complaint, agency: str, news: AgencyUpdate) -> bool:
    receipt = state.receipts.get(agency)
    return receipt is not None and receipt.message_id == news.event_id


def _receipt_id(state: Complaint, notification: Notification, topic_id: str) -> UUID:
    cause = receipt_cause(notification.news.event_id, topic_id)
    return event_id(complaint_stream(state.id), cause, ComplaintDelivered.__name__, 0)
