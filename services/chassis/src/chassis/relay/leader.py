"""The leading relay: fence the predecessor, read its checkpoint, publish from there on.

Independent of the Kafka client; the relay's shell and the simulation both run this code.
"""

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from typing import Final, Protocol
from uuid import UUID

import structlog

from chassis.base.ports import Checkpoint, Page, Store, holds
from chassis.relay.checkpoint import RelayCheckpoint, refuse_other_history, resume_after
from schemas.base.envelope import RecordedEvent
from schemas.base.streams import COMPLAINT_PREFIX, REGISTRY

PREFIXES: Final = (COMPLAINT_PREFIX, REGISTRY)
log = structlog.get_logger(__name__)


class EventPublisher(Protocol):
    """See `chassis.relay.publisher.Publisher`."""

    async def publish(self, events: Sequence[RecordedEvent]) -> None:
        """Publish these, in order, and the checkpoint after them: all or nothing."""
        ...


class RelayTransport(Protocol):
    """The leading relay's access to Kafka. Both methods raise `BrokerUnavailable`."""

    def publishing(self, store_id: UUID, topic_ids: Mapping[str, str]) -> AbstractAsyncContextManager[EventPublisher]:
        """A publisher to the topics of these ids; starting it fences the previous publisher."""
        ...

    async def last_checkpoint(self, store_id: UUID, topic_ids: Mapping[str, str]) -> RelayCheckpoint | None:
        """The newest committed checkpoint that is to be trusted, if possible of this store and these topics."""
        ...


class CheckedPublisher:
    """Publishes only while the store holds what was published before. Every page is checked after it was read: if the
    store was exchanged in between, the last event is not there any more, or another one is in its place.
    """

    def __init__(self, publisher: EventPublisher, store: Store, published: RelayCheckpoint) -> None:
        """`published`: the checkpoint that publishing continues from."""
        self._publisher, self._store, self._published = publisher, store, published

    async def publish(self, events: Sequence[RecordedEvent]) -> None:
        """As `EventPublisher.publish`. Raises OtherHistory."""
        await self.check()
        await self._publisher.publish(events)
        self._published = self._published._replace(position=events[-1].position, event_id=events[-1].id)

    async def check(self) -> None:
        """Raises OtherHistory: the store does not hold the event that was published last."""
        at = self._published
        if not await holds(self._store, Checkpoint(at.position, at.event_id)):
            raise refuse_other_history(at)


PublishPages = Callable[[AsyncIterator[Page], CheckedPublisher], Awaitable[None]]
"""Publishes the events of the pages until cancelled or an error."""


async def run_leader(
    store: Store, transport: RelayTransport, topic_ids: Mapping[str, str], publish: PublishPages
) -> None:
    """Publish every event after the checkpoint, endlessly.

    Raises:
        WrongStore: these topics belong to another store, or to a later state of this one (`OtherHistory`).
        Fenced, BrokerUnavailable, StoreUnavailable.
    """
    store_id = await store.store_id()
    async with transport.publishing(store_id, topic_ids) as publisher:
        # Read after the fence: no other relay can move it any more.
        found = resume_after(await transport.last_checkpoint(store_id, topic_ids), store_id, topic_ids)
        checked = CheckedPublisher(publisher, store, found or RelayCheckpoint(store_id, 0, topic_ids))
        await checked.check()
        after = found.position if found else None
        log.info("relay publishes", after=after)
        await publish(store.subscribe(after, PREFIXES), checked)
