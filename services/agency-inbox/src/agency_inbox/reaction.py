"""What wakes the delivery and what it then does: every body with news is told, and a receipt is appended.

Sent first, appended after: a crash in between sends the same message again, under the same `ce_id`.
"""

import asyncio
from collections import OrderedDict
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import NamedTuple
from uuid import UUID

import structlog

from agency_inbox import decide
from agency_inbox.delivery import Notification, TopicIds, message_body, receipt_cause, undelivered
from agency_inbox.postbox import OutgoingMessage, Postbox
from agency_inbox.settings import REMEMBERED_SENDS
from chassis.base.errors import BrokerUnavailable
from chassis.base.ports import TimeSource
from chassis.project.registry import RegistryView
from chassis.react.reaction import Outcome
from chassis.write.loaded import LoadedStream
from chassis.write.repository import Cause
from schemas.base.envelope import Metadata
from schemas.complaint.state import Receipt
from schemas.deadlines.policies import Policies
from schemas.events.base import Fact
from schemas.events.codec import metadata_of
from schemas.registry.fold import Registry

log = structlog.get_logger(__name__)


class DeliveryKey(NamedTuple):
    """A message as it was, or is to be, sent."""

    complaint: UUID
    agency: str
    message: UUID
    topic_id: str


class Delivery:
    """The reaction (see `chassis.react.reaction.Reaction`) of the agent and of the sweep, over one postbox."""

    def __init__(self, postbox: Postbox, registry: RegistryView, policies: Policies, clock: TimeSource) -> None:
        self._postbox, self._registry, self._policies, self._clock = postbox, registry, policies, clock
        self._sent: OrderedDict[DeliveryKey, Receipt] = OrderedDict()
        self._turn = asyncio.Lock()

    async def __call__(self, loaded: Sequence[LoadedStream]) -> Sequence[Outcome | None]:
        """Tell everybody who has not been told."""
        return await self._deliver(loaded, None)

    async def what_was_left(self, grace: timedelta, loaded: Sequence[LoadedStream]) -> Sequence[Outcome | None]:
        """The same for the sweep: news younger than `grace` is left to the agent, which is probably on its way, and
        while the broker is away nothing is done, so that the sweep goes on feeding its open work.
        """
        try:
            return await self._deliver(loaded, self._clock.now() - grace)
        except BrokerUnavailable as error:
            log.warning("not delivered", because=str(error), complaints=len(loaded))
            return [None] * len(loaded)

    async def _deliver(self, loaded: Sequence[LoadedStream], until: datetime | None) -> Sequence[Outcome | None]:
        async with self._turn:  # agent and sweep of one process do not send the same letter
            topics = await self._topics(loaded)
            letters = [_due(each, topics, until) for each in loaded]
            receipts = await self._send(loaded, letters, topics)
        at = self._clock.now()
        return [_receipted(each, due, receipts, topics, at) for each, due in zip(loaded, letters, strict=True)]

    async def _topics(self, loaded: Sequence[LoadedStream]) -> TopicIds:
        agencies = {agency for each in loaded for agency in each.state.news}
        topics = await self._postbox.topics(agencies)
        lost = any(letter.again for each in loaded for letter in undelivered(each.state, each.ids, topics))
        # Nobody is told a second time because of an id read some seconds ago.
        return await self._postbox.topics(agencies, fresh=True) if lost else topics

    async def _send(
        self, loaded: Sequence[LoadedStream], letters: Sequence[Sequence[Notification]], topics: TopicIds
    ) -> dict[DeliveryKey, Receipt]:
        """The receipts of all letters: of those just sent, and of those sent before a conflict undid the append."""
        wanted = {
            _told(each, letter, topics): (each, letter)
            for each, due in zip(loaded, letters, strict=True)
            for letter in due
        }
        new = [told for told in wanted if told not in self._sent]
        if new:
            registry = await self._registry.current(at_least=max(_basis(wanted[told][0]) for told in new))
            outgoing = [self._outgoing(*wanted[told], registry) for told in new]
            for told, receipt in zip(new, await self._postbox.send(outgoing), strict=True):
                self._sent[told] = receipt
        receipts = {told: self._sent[told] for told in wanted}
        while len(self._sent) > REMEMBERED_SENDS:
            self._sent.popitem(last=False)
        return receipts

    def _outgoing(self, loaded: LoadedStream, letter: Notification, registry: Registry) -> OutgoingMessage:
        body = message_body(loaded.state, letter, registry, self._policies)
        return OutgoingMessage(letter.agency, loaded.state.id, letter.news, _of_news(loaded, letter).at, body)


def _due(loaded: LoadedStream, topics: TopicIds, until: datetime | None) -> list[Notification]:
    letters = undelivered(loaded.state, loaded.ids, topics)
    return [each for each in letters if until is None or each.again or _of_news(loaded, each).at <= until]


def _receipted(
    loaded: LoadedStream,
    letters: Sequence[Notification],
    receipts: dict[DeliveryKey, Receipt],
    topics: TopicIds,
    at: datetime,
) -> Outcome | None:
    facts, causes = list[Fact](), list[Cause]()
    for letter in letters:
        receipt, correlation = receipts[_told(loaded, letter, topics)], _of_news(loaded, letter).correlation_id
        for fact in decide.deliver(loaded.state, letter.agency, receipt, at):
            facts.append(fact)
            causes.append(Cause(receipt_cause(receipt.message_id, receipt.topic_id), correlation, at))
    if not facts:
        return None
    first = causes[0]
    return facts, Cause(first.causation_id, first.correlation_id, at, each=tuple(causes))


def _told(loaded: LoadedStream, letter: Notification, topics: TopicIds) -> DeliveryKey:
    return DeliveryKey(loaded.state.id, letter.agency, letter.news.event_id, topics[letter.agency])


def _of_news(loaded: LoadedStream, letter: Notification) -> Metadata:
    return metadata_of(loaded.recorded[letter.news.version])


def _basis(loaded: LoadedStream) -> int:
    routed = loaded.state.routed
    return routed.basis.registry_version if routed is not None else -1
