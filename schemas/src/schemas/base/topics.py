"""Names and shapes of the Kafka topics (design: section 6)."""

from typing import Final, NamedTuple

COMPLAINT_EVENTS: Final = "complaint-events"
REGISTRY_EVENTS: Final = "registry-events"
RELAY_CHECKPOINT: Final = "relay-checkpoint"
SUBMISSIONS: Final = "submissions"
COMPLAINT_SUMMARY: Final = "complaint-summary"
AGENCIES: Final = "agency."
"""Prefix of all agency topics."""
REPLIES_PATTERN: Final = r"^agency\.[a-z0-9-]+\.replies$"


class Topic(NamedTuple):
    """One topic as its writer ensures it. `retention_ms` -1: unlimited."""

    name: str
    partitions: int
    retention_ms: int = -1
    compacted: bool = False


FIXED: Final = {
    topic.name: topic
    for topic in (
        Topic(COMPLAINT_EVENTS, 12),
        Topic(REGISTRY_EVENTS, 1),
        Topic(RELAY_CHECKPOINT, 1, compacted=True),
        Topic(SUBMISSIONS, 3),
        Topic(COMPLAINT_SUMMARY, 3),
    )
}


def agency_inbox(agency: str) -> str:
    """The topic that the agency reads."""
    return f"{AGENCIES}{agency}.inbox"


def agency_replies(agency: str) -> str:
    """The topic that the agency's system writes."""
    return f"{AGENCIES}{agency}.replies"


def agency_of(topic: str) -> str:
    """The agency of an inbox or replies topic."""
    return topic.removeprefix(AGENCIES).rpartition(".")[0]


def dead_letter(service: str) -> str:
    """The topic for messages that a service cannot handle."""
    return f"dead-letter.{service}"
