"""Looks at everything that a platform stands on: store, databases, Kafka, secrets, disk. Writes nothing."""

import asyncio
import shutil
from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any, Final

from chassis.base.settings import Settings
from chassis.deadletter.replay import DeadLetterReplay
from chassis.deadletter.shown import SERVICES
from chassis.kafka.admin import Admin
from chassis.relay.relay import TOPICS
from chassis.service import findings
from chassis.service.findings import Finding, unknown
from chassis.service.platform import Platform
from chassis.service.service import Service
from chassis.sweep.open_work import soonest_due
from schemas.access.kafka_users import OPERATOR
from schemas.base.topics import FIXED

LIMIT_S: Final = 20.0
"""For each check: what does not answer by then is told as unknown."""
OPEN_WORK: Final = "open_work"
STORE: Final = "see that the database of SATUPINTU_STORE_URL runs and can be reached"
KAFKA: Final = (
    "see that the brokers of SATUPINTU_KAFKA run and can be reached; complaints are filed and placed without them"
)
SECRETS: Final = {"master_key_file": "satupintu keys add", "code_secret_file": "satupintu codes add"}


async def examined(platform: Platform, services: Sequence[Service[Any]], now: Callable[[], datetime]) -> list[Finding]:
    """Everything that is wrong, the store first. `now`: real time."""
    found = await _checked("store", STORE, lambda: of_store(platform))
    if found:
        return found  # every other check needs it
    for service in services:
        do = f"see that the database of {service.name} can be reached"
        found += await _checked(service.name, do, partial(of_service, platform, service))
    found += await _checked("kafka", KAFKA, lambda: of_kafka(platform.settings))
    return [*found, *of_machine(platform.settings, now())]


async def of_store(platform: Platform) -> list[Finding]:
    """Whether it answers. Raises what it raises."""
    await platform.store.store_id()
    return []


async def of_service(platform: Platform, service: Service[Any]) -> list[Finding]:
    """Its read models, the oldest work of its sweep, and the books where it tells them."""
    found: list[Finding] = []
    async with service.open(platform) as context:
        newest = await platform.store.newest()
        for each in service.views(context):
            if each.projection is not None:
                name = f"{service.package}.{each.view.name}"
                found += findings.view_behind(name, await each.projection.position(), newest)
        tables = {name for each in service.views(context) for name in each.metadata.tables}
        if OPEN_WORK in tables:
            found += await _work(platform, service, context)
        if service.books is not None:
            found += findings.books(await context.database.read(service.books))
    return found


async def _work(platform: Platform, service: Service[Any], context: Any) -> list[Finding]:
    now = platform.clock.now()
    table = next(
        each.metadata.tables[OPEN_WORK] for each in service.views(context) if OPEN_WORK in each.metadata.tables
    )
    [*rows] = await context.database.read(lambda connection: soonest_due(connection, table, 1, now))
    return [*findings.work_late(service.name, rows[0].due_at if rows else None, now)]


async def of_kafka(settings: Settings) -> list[Finding]:
    """The topics of the platform, and dead letters. Raises BrokerUnavailable, KafkaDenied."""
    kafka, found = settings.kafka_as(OPERATOR), list[Finding]()
    admin = Admin(kafka)
    try:
        described = await admin.describe(list(FIXED))
    finally:
        await admin.close()
    for name, wanted in FIXED.items():
        if name not in described and name not in TOPICS:
            continue  # its writer makes it with its first record
        found += findings.topic(wanted, described.get(name), production=settings.production)
    for service in SERVICES:
        async with DeadLetterReplay(kafka, service) as letters:
            opened = [each.letter.message.timestamp_ms for each in await letters.open()]
        found += findings.dead_letters(service, [datetime.fromtimestamp(ms / 1000, UTC) for ms in opened])
    return found


def of_machine(settings: Settings, now: datetime) -> list[Finding]:
    """Secrets' ages and the room on the disk that holds our files."""
    found = list[Finding]()
    for name, do in SECRETS.items():
        path: Path = getattr(settings, name)
        if path.exists():
            found += findings.secret(path.name, datetime.fromtimestamp(path.stat().st_mtime, UTC), now, do)
    usage = shutil.disk_usage(settings.state_dir)
    return [*found, *findings.disk(str(settings.state_dir), usage.total, usage.free)]


async def _checked(check: str, do: str, look: Callable[[], Awaitable[list[Finding]]]) -> list[Finding]:
    try:
        async with asyncio.timeout(LIMIT_S):
            return await look()
    except Exception as error:  # noqa: BLE001 - whatever ails a part, the others are looked at
        return [unknown(check, error, do)]
