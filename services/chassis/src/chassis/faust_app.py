"""Faust, with two of its habits mended.

It starts four tasks for every message it takes from Kafka, to see whether handing it on or a rebalance comes first:
half of what a message costs. Handing on hardly ever has to wait, so it is begun without a task, as
`asyncio.eager_task_factory` of Python 3.12 does, and only what does wait is then raced by Faust's own code.

It also closes a stream's batches when it stops, and closing acknowledges the batch that an agent still has in hand.
"""

import inspect
from collections.abc import Coroutine, Generator, Iterable, Sequence
from types import coroutine
from typing import Any

import faust
from faust.transport.drivers import aiokafka
from mode.services import Service, WaitResults

Place = tuple[str, int, int]
"""Topic, partition, offset."""


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


class Consumer(Eager, Holding, aiokafka.Consumer):
    """Faust's, mended."""


class Transport(aiokafka.Transport):
    """Faust's, with that consumer."""

    Consumer = Consumer


class App(faust.App):
    """Faust's, with that transport."""

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
