"""Composition root of intake: opens what its endpoints and background tasks use."""

import asyncio
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime, timedelta
from typing import Final

from chassis.attachments.configured import open_attachments
from chassis.base.settings import Settings
from chassis.kafka.ensure_topics import Existing, TopicProvisioner
from chassis.project.from_store import StoreProjection
from chassis.react.agent import Agent
from chassis.react.external_consumer import ExternalConsumer
from chassis.react.reaction import Guard, Reactor
from chassis.service.platform import Platform
from chassis.service.process import BackgroundTask
from chassis.service.service import Service
from chassis.sql.database import Database
from chassis.sweep.catch_up import CatchUpSweep
from intake import pages
from intake.checks import AttachmentChecks
from intake.cleaning.cleaner import Cleaner, CleaningLimits
from intake.context import Intake
from intake.erasures import repeat_erasures
from intake.file_check import Tools
from intake.gateway.sms_parts import SmsPartsSweep
from intake.gateway.submissions import receive
from intake.guesses import GuessLimit
from intake.http import filing, open311, reporter
from intake.kafka_health import KafkaProbe
from intake.notices.kept_choices import KeptChoices
from intake.notices.links import Links
from intake.notices.outbox import Outbox
from intake.notices.port import SentNotices
from intake.notices.sender import MailSender
from intake.notices.smtp import mailbox_of
from intake.orphans import Orphans
from intake.reaction import EVENT_TYPES, follow_up
from intake.request_list import RequestCounts
from intake.scanner import ClamAv
from intake.storage import erasures
from intake.storage import relations as views
from intake.storage.audience import Audience
from intake.storage.erasures import Erasures
from intake.storage.former_filings import FormerFilings
from intake.storage.fresh_vault import refuse_fresh
from intake.storage.public_numbers import PublicNumbers
from intake.storage.records import Records
from intake.storage.refused_submissions import RefusedSubmissions
from intake.storage.repeats import Repeats
from intake.storage.results import Results
from intake.storage.returned_mail import ReturnedMail
from intake.storage.sent_ahead import FilesAhead
from intake.storage.sms_parts import SmsParts
from intake.storage.subscribers import Subscribers
from intake.storage.tables import HISTORY, metadata
from intake.storage.tracking_codes import TrackingCodes
from intake.storage.vault import Vault
from schemas.base.sealed import Keys
from schemas.base.topics import (
    COMPLAINT_EVENTS,
    FORMER_SUBMISSIONS,
    SUBMISSIONS_PATTERN,
    Topic,
    gateway_submissions,
    is_submissions,
    submissions_topic,
)
from schemas.deadlines.policies import Policy
from schemas.reference.load import policies

SERVICE: Final = "intake"


def _real_now() -> datetime:
    """Processes agree on it; the test clock does not move it."""
    return datetime.now(UTC)  # noqa: TID251 - real time decides what was never finished


def part_keys(settings: Settings) -> Keys:
    """The key of waiting parts of SMS, which belong to no complaint yet."""
    return Keys({1: settings.sms_key.get_secret_value()})


def topics_of(context: Intake, names: Iterable[str]) -> list[Topic]:
    """Topics of submissions, with the retention of the policy in force."""
    return [topic_under(context.policies.at(context.clock.now()), name) for name in names]


def topic_under(policy: Policy, name: str) -> Topic:
    """A topic of submissions with the retention of this policy."""
    return submissions_topic(name, timedelta(days=policy.submissions_d) // timedelta(milliseconds=1))


def guess_limit(platform: Platform) -> GuessLimit:
    """The limits of failed attempts at tracking codes that the settings name."""
    limits, settings = platform.limits, platform.settings
    return GuessLimit(
        limits.limiter("failed codes", settings.failed_codes_per_minute),
        limits.limiter("failed codes in all", settings.failed_codes_alarm_per_minute),
    )


def outbox_of(platform: Platform, database: Database) -> Outbox:
    """The outbox in front of the mailbox that the settings name."""
    settings = platform.settings
    return Outbox(database, platform.repository(SERVICE).keyring, mailbox_of(settings), _real_now)


def check_tools(settings: Settings) -> Tools:
    """What files are scanned and cleaned with."""
    limits = CleaningLimits(settings.clean_cpu_s, settings.clean_memory_bytes, settings.clean_at_once)
    return Tools(Cleaner(limits), ClamAv(settings.clamav) if settings.clamav else None, settings.clean_at_once)


@asynccontextmanager
async def open_intake(platform: Platform, *, repeat: bool = True) -> AsyncIterator[Intake]:
    """The service's own tables, files and mailbox over the platform. `repeat`: first erase again what a restored backup
    brought back.
    """
    settings = platform.settings
    database = Database(settings.vault_url, HISTORY, busy_after_s=1.0)
    relations = Database(settings.views_of(SERVICE), views.METADATA)
    records = Records(database, _real_now, policies())
    codes = TrackingCodes(database, settings.code_secrets)
    context = Intake(
        repository=platform.repository(SERVICE),
        clock=platform.clock,
        registry=platform.registry,
        policies=policies(),
        codes=codes,
        former=FormerFilings(database, codes, platform.store, settings.all_gateways),
        numbers=PublicNumbers(database),
        records=records,
        vault=Vault(database, _real_now, policies()),
        erasures=Erasures(Database(settings.erasures_url, erasures.HISTORY), platform.store),
        attachments=open_attachments(settings),
        attachment_bytes=settings.attachment_bytes,
        files_ahead=FilesAhead(database, _real_now),
        results=Results(database),
        repeats=Repeats(database, settings.hash_secret.get_secret_value(), policies()),
        mailbox=outbox_of(platform, database),
        links=Links(settings.public_address),
        sent=SentNotices(database),
        returned=ReturnedMail(database),
        choices=KeptChoices(database),
        sms_parts=SmsParts(database, part_keys(settings), platform.clock.now),
        sms=settings.sms_gateway,
        probe=KafkaProbe(settings.kafka),
        filings=platform.limits.limiter("filings", settings.filings_per_minute),
        guesses=guess_limit(platform),
        database=database,
        audience=Audience(
            relations, StoreProjection(platform.store, relations, views.METADATA, views.VIEW), Subscribers(database)
        ),
    )
    try:
        await database.check()
        await context.erasures.check()
        if repeat:
            await repeat_erasures(context)
        yield context
    finally:
        await records.close()
        await relations.close()
        await context.erasures.close()
        await database.close()


@asynccontextmanager
async def open_web(platform: Platform) -> AsyncIterator[Intake]:
    """The context, and a probe that watches whether Kafka answers. Complaints are filed while it does not."""
    async with open_intake(platform) as context:
        probing = asyncio.create_task(context.probe.run())
        try:
            yield context
        finally:
            probing.cancel()
            with suppress(asyncio.CancelledError):
                await probing


@asynccontextmanager
async def open_worker(platform: Platform) -> AsyncIterator[list[BackgroundTask]]:
    """The background tasks: submissions, notifications and what follows an erasure."""
    async with open_intake(platform) as context:
        named = [gateway_submissions(gateway) for gateway in sorted(platform.settings.all_gateways)]
        # Also the topic of all gateways and those of gateways that were removed: they hold names and texts as well.
        others = Existing(FORMER_SUBMISSIONS, lambda names: topics_of(context, filter(is_submissions, names)))
        provisioner = TopicProvisioner(platform.kafka(SERVICE), lambda: topics_of(context, named), existing=others)
        await provisioner.once()
        letters = platform.dead_letters(SERVICE)
        react, kafka = follow_up(context), platform.kafka(SERVICE)
        guard = Guard(context.repository, react, letters, event_types=EVENT_TYPES, verifier=platform.verifier)
        catch_up_sweep = CatchUpSweep(
            platform.store, context.database, metadata, SERVICE, Reactor(context.repository, react).handle,
            types=EVENT_TYPES, grace_s=platform.settings.sweep_grace_s,
        )  # fmt: skip
        group = f"{SERVICE}.submissions"
        background_tasks: list[BackgroundTask] = [
            Agent(SERVICE, "notices", [COMPLAINT_EVENTS], guard, kafka=kafka, ignores=guard.ignores),
            ExternalConsumer(
                SERVICE,
                receive(context),
                RefusedSubmissions(context.database, letters),
                kafka=kafka,
                group=group,
                pattern=SUBMISSIONS_PATTERN,
                ordered=False,
            ),
            catch_up_sweep,
            context.audience.projection,
            AttachmentChecks(context, context.audience.database, check_tools(platform.settings)),
            Orphans(context),
            SmsPartsSweep(context),
            RequestCounts(context),
            MailSender(outbox_of(platform, context.database), _real_now, context.policies),
            provisioner,
            letters.provisioner(),
        ]
        try:
            yield background_tasks
        finally:
            await letters.close()


async def check(platform: Platform) -> None:
    """Refuse a new vault beside a store with complaints. Raises WrongStore."""
    database = Database(platform.settings.vault_url, metadata)
    try:
        await refuse_fresh(database, platform.store)
    finally:
        await database.close()


service: Final = Service(
    SERVICE,
    [reporter.router, open311.router, pages.router],
    open_web,
    open_worker,
    database="vault",
    direct=filing.router,
    check=check,
)
