"""Names and shapes of the Kafka topics (design: section 6)."""

from typing import Final, NamedTuple

COMPLAINT_EVENTS: Final = "complaint-events"
REGISTRY_EVENTS: Final = "registry-events"
RELAY_CHECKPOINT: Final = "relay-checkpoint"
SUBMISSIONS: Final = "submissions"
COMPLAINT_SUMMARY: Final = "complaint-summary"
AGENCIES: Final = "agency."
"""Prefix of all agency topics."""
DEAD_LETTERS: Final = "dead-letter."
"""Prefix of all topics of dead letters."""
REPLIES_PATTERN: Final = r"^agency\.[a-z0-9-]+\.replies$"


class Topic(NamedTuple):
    """One topic as its writer ensures it. `retention_ms` -1: unlimited. `compacted`: only the newest record of each key
    is kept for certain. `superseded_ms`: an older record of a compacted topic is removed after this time.
    """

    name: str
    partitions: int
    retention_ms: int = -1
    compacted: bool = False
    superseded_ms: int | None = None


FIXED: Final = {  # without personal data in plain text, so without a limit of retention
    topic.name: topic
    for topic in (
        Topic(COMPLAINT_EVENTS, 12),
        Topic(REGISTRY_EVENTS, 1),
        Topic(RELAY_CHECKPOINT, 1, compacted=True),
        Topic(COMPLAINT_SUMMARY, 3),
    )
}


def submissions(retention_ms: int) -> Topic:
    """The topic that channel gateways write: it holds names, contacts and texts."""
    return Topic(SUBMISSIONS, 3, retention_ms)


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
    return f"{DEAD_LETTERS}{service}"
