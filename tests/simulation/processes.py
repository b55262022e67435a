"""The processes of the five services and the relay, made of the services' own parts as their composition roots do.

A process is what is lost in a crash: its coroutines, its caches, its connections. Databases, store and broker stay.
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
from agency_inbox.agency_topics import AgencyTopics
from agency_inbox.context import Inbox
from agency_inbox.delivery import NEWS
from agency_inbox.reaction import Delivery, ReceiptLedger
from agency_inbox.replies import Replies
from agency_inbox.sweep import Keeper
from agency_inbox.sweep import plan as telling
from agency_inbox.views import METADATA as INBOX
from agency_inbox.views import SWEEP as INBOX_SWEEP
from agency_inbox.views import inbox_view
from audit.rules import history
from chassis.base.errors import Fenced, StoreUnavailable
from chassis.base.ports import Page
from chassis.base.retry import Patience
from chassis.project import from_kafka as chassis_projection
from chassis.project import from_store as chassis_following
from chassis.project.from_kafka import Overtaken, Projection
from chassis.project.from_store import StoreFeed
from chassis.project.registry import RegistryView
from chassis.react import reaction as chassis_reaction
from chassis.react.reaction import Guard, Reactor
from chassis.relay.leader import Publishes, lead
from chassis.relay.relay import TOPICS, TopicsChanged
from chassis.sql.lease import LEASE_S
from chassis.sweep import catch_up as chassis_trailing
from chassis.sweep import sweep as chassis_sweep
from chassis.sweep.catch_up import Trailing
from chassis.sweep.sweep import Sweep
from chassis.write import loaded as chassis_loaded
from chassis.write import repository as chassis_ledger
from chassis.write.cache import Memory
from chassis.write.repository import Ledger
from escalation.basis import Basis
from escalation.sweep import TimerLedger, reaction
from escalation.sweep import plan as timing
from escalation.views import METADATA as ESCALATION
from escalation.views import SWEEP as ESCALATION_SWEEP
from escalation.views import ladder_view
from intake.context import Context
from intake.notices.outbox import Outbox
from intake.notices.port import Sent
from intake.notices.sender import Post
from intake.orphans import Orphans
from intake.reaction import HEEDED, follow_up
from intake.storage import relations as intake_views
from intake.storage import tables as intake_tables
from intake.storage.audience import Audience
from intake.storage.public_numbers import Numbers
from intake.storage.records import Record, Records
from intake.storage.subscribers import Watchers
from intake.storage.tracking_codes import Codes
from intake.storage.vault import Vault
from reporting import queries
from reporting.context import Reporting
from reporting.reaction import tell_public
from reporting.views import SUPPORTS_VIEW, book_view, reports_view
from router.context import Router
from router.duplicates import watcher
from router.duplicates.watcher import DuplicateWatch
from router.placement import knowledge
from router.placement.knowledge import Knowing
from router.placement.reaction import HEEDS, Placing
from router.placement.sweep import Lookout
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
    ABOUT,
    DECODE,
    FOLDS,
    READER,
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
from simulation.stepper import Surface, sleep
from support.world import POLICIES

GRACE: Final = timedelta(seconds=30)
BATCH: Final = 100
Road = Callable[[], Awaitable[Any]]
Roads = Mapping[str, Road]
METADATA: Final = {
    "router": ROUTER, "agency-inbox": INBOX, "escalation": ESCALATION, "intake": intake_tables.metadata, "reporting": queries.METADATA,
    "relations": intake_views.METADATA,
}  # fmt: skip


class Process:
    """One running process. `context` is what its endpoints work with."""

    def __init__(self, world: Any, name: str, service: str) -> None:
        self.world, self.name, self.service = world, name, service
        self.ports = Ports(world, name)
        self.store = SimStore(self.ports, restless=service == "relay")
        self.keys, self.clock = SimKeys(self.ports), world.clock
        self.registry = RegistryView(Ledger(self.store, self.keys, "reader"), monotonic=world.monotonic)
        self.patience = Patience()
        self.context: Any = None
        self.roads: Roads = MAKERS[service](self)

    def ledger(self, writer: str) -> Ledger:
        return Ledger(self.store, self.keys, writer, self.memory())

    def memory(self) -> Memory:
        """What this process remembers of complaints: gone with it."""
        return Memory(monotonic=self.world.monotonic)

    def database(self) -> Any:
        return SimDatabase(self.ports, disk(self.service, METADATA[self.service]))

    def letters(self) -> Any:
        return SimLetters(self.ports)

    def agent(self, road: str, guard: Guard) -> Road:
        """What Faust does around a guard: handled first, offsets after. On StopProcess the process ends."""
        poll = Poll(self.ports, COMPLAINT_EVENTS, f"{self.service}.{road}")

        async def once() -> None:
            while batch := await poll.batch(BATCH):
                await self.world.acknowledging(guard, poll, batch)

        return self.every(once, road)

    def every(self, once: Callable[[], Awaitable[Any]], what: str) -> Road:
        async def run() -> None:
            while True:
                await self.patience.until_up(once, what)
                await asyncio.sleep(1)

        return run

    def projection(self, view: Any, metadata: Any) -> Road:
        """What the Kafka shell does around a projection."""
        made = Projection(self.database(), metadata, view, kafka="nowhere:1", group="views")
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


def _router(process: Process) -> Roads:
    ledger, database, clock = process.ledger("router"), process.database(), process.clock
    known = Knowing(process.registry, database, POLICIES, monotonic=process.world.monotonic)
    place = Placing(ledger, known, clock)
    sweep = Sweep(
        database, ledger, clock, plan=placing(GRACE), react=place, tables=ROUTER_SWEEP,
        patience=process.patience, real=process.world.monotonic,
    )  # fmt: skip
    lookout = Lookout(database, ledger, process.registry, place, 1.0)
    feed = StoreFeed(process.store, database, ROUTER, VIEW)
    guard = Guard(ledger, place, process.letters(), heeds=HEEDS, clock=process.world.monotonic)
    duplicates = DuplicateWatch(database, ROUTER, ledger, clock, TELLING, b"likeness of texts", POLICIES)
    process.context = Router(ledger, clock, known, database, feed, place, sweep, lookout, duplicates)
    return {
        "agent": process.agent("reactions", guard),
        "feed": feed.run,
        "sweep": sweep.run,
        "lookout": lookout.run,
        "duplicates": duplicates.run,
    }


class Waking:
    """A sweep for whom something was planned by another road (`chassis.sweep.sweep.Sweep`): it has that to do still."""

    def __init__(self, world: Any, sweep: Sweep) -> None:
        self._world, self._sweep = world, sweep

    async def replan(self, complaints: Sequence[UUID]) -> None:
        await self._sweep.replan(complaints)
        self._world.planned_anew("agency-inbox")


def _inbox(process: Process) -> Roads:
    ledger = ReceiptLedger(process.store, process.keys, "agency-inbox", process.memory())
    database, clock, registry = process.database(), process.clock, process.registry
    kept = timedelta(days=POLICIES.versions[-1].inbox_d)
    topics = AgencyTopics(SimAdmin(process.ports), lambda: kept, process.world.monotonic)  # type: ignore[arg-type]
    delivery = Delivery(SimPostbox(process.ports, topics), registry, POLICIES, clock)
    sweep = Sweep(
        database, ledger, clock, plan=telling(topics.known, GRACE), react=partial(delivery.what_was_left, GRACE),
        tables=INBOX_SWEEP, patience=process.patience, real=process.world.monotonic,
    )  # fmt: skip
    keeper = Keeper(topics, registry, Waking(process.world, sweep), database, real=process.world.monotonic)
    guard = Guard(ledger, delivery, process.letters(), heeds=NEWS, clock=process.world.monotonic)
    process.context = Inbox(ledger, registry, clock, POLICIES, database, process.letters())
    process.context_replies = Replies(process.context, topics.replies)  # type: ignore[attr-defined]
    return {
        "agent": process.agent("delivery", guard),
        "sweep": sweep.run,
        "keeper": keeper.run,
        "view": process.projection(inbox_view(ledger, registry, POLICIES), INBOX),
    }


def _escalation(process: Process) -> Roads:
    ledger, database = TimerLedger(process.store, process.keys, "escalation", process.memory()), process.database()
    registry, clock = process.registry, process.clock
    basis = Basis(registry, POLICIES)
    sweep = Sweep(
        database, ledger, clock, plan=timing(registry, basis), react=reaction(registry, clock, POLICIES),
        tables=ESCALATION_SWEEP, basis=basis.now, patience=process.patience, real=process.world.monotonic,
    )  # fmt: skip
    ladder = StoreFeed(process.store, database, ESCALATION, ladder_view(ledger, registry, POLICIES))
    return {"sweep": sweep.run, "ladder": ladder.run}


class PlainRecords(Records):
    """Without a writer thread: the person's row alone is looked at here."""

    def __init__(self, database: Any, now: Callable[[], Any]) -> None:
        self._database, self._now, self._policies = database, now, POLICIES

    async def keep(self, record: Record) -> Any:
        since = self._now()
        if record.person is not None:
            await self._database.run(lambda connection: self._write(connection, [record]))
        return since


class Nothing:
    """Files that nobody handed in."""

    async def forget(self, _complaint: object) -> None:
        return None


def _intake(process: Process) -> Roads:
    ledger, database, real = process.ledger("intake"), process.database(), process.world.real
    relations = SimDatabase(process.ports, disk("relations", intake_views.METADATA))
    feed = StoreFeed(process.store, relations, intake_views.METADATA, intake_views.VIEW)
    outbox = Outbox(database, process.keys, SimMailbox(process.ports), real)
    made: dict[str, Any] = {
        "ledger": ledger, "clock": process.clock, "registry": process.registry, "policies": POLICIES,
        "codes": Codes(database, b"secret of a test"), "numbers": Numbers(database),
        "records": PlainRecords(database, real), "vault": Vault(database, real, POLICIES), "attachments": Nothing(),
        "results": None, "mailbox": outbox, "sent": Sent(database), "probe": None, "filings": None, "lookups": None,
        "database": database, "audience": Audience(relations, feed, Watchers(database)),
    }  # fmt: skip
    context = process.context = Context(**{name: made.get(name) for name in Context.__dataclass_fields__})
    react = follow_up(context)
    guard = Guard(ledger, react, process.letters(), heeds=HEEDED, clock=process.world.monotonic)
    handle = Reactor(ledger, react, process.patience).handle
    trailing = Trailing(process.store, database, intake_tables.metadata, "intake", handle, types=HEEDED, now=real)
    post = Post(outbox, real, POLICIES, jitter=lambda: 0.0)

    async def carry() -> None:
        while await post.once():
            pass

    return {
        "agent": process.agent("notices", guard),
        "trailing": trailing.run,
        "relations": feed.run,
        "post": process.every(carry, "post"),
        "orphans": Orphans(context).run,
    }


def _reporting(process: Process) -> Roads:
    ledger, database = process.ledger("reporting"), process.database()
    react = tell_public(process.registry, POLICIES, process.world.summaries(process.ports))
    guard = Guard(ledger, react, process.letters(), clock=process.world.monotonic)
    books = StoreFeed(process.store, database, queries.METADATA, book_view(ledger))
    supports = StoreFeed(process.store, database, queries.METADATA, SUPPORTS_VIEW)
    process.context = Reporting(ledger, process.registry, process.clock, database, books, supports, b"secret of a test")
    return {
        "agent": process.agent("summary", guard),
        "view": process.projection(reports_view(ledger), queries.METADATA),
        "books": books.run,
        "supports": supports.run,
    }


def _relay(process: Process) -> Roads:
    admin, line = SimAdmin(process.ports), SimLine(process.ports)

    async def stand_by() -> None:
        ids = {name: str(id_) for name, id_ in (await admin.ensure([FIXED[name] for name in TOPICS])).items()}

        async def carry(pages: AsyncIterator[Page], publisher: Publishes) -> None:
            async for page in pages:
                if page.events:
                    await publisher.publish(page.events)
                if {name: str(id_) for name, id_ in (await admin.topic_ids(TOPICS)).items()} != ids:
                    raise TopicsChanged

        try:
            await lead(process.store, line, ids, carry)
        except (TopicsChanged, Fenced):
            return

    return {"lead": process.every(stand_by, "relay")}


MAKERS: Final[Mapping[str, Callable[[Process], Roads]]] = {
    "relay": _relay, "router": _router, "agency-inbox": _inbox, "escalation": _escalation, "intake": _intake,
    "reporting": _reporting,
}  # fmt: skip


class SimLease:
    """A lease without its row (`chassis.sql.lease.Lease`): who has it, and until when, by the run's own seconds."""

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


async def _try_again(_patience: Patience, _tries: int) -> None:
    """Between two tries (`chassis.base.retry.Patience.wait`), whoever's patience it is."""
    await asyncio.sleep(1)
    surface = asyncio.get_running_loop()
    assert isinstance(surface, Surface)
    surface.tried_again = True


async def _no_figure(_sweep: Sweep, _now: Any) -> None:
    """Nobody reads the figures of a simulation."""


KINDS: Final[Mapping[str, type[Once]]] = {"pending": Pending, "reckoning_for": Reckoned, "reckon": Due}
PURE: Final = (
    (schemas.actions, "pending"), (schemas.clocks, "running"), (escalation.policy, "pending"),
    (escalation.ladder, "running"), (agency_inbox.views, "running"), (schemas.outward_case, "running"),
    (schemas.actions, "clocks"), (schemas.clocks, "clocks"), (schemas.actions, "reckoning_for"),
    (schemas.clocks, "reckoning_for"), (schemas.clocks, "reckon"),
)  # fmt: skip
"""What is asked of each state and registry by several roads, under each name by which it is asked."""


@cache
def _leave_alone_what_is_there() -> None:
    """What was imported stays: looking through it for garbage costs more than what runs leave."""
    gc.collect()
    gc.freeze()


def _forget() -> None:
    for once in Once.ALL:
        once.forget()


@contextmanager
def standing_in() -> Iterator[None]:
    """While runs last: pure functions remembered, leases kept in memory, garbage left lying. It costs a third of what
    it would. Around several runs it is put in place once; what one run has met is forgotten after it all the same.
    """
    if Patience.wait is _try_again:  # there is one around us
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
        patch.setattr(chassis_ledger, "fold_registry", founded)
        patch.setattr(knowledge, "reader", READER)
        patch.setattr(chassis_ledger, "decode", DECODE)
        patch.setattr(chassis_loaded, "tell", tell)
        patch.setattr(Reader, "words", words)
        patch.setattr(history, "metadata_of", metadata_of)
        patch.setattr(chassis_loaded, "fold", FOLDS)
        patch.setattr(chassis_ledger, "fold", noted)
        patch.setattr(chassis_ledger, "encode", encode)
        patch.setattr(chassis_reaction, "about", ABOUT)
        patch.setattr(chassis_projection, "to_recorded", to_recorded)
        for module, name in PURE:
            asked = getattr(module, name)  # what a planted mistake has put there, if it has
            once = ones[asked] = ones.get(asked) or KINDS.get(name, Once)(asked)
            patch.setattr(module, name, once)
        patch.setattr(Sweep, "_tell_overdue", _no_figure)
        patch.setattr(Patience, "wait", _try_again)
        patch.setattr(asyncio, "sleep", sleep)
        patch.setattr(escalation.views, "decode", DECODE)
        patch.setattr(chassis_following, "PACE_S", 0)  # one rest a look is enough
        for module in (chassis_sweep, chassis_trailing, inbox_sweep, watcher):
            patch.setattr(module, "Lease", SimLease)
        try:
            yield
        finally:
            _forget()
            del Once.ALL[kept:]
            if collects:
                gc.enable()
