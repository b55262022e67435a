"""Kafka as the background tasks see it: topics with ids, offsets, consumer groups, one fenced transactional producer."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any, Final
from uuid import UUID, uuid5

from chassis.base.errors import BrokerUnavailable
from chassis.base.message import Header, Message
from chassis.relay.checkpoint import RelayCheckpoint
from chassis.relay.publisher import target
from schemas.base.envelope import RecordedEvent
from simulation.remembered import HEADERS

NAMES: Final = UUID(int=5)


class Topic:
    """A topic: one list of messages per partition."""

    def __init__(self, name: str, partitions: int, born: int) -> None:
        self.id = uuid5(NAMES, f"{name} {born}")
        self.partitions: list[list[Message]] = [[] for _ in range(partitions)]
        self.size = 0


class Broker:
    """The broker. `wipe` loses everything; topics that are made again get new ids."""

    def __init__(self) -> None:
        self.up, self.cluster, self.born, self.epoch = True, "cluster-0", 0, 0
        self.topics: dict[str, Topic] = {}
        self._groups: dict[tuple[str, str, int], int] = {}
        self._handled: dict[tuple[str, str], int] = {}
        self._checkpoint: RelayCheckpoint | None = None

    def wipe(self) -> None:
        self.born += 1
        self.topics, self._groups, self._handled, self._checkpoint = {}, {}, {}, None

    def ids(self, names: Collection[str]) -> dict[str, UUID]:
        return {name: self.topics[name].id for name in names if name in self.topics}

    def ids_under(self, prefix: str) -> dict[str, UUID]:
        return self.ids([name for name in self.topics if name.startswith(prefix)])

    def ensure(self, wanted: Sequence[Any]) -> dict[str, UUID]:
        for topic in wanted:
            if topic.name not in self.topics:
                self.topics[topic.name] = Topic(topic.name, topic.partitions, self.born)
        return self.ids([topic.name for topic in wanted])

    def put(self, name: str, partition: int, key: bytes | None, value: bytes, headers: Sequence[Header]) -> int:
        """Append a record and return its offset."""
        topic = self._topic(name)
        records = topic.partitions[partition]
        topic.size += 1
        records.append(Message(name, partition, len(records), key, value, headers))
        return len(records) - 1

    def fence(self) -> int:
        self.epoch += 1
        return self.epoch

    def publish(self, events: Sequence[RecordedEvent], checkpoint: RelayCheckpoint) -> None:
        places = [target(event) for event in events]
        for topic, _, _ in places:
            self._topic(topic)
        for event, (topic, partition, key) in zip(events, places, strict=True):
            self.put(topic, partition, key, event.data, HEADERS(event))
        self._checkpoint = checkpoint

    def last_checkpoint(self) -> RelayCheckpoint | None:
        return self._checkpoint

    def poll(self, group: str, topic: str, most: int) -> list[Message]:
        """Records that the group has not committed, the oldest of each partition first."""
        found: list[Message] = []
        for partition, records in enumerate(self._topic(topic).partitions):
            start = self._groups.get((group, topic, partition), 0)
            if start < len(records):
                found += records[start : start + most - len(found)]
                if len(found) >= most:
                    break
        return found

    def commit(self, group: str, born: int, batch: Sequence[Message]) -> None:
        if born != self.born:
            raise BrokerUnavailable("these were read from topics that are no more")
        ends = {(group, message.topic, message.partition): message.offset + 1 for message in batch}
        for key, offset in ends.items():
            self._reach(key, offset)

    def again(self, group: str, topic: str, back: int) -> None:
        """Deliver the last records again, as after a rebalance or a lost commit."""
        for key, offset in self._groups.items():
            if key[:2] == (group, topic):
                self._reach(key, max(0, offset - back))

    def _reach(self, key: tuple[str, str, int], offset: int) -> None:
        before = self._groups.get(key, 0)
        self._groups[key] = offset
        self._handled[key[:2]] = self._handled.get(key[:2], 0) + offset - before

    def lag(self, group: str, topic: str) -> int:
        return self._topic(topic).size - self._handled.get((group, topic), 0)

    def size(self, topic: str) -> tuple[int, int]:
        """The topic's id and its number of records."""
        known = self.topics.get(topic)
        return (self.born, known.size) if known else (self.born, -1)

    def beyond(self, topic: str, offsets: Mapping[int, int]) -> dict[int, list[Message]]:
        partitions = enumerate(self._topic(topic).partitions)
        return {n: records[offsets.get(n, 0) :] for n, records in partitions if len(records) > offsets.get(n, 0)}

    def _topic(self, name: str) -> Topic:
        try:
            return self.topics[name]
        except KeyError:
            raise BrokerUnavailable(f"there is no topic {name}") from None
