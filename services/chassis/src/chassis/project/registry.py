"""The present registry in every process: folded from the store and refreshed from there, not over Kafka."""

import asyncio
import time
from collections.abc import Callable
from typing import Final
from uuid import UUID

from chassis.write.repository import Repository, known_registry
from schemas.registry.fold import Registry

FRESH_S: Final = 0.2
"""Age up to which the registry is not read again: how long a new agency may be unknown to a process."""


class RegistryView:
    """Reads new events of the registry's stream, at most every `FRESH_S`."""

    def __init__(
        self, repository: Repository, fresh_s: float = FRESH_S, monotonic: Callable[[], float] = time.monotonic
    ) -> None:
        self._repository, self._fresh_s, self._monotonic = repository, fresh_s, monotonic
        self._state, self._read_at = Registry(), float("-inf")
        self._last_event: UUID | None = None
        self._lock = asyncio.Lock()

    async def current(self, *, at_least: int = -1) -> Registry:
        """The registry, at most `FRESH_S` old and at version `at_least` or later if the store has that.

        Raises:
            UnknownEvent: it holds a fact of a newer version, and nothing may be decided by it.
        """
        return known_registry(await self.carried(at_least=at_least))

    async def carried(self, *, at_least: int = -1) -> Registry:
        """As `current`, for whoever only shows or counts: facts of a newer version are passed over."""
        if self._is_fresh(at_least):
            return self._state
        async with self._lock:
            if not self._is_fresh(at_least):
                await self._read()
        return self._state

    async def now(self) -> Registry:
        """The registry with everything that the store holds at the time of the call. Raises UnknownEvent."""
        async with self._lock:
            await self._read()
        return known_registry(self._state)

    async def _read(self) -> None:
        self._state, self._last_event = await self._repository.registry_after(self._state, self._last_event)
        self._read_at = self._monotonic()

    @property
    def known(self) -> Registry:
        """The registry as last read, without access to the store."""
        return self._state

    def _is_fresh(self, at_least: int) -> bool:
        return self._state.version >= at_least and self._monotonic() - self._read_at < self._fresh_s
