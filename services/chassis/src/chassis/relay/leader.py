"""The leading relay: fence the predecessor, read its checkpoint, publish from there on.

Independent of the Kafka client; the relay's shell and the simulation both run this code.
"""

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from typing import Final, Protocol
from uuid import UUID

import structlog

from chassis.base.ports import Page, Store
from chassis.relay.checkpoint import RelayCheckpoint, resume_after
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

    async def last_checkpoint(self) -> RelayCheckpoint | None:
        """The newest committed checkpoint."""
        ...


PublishPages = Callable[[AsyncIterator[Page], EventPublisher], Awaitable[None]]
"""Publishes the events of the pages until cancelled or an error."""


async def run_leader(
    store: Store, transport: RelayTransport, topic_ids: Mapping[str, str], publish: PublishPages
) -> None:
    """Publish every event after the checkpoint, endlessly.

    Raises:
        WrongStore: these topics belong to another store.
        Fenced, BrokerUnavailable, StoreUnavailable.
    """
    store_id = await store.store_id()
    async with transport.publishing(store_id, topic_ids) as publisher:
        # Read after the fence: no other relay can move it any more.
        after = resume_after(await transport.last_checkpoint(), store_id, topic_ids)
        log.info("relay publishes", after=after)
        await publish(store.subscribe(after, PREFIXES), publisher)
