"""The store's newest position known in this process, for readers that wait for a later one."""

import asyncio
from threading import Lock


class StoreHead:
    """Wakes waiting readers when the position moves, from any thread and on any event loop.

    Wakes them in the order in which they began to wait, so that seeded runs repeat.
    """

    def __init__(self) -> None:
        self._position = 0
        self._waiting: dict[asyncio.Future[None], asyncio.AbstractEventLoop] = {}
        self._lock = Lock()

    def advance(self, position: int) -> None:
        """The store has reached `position`. Ignores earlier positions."""
        with self._lock:
            if position <= self._position:
                return
            self._position = position
        self.wake()

    def reset(self, position: int) -> None:
        """The store is at `position`, perhaps an earlier one than before: an older copy of it was restored."""
        with self._lock:
            self._position = position
        self.wake()

    def wake(self) -> None:
        """Wake all waiting readers."""
        with self._lock:
            woken, self._waiting = self._waiting, {}
        for future, loop in woken.items():
            if not loop.is_closed():
                loop.call_soon_threadsafe(_wake, future)

    async def beyond(self, position: int) -> None:
        """Return when the store is past `position` or `wake` is called."""
        loop = asyncio.get_running_loop()
        with self._lock:
            if self._position > position:
                return
            future = loop.create_future()
            self._waiting[future] = loop
        try:
            await future
        finally:
            with self._lock:
                self._waiting.pop(future, None)


def _wake(future: asyncio.Future[None]) -> None:
    if not future.done():
        future.set_result(None)
