"""Faust consumer with five overrides.

1. Passes messages on without extra tasks. Faust starts four tasks per message to race the hand-over against a
   rebalance: half of a message's cost. The hand-over rarely waits, so it starts without a task, as
   `asyncio.eager_task_factory` of Python 3.12 does; only if it waits does Faust's own race run.
2. Tracks offsets itself. Faust re-sorts a tree for every offset without a message, and a transactional topic has one
   after every transaction.
3. Skips messages that the application ignores.
4. Bundles messages: one bundle at a time, of everything fetched while the previous one was being handled. A Faust agent
   that wants many at once has to wait for the last of them by the clock.
5. Acknowledges only handled messages. Faust also acknowledges messages whose agent failed or was stopped.
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
"""Most records of one poll."""
ENOUGH: Final = 500
"""Stop polling for a bundle at this many messages; the last poll may make it up to twice as large."""
Ignores = Callable[[Sequence[Header]], bool]
"""Whether a message with these headers is to be skipped."""


class Bundle(ConsumerMessage):
    """The messages of several polls, of any partitions, as one Faust message."""

    __slots__ = ("messages",)

    def __init__(self, messages: Sequence[Message], generation: int) -> None:
        """`generation`: the consumer group's. Faust drops messages of an earlier one."""
        first = messages[0]
        place = first.topic, first.partition, first.offset
        super().__init__(*place, 0.0, 0, None, None, b"", None, generation_id=generation)
        self.messages = messages


class EagerService(Service):
    """A service that starts the first of several coroutines before it creates a task for any."""

    async def wait_first(self, *coros: Any, timeout: Any = None) -> Any:  # noqa: ASYNC109 - an override
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
            if first.cr_frame is None:  # it has ended or failed: nobody will await the others
                for other in filter(inspect.iscoroutine, others):
                    other.close()
        return await super().wait_first(_rest(first, waits_for), *others, timeout=timeout)


class BundledConsumer:
    """A consumer that passes on one bundle of relevant messages at a time and tracks its own offsets."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.offsets = OffsetTracker[TP]()
        self._idle = asyncio.Event()
        self._idle.set()

    def ack(self, message: Any) -> bool:  # noqa: ARG002 - as `faust.transport.consumer.Consumer.ack`
        """Do nothing: Faust acknowledges too much, and too early."""
        return False

    def handled(self, bundle: Bundle) -> None:
        """The whole bundle was handled: commit its offsets, pass on the next one."""
        for each in bundle.messages:
            self.offsets.finished(TP(each.topic, each.partition), each.offset)
        self._idle.set()

    async def on_partitions_revoked(self, revoked: set[TP]) -> None:
        """Forget what is in flight: the partitions' next consumer handles it again."""
        self.offsets.forget(revoked)
        self._idle.set()  # Faust drops its stream's messages without acknowledging them
        await super().on_partitions_revoked(revoked)  # type: ignore[misc]

    async def on_partitions_assigned(self, assigned: set[TP], generation_id: int = 0) -> None:
        await super().on_partitions_assigned(assigned, generation_id)  # type: ignore[misc]
        self._idle.set()

    def _filter_tps_with_pending_acks(self, topics: Any = None) -> Iterator[TP]:
        return (tp for tp in self.assignment() if topics is None or tp in topics or tp.topic in topics)  # type: ignore[attr-defined]

    def _new_offset(self, tp: TP) -> int | None:
        return self.offsets.committable(tp)

    async def _drain_messages(self: Any, fetcher: Any) -> None:
        try:
            while not (self.should_stop or fetcher.should_stop):
                await self.sleep(0)
                # While a bundle is being handled, further records wait in the client and enlarge the next one.
                await self.wait_first(self._idle.wait(), self.suspend_flow.wait())
                if bundle := await self._next_bundle():
                    self._idle.clear()
                    await self.wait_first(self.callback(bundle), self.suspend_flow.wait())
        except (asyncio.CancelledError, *self.consumer_stopped_errors):
            if not self.transport.app.should_stop:
                raise

    async def _next_bundle(self: Any) -> Bundle | None:
        """A bundle of everything fetched so far; wait for records if there are none."""
        messages: list[Message] = []
        generation, more = self.app.consumer_generation_id, POLL
        while more >= POLL and len(messages) < ENOUGH:
            more = await self._poll(messages, 0.0 if messages else 1.0)
        still = generation == self.app.consumer_generation_id  # else they are fetched again
        return Bundle(messages, generation) if messages and still else None

    async def _poll(self: Any, messages: list[Message], wait_s: float) -> int:
        """Poll once and add relevant messages; the number of records."""
        records, _ = await self._wait_next_records(wait_s)
        if not records or self.should_stop:
            return 0
        if not self.flow_active:
            await self.perform_seek()  # a rebalance has begun: they are fetched again after it
            return 0
        for tp, fetched in records.items():
            messages += self._relevant(tp, fetched)
        return sum(map(len, records.values()))

    def _relevant(self: Any, tp: TP, fetched: Sequence[Any]) -> Iterator[Message]:
        ignores: Ignores = self.app.ignores
        for record in fetched:
            before = self._read_offset[tp]
            if before is not None and record.offset < before:
                continue
            self._read_offset[tp] = record.offset
            if ignores(record.headers):
                self.offsets.skipped(tp, record.offset)
                continue
            self.offsets.started(tp, record.offset)
            yield Message(*tp, record.offset, record.key, record.value, record.headers, record.timestamp or 0)


class Consumer(EagerService, BundledConsumer, aiokafka.Consumer):
    """Faust's consumer with the overrides above."""


class Transport(aiokafka.Transport):
    """Faust's transport with that consumer."""

    Consumer = Consumer


class App(faust.App):
    """Faust's app with that transport. Set `ignores` before it starts."""

    ignores: Ignores = staticmethod(lambda _: False)

    def _create_directories(self) -> None:
        """Create none: we use no Faust tables, and their folder would be in the working directory."""

    def _new_transport(self) -> Transport:
        return Transport(self.conf.broker_consumer, self)


async def _rest(begun: Coroutine[Any, Any, Any], waits_for: Any) -> Any:
    return await _resumed(begun, waits_for)


@coroutine
def _resumed(begun: Coroutine[Any, Any, Any], waits_for: Any) -> Generator[Any, Any, Any]:
    """The rest of a coroutine that already awaits its first future."""
    try:
        while True:
            try:
                sent = yield waits_for
            except GeneratorExit:
                begun.close()
                raise
            except BaseException as error:  # noqa: BLE001 - the coroutine handles cancellations, too
                waits_for = begun.throw(error)
            else:
                waits_for = begun.send(sent)
    except StopIteration as done:
        return done.value
