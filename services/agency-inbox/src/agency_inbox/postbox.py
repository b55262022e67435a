"""Putting messages into agencies' topics: the port, and its memory for tests and simulations.

What it sends may arrive twice, always under the same `ce_id`.
"""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import NamedTuple, Protocol
from uuid import UUID, uuid5

from agency_inbox.delivery import TopicIds
from chassis.base.errors import BrokerUnavailable
from chassis.base.message import Header, Message
from schemas.base.topics import agency_inbox
from schemas.complaint.state import AgencyUpdate, Receipt

SOURCE = b"/satupintu/agency-inbox"


class OutgoingMessage(NamedTuple):
    """One message for one agency. `at`: when the fact that it tells happened."""

    agency: str
    complaint: UUID
    news: AgencyUpdate
    at: datetime
    body: bytes

    def headers(self) -> list[Header]:
        """CloudEvents 1.0, binary mode."""
        return [
            ("ce_specversion", b"1.0"),
            ("ce_source", SOURCE),
            ("content-type", b"application/json"),
            ("ce_id", str(self.news.event_id).encode()),
            ("ce_type", f"complaint.{self.news.kind}".encode()),
            ("ce_time", self.at.isoformat().encode()),
            ("ce_subject", str(self.complaint).encode()),
            ("ce_sequence", b"%d" % self.news.version),
        ]


class Postbox(Protocol):
    """`topics` and `send` raise `BrokerUnavailable`, or `AccessDenied`."""

    async def topics(self, agencies: Collection[str], *, fresh: bool = False) -> TopicIds:
        """The ids of these agencies' inbox topics, at most 5 s old (`fresh`: as of now); missing ones are made."""
        ...

    def known(self) -> TopicIds:
        """The ids as last read, without asking."""
        ...

    async def send(self, outgoing: Sequence[OutgoingMessage]) -> Sequence[Receipt]:
        """Put all of them in, and tell where each lies; every replica then has them. An error may leave some in."""
        ...


class MemoryPostbox:
    """Topics as lists. `wipe` loses all of them, `is_up` False makes every call fail."""

    def __init__(self, cluster: UUID) -> None:
        self._cluster, self._born = cluster, 0
        self.is_up = True
        self.records: dict[str, list[Message]] = {}
        self._ids: dict[str, str] = {}

    async def topics(self, agencies: Collection[str], *, fresh: bool = False) -> TopicIds:  # noqa: ARG002 - always is
        self._must_be_up()
        for agency in agencies:
            if agency not in self._ids:
                self._born += 1
                self._ids[agency] = str(uuid5(self._cluster, f"{agency} {self._born}"))
        return {agency: self._ids[agency] for agency in agencies}

    async def send(self, outgoing: Sequence[OutgoingMessage]) -> Sequence[Receipt]:
        ids = await self.topics({each.agency for each in outgoing})
        return [self._put(each, ids[each.agency]) for each in outgoing]

    def wipe(self) -> None:
        """The broker's data is gone."""
        self.records.clear()
        self._ids.clear()

    def known(self) -> TopicIds:
        return dict(self._ids)

    def _put(self, each: OutgoingMessage, topic_id: str) -> Receipt:
        records = self.records.setdefault(each.agency, [])
        topic, offset = agency_inbox(each.agency), len(records)
        records.append(Message(topic, 0, offset, str(each.complaint).encode(), each.body, each.headers()))
        return Receipt(each.news.event_id, str(self._cluster), topic_id, 0, offset)

    def _must_be_up(self) -> None:
        if not self.is_up:
            raise BrokerUnavailable("the memory postbox is down")
