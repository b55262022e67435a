"""Read-ahead buffer between the store and Kafka, so that neither waits for the other."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import aclosing

from chassis.base.ports import Page
from schemas.base.envelope import RecordedEvent


class ReadAhead:
    """Events read from the store and not published yet."""

    def __init__(self, limit: int, pace_s: float = 0.0) -> None:
        """`pace_s`: pause after a page that caught up. Every read costs a query, and a busy store always has something
        new.
        """
        self._limit, self._pace_s, self._events = limit, pace_s, list[RecordedEvent]()
        self._changed = asyncio.Condition()

    def __len__(self) -> int:
        return len(self._events)

    async def fill(self, pages: AsyncIterator[Page]) -> None:
        """Read pages endlessly; wait while the buffer holds `limit` events or more."""
        async with aclosing(pages) as subscription:  # type: ignore[type-var]
            async for page in subscription:
                async with self._changed:
                    self._events.extend(page.events)
                    self._changed.notify_all()
                    await self._changed.wait_for(lambda: len(self._events) < self._limit)
                if page.caught_up:
                    await asyncio.sleep(self._pace_s)

    async def take(self, limit: int) -> Sequence[RecordedEvent]:
        """Wait for events; remove and return up to `limit` of them."""
        async with self._changed:
            await self._changed.wait_for(lambda: bool(self._events))
            taken, self._events = self._events[:limit], self._events[limit:]
            self._changed.notify_all()
            return taken
