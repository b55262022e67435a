"""Faust, with five of its habits mended.

It starts four tasks for every message it takes from Kafka, to see whether handing it on or a rebalance comes first:
half of what a message costs. Handing on hardly ever has to wait, so it is begun without a task, as
`asyncio.eager_task_factory` of Python 3.12 does, and only what does wait is then raced by Faust's own code.

It keeps the offsets that hold no message in a tree that it sorts anew for each of them; a topic that is written in
transactions has one after every transaction. It hands every message on, also those that nobody heeds.

It makes an event of every message, and an agent that wants many at once has to wait for the last of them by the clock.
Handed on is one bundle at a time, of all that came while the one before was in hand.

It acknowledges whatever an agent let go of, also what it failed at or had in hand when it was stopped.
"""

import asyncio
import inspect
from collections.abc import Callable, Coroutine, Generator, Iterator, Sequence
from types import coroutine
from typing import Any, Final

import faust
from faust.transport.drivers import aiokafka
from faust.types import TP
from faust.types.tuples import ConsumerMessage
from mode.services import Service, WaitResults

from chassis.base.message import Header, Message
from chassis.react.offsets import OffsetTracker

POLL: Final = 500
"""Records that one look at what was fetched brings at most."""
ENOUGH: Final = 500
"""Messages to hand on at once; what came with the last look may make them up to twice as many."""
Ignores = Callable[[Sequence[Header]], bool]
"""Whether a message with these headers is none of this application's business."""


class Bundle(ConsumerMessage):
    """What several looks brought, of whatever partitions, as one message of Faust's."""

    __slots__ = ("messages",)

    def __init__(self, messages: Sequence[Message], generation: int) -> None:
        """`generation`: of the group's members. Faust passes over what an earlier one fetched."""
        first = messages[0]
        place = first.topic, first.partition, first.offset
        super().__init__(*place, 0.0, 0, None, None, b"", None, generation_id=generation)
        self.messages = messages


class EagerService(Service):
    """A service that begins the first of several coroutines before it starts a task for any."""

    async def wait_first(self, *coros: Any, timeout: Any = None) -> Any:  # noqa: ASYNC109 - as it is there
        """As `mode.Service.wait_first`."""
        first, *others = coros
        if not others or not inspect.iscoroutine(first):
            return await super().wait_first(*coros, timeout=timeout)
        try:
            waits_for = first.send(None)
        except StopIteration as done:
            ended = self._stopped.is_set() or self._crashed.is_set()
            return WaitResults([], [], True) if ended else WaitResults([first], [done.value], False)
        finally:
            if first.cr_frame is None:  # it is over, well or ill: nobody will wait for the others
                for other in filter(inspect.iscoroutine, others):
                    other.close()
        return await super().wait_first(_rest(first, waits_for), *others, timeout=timeout)


class BundledConsumer:
    """A consumer that hands on what is heeded alone, a bundle at a time, and knows up to where all is handled."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.places = OffsetTracker[TP]()
        self._idle = asyncio.Event()
        self._idle.set()

    def ack(self, message: Any) -> bool:  # noqa: ARG002 - as `faust.transport.consumer.Consumer.ack`
        """Nothing: Faust acknowledges too much, and too early."""
        return False

    def handled(self, bundle: Bundle) -> None:
        """All of it is: its offsets may be committed, and the next one may come."""
        for each in bundle.messages:
            self.places.ended(TP(each.topic, each.partition), each.offset)
        self._idle.set()

    async def on_partitions_revoked(self, revoked: set[TP]) -> None:
        """As there. Whatever is still in hand is the next consumer's to do again."""
        self.places.forget(revoked)
        self._idle.set()  # what Faust threw away of its stream is never acknowledged
        await super().on_partitions_revoked(revoked)  # type: ignore[misc]

    async def on_partitions_assigned(self, assigned: set[TP], generation_id: int = 0) -> None:
        """As there."""
        await super().on_partitions_assigned(assigned, generation_id)  # type: ignore[misc]
        self._idle.set()

    def _filter_tps_with_pending_acks(self, topics: Any = None) -> Iterator[TP]:
        return (tp for tp in self.assignment() if topics is None or tp in topics or tp.topic in topics)  # type: ignore[attr-defined]

    def _new_offset(self, tp: TP) -> int | None:
        return self.places.reached(tp)

    async def _drain_messages(self: Any, fetcher: Any) -> None:
        try:
            while not (self.should_stop or fetcher.should_stop):
                await self.sleep(0)
                # While a bundle is in hand what comes waits with the client, and makes the next one larger.
                await self.wait_first(self._idle.wait(), self.suspend_flow.wait())
                if bundle := await self._gather():
                    self._idle.clear()
                    await self.wait_first(self.callback(bundle), self.suspend_flow.wait())
        except (asyncio.CancelledError, *self.consumer_stopped_errors):
            if not self.transport.app.should_stop:
                raise

    async def _gather(self: Any) -> Bundle | None:
        """What is heeded of all that waits, or of the next that comes."""
        messages: list[Message] = []
        generation, more = self.app.consumer_generation_id, POLL
        while more >= POLL and len(messages) < ENOUGH:
            more = await self._look(messages, 0.0 if messages else 1.0)
        still = generation == self.app.consumer_generation_id  # else they are fetched anew
        return Bundle(messages, generation) if messages and still else None

    async def _look(self: Any, messages: list[Message], wait_s: float) -> int:
        """Add what is heeded; how many records there were."""
        records, _ = await self._wait_next_records(wait_s)
        if not records or self.should_stop:
            return 0
        if not self.flow_active:
            await self.perform_seek()  # a rebalance began meanwhile: they are fetched anew after it
            return 0
        for tp, fetched in records.items():
            messages += self._heeded(tp, fetched)
        return sum(map(len, records.values()))

    def _heeded(self: Any, tp: TP, fetched: Sequence[Any]) -> Iterator[Message]:
        ignores: Ignores = self.app.ignores
        for record in fetched:
            before = self._read_offset[tp]
            if before is not None and record.offset < before:
                continue
            self._read_offset[tp] = record.offset
            if ignores(record.headers):
                self.places.passed(tp, record.offset)
                continue
            self.places.begun(tp, record.offset)
            yield Message(*tp, record.offset, record.key, record.value, record.headers, record.timestamp or 0)


class Consumer(EagerService, BundledConsumer, aiokafka.Consumer):
    """Faust's, mended."""


class Transport(aiokafka.Transport):
    """Faust's, with that consumer."""

    Consumer = Consumer


class App(faust.App):
    """Faust's, with that transport. Set `ignores` before it is started."""

    ignores: Ignores = staticmethod(lambda _: False)

    def _create_directories(self) -> None:
        """None: nothing of ours is kept in Faust's tables, and its folder would lie wherever we were started."""

    def _new_transport(self) -> Transport:
        return Transport(self.conf.broker_consumer, self)


async def _rest(begun: Coroutine[Any, Any, Any], waits_for: Any) -> Any:
    return await _resumed(begun, waits_for)


@coroutine
def _resumed(begun: Coroutine[Any, Any, Any], waits_for: Any) -> Generator[Any, Any, Any]:
    """The rest of a coroutine that waits for its first future already."""
    try:
        while True:
            try:
                sent = yield waits_for
            except GeneratorExit:
                begun.close()
                raise
            except BaseException as error:  # noqa: BLE001 - a cancellation, too, is the coroutine's to handle
                waits_for = begun.throw(error)
            else:
                waits_for = begun.send(sent)
    except StopIteration as done:
        return done.value
