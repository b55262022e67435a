"""Faust, with four of its habits mended.

It starts four tasks for every message it takes from Kafka, to see whether handing it on or a rebalance comes first:
half of what a message costs. Handing on hardly ever has to wait, so it is begun without a task, as
`asyncio.eager_task_factory` of Python 3.12 does, and only what does wait is then raced by Faust's own code.

It keeps the offsets that hold no message in a tree that it sorts anew for each of them; a topic that is written in
transactions has one after every transaction. It hands every message on, also those that nobody heeds.

It closes a stream's batches when it stops, and closing acknowledges the batch that an agent still has in hand.
"""

import asyncio
import inspect
from collections.abc import Callable, Coroutine, Generator, Iterable, Iterator, Sequence
from types import coroutine
from typing import Any, Final

import faust
from faust.transport.drivers import aiokafka
from faust.types import TP
from mode.services import Service, WaitResults

from chassis.message import Header
from chassis.places import Places

YIELD_EVERY: Final = 100
Place = tuple[str, int, int]
"""Topic, partition, offset."""
Ignores = Callable[[Sequence[Header]], bool]
"""Whether a message with these headers is none of this application's business."""


class Eager(Service):
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


class Holding:
    """A consumer that acknowledges nothing that is held: not before it is released."""

    _held: frozenset[Place] = frozenset()
    _refused: Sequence[Any] = ()

    def hold(self, places: Iterable[Place]) -> None:
        """From now on these are in hand."""
        self._held, self._refused = frozenset(places), []

    def release(self) -> None:
        """They are handled: whatever acknowledgement came too early counts now."""
        refused, self._held, self._refused = self._refused, frozenset(), []
        for message in refused:
            self.ack(message)

    def ack(self, message: Any) -> bool:
        """As `faust.transport.consumer.Consumer.ack`."""
        if (message.topic, message.partition, message.offset) not in self._held:
            return bool(super().ack(message))  # type: ignore[misc]
        self._refused = [*self._refused, message]
        return False


class Reading:
    """A consumer that hands on only what is heeded, and knows up to where all is handled."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.places = Places[TP]()

    def ack(self, message: Any) -> bool:
        """As `faust.transport.consumer.Consumer.ack`."""
        self.places.ended(message.tp, message.offset)
        return bool(super().ack(message))  # type: ignore[misc]

    async def on_partitions_revoked(self, revoked: set[TP]) -> None:
        """As there. Whatever is still in hand is the next consumer's to do again."""
        self.places.forget(revoked)
        await super().on_partitions_revoked(revoked)  # type: ignore[misc]

    def _filter_tps_with_pending_acks(self, topics: Any = None) -> Iterator[TP]:
        return (tp for tp in self.assignment() if topics is None or tp in topics or tp.topic in topics)  # type: ignore[attr-defined]

    def _new_offset(self, tp: TP) -> int | None:
        for kept in (self._acked, self._acked_index):  # type: ignore[attr-defined]
            kept.pop(tp, None)
        return self.places.reached(tp)

    async def _drain_messages(self: Any, fetcher: Any) -> None:
        try:
            while not (self.should_stop or fetcher.should_stop):
                await self.sleep(0)
                await self._take_in()
        except (asyncio.CancelledError, *self.consumer_stopped_errors):
            if not self.transport.app.should_stop:
                raise

    async def _take_in(self: Any) -> None:
        ignores: Ignores = self.app.ignores
        count = 0
        async for tp, message in self.getmany(timeout=1.0):
            before = self._read_offset[tp]
            if before is not None and message.offset < before:
                continue
            if ignores(message.headers or ()):
                self.places.passed(tp, message.offset)
            else:
                self.places.begun(tp, message.offset)
                await self.wait_first(self.callback(message), self.suspend_flow.wait())
            self._read_offset[tp] = message.offset
            count += 1
            if count % YIELD_EVERY == 0:
                await asyncio.sleep(0)


class Consumer(Eager, Holding, Reading, aiokafka.Consumer):
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
