"""What a process opens once for all its services: store, key ring, clock, registry and access log.

A composition root: only it and the services' `app` modules choose adapters.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import timedelta

from chassis.access_log.entry import AccessLogger, MemoryAccessLog
from chassis.access_log.log import AccessLog
from chassis.base.clock import FileClock, SystemClock
from chassis.base.cluster import Cluster
from chassis.base.errors import ChassisError
from chassis.base.ports import KeyRing, Store, TimeSource
from chassis.base.settings import PREFIX, BadSetting, Settings
from chassis.deadletter.topic import KafkaDeadLetters
from chassis.http import shared_limits
from chassis.http.access import CallLimits
from chassis.http.shared_limits import SharedLimits
from chassis.kafka.verify import RecordVerifier
from chassis.keys.keyring import SqlKeyRing
from chassis.project.registry import RegistryView
from chassis.sql.database import Database
from chassis.store import check, open_store
from chassis.tracing.store import TracedStore
from chassis.write.cache import StreamCache
from chassis.write.level import FeatureLevel
from chassis.write.repository import Repository
from schemas.reference.load import policies


@dataclass(frozen=True, slots=True)
class Platform:
    """The open resources of a process, shared by all its services."""

    settings: Settings
    store: Store
    keyring: KeyRing
    clock: TimeSource
    registry: RegistryView
    signing_key: bytes | None = None
    """Signs what the relay publishes."""
    access_log: AccessLogger = field(default_factory=MemoryAccessLog)
    """Where sign-ins, refusals and changed credentials are noted."""
    limits: SharedLimits = field(default_factory=SharedLimits)
    level: FeatureLevel = field(default_factory=FeatureLevel)
    """Which new kinds of facts may be written."""

    @property
    def call_limits(self) -> CallLimits:
        """Of all requests of a source and of a principal."""
        return CallLimits(
            self.limits.limiter("requests", self.settings.requests_per_minute),
            self.limits.limiter("requests by principal", self.settings.principal_requests_per_minute),
        )

    @property
    def verifier(self) -> RecordVerifier:
        """Tells events of the store from foreign records."""
        return RecordVerifier(self.store, self.signing_key)

    def repository(self, writer: str) -> Repository:
        """A repository that writes in one service's name, with its own cache."""
        return Repository(
            self.store,
            self.keyring,
            writer,
            StreamCache(),
            records_actors=self.settings.record_actors,
            level=self.level,
        )

    def kafka(self, user: str) -> Cluster:
        """Kafka as this service reaches it."""
        return self.settings.kafka_as(user)

    def dead_letters(self, service: str) -> KafkaDeadLetters:
        """A service's dead letters, with the retention of the policy in force."""
        return KafkaDeadLetters(
            self.kafka(service), service, lambda: timedelta(days=policies().at(self.clock.now()).dead_letters_d)
        )


@asynccontextmanager
async def open_platform(settings: Settings) -> AsyncIterator[Platform]:
    """Open everything; close it on leaving.

    Raises:
        BadSetting: the store's URL, or the file of the keys, is not valid.
        NoState: there is no file of the keys; nothing was opened.
        NotMigrated, TooNew: a database is not of this version.
    """
    master_keys = settings.master_keys  # before anything is open that an error would leave open
    plain = _store(settings.store_url)
    store = TracedStore(plain) if settings.traces else plain
    keyring = SqlKeyRing(settings.keyring_url, master_keys)
    access_log = AccessLog(settings.access_log_url, settings.access_log_key.get_secret_value())
    clock: TimeSource = SystemClock() if settings.production else FileClock(settings.clock_file)
    limits = SharedLimits(Database(settings.limits_url, shared_limits.HISTORY))
    # Processes on SQLite share one machine and one version, so no upgrade is ever half done.
    level = FeatureLevel(0) if keyring.shared else FeatureLevel()
    following = asyncio.create_task(level.follow(keyring.feature_level), name="feature level")
    try:
        # One after another: what fails must not leave another one opening a connection while all are closed.
        await check(plain)
        await keyring.check()
        await access_log.database.check()
        await limits.check()
        with suppress(ChassisError):  # a command must not find the level unread; a process asks again
            level.level = await keyring.feature_level() if keyring.shared else level.level
        registry, key = RegistryView(Repository(store, keyring, "reader")), settings.signing_key.get_secret_value()
        yield Platform(settings, store, keyring, clock, registry, key, access_log, limits, level)
    finally:
        following.cancel()
        with suppress(asyncio.CancelledError):
            await following
        await access_log.close()
        await store.close()
        await keyring.close()
        await limits.close()


@asynccontextmanager
async def open_only_store(settings: Settings) -> AsyncIterator[Store]:
    """Open the event store alone, for readers that need no key.

    Raises:
        BadSetting: the store's URL is not valid.
        NotMigrated, TooNew: the store is not of this version.
    """
    store = _store(settings.store_url)
    try:
        await check(store)
        yield store
    finally:
        await store.close()


def _store(url: str) -> Store:
    try:
        return open_store(url)
    except ValueError as error:
        raise BadSetting(f"{PREFIX}STORE_URL: {error}") from error
