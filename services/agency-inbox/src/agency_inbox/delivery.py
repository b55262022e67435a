"""Which notifications an agency must get, decided from the complaint's state alone: repeats and losses do no harm.

A receipt is live while its topic has the same id; a topic that was deleted and recreated has another id.

An inbox topic is compacted: of each complaint it keeps the newest message only. After an erasure that is
`complaint.erased`, which has no words. Kafka compacts nothing in the segment being written, and a process that died
between sending and appending may have sent words later. So this message is sent again, twice, each time after the
policy's `superseded_d`: the first ends the segment with the words, the second also one with later words.
"""

from collections.abc import Collection, Mapping
from datetime import UTC, datetime, timedelta
from typing import Final, NamedTuple
from uuid import UUID

from agency_inbox.settings import MESSAGE_BYTES
from schemas.base.ids import derived_id, event_id
from schemas.base.streams import complaint_stream
from schemas.complaint.fold import AGENCY_UPDATES
from schemas.complaint.state import AgencyUpdate, Complaint, Receipt
from schemas.contract import Case, newest_message
from schemas.deadlines.policies import Policies
from schemas.events.agency_inbox import ComplaintDelivered
from schemas.events.base import names
from schemas.events.router import ComplaintReferred
from schemas.registry.fold import Registry

NEWS: Final = names(*AGENCY_UPDATES) - names(ComplaintReferred)
"""The event types that can need a notification. A referral takes a complaint only from a dissolved agency."""

ERASED: Final = "erased"
REPEATS: Final = 2
REPEAT_MARGIN: Final = timedelta(minutes=1)
"""After the end of the segment, for clocks that differ."""
NEVER: Final = datetime(9999, 1, 1, tzinfo=UTC)

TopicIds = Mapping[str, str]
"""The present id of each agency's inbox topic."""


class Notification(NamedTuple):
    """What one agency must get. `again`: it was delivered before, but the topic was recreated since. `repeated`: the
    offset of the message of an erasure that this one repeats; `repeat`: its number.
    """

    agency: str
    news: AgencyUpdate
    again: bool = False
    repeated: int | None = None
    repeat: int = 0


def undelivered(state: Complaint, event_ids: Collection[UUID], topics: TopicIds) -> list[Notification]:
    """The notifications to send, the holder's first. `event_ids`: of all events in the stream.

    A topic whose id is not in `topics` is taken to be unchanged.
    """
    candidates = [_candidate(state, agency, news) for agency, news in state.news.items()]
    due = [each for each in candidates if _is_due(state, each, event_ids, topics)]
    return sorted(due, key=lambda each: (each.agency != state.agency, each.agency))


def erasure_repeats(state: Complaint, topics: TopicIds, policies: Policies, now: datetime) -> list[Notification]:
    """The messages of an erasure that are due to be sent again."""
    return [
        Notification(agency, state.news[agency], repeated=receipt.offset, repeat=receipt.repeat + 1)
        for agency, receipt in erasure_receipts(state).items()
        if repeat_due_at(receipt, policies) <= now and topics.get(agency, receipt.topic_id) == receipt.topic_id
    ]


def erasure_receipts(state: Complaint) -> dict[str, Receipt]:
    """The receipts, by agency, of the message of an erasure; empty if it was not erased."""
    if not state.erased:
        return {}
    return {
        agency: receipt
        for agency, receipt in state.receipts.items()
        if (news := state.news.get(agency)) and news.kind == ERASED and receipt.message_id == news.event_id
    }


def repeat_due_at(receipt: Receipt, policies: Policies) -> datetime:
    """When the message of an erasure is due to be sent again."""
    if receipt.repeat >= REPEATS:
        return NEVER
    return receipt.at + timedelta(days=policies.at(receipt.at).superseded_d) + REPEAT_MARGIN


def receipt_cause(message_id: UUID, topic_id: str, repeated: int | None = None) -> UUID:
    """The causation id of a receipt: one for each message and topic, so a receipt is written once. `repeated`: the
    offset of the message that it repeats.
    """
    again = () if repeated is None else (str(repeated),)
    return derived_id("receipt", str(message_id), topic_id, *again)


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
    # Only the present holder gets a lost message again, and after an erasure everybody who may still have the words.
    concerned = state.erased or (state.is_open and state.agency == agency)
    return concerned and topic_id is not None and state.receipts[agency].topic_id != topic_id


def _candidate(state: Complaint, agency: str, news: AgencyUpdate) -> Notification:
    again = _has_receipt(state, agency, news)
    # A new topic never held the words: there the message of an erasure is not repeated.
    return Notification(agency, news, again, repeat=REPEATS if again and state.erased else 0)


def _has_receipt(state: Complaint, agency: str, news: AgencyUpdate) -> bool:
    receipt = state.receipts.get(agency)
    return receipt is not None and receipt.message_id == news.event_id


def _receipt_id(state: Complaint, notification: Notification, topic_id: str) -> UUID:
    cause = receipt_cause(notification.news.event_id, topic_id)
    return event_id(complaint_stream(state.id), cause, ComplaintDelivered.__name__, 0)
