"""Names and shapes of the Kafka topics (design: section 6)."""

import re
from collections.abc import Iterable
from typing import Final, NamedTuple

COMPLAINT_EVENTS: Final = "complaint-events"
REGISTRY_EVENTS: Final = "registry-events"
RELAY_CHECKPOINT: Final = "relay-checkpoint"
SUBMISSIONS: Final = "submissions."
"""Prefix of the topics that channel gateways write, one each."""
FORMER_SUBMISSIONS: Final = "submissions"
"""The one topic of all gateways before each had its own. Read if it exists; no gateway may write it."""
COMPLAINT_SUMMARY: Final = "complaint-summary"
AGENCIES: Final = "agency."
"""Prefix of all agency topics."""
DEAD_LETTERS: Final = "dead-letter."
"""Prefix of all topics of dead letters."""
SEGMENT_MS: Final = 24 * 3_600_000
"""Longest segment of a topic with limited retention: a record is deleted at most this long after its retention."""
OUTSIDER_BYTES: Final = 1024 * 1024
"""Longest batch of records that outsiders may write. Some clients fill batches up to 1,000,000 bytes."""
REPLIES_PATTERN: Final = r"^agency\.[a-z0-9-]+\.replies$"
SUBMISSIONS_PATTERN: Final = r"^submissions(\.[a-z0-9][a-z0-9-]{1,62})?$"
_SUBMISSIONS: Final = re.compile(SUBMISSIONS_PATTERN)


class Topic(NamedTuple):
    """One topic as its writer ensures it. `retention_ms` -1: unlimited. `compacted`: only the newest record of each key
    is kept for certain. `superseded_ms`: an older record of a compacted topic is removed after this time. `outsiders`:
    others than the platform write it.
    """

    name: str
    partitions: int
    retention_ms: int = -1
    compacted: bool = False
    superseded_ms: int | None = None
    outsiders: bool = False

    def configs(self) -> dict[str, str]:
        """Kafka's settings of the topic."""
        policies = ["compact"] * self.compacted + ["delete"] * (self.retention_ms >= 0 or not self.compacted)
        configs = {"cleanup.policy": ",".join(policies), "retention.ms": str(self.retention_ms)}
        if self.retention_ms >= 0:
            # Kafka deletes whole segments by their newest record, so a segment must end soon. The broker's own time
            # counts: a record with a sender's wrong clock would be deleted at once, or never.
            configs |= {
                "segment.ms": str(max(1, min(SEGMENT_MS, self.retention_ms))),
                "message.timestamp.type": "LogAppendTime",
            }
        if self.superseded_ms is not None:
            # The segment being written is never compacted: it must end within the same time.
            configs |= {
                "segment.ms": str(self.superseded_ms),
                "max.compaction.lag.ms": str(self.superseded_ms),
                "delete.retention.ms": str(self.superseded_ms),
                "min.cleanable.dirty.ratio": "0.01",
            }
        if self.outsiders:
            # Stored as it is read: the limit also holds for what a small compressed batch would become.
            configs |= {"max.message.bytes": str(OUTSIDER_BYTES), "compression.type": "uncompressed"}
        return configs


FIXED: Final = {  # without personal data in plain text, so without a limit of retention
    topic.name: topic
    for topic in (
        Topic(COMPLAINT_EVENTS, 12),
        Topic(REGISTRY_EVENTS, 1),
        Topic(RELAY_CHECKPOINT, 1, compacted=True),
        Topic(COMPLAINT_SUMMARY, 3),
    )
}


def relayed(names: Iterable[str], events_days: float | None = None) -> list[Topic]:
    """The topics that the relay fills. `events_days`: how long the events of complaints are kept there; None: for ever.

    They are never compacted: every event has its place in the order of its complaint.
    """
    kept_ms = -1 if events_days is None else round(events_days * 24 * 3_600_000)
    fixed = [FIXED[name] for name in names]
    return [topic._replace(retention_ms=kept_ms) if topic.name == COMPLAINT_EVENTS else topic for topic in fixed]


def gateway_submissions(gateway: str) -> str:
    """The topic that this gateway alone writes."""
    return f"{SUBMISSIONS}{gateway}"


def submissions_topic(name: str, retention_ms: int) -> Topic:
    """A topic of submissions: it holds names, contacts and texts."""
    return Topic(name, 3, retention_ms, outsiders=True)


def is_submissions(topic: str) -> bool:
    """A topic of submissions, of a gateway or the former one."""
    return _SUBMISSIONS.fullmatch(topic) is not None


def gateway_of(topic: str) -> str | None:
    """The gateway whose topic of submissions this is; None: the former topic, or none of them."""
    match = _SUBMISSIONS.fullmatch(topic)
    return match[1].removeprefix(".") if match and match[1] else None


def agency_inbox(agency: str) -> str:
    """The topic that the agency reads."""
    return f"{AGENCIES}{agency}.inbox"


def agency_replies(agency: str) -> str:
    """The topic that the agency's system writes."""
    return f"{AGENCIES}{agency}.replies"


def inbox_topic(agency: str, retention_ms: int, superseded_ms: int) -> Topic:
    """The topic that the agency reads: the newest message of each complaint, for a limited time."""
    return Topic(agency_inbox(agency), 1, retention_ms, compacted=True, superseded_ms=superseded_ms)


def replies_topic(agency: str, retention_ms: int) -> Topic:
    """The topic that the agency's system writes."""
    return Topic(agency_replies(agency), 1, retention_ms, outsiders=True)


def agency_of(topic: str) -> str:
    """The agency of an inbox or replies topic."""
    return topic.removeprefix(AGENCIES).rpartition(".")[0]


def dead_letter(service: str) -> str:
    """The topic for messages that a service cannot handle."""
    return f"{DEAD_LETTERS}{service}"
