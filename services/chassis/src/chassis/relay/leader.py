"""What does the relay that leads do? Fence its predecessor, find where that stopped, and publish from there on.

Knows no Kafka client: the relay's shell and the simulation drive this same code.
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
        """Publish these, in order, and the checkpoint behind them: all or nothing."""
        ...


class RelayTransport(Protocol):
    """What the leading relay asks of Kafka. Both raise `BrokerUnavailable`."""

    def publishing(self, store_id: UUID, topic_ids: Mapping[str, str]) -> AbstractAsyncContextManager[EventPublisher]:
        """A publisher into the topics of these ids; starting one fences whoever published before."""
        ...

    async def last_checkpoint(self) -> RelayCheckpoint | None:
        """The newest committed one."""
        ...


Carry = Callable[[AsyncIterator[Page], EventPublisher], Awaitable[None]]
"""Publishes what the pages bring, until cancelled or an error."""


async def run_leader(store: Store, line: RelayTransport, topic_ids: Mapping[str, str], carry: Carry) -> None:
    """Publish everything that the store holds beyond the checkpoint, without end.

    Raises:
        WrongStore: these topics belong to another store.
        Fenced, BrokerUnavailable, StoreUnavailable.
    """
    store_id = await store.store_id()
    async with line.publishing(store_id, topic_ids) as publisher:
        # Read after the fence: nobody can move it any more.
        after = resume_after(await line.last_checkpoint(), store_id, topic_ids)
        log.info("relay publishes", after=after)
        await carry(store.subscribe(after, PREFIXES), publisher)
