"""The processes of the five services and the relay, made from the services' own parts as their composition roots make
them.

A process is what a crash loses: its coroutines, caches and connections. Databases, store and broker stay.
"""

import asyncio
import gc
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import timedelta
from functools import cache, partial
from typing import Any, Final
from uuid import UUID

import pytest

import agency_inbox.views
import escalation.ladder
import escalation.policy
import escalation.views
import schemas.contract.agency_messages
import schemas.deadlines.actions
import schemas.deadlines.clocks
from agency_inbox import sweep as inbox_sweep
from agency_inbox.agency_topics import AgencyTopics, periods
from agency_inbox.context import Inbox
from agency_inbox.delivery import NEWS
from agency_inbox.reaction import Delivery
from agency_inbox.replies import Replies
from agency_inbox.sweep import AgencyTopicProvisioner
from agency_inbox.sweep import plan as telling
from agency_inbox.views import METADATA as INBOX
from agency_inbox.views import SWEEP as INBOX_SWEEP
from agency_inbox.views import inbox_view
from audit.rules import history
from chassis.base.errors import Fenced, StoreUnavailable
from chassis.base.ports import Page
from chassis.base.retry import RetryPolicy
from chassis.base.secret_file import Secrets
from chassis.kafka import verify as chassis_verify
from chassis.kafka.admin import TopicRecreated
from chassis.kafka.verify import RecordVerifier
from chassis.project import from_store as chassis_from_store
from chassis.project.from_kafka import KafkaProjection
from chassis.project.from_store import StoreProjection
from chassis.project.registry import RegistryView
from chassis.project.view import Overtaken
from chassis.react.reaction import Guard, Reactor
from chassis.relay.leader import CheckedPublisher, run_leader
from chassis.relay.relay import TOPICS
from chassis.sql.lease import LEASE_S
from chassis.sweep import catch_up as chassis_catch_up
from chassis.sweep import sweep as chassis_sweep
from chassis.sweep.catch_up import CatchUpSweep
from chassis.sweep.sweep import Sweep
from chassis.write import loaded as chassis_loaded
from chassis.write import repository as chassis_repository
from chassis.write.cache import StreamCache
from chassis.write.repository import Repository
from escalation.basis import PlanBasis
from escalation.sweep import plan as timing
from escalation.sweep import reaction
from escalation.views import METADATA as ESCALATION
from escalation.views import SWEEP as ESCALATION_SWEEP
from escalation.views import ladder_view
from intake.context import Intake
from intake.notices.kept_choices import KeptChoices
from intake.notices.links import Links
from intake.notices.outbox import Outbox
from intake.notices.port import SentNotices
from intake.notices.sender import MailSender
from intake.orphans import Orphans
from intake.reaction import EVENT_TYPES as INTAKE_EVENT_TYPES
from intake.reaction import follow_up
from intake.storage import relations as intake_views
from intake.storage import tables as intake_tables
from intake.storage.audience import Audience
from intake.storage.public_numbers import PublicNumbers
from intake.storage.records import Record, Records
from intake.storage.repeats import Repeats
from intake.storage.returned_mail import ReturnedMail
from intake.storage.sent_ahead import FilesAhead
from intake.storage.subscribers import Subscribers
from intake.storage.tracking_codes import TrackingCodes
from intake.storage.vault import Vault
from reporting import queries
from reporting.context import Reporting
from reporting.listed import listed_view
from reporting.reaction import publish_open_data
from reporting.statistics.view import figures_view
from reporting.views import SUPPORTS_VIEW, reports_view
from router.context import Router
from router.duplicates import watcher
from router.duplicates.watcher import DuplicateWatcher
from router.placement import knowledge
from router.placement.knowledge import ContextProvider
from router.placement.reaction import EVENT_TYPES, PlacementReaction
from router.placement.sweep import Watchdog
from router.placement.sweep import plan as placing
from router.placement.views import METADATA as ROUTER
from router.placement.views import SWEEP as ROUTER_SWEEP
from router.placement.views import VIEW
from router.reading.reader import Reader
from schemas.base.topics import COMPLAINT_EVENTS, FIXED
from simulation.link import disk
from simulation.ports import (
    Poll,
    Ports,
    SimAdmin,
    SimDatabase,
    SimKeys,
    SimLetters,
    SimLine,
    SimMailbox,
    SimPostbox,
    SimStore,
)
from simulation.remembered import (
    DECODE,
    FOLDS,
    READER,
    SIGNING_KEY,
    TELLING,
    Due,
    Once,
    Pending,
    Reckoned,
    encode,
    founded,
    metadata_of,
    noted,
    tell,
    to_recorded,
    words,
)
from simulation.stepper import Surface, first_only, sleep
from support.world import POLICIES

GRACE: Final = timedelta(seconds=30)
BATCH: Final = 100
TaskFactory = Callable[[], Awaitable[Any]]
Tasks = Mapping[str, TaskFactory]
METADATA: Final = {
    "router": ROUTER, "agency-inbox": INBOX, "escalation": ESCALATION, "intake": intake_tables.metadata, "reporting": queries.METADATA,
    "relations": intake_views.METADATA,
}  # fmt: skip


class Process:
    """One running process. `context`: what its endpoints work with."""

    def __init__(self, world: Any, name: str, service: str) -> None:
        self.world, self.name, self.service = world, name, service
        self.ports = Ports(world, name)
        self.store = SimStore(self.ports, restless=service == "relay")
        self.keys, self.clock = SimKeys(self.ports), world.clock
        self.registry = RegistryView(Repository(self.store, self.keys, "reader"), monotonic=world.monotonic)
        self.retry_policy = RetryPolicy()
        self.verifier = RecordVerifier(self.store, SIGNING_KEY)
        self.context: Any = None
        self.background_tasks: Tasks = MAKERS[service](self)

    def repository(self, writer: str) -> Repository:
        return Repository(self.store, self.keys, writer, self.memory())

    def memory(self) -> StreamCache:
        """This process's cache of complaints, lost in a crash."""
        return StreamCache(monotonic=self.world.monotonic)

    def database(self) -> Any:
        return SimDatabase(self.ports, disk(self.service, METADATA[self.service]))

    def letters(self) -> Any:
        return SimLetters(self.ports)

    def agent(self, role: str, guard: Guard) -> TaskFactory:
        """What Faust does around a guard: handle, then commit offsets. StopProcess ends the process."""
        poll = Poll(self.ports, COMPLAINT_EVENTS, f"{self.service}.{role}")

        async def once() -> None:
            while batch := await poll.batch(BATCH):
                await self.world.acknowledging(guard, poll, batch)

        return self.every(once, role)

    def every(self, once: Callable[[], Awaitable[Any]], what: str) -> TaskFactory:
        async def run() -> None:
            while True:
                await self.retry_policy.until_up(once, what)
                await asyncio.sleep(1)

        return run

    def projection(self, view: Any, metadata: Any) -> TaskFactory:
        """What the Kafka consumer does around a projection."""
        made = KafkaProjection(self.database(), metadata, view, self.verifier, kafka="nowhere:1", group="views")
        poll, admin = Poll(self.ports, COMPLAINT_EVENTS, "views"), SimAdmin(self.ports)

        async def follow() -> None:
            ids = await admin.topic_ids([COMPLAINT_EVENTS])
            offsets = dict(await made.resume(str(ids.get(COMPLAINT_EVENTS))))
            while ids and (batch := await poll.records(offsets)):
                if await admin.topic_ids([COMPLAINT_EVENTS]) != ids:
                    return
                try:
                    await made.apply(batch)
                except Overtaken:
                    return
                offsets |= {part: records[-1].offset + 1 for part, records in batch.items()}

        return self.every(follow, view.name)


def _router(process: Process) -> Tasks:
    repository, database, clock = process.repository("router"), process.database(), process.clock
    known = ContextProvider(process.registry, database, POLICIES, monotonic=process.world.monotonic)
    place = PlacementReaction(repository, known, clock)
    sweep = Sweep(
        database, repository, clock, plan=placing(GRACE), react=place, tables=ROUTER_SWEEP,
        retry_policy=process.retry_policy, real=process.world.monotonic,
    )  # fmt: skip
    watchdog = Watchdog(database, repository, process.registry, place, 1.0)
    feed = StoreProjection(process.store, database, ROUTER, VIEW)
    guard = Guard(
        repository,
        place,
        process.letters(),
        event_types=EVENT_TYPES,
        clock=process.world.monotonic,
        verifier=process.verifier,
    )
    duplicates = DuplicateWatcher(database, repository, clock, TELLING, b"likeness of texts", POLICIES)
    process.context = Router(repository, clock, known, database, feed, place, sweep, watchdog, duplicates, Nothing())
    return {
        "agent": process.agent("reactions", guard),
        "feed": feed.run,
        "sweep": sweep.run,
        "lookout": watchdog.run,
        "duplicates": duplicates.run,
    }


class Waking:
    """A sweep that is scheduled again when another task planned work for it (`chassis.sweep.sweep.Sweep`)."""

    def __init__(self, world: Any, sweep: Sweep) -> None:
        self._world, self._sweep = world, sweep

    async def replan(self, complaints: Sequence[UUID]) -> None:
        await self._sweep.replan(complaints)
        self._world.planned_anew("agency-inbox")


def _inbox(process: Process) -> Tasks:
    repository = process.repository("agency-inbox")
    database, clock, registry = process.database(), process.clock, process.registry
    kept = periods(POLICIES.versions[-1])
    topics = AgencyTopics(SimAdmin(process.ports), lambda: kept, process.world.monotonic)  # type: ignore[arg-type]
    delivery = Delivery(SimPostbox(process.ports, topics), registry, POLICIES, clock)
    sweep = Sweep(
        database, repository, clock, plan=telling(topics.known, GRACE, POLICIES), react=partial(delivery.deliver_overdue, GRACE),
        tables=INBOX_SWEEP, retry_policy=process.retry_policy, real=process.world.monotonic,
    )  # fmt: skip
    keeper = AgencyTopicProvisioner(
        topics, registry, Waking(process.world, sweep), database, real=process.world.monotonic
    )
    guard = Guard(
        repository,
        delivery,
        process.letters(),
        event_types=NEWS,
        clock=process.world.monotonic,
        verifier=process.verifier,
    )
    letters, nothing = process.letters(), Nothing()
    process.context = Inbox(repository, registry, clock, POLICIES, database, letters, nothing, nothing)
    process.context_replies = Replies(process.context, topics.replies)  # type: ignore[attr-defined]
    return {
        "agent": process.agent("delivery", guard),
        "sweep": sweep.run,
        "keeper": keeper.run,
        "view": process.projection(inbox_view(repository, registry, POLICIES), INBOX),
    }


def _escalation(process: Process) -> Tasks:
    repository, database = (
        process.repository("escalation"),
        process.database(),
    )
    registry, clock = process.registry, process.clock
    basis = PlanBasis(registry, POLICIES)
    sweep = Sweep(
        database, repository, clock, plan=timing(registry, basis), react=reaction(registry, clock, POLICIES),
        tables=ESCALATION_SWEEP, basis=basis.now, retry_policy=process.retry_policy, real=process.world.monotonic,
    )  # fmt: skip
    ladder = StoreProjection(process.store, database, ESCALATION, ladder_view(repository, registry, POLICIES))
    return {"sweep": sweep.run, "ladder": ladder.run}


class PlainRecords(Records):
    """Records without a writer thread."""

    def __init__(self, database: Any, now: Callable[[], Any]) -> None:
        self._database, self._now, self._policies = database, now, POLICIES

    async def keep(self, record: Record) -> Any:
        since = self._now()
        await self._database.run(lambda connection: self._write(connection, [record]))
        return since


class Nothing:
    """Attachments, of which there are none, and the list of erasures, which no restore reads."""

    async def forget(self, _complaint: object) -> None:
        return None

    async def note(self, _complaint: object, _at: object) -> None:
        return None


class NoFormerFilings:
    """Filings under ids of an earlier version, of which a new store has none."""

    def clients(self, _client: str) -> tuple[str, ...]:
        return ()

    async def find(self, _ids: object) -> None:
        return None


def _intake(process: Process) -> Tasks:
    repository, database, real = process.repository("intake"), process.database(), process.world.real
    relations = SimDatabase(process.ports, disk("relations", intake_views.METADATA))
    feed = StoreProjection(process.store, relations, intake_views.METADATA, intake_views.VIEW)
    outbox = Outbox(database, process.keys, SimMailbox(process.ports), real)
    made: dict[str, Any] = {
        "repository": repository, "clock": process.clock, "registry": process.registry, "policies": POLICIES,
        "codes": TrackingCodes(database, process.world.code_secrets), "numbers": PublicNumbers(database),
        "records": PlainRecords(database, real), "vault": Vault(database, real, POLICIES), "attachments": Nothing(),
        "files_ahead": FilesAhead(database, real),
        "erasures": Nothing(),
        "results": None, "mailbox": outbox, "links": Links("http://localhost"), "sent": SentNotices(database), "returned": ReturnedMail(database),
        "choices": KeptChoices(database), "probe": None, "filings": None, "sms": True,
        "lookups": None, "former": NoFormerFilings(),
        "repeats": Repeats(database, b"secret of a test", POLICIES),
        "database": database, "audience": Audience(relations, feed, Subscribers(database)),
    }  # fmt: skip
    context = process.context = Intake(**{name: made.get(name) for name in Intake.__dataclass_fields__})
    react = follow_up(context)
    guard = Guard(
        repository,
        react,
        process.letters(),
        event_types=INTAKE_EVENT_TYPES,
        clock=process.world.monotonic,
        verifier=process.verifier,
    )
    handle = Reactor(repository, react, process.retry_policy).handle
    catch_up_sweep = CatchUpSweep(
        process.store, database, intake_tables.metadata, "intake", handle, types=INTAKE_EVENT_TYPES, now=real
    )
    post = MailSender(outbox, real, POLICIES, jitter=lambda: 0.0)

    async def carry() -> None:
        while await post.once():
            pass

    return {
        "agent": process.agent("notices", guard),
        "trailing": catch_up_sweep.run,
        "relations": feed.run,
        "post": process.every(carry, "post"),
        "orphans": Orphans(context).run,
    }


def _reporting(process: Process) -> Tasks:
    repository, database = process.repository("reporting"), process.database()
    react = publish_open_data(process.registry, POLICIES, process.world.summaries(process.ports))
    guard = Guard(repository, react, process.letters(), clock=process.world.monotonic, verifier=process.verifier)
    view = figures_view(repository, process.registry, POLICIES)
    figures = StoreProjection(process.store, database, queries.METADATA, view)
    supports = StoreProjection(process.store, database, queries.METADATA, SUPPORTS_VIEW)
    process.context = Reporting(
        repository,
        process.registry,
        process.clock,
        database,
        figures,
        supports,
        b"secret of a test",
        Secrets.fixed(b"secret of a test"),
    )
    return {
        "agent": process.agent("summary", guard),
        "view": process.projection(reports_view(repository), queries.METADATA),
        "figures": figures.run,
        "supports": supports.run,
        "listed": StoreProjection(repository.store, database, queries.METADATA, listed_view(repository)).run,
    }


def _relay(process: Process) -> Tasks:
    admin, line = SimAdmin(process.ports), SimLine(process.ports)

    async def stand_by() -> None:
        ids = {name: str(id_) for name, id_ in (await admin.ensure([FIXED[name] for name in TOPICS])).items()}

        async def carry(pages: AsyncIterator[Page], publisher: CheckedPublisher) -> None:
            async for page in pages:
                if page.events:
                    await publisher.publish(page.events)
                if {name: str(id_) for name, id_ in (await admin.topic_ids(TOPICS)).items()} != ids:
                    raise TopicRecreated

        try:
            await run_leader(process.store, line, ids, carry)
        except (TopicRecreated, Fenced):
            return

    return {"lead": process.every(stand_by, "relay")}


MAKERS: Final[Mapping[str, Callable[[Process], Tasks]]] = {
    "relay": _relay, "router": _router, "agency-inbox": _inbox, "escalation": _escalation, "intake": _intake,
    "reporting": _reporting,
}  # fmt: skip


class SimLease:
    """A lease without a row (`chassis.sql.lease.Lease`): its owner and its end in the run's own seconds."""

    def __init__(self, database: Any, _table: Any, name: str, _now: object = None) -> None:
        self._ports, self._name, self._now = database.ports, name, database.ports.world.monotonic

    async def hold(self) -> bool:
        held, now, me = self._ports.world.leases, self._now(), id(self._ports)

        def take() -> bool:
            owner, until_s = held.get(self._name, (me, now))
            if owner != me and until_s > now:
                return False
            held[self._name] = me, now + LEASE_S
            return True

        return await self._ports.call("lease", take, StoreUnavailable, writes=True)

    async def release(self) -> None:
        self._ports.world.leases.pop(self._name, None)


async def _try_again(_retry_policy: RetryPolicy, _tries: int) -> None:
    """Wait between two tries (`chassis.base.retry.RetryPolicy.wait`)."""
    await asyncio.sleep(1)
    surface = asyncio.get_running_loop()
    assert isinstance(surface, Surface)
    surface.tried_again = True


async def _no_figure(_sweep: Sweep, _now: Any) -> None:
    """Metrics are not collected in a simulation."""


KINDS: Final[Mapping[str, type[Once]]] = {"pending": Pending, "date_context": Reckoned, "due_date": Due}
PURE: Final = (
    (schemas.deadlines.actions, "pending"), (schemas.deadlines.clocks, "running"), (escalation.policy, "pending"),
    (escalation.ladder, "running"), (agency_inbox.views, "running"), (schemas.contract.agency_messages, "running"),
    (schemas.deadlines.actions, "clocks"), (schemas.deadlines.clocks, "clocks"), (schemas.deadlines.actions, "date_context"),
    (schemas.deadlines.clocks, "date_context"), (schemas.deadlines.clocks, "due_date"),
)  # fmt: skip
"""Pure functions that several tasks call with the same state and registry, under each name by which they are called."""


@cache
def _leave_alone_what_is_there() -> None:
    """Keep imported objects out of garbage collection: scanning them costs more than what runs leave behind."""
    gc.collect()
    gc.freeze()


def _forget() -> None:
    for once in Once.ALL:
        once.forget()


@contextmanager
def standing_in() -> Iterator[None]:
    """While runs last: cache pure functions, keep leases in memory, do not collect garbage. This saves two thirds of
    the time. Nested uses share one set of patches; what a run cached is dropped at its end.
    """
    if RetryPolicy.wait is _try_again:  # already patched by an outer use
        try:
            yield
        finally:
            _forget()
        return
    _leave_alone_what_is_there()
    collects = gc.isenabled()
    gc.disable()
    kept, ones = len(Once.ALL), dict[Any, Once]()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(chassis_repository, "fold_registry", founded)
        patch.setattr(knowledge, "reader", READER)
        patch.setattr(chassis_loaded, "decode", DECODE)
        patch.setattr(chassis_loaded, "recorded_facts", tell)
        patch.setattr(Reader, "words", words)
        patch.setattr(history, "metadata_of", metadata_of)
        patch.setattr(chassis_loaded, "fold", FOLDS)
        patch.setattr(chassis_repository, "fold", noted)
        patch.setattr(chassis_repository, "encode", encode)
        patch.setattr(chassis_verify, "to_recorded", to_recorded)
        for module, name in PURE:
            asked = getattr(module, name)  # a planted mistake, if one was put here
            once = ones[asked] = ones.get(asked) or KINDS.get(name, Once)(asked)
            patch.setattr(module, name, once)
        patch.setattr(Sweep, "_tell_overdue", _no_figure)
        patch.setattr(RetryPolicy, "wait", _try_again)
        patch.setattr(asyncio, "sleep", sleep)
        patch.setattr(escalation.views, "decode", DECODE)
        patch.setattr(chassis_from_store, "first_of", first_only)
        patch.setattr(chassis_from_store, "PACE_S", 0)  # one sleep per look is enough
        for module in (chassis_sweep, chassis_catch_up, inbox_sweep, watcher):
            patch.setattr(module, "Lease", SimLease)
        try:
            yield
        finally:
            _forget()
            del Once.ALL[kept:]
            if collects:
                gc.enable()
