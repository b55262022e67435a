"""The Faust shell around a guard. Faust counts a message as handled even if its agent raised or was cancelled, so the
agent's body never raises: work that cannot be finished ends the process instead.
"""

import asyncio
import os
import time
from collections.abc import Awaitable, Callable, Collection, Sequence
from contextlib import suppress
from typing import Any, Final
from uuid import UUID

import structlog
from aiokafka.errors import KafkaError

from chassis.base import metrics
from chassis.base.cluster import Cluster
from chassis.base.errors import BrokerUnavailable
from chassis.base.message import Header, Message
from chassis.base.person import needs_person, tell_person
from chassis.base.retry import RetryPolicy
from chassis.kafka.admin import Admin, TopicRecreated
from chassis.kafka.sign_in import faust_credentials
from chassis.react.stall_detector import OffsetPosition, StallDetector

Handle = Callable[[Sequence[Message]], Awaitable[None]]
"""A `chassis.react.reaction.Guard`: on return every message is handled or durably set aside."""

FINISH_S: Final = 6.0
"""How long a batch may take to finish once the process is asked to stop."""
STOP_S: Final = 9.0
CHECK_S: Final = 5.0
log = structlog.get_logger(__name__)


class Agent:
    """A background task: consumer group `<service>.<name>` over a fixed list of topics.

    agent = Agent("router", "reactions", [topics.COMPLAINT_EVENTS], guard, kafka=settings.kafka, ignores=guard.ignores)
    await agent.run()
    """

    def __init__(
        self,
        service: str,
        name: str,
        topics: Sequence[str],
        handle: Handle,
        *,
        kafka: Cluster,
        ignores: Callable[[Sequence[Header]], bool] = lambda _: False,
    ) -> None:
        """`ignores`: whether a message with these headers may be skipped."""
        self._name, self._topics, self._handle, self._kafka = f"{service}.{name}", list(topics), handle, kafka
        self._ignores = ignores
        self._app: Any = None
        self._stall_detector = StallDetector[tuple[str, int]](time.monotonic)
        self._busy = False
        self._rejoins = False
        self._admin, self._topic_ids = Admin(kafka), dict[str, UUID]()

    async def run(self) -> None:
        """Run until cancelled, also while it starts; then finish the batch within a limit, commit, leave the group."""
        try:
            while True:
                try:
                    await self._run_app()
                except TopicRecreated:
                    log.warning("topics were recreated: joining the group again", task=self._name)
        finally:
            await self._admin.close()

    async def _run_app(self) -> None:
        """Raises TopicRecreated: Faust would never read the new topic."""
        await self._await_topics()
        self._rejoins = False
        self._app = self._faust()
        try:
            await self._app.start()
            while True:
                await asyncio.sleep(CHECK_S)
                await self._watch()
                await self._watch_topics()
        except TopicRecreated:
            self._rejoins = True
            self._app.consumer.offsets.forget(self._partitions())  # else they would be committed for the new topic
            raise
        finally:
            await self._stop()

    def unready(self) -> str | None:
        """Why this task is not ready yet; None if it is."""
        if self._app is None:
            return f"{self._name} is waiting for its topics in Kafka at {self._kafka}"
        if not self._app.started or self._app.rebalancing or not self._partitions():
            return f"{self._name} is joining its group"
        return None

    async def _await_topics(self) -> None:
        # Faust never notices a topic that is created after it has subscribed.
        async def look() -> None:
            self._topic_ids = await self._admin.topic_ids(self._topics)
            if missing := set(self._topics) - set(self._topic_ids):
                raise BrokerUnavailable(f"no topic {', '.join(sorted(missing))} yet")

        await RetryPolicy(longest_s=0.5).until_up(look, self._name)

    def _faust(self) -> Any:
        from chassis.react.faust_consumer import POLL, App

        app = App(
            self._name,
            broker=[f"kafka://{address.strip()}" for address in self._kafka.address.split(",")],
            broker_credentials=faust_credentials(self._kafka),
            store="memory://",
            web_enabled=False,
            topic_disable_leader=True,
            topic_allow_declare=False,
            broker_session_timeout=10.0,
            broker_heartbeat_interval=3.0,
            broker_commit_interval=1.0,
            broker_max_poll_records=POLL,
            # Do not wait for a batch that must not be committed (the store is down): FINISH_S limits it.
            stream_wait_empty=False,
            consumer_auto_offset_reset="earliest",
            loop=asyncio.get_running_loop(),
        )
        app.ignores = self._ignores
        channel = app.topic(*self._topics, value_serializer="raw", key_serializer="raw", value_type=bytes)
        app.agent(channel, name=f"{self._name}.agent")(self._body)
        app.finalize()
        return app

    async def _body(self, stream: Any) -> None:
        async for event in stream.events():
            await self._take(event.message)

    async def _take(self, bundle: Any) -> None:
        work = asyncio.ensure_future(self._handle(bundle.messages))
        self._busy = True
        try:
            with metrics.AGENT_SECONDS.labels(self._name).time():
                await asyncio.shield(work)
        except asyncio.CancelledError:
            if self._rejoins:
                # The new topic is read from its beginning, and the batch may wait for a topic that is gone too.
                work.cancel()
                await asyncio.wait({work})
                raise
            await self._finish(work)
            self._app.consumer.handled(bundle)
            raise
        except BaseException as error:  # noqa: BLE001 - after any error it must not count as handled
            self._leave("guard gave up", error)
        finally:
            self._busy = False
        self._app.consumer.handled(bundle)
        metrics.AGENT_HANDLED.labels(self._name).inc(len(bundle.messages))

    async def _finish(self, work: "asyncio.Future[None]") -> None:
        try:
            await asyncio.wait_for(work, FINISH_S)
        except BaseException as error:  # noqa: BLE001 - as above
            self._leave("batch not finished at stop", error)

    def _leave(self, why: str, error: BaseException) -> None:
        # At once: an orderly exit would commit the offsets of messages that were not handled.
        log.critical(why, task=self._name, error=type(error).__name__, because=str(error))
        person = needs_person(error)
        os._exit(1 if person is None else tell_person(self._name, person))

    async def _watch(self) -> None:
        """End the process if its consumer has stopped fetching without an error, as Faust's has been seen to do."""
        positions = await self._positions()
        metrics.AGENT_BEHIND.labels(self._name).set(sum(at.behind for at in positions.values()))
        if stalled := self._stall_detector.stalled(positions, busy=self._busy):
            self._leave("no progress", BrokerUnavailable(f"{len(stalled)} partitions make no progress"))

    async def _watch_topics(self) -> None:
        with suppress(BrokerUnavailable):
            ids = await self._admin.topic_ids(self._topics)
            if len(ids) == len(self._topic_ids) and ids != self._topic_ids:
                raise TopicRecreated

    async def _positions(self) -> dict[tuple[str, int], OffsetPosition]:
        from faust.exceptions import ConsumerNotStarted

        partitions, consumer = self._partitions(), self._app.consumer
        try:
            async with asyncio.timeout(CHECK_S):
                ends = await consumer.highwaters(*partitions) if partitions else {}
                read = {part: await consumer.position(part) for part in partitions}
        except (TimeoutError, KafkaError, ConsumerNotStarted):
            return {}  # the broker does not answer: the consumer is not stuck
        handled = {part: consumer.offsets.committable(part) or read[part] or 0 for part in partitions}
        return {
            (part.topic, part.partition): OffsetPosition(at, int(ends.get(part) or 0)) for part, at in handled.items()
        }

    def _partitions(self) -> Collection[Any]:
        from faust.exceptions import ConsumerNotStarted

        try:
            return frozenset(self._app.consumer.assignment())
        except ConsumerNotStarted:
            return frozenset()

    async def _stop(self) -> None:
        try:
            await asyncio.wait_for(self._app.stop(), STOP_S)
        except TimeoutError as error:
            self._leave("stuck at stop", error)
