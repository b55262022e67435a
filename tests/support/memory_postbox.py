"""A postbox in memory: agencies' topics as lists of messages."""

from collections.abc import Collection, Sequence
from uuid import UUID, uuid5

from agency_inbox.delivery import TopicIds
from agency_inbox.postbox import OutgoingMessage
from chassis.base.errors import BrokerUnavailable
from chassis.base.message import Message
from schemas.base.topics import agency_inbox
from schemas.complaint.state import Receipt


class MemoryPostbox:
    """Topics as lists. `wipe` deletes all of them; with `is_up` False every call fails."""

    def __init__(self, cluster: UUID) -> None:
        self._cluster, self._created = cluster, 0
        self.is_up = True
        self.records: dict[str, list[Message]] = {}
        self._ids: dict[str, str] = {}

    async def topics(self, agencies: Collection[str], *, fresh: bool = False) -> TopicIds:
        if not self.is_up:
            raise BrokerUnavailable("the memory postbox is down")
        for agency in agencies:
            if agency not in self._ids:
                self._created += 1
                self._ids[agency] = str(uuid5(self._cluster, f"{agency} {self._created}"))
        return {agency: self._ids[agency] for agency in agencies}

    async def send(self, outgoing: Sequence[OutgoingMessage]) -> Sequence[Receipt]:
        ids = await self.topics({each.agency for each in outgoing})
        return [self._put(each, ids[each.agency]) for each in outgoing]

    def wipe(self) -> None:
        """Delete all topics, as when the broker's data is lost."""
        self.records.clear()
        self._ids.clear()

    def known(self) -> TopicIds:
        return dict(self._ids)

    def _put(self, each: OutgoingMessage, topic_id: str) -> Receipt:
        records = self.records.setdefault(each.agency, [])
        topic, offset = agency_inbox(each.agency), len(records)
        records.append(Message(topic, 0, offset, str(each.complaint).encode(), each.body, each.headers()))
        return Receipt(each.news.event_id, str(self._cluster), topic_id, 0, offset)
