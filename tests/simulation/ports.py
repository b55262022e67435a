"""The services' ports to the outside world, in memory, with a fault wherever the scheduler wants one.

Every call goes through `Ports.call`, so a process can be paused or killed before and after each step.
"""

from collections.abc import AsyncIterator, Callable, Collection, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, TypeVar
from uuid import UUID

from sqlalchemy import Connection

from agency_inbox.agency_topics import AgencyTopics
from agency_inbox.delivery import TopicIds
from agency_inbox.postbox import OutgoingMessage
from chassis.base.errors import BrokerUnavailable, Conflict, Fenced, IdClash, OutcomeUnknown, StoreUnavailable
from chassis.base.message import Message
from chassis.base.ports import Append, Appended, Page
from chassis.base.secret_file import FIRST, Secrets, SecretsRead, SecretVersion
from chassis.relay.checkpoint import RelayCheckpoint
from chassis.store.poll_subscription import follow
from schemas.base.envelope import NewEvent, RecordedEvent
from schemas.base.sealed import Keys
from schemas.base.topics import agency_inbox
from schemas.complaint.state import Receipt
from simulation.broker import Broker
from simulation.link import Link
from simulation.stepper import CRASH, PAUSE, Killed, at_once

T = TypeVar("T")
READ: Final = ("pause", "crash", "fail")
WRITE: Final = ("pause", "crash", "crash-after", "fail", "lost", "unsure")
"""fail: not done, and reported; lost: done, but the answer is lost; unsure: not done, and nobody knows."""


@dataclass
class Turn:
    """One stretch of one task. The fault strikes its `at`-th call; 0: no fault."""

    task: str = ""
    at: int = 0
    fault: str = ""
    calls: int = 0
    hit: str = ""
    """The call that the fault struck."""


class Ports:
    """All outgoing calls of one process."""

    def __init__(self, world: Any, name: str) -> None:
        self.world, self.name, self.dead = world, name, False

    async def call(self, what: str, act: Callable[[], T], down: type[Exception], *, writes: bool = False) -> T:
        """Return what `act` returns, unless the scheduler put a fault here."""
        if self.dead:
            raise Killed
        world, turn = self.world, self.world.turn
        turn.calls += 1
        world.notes += (self.name, what)
        up = world.broker.up if down is BrokerUnavailable else world.store_up
        if not up:
            raise down(f"{what}: it is down")
        if turn.calls != turn.at:
            return act()
        turn.hit = what
        return await self._faulty(turn.fault, act, down, writes=writes)

    async def _faulty(self, fault: str, act: Callable[[], T], down: type[Exception], *, writes: bool) -> T:
        unknown = BrokerUnavailable if down is BrokerUnavailable else OutcomeUnknown
        if fault == "fail":
            raise down("it does not answer")
        if fault in ("lost", "unsure") and writes:
            if fault == "lost":
                act()
            raise unknown("the answer was lost")
        if fault == "crash-after":
            act()
        await (CRASH if fault.startswith("crash") else PAUSE)
        if self.dead:
            raise Killed
        return act()


class SimStore:
    """The store as one process sees it (`chassis.base.ports.Store`)."""

    dense = True

    def __init__(self, ports: Ports, *, restless: bool = False) -> None:
        """`restless`: a subscription also yields pages without events."""
        self._ports, self._inner, self._restless = ports, ports.world.store, restless

    async def store_id(self) -> UUID:
        return await self._ports.call("store id", lambda: at_once(self._inner.store_id()), StoreUnavailable)

    async def append(
        self, stream: str, expected_version: int, events: Sequence[NewEvent], seen: Collection[UUID] = ()
    ) -> Appended:
        [result] = await self.append_many([Append(stream, expected_version, events, seen)])
        if isinstance(result, Conflict | IdClash):
            raise result
        return result

    async def append_many(self, appends: Sequence[Append]) -> list[Appended | Conflict | IdClash]:
        return await self._ports.call(
            "append", lambda: at_once(self._inner.append_many(appends)), StoreUnavailable, writes=True
        )

    async def read(self, stream: str, from_version: int = 0) -> list[RecordedEvent]:
        return await self._ports.call("read", lambda: at_once(self._inner.read(stream, from_version)), StoreUnavailable)

    async def read_many(self, streams: Sequence[str], from_versions: Sequence[int] = ()) -> list[list[RecordedEvent]]:
        act = lambda: at_once(self._inner.read_many(streams, from_versions))  # noqa: E731
        return await self._ports.call("read", act, StoreUnavailable)

    async def read_all(self, after: int | None, prefixes: Sequence[str] = (), limit: int = 1000) -> Page:
        read = lambda: at_once(self._inner.read_all(after, prefixes, limit))  # noqa: E731
        return await self._ports.call("page", read, StoreUnavailable)

    async def newest(self) -> int:
        return at_once(self._inner.newest())

    async def id_at(self, position: int) -> UUID | None:
        return await self._ports.call("id at", lambda: at_once(self._inner.id_at(position)), StoreUnavailable)

    def subscribe(self, after: int | None, prefixes: Sequence[str] = ()) -> AsyncIterator[Page]:
        if self._restless:
            return self._looks(after, prefixes)
        return follow(lambda position: self.read_all(position, prefixes), self._beyond, after)

    async def _looks(self, after: int | None, prefixes: Sequence[str]) -> AsyncIterator[Page]:
        while True:
            page = await self.read_all(after, prefixes)
            after = page.position
            yield page
            await self._beyond(after or 0)

    async def _beyond(self, _position: int) -> None:
        await self._ports.world.nap()

    async def close(self) -> None:
        """Nothing to close."""


class SimKeys:
    """The key ring as one process sees it (`chassis.base.ports.KeyRing`)."""

    def __init__(self, ports: Ports) -> None:
        self._ports, self._inner = ports, ports.world.keyring

    async def ensure(self, complaints: Collection[UUID]) -> Mapping[UUID, Keys]:
        act = lambda: at_once(self._inner.ensure(complaints))  # noqa: E731
        return await self._ports.call("make keys", act, StoreUnavailable, writes=True)

    async def load(self, complaints: Collection[UUID]) -> Mapping[UUID, Keys]:
        return await self._ports.call("read keys", lambda: at_once(self._inner.load(complaints)), StoreUnavailable)

    async def destroy(self, complaint: UUID) -> None:
        act = lambda: at_once(self._inner.destroy(complaint))  # noqa: E731
        await self._ports.call("destroy keys", act, StoreUnavailable, writes=True)


class SimDatabase:
    """A service's database as one process sees it (`chassis.sql.database.Database`)."""

    dialect = "sqlite"

    def __init__(self, ports: Ports, on: Link) -> None:
        self.ports, self._disk = ports, on

    async def run(self, function: Callable[[Connection], T]) -> T:
        return await self.ports.call("write rows", lambda: self._disk.act(function), StoreUnavailable, writes=True)

    async def read(self, function: Callable[[Connection], T]) -> T:
        return await self.ports.call("read rows", lambda: self._disk.look(function), StoreUnavailable)

    def paramstyle(self, statement: str) -> str:
        return statement.replace("%s", "?")


class SimCodeSecrets(Secrets):
    """The file of code secrets, which every process reads at once."""

    def __init__(self) -> None:
        super().__init__(None, SecretsRead((SecretVersion(FIRST, b"secret of a test"),), {}))

    def add(self) -> None:
        """A new version, for what is filed from now on."""
        number = len(self._known.versions) + FIRST
        self._known = SecretsRead((*self._known.versions, SecretVersion(number, b"%d secret" % number)), {})

    def end(self, version: int, at: datetime) -> None:
        """End a version as if it had become known; not the newest one."""
        if version != self.newest.version:
            ended = (each._replace(ended_at=at) if each.version == version else each for each in self._known.versions)
            self._known = SecretsRead(tuple(ended), {})


class SimAdmin:
    """Topic administration as one process sees it (`chassis.kafka.admin.Admin`)."""

    def __init__(self, ports: Ports) -> None:
        self._ports, self._broker = ports, ports.world.broker

    async def cluster_id(self) -> str:
        return await self._ports.call("cluster id", lambda: self._broker.cluster, BrokerUnavailable)

    async def topic_ids(self, names: Collection[str]) -> Mapping[str, UUID]:
        return await self._ports.call("topic ids", lambda: self._broker.ids(names), BrokerUnavailable)

    async def topic_ids_under(self, prefix: str) -> Mapping[str, UUID]:
        return await self._ports.call("topic ids", lambda: self._broker.ids_under(prefix), BrokerUnavailable)

    async def ensure(self, topics: Sequence[Any]) -> Mapping[str, UUID]:
        act = lambda: self._broker.ensure(topics)  # noqa: E731
        return await self._ports.call("make topics", act, BrokerUnavailable, writes=True)


class SimPostbox:
    """Agencies' topics as agency-inbox sees them (`agency_inbox.postbox.Postbox`), over the real topic provisioning."""

    def __init__(self, ports: Ports, topics: AgencyTopics) -> None:
        self._ports, self._topics = ports, topics

    async def topics(self, agencies: Collection[str], *, fresh: bool = False) -> TopicIds:
        return await self._topics.inboxes(agencies, fresh=fresh)

    def known(self) -> TopicIds:
        return self._topics.known()

    async def send(self, outgoing: Sequence[OutgoingMessage]) -> Sequence[Receipt]:
        ids = await self.topics({each.agency for each in outgoing})
        cluster = await self._topics.cluster()
        try:
            places = await self._ports.call("send", lambda: self._put(outgoing), BrokerUnavailable, writes=True)
        except BrokerUnavailable:
            self._topics.forget()
            raise
        return [
            Receipt(each.news.event_id, cluster, ids[each.agency], 0, offset)
            for each, offset in zip(outgoing, places, strict=True)
        ]

    def _put(self, outgoing: Sequence[OutgoingMessage]) -> list[int]:
        broker: Broker = self._ports.world.broker
        return [
            broker.put(agency_inbox(each.agency), 0, str(each.complaint).encode(), each.body, each.headers())
            for each in outgoing
        ]


class SimLine:
    """Kafka as the leading relay sees it (`chassis.relay.leader.Line`)."""

    def __init__(self, ports: Ports) -> None:
        self._ports, self._broker = ports, ports.world.broker

    @asynccontextmanager
    async def publishing(self, store_id: UUID, topic_ids: Mapping[str, str]) -> AsyncIterator["SimPublisher"]:
        epoch = await self._ports.call("fence", self._broker.fence, BrokerUnavailable, writes=True)
        yield SimPublisher(self._ports, store_id, topic_ids, epoch)

    async def last_checkpoint(self, _store_id: UUID, _topic_ids: Mapping[str, str]) -> RelayCheckpoint | None:
        return await self._ports.call("checkpoint", self._broker.last_checkpoint, BrokerUnavailable)


class SimPublisher:
    """A transaction is one step: all of it or nothing."""

    def __init__(self, ports: Ports, store_id: UUID, topic_ids: Mapping[str, str], epoch: int) -> None:
        self._ports, self._store_id, self._topic_ids, self._epoch = ports, store_id, topic_ids, epoch

    async def publish(self, events: Sequence[RecordedEvent]) -> None:
        checkpoint = RelayCheckpoint(self._store_id, events[-1].position, self._topic_ids, events[-1].id)

        def commit() -> None:
            broker: Broker = self._ports.world.broker
            if broker.epoch != self._epoch:
                raise Fenced("another relay has taken over")
            broker.publish(events, checkpoint)

        await self._ports.call("publish", commit, BrokerUnavailable, writes=True)


class SimLetters:
    """Dead letters (`chassis.deadletter.port.DeadLetters`)."""

    def __init__(self, ports: Ports) -> None:
        self._ports = ports

    async def put(self, letter: Any) -> None:
        await self._ports.call("dead letter", lambda: self._ports.world.letters.append(letter), BrokerUnavailable)


class SimMailbox:
    """Notifications to reporters (`intake.notices.port.Mailbox`); the same one sent twice counts once."""

    def __init__(self, ports: Ports) -> None:
        self._ports, self._box = ports, ports.world.mailbox

    async def send(self, notice: Any) -> None:
        await self._ports.call("mail", lambda: self._box.setdefault(notice.complaint, {}).update({notice.id: notice}),
                               StoreUnavailable, writes=True)  # fmt: skip

    async def forget(self, complaint: UUID) -> None:
        await self._ports.call("forget mail", lambda: self._box.pop(complaint, None), StoreUnavailable, writes=True)


class Poll:
    """The reader of a consumer group: at least once, offsets committed after handling."""

    def __init__(self, ports: Ports, topic: str, group: str) -> None:
        self._ports, self._topic, self._group, self._born = ports, topic, group, 0

    async def batch(self, most: int) -> list[Message]:
        broker: Broker = self._ports.world.broker
        self._born = broker.born
        return await self._ports.call("poll", lambda: broker.poll(self._group, self._topic, most), BrokerUnavailable)

    async def commit(self, batch: Sequence[Message]) -> None:
        broker: Broker = self._ports.world.broker
        act = lambda: broker.commit(self._group, self._born, batch)  # noqa: E731
        await self._ports.call("commit offsets", act, BrokerUnavailable, writes=True)

    async def records(self, offsets: Mapping[int, int]) -> Mapping[int, list[Message]]:
        broker: Broker = self._ports.world.broker
        return await self._ports.call("poll", lambda: broker.beyond(self._topic, offsets), BrokerUnavailable)
