"""The port that puts messages into agencies' topics.

A message may arrive twice, always with the same `ce_id`.
"""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import NamedTuple, Protocol
from uuid import UUID

from agency_inbox.delivery import TopicIds
from chassis.base.message import Header
from schemas.complaint.state import AgencyUpdate, Receipt
from schemas.contract import REFUSED_REPLY, ReplyRefused

SOURCE = b"/satupintu/agency-inbox"


class OutgoingMessage(NamedTuple):
    """One message for one agency. `at`: the domain time of the fact that it tells."""

    agency: str
    complaint: UUID
    news: AgencyUpdate
    at: datetime
    body: bytes
    traceparent: str | None = None
    """The span in which the fact was written, where traces are on."""

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


class RefusalNotice(NamedTuple):
    """Tells an agency that a reply was refused. `place`: topic, partition and offset of the reply. `at`: when it was
    written. The same reply always makes the same notice.
    """

    agency: str
    id: UUID
    place: str
    at: datetime
    body: ReplyRefused

    def headers(self) -> list[Header]:
        """CloudEvents 1.0, binary mode."""
        return [
            ("ce_specversion", b"1.0"),
            ("ce_source", SOURCE),
            ("content-type", b"application/json"),
            ("ce_id", str(self.id).encode()),
            ("ce_type", REFUSED_REPLY.encode()),
            ("ce_time", self.at.isoformat().encode()),
            ("ce_subject", self.place.encode()),
        ]


class Postbox(Protocol):
    """`topics` and `send` raise `BrokerUnavailable` or `AccessDenied`."""

    async def topics(self, agencies: Collection[str], *, fresh: bool = False) -> TopicIds:
        """The ids of these agencies' inbox topics, at most 5 s old; `fresh`: as of now. Missing ones are created."""
        ...

    def known(self) -> TopicIds:
        """The cached ids, without asking the broker."""
        ...

    async def send(self, outgoing: Sequence[OutgoingMessage]) -> Sequence[Receipt]:
        """Send all messages; on return every in-sync replica has them. After an error some may have been sent."""
        ...
