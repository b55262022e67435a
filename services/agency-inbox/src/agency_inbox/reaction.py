"""Delivers notifications: sends each undelivered message to its agency's topic and appends a receipt.

Send first, append after: a crash in between sends the message again with the same `ce_id`.
"""

import asyncio
from collections import OrderedDict
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import NamedTuple
from uuid import UUID

import structlog

from agency_inbox import decide
from agency_inbox.delivery import (
    Notification,
    TopicIds,
    erasure_receipts,
    erasure_repeats,
    message_body,
    receipt_cause,
    undelivered,
)
from agency_inbox.postbox import OutgoingMessage, Postbox
from agency_inbox.settings import CACHED_RECEIPTS
from chassis.base.errors import BrokerUnavailable
from chassis.base.ports import TimeSource
from chassis.project.registry import RegistryView
from chassis.react.reaction import Outcome
from chassis.write.loaded import LoadedStream
from chassis.write.repository import Cause
from schemas.base.envelope import Metadata
from schemas.complaint.state import Complaint, Receipt
from schemas.deadlines.policies import Policies
from schemas.events.base import Fact
from schemas.events.codec import metadata_of
from schemas.registry.fold import Registry

log = structlog.get_logger(__name__)


class DeliveryKey(NamedTuple):
    """Identifies one message in one topic."""

    complaint: UUID
    agency: str
    message: UUID
    topic_id: str
    repeated: int | None = None


class Delivery:
    """The reaction (see `chassis.react.reaction.Reaction`) of the agent and of the sweep, over one postbox."""

    def __init__(self, postbox: Postbox, registry: RegistryView, policies: Policies, clock: TimeSource) -> None:
        self._postbox, self._registry, self._policies, self._clock = postbox, registry, policies, clock
        self._sent: OrderedDict[DeliveryKey, Receipt] = OrderedDict()
        self._lock = asyncio.Lock()

    async def __call__(self, loaded: Sequence[LoadedStream]) -> Sequence[Outcome | None]:
        """Send every undelivered message."""
        return await self._deliver(loaded, None)

    async def deliver_overdue(self, grace: timedelta, loaded: Sequence[LoadedStream]) -> Sequence[Outcome | None]:
        """For the sweep: send only messages older than `grace`; the agent probably sends the younger ones.

        While the broker is away it returns without error, so the sweep goes on updating its open work.
        """
        try:
            return await self._deliver(loaded, self._clock.now() - grace)
        except BrokerUnavailable as error:
            log.warning("not delivered", because=str(error), complaints=len(loaded))
            return [None] * len(loaded)

    async def _deliver(self, loaded: Sequence[LoadedStream], until: datetime | None) -> Sequence[Outcome | None]:
        async with self._lock:  # the agent and the sweep of one process do not send the same message
            topics = await self._topics(loaded)
            due = [[*_due(each, topics, until), *self._repeats(each, topics, until)] for each in loaded]
            receipts = await self._send(loaded, due, topics)
        at = self._clock.now()
        return [_outcome(each, some, receipts, topics, at) for each, some in zip(loaded, due, strict=True)]

    async def _topics(self, loaded: Sequence[LoadedStream]) -> TopicIds:
        agencies = {agency for each in loaded for agency in each.state.news}
        topics = await self._postbox.topics(agencies)
        again = any(one.again for each in loaded for one in undelivered(each.state, each.ids, topics))
        # Cached ids must not cause a second delivery.
        return await self._postbox.topics(agencies, fresh=True) if again else topics

    async def _send(
        self, loaded: Sequence[LoadedStream], due: Sequence[Sequence[Notification]], topics: TopicIds
    ) -> dict[DeliveryKey, Receipt]:
        """The receipts of all notifications: of those sent now, and of those sent before an append had a conflict."""
        pending = {
            _key(each, notification, topics): (each, notification)
            for each, some in zip(loaded, due, strict=True)
            for notification in some
        }
        new = [key for key in pending if key not in self._sent]
        if new:
            registry = await self._registry.current(at_least=max(_registry_version(pending[key][0]) for key in new))
            outgoing = [self._outgoing(*pending[key], registry) for key in new]
            for key, receipt in zip(new, await self._postbox.send(outgoing), strict=True):
                self._sent[key] = receipt._replace(repeat=pending[key][1].repeat)
        receipts = {key: self._sent[key] for key in pending}
        while len(self._sent) > CACHED_RECEIPTS:
            self._sent.popitem(last=False)
        return receipts

    def _repeats(self, loaded: LoadedStream, topics: TopicIds, until: datetime | None) -> list[Notification]:
        """Messages of an erasure to send again: those due (for the sweep), and those that words were sent after."""
        state = loaded.state
        if not state.erased:
            return []
        due = {} if until is None else {
            each.agency: each for each in erasure_repeats(state, topics, self._policies, self._clock.now())
        }  # fmt: skip
        return [*due.values(), *(each for each in self._overtaken(state) if each.agency not in due)]

    def _overtaken(self, state: Complaint) -> list[Notification]:
        # This process sent an older message after another one had sent that of the erasure: its append had a conflict.
        receipts = erasure_receipts(state)
        later = {
            key.agency
            for key, sent in self._sent.items()
            if key.complaint == state.id
            and (receipt := receipts.get(key.agency))
            and key.topic_id == receipt.topic_id
            and key.message != receipt.message_id
            and sent.offset > receipt.offset
        }
        return [
            Notification(agency, state.news[agency], repeated=receipts[agency].offset, repeat=receipts[agency].repeat)
            for agency in sorted(later)
        ]

    def _outgoing(self, loaded: LoadedStream, notification: Notification, registry: Registry) -> OutgoingMessage:
        body = message_body(loaded.state, notification, registry, self._policies)
        told = _metadata(loaded, notification)
        return OutgoingMessage(notification.agency, loaded.state.id, notification.news, told.at, body, told.traceparent)


def _due(loaded: LoadedStream, topics: TopicIds, until: datetime | None) -> list[Notification]:
    due = undelivered(loaded.state, loaded.ids, topics)
    return [each for each in due if until is None or each.again or _metadata(loaded, each).at <= until]


def _outcome(
    loaded: LoadedStream,
    sent: Sequence[Notification],
    receipts: dict[DeliveryKey, Receipt],
    topics: TopicIds,
    at: datetime,
) -> Outcome | None:
    facts, causes = list[Fact](), list[Cause]()
    for notification in sent:
        receipt = receipts[_key(loaded, notification, topics)]
        correlation = _metadata(loaded, notification).correlation_id
        for fact in decide.deliver(loaded.state, notification.agency, receipt, at, notification.repeated):
            facts.append(fact)
            cause = receipt_cause(receipt.message_id, receipt.topic_id, notification.repeated)
            causes.append(Cause(cause, correlation, at))
    if not facts:
        return None
    first = causes[0]
    return facts, Cause(first.causation_id, first.correlation_id, at, each=tuple(causes))


def _key(loaded: LoadedStream, notification: Notification, topics: TopicIds) -> DeliveryKey:
    agency = notification.agency
    return DeliveryKey(loaded.state.id, agency, notification.news.event_id, topics[agency], notification.repeated)


def _metadata(loaded: LoadedStream, notification: Notification) -> Metadata:
    return metadata_of(loaded.recorded[notification.news.version])


def _registry_version(loaded: LoadedStream) -> int:
    routed = loaded.state.routed
    return routed.basis.registry_version if routed is not None else -1
