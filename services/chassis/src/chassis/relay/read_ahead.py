"""What a subscription has brought and nobody has taken yet."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import aclosing

from chassis.base.ports import Page
from schemas.base.envelope import RecordedEvent


class ReadAhead:
    """What the store has given and Kafka has not yet taken: read ahead, so that neither waits for the other."""

    def __init__(self, most: int, pace_s: float = 0.0) -> None:
        """`pace_s`: between two looks at a store that has no more to give; each costs a query, however little it finds,
        and a store that many write to has something new at every instant.
        """
        self._most, self._pace_s, self._events = most, pace_s, list[RecordedEvent]()
        self._changed = asyncio.Condition()

    def __len__(self) -> int:
        return len(self._events)

    async def fill(self, pages: AsyncIterator[Page]) -> None:
        """Without end; waits while `most` or more are here."""
        async with aclosing(pages) as subscription:  # type: ignore[type-var]
            async for page in subscription:
                async with self._changed:
                    self._events.extend(page.events)
                    self._changed.notify_all()
                    await self._changed.wait_for(lambda: len(self._events) < self._most)
                if page.caught_up:
                    await asyncio.sleep(self._pace_s)

    async def take(self, most: int) -> Sequence[RecordedEvent]:
        """All that is here, up to `most`; waits for the first."""
        async with self._changed:
            await self._changed.wait_for(lambda: bool(self._events))
            taken, self._events = self._events[:most], self._events[most:]
            self._changed.notify_all()
            return taken
