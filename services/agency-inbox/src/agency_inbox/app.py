"""Composition root of agency-inbox: opens what its endpoints and background tasks use."""

from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from datetime import timedelta
from functools import partial
from typing import Final

from agency_inbox import http, pages
from agency_inbox.agency_topics import AgencyTopics, periods
from agency_inbox.context import Inbox
from agency_inbox.delivery import NEWS
from agency_inbox.kafka_postbox import KafkaPostbox
from agency_inbox.offices.store import Offices
from agency_inbox.reaction import Delivery
from agency_inbox.refused_replies import NumbersTold, RefusedReplies
from agency_inbox.replies import GROUP, Replies
from agency_inbox.settings import SERVICE
from agency_inbox.sweep import AgencyTopicProvisioner, plan
from agency_inbox.views import BEFORE_ANYBODY, METADATA, REFUSED, SWEEP, inbox_view
from chassis.attachments.configured import open_attachments
from chassis.deadletter.port import DeadLetters, MemoryDeadLetters
from chassis.kafka.admin import Admin
from chassis.project.from_kafka import KafkaProjection
from chassis.project.rebuild import Rebuildable
from chassis.react.agent import Agent
from chassis.react.external_consumer import ExternalConsumer
from chassis.react.reaction import Guard
from chassis.service.platform import Platform
from chassis.service.process import BackgroundTask
from chassis.service.service import Service
from chassis.sql.database import Database
from chassis.sweep.sweep import Sweep
from schemas.base import topics
from schemas.reference.load import policies


@asynccontextmanager
async def open_inbox(platform: Platform, copies: DeadLetters) -> AsyncIterator[Inbox]:
    """The service's own tables over the platform. `copies`: receives refused replies besides the table."""
    database = Database(platform.settings.views_of(SERVICE), METADATA)
    repository, offices = platform.repository(SERVICE), Offices(platform.settings.offices_url)
    quarantine = RefusedReplies(database, REFUSED, copies)
    try:
        await offices.database.check()
        attachments = open_attachments(platform.settings)
        yield Inbox(
            repository, platform.registry, platform.clock, policies(), database, quarantine, attachments, offices
        )
    finally:
        await offices.close()
        await database.close()


@asynccontextmanager
async def open_background_tasks(
    platform: Platform, inbox: Inbox, copies: DeadLetters
) -> AsyncIterator[list[BackgroundTask]]:
    settings, repository, kafka = platform.settings, inbox.repository, platform.kafka(SERVICE)
    admin = Admin(kafka)
    agency_topics = AgencyTopics(admin, lambda: periods(inbox.policies.at(inbox.clock.now())))
    postbox = KafkaPostbox(kafka, agency_topics)
    delivery = Delivery(postbox, inbox.registry, inbox.policies, inbox.clock)
    grace = timedelta(seconds=settings.sweep_grace_s)
    sweep = Sweep(
        inbox.database,
        repository,
        inbox.clock,
        plan=plan(agency_topics.known, grace, inbox.policies),
        react=partial(delivery.deliver_overdue, grace),
        tables=SWEEP,
        ignored_types=BEFORE_ANYBODY,
        period_s=settings.sweep_period_s,
    )
    guard = Guard(repository, delivery, copies, event_types=NEWS, verifier=platform.verifier)
    replies = Replies(inbox, agency_topics.replies)
    refused = RefusedReplies(inbox.database, REFUSED, copies, postbox.tell)
    view = inbox_view(repository, inbox.registry, inbox.policies)
    try:
        yield [
            AgencyTopicProvisioner(
                agency_topics, inbox.registry, sweep, inbox.database, every=settings.agency_topics == "all"
            ),
            Agent(SERVICE, "delivery", [topics.COMPLAINT_EVENTS], guard, kafka=kafka, ignores=guard.ignores),
            ExternalConsumer(SERVICE, replies, refused, kafka=kafka, group=GROUP, pattern=topics.REPLIES_PATTERN),
            KafkaProjection(inbox.database, METADATA, view, platform.verifier, kafka=kafka, group=f"{SERVICE}.views"),
            sweep,
            NumbersTold(refused),
        ]
    finally:
        await postbox.close()
        await admin.close()


def open_web(platform: Platform) -> AbstractAsyncContextManager[Inbox]:
    """The web side never connects to Kafka: no dead letters are written there."""
    return open_inbox(platform, MemoryDeadLetters())


@asynccontextmanager
async def open_worker(platform: Platform) -> AsyncIterator[list[BackgroundTask]]:
    """Topics, delivery with its sweep, replies, and the read model."""
    copies = platform.dead_letters(SERVICE)
    try:
        async with (
            open_inbox(platform, copies) as inbox,
            open_background_tasks(platform, inbox, copies) as background_tasks,
        ):
            yield [*background_tasks, copies.provisioner()]
    finally:
        await copies.close()


def views(inbox: Inbox) -> list[Rebuildable]:
    """The read model, for `satupintu rebuild`."""
    view = inbox_view(inbox.repository, inbox.registry, inbox.policies)
    return [Rebuildable(inbox.database, METADATA, view)]


service: Final = Service(SERVICE, [http.router, pages.router], open_web, open_worker, views)
