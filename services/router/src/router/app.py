"""Composition root of router: opens what its endpoints and background tasks work with."""

import asyncio
import sys
from collections.abc import AsyncIterator, Collection
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Final

from chassis.access_log.local import local_actor
from chassis.attachments.configured import open_attachments
from chassis.base.cluster import Cluster
from chassis.base.settings import read_settings
from chassis.deadletter.port import DeadLetters
from chassis.deadletter.replay import DeadLetterReplay
from chassis.kafka.verify import RecordVerifier
from chassis.project.from_store import StoreProjection
from chassis.project.rebuild import Rebuildable, rebuildable
from chassis.react.agent import Agent
from chassis.react.reaction import Guard
from chassis.service.platform import Platform, open_platform
from chassis.service.process import BackgroundTask
from chassis.service.service import Service
from chassis.sql.database import Database
from chassis.sweep.sweep import Sweep
from chassis.write.command import handle_registry
from chassis.write.repository import Cause
from router import http, pages
from router.context import Router
from router.duplicates.features import FeatureExtractor, feature_data
from router.duplicates.watcher import DuplicateWatcher
from router.history.shadow import shadow_view
from router.http.content import content_feed
from router.lexicon.files import place_data, rule_data
from router.placement.knowledge import ContextProvider
from router.placement.reaction import EVENT_TYPES, PlacementReaction
from router.placement.sweep import IGNORED_TYPES, Watchdog, plan
from router.placement.views import METADATA, SWEEP, VIEW
from router.reading.classifier import UNCLEAR
from router.reading.model_files import BadModel, find
from router.registry import decide
from router.registry.apply_seed import apply_seed
from router.settings import AGENT, SERVICE
from schemas.access.kafka_users import OPERATOR
from schemas.base import topics
from schemas.base.ids import derived_id
from schemas.reference.load import policies


@asynccontextmanager
async def open_router(platform: Platform) -> AsyncIterator[Router]:
    """Router's own tables, rules and tasks on this platform."""
    settings, registry, repository = platform.settings, platform.registry, platform.repository(SERVICE)
    database = Database(settings.views_of(SERVICE), METADATA)
    placement_context = ContextProvider(registry, database, policies(), settings.models_dir)
    reaction = PlacementReaction(repository, placement_context, platform.clock)
    sweep = Sweep(
        database,
        repository,
        platform.clock,
        plan=plan(timedelta(seconds=settings.sweep_grace_s)),
        react=reaction,
        tables=SWEEP,
        ignored_types=IGNORED_TYPES,
        period_s=settings.sweep_period_s,
    )
    watchdog = Watchdog(database, repository, registry, reaction, settings.sweep_period_s)
    feed = StoreProjection(platform.store, database, METADATA, VIEW)
    duplicates = DuplicateWatcher(
        database,
        repository,
        platform.clock,
        FeatureExtractor(feature_data(), {code: name for code, (name, *_) in place_data().places.items()}),
        settings.likeness_key.get_secret_value(),
        placement_context.policies,
        settings.sweep_period_s,
    )
    shadow = None
    if settings.shadow_model is not None:
        model = find(settings.models_dir, settings.shadow_model)
        view = shadow_view(
            repository, placement_context, settings.shadow_model, lambda known: known.reader.with_model(model)
        )
        shadow = StoreProjection(platform.store, database, METADATA, view)
    try:
        yield Router(
            repository, platform.clock, placement_context, database, feed, reaction, sweep, watchdog, duplicates,
            open_attachments(settings), shadow,
            lambda service: DeadLetterReplay(settings.kafka_as(OPERATOR), service),
            None if settings.production else settings.clock_file,
        )  # fmt: skip
    finally:
        await database.close()


def background_tasks(
    context: Router, dead_letters: DeadLetters, kafka: Cluster, verifier: RecordVerifier | None = None
) -> list[BackgroundTask]:
    """What the worker side runs."""
    guard = Guard(context.repository, context.reaction, dead_letters, event_types=EVENT_TYPES, verifier=verifier)
    agent = Agent(SERVICE, AGENT, [topics.COMPLAINT_EVENTS], guard, kafka=kafka, ignores=guard.ignores)
    shadow = [context.shadow] if context.shadow is not None else []
    return [agent, context.sweep, context.watchdog, context.feed, context.duplicates, content_feed(context), *shadow]


def seed(_argv: list[str]) -> int:
    """`python -m router seed`; the exit status."""
    sys.stdout.write(f"{asyncio.run(seeded())} facts added to the registry\n")
    return 0


async def seeded() -> int:
    """Apply the seed, by command; the number of facts added."""
    async with open_platform(read_settings()) as platform:
        return await apply_seed(platform.repository(SERVICE), platform.clock, local_actor())


async def switch(version: str, labels: Collection[str]) -> str:
    """Make this model the live one; a sentence about the result. `labels`: the model's labels.

    Raises:
        BadModel: a label is no sector.
    """
    if unknown := sorted(set(labels) - set(rule_data().sectors) - {UNCLEAR}):
        raise BadModel(f"{version} has labels that are no sectors: {', '.join(unknown)}")
    async with open_platform(read_settings()) as platform:
        repository, at = platform.repository(SERVICE), platform.clock.now()
        causation = derived_id("switch", version, at.isoformat())
        known = await repository.registry()
        cause = Cause(causation, causation, at, actor=local_actor())
        after = await handle_registry(repository, lambda state: decide.switch_model(state, version, at), cause, known)
    return f"{version} reads from now on" if after.version > known.version else f"{version} was reading already"


@asynccontextmanager
async def open_worker(platform: Platform) -> AsyncIterator[list[BackgroundTask]]:
    """The context and the background tasks over it, once the registry holds this release's data."""
    async with open_router(platform) as context:
        await apply_seed(context.repository, context.clock)
        dead_letters = platform.dead_letters(SERVICE)
        try:
            yield [
                *background_tasks(context, dead_letters, platform.kafka(SERVICE), platform.verifier),
                dead_letters.provisioner(),
            ]
        finally:
            await dead_letters.close()


def views(context: Router) -> list[Rebuildable]:
    """The read model, the open work and the duplicate index, for `satupintu rebuild`."""
    feeds = (context.feed, context.sweep.open_work, context.duplicates.feed, content_feed(context))
    return [rebuildable(each) for each in feeds]


service: Final = Service(SERVICE, [http.router, pages.router], open_router, open_worker, views)
