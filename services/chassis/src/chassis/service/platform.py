"""What a process of any service opens once: the store, the key ring, the clock, the registry.

A composition root: it alone, with the services' `app` modules, picks adapters.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta

from chassis.base.clock import FileClock, SystemClock
from chassis.base.ports import KeyRing, Store, TimeSource
from chassis.base.settings import PREFIX, BadSetting, Settings
from chassis.deadletter.topic import KafkaDeadLetters
from chassis.keys.keyring import SqlKeyRing
from chassis.project.registry import RegistryView
from chassis.store import open_store
from chassis.write.cache import StreamCache
from chassis.write.repository import Repository
from schemas.reference.load import policies


@dataclass(frozen=True, slots=True)
class Platform:
    """The open surroundings of a process, shared by all services in it."""

    settings: Settings
    store: Store
    keyring: KeyRing
    clock: TimeSource
    registry: RegistryView

    def repository(self, writer: str) -> Repository:
        """The store in one service's name, with a memory of its own."""
        return Repository(self.store, self.keyring, writer, StreamCache())

    def dead_letters(self, service: str) -> KafkaDeadLetters:
        """Where a service sets aside what it cannot handle, for as long as the policy in force says."""
        kept = timedelta(days=policies().at(self.clock.now()).dead_letters_d)
        return KafkaDeadLetters(self.settings.kafka, service, kept)


@asynccontextmanager
async def open_platform(settings: Settings) -> AsyncIterator[Platform]:
    """Open everything; close it in reverse on leaving. Raises BadSetting: there is no such store."""
    store = _store(settings.store_url)
    keyring = SqlKeyRing(settings.keyring_url, settings.master_key.get_secret_value())
    clock: TimeSource = SystemClock() if settings.production else FileClock(settings.clock_file)
    try:
        yield Platform(settings, store, keyring, clock, RegistryView(Repository(store, keyring, "reader")))
    finally:
        await store.close()
        await keyring.close()


def _store(url: str) -> Store:
    try:
        return open_store(url)
    except ValueError as error:
        raise BadSetting(f"{PREFIX}STORE_URL: {error}") from error
