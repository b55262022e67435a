"""Creates agencies' topics before their first use, and caches their ids to notice when a topic was recreated."""

import time
from collections.abc import Callable, Collection, Iterable, Sequence
from datetime import timedelta
from typing import Final, NamedTuple

from agency_inbox.delivery import TopicIds
from agency_inbox.settings import TOPIC_BATCH, TOPICS_FRESH_S
from chassis.kafka.admin import Admin
from schemas.base.topics import AGENCIES, Topic, agency_inbox, agency_of, agency_replies, inbox_topic, replies_topic
from schemas.deadlines.policies import Policy

MS: Final = timedelta(milliseconds=1)


class Periods(NamedTuple):
    """How long agencies' topics keep what they hold, by the policy in force."""

    inbox: timedelta
    superseded: timedelta
    """After this time an inbox keeps of each complaint only the newest message."""
    replies: timedelta


def periods(policy: Policy) -> Periods:
    """The policy's periods. The topics hold plain text: they limit how long erased text can stay there."""
    return Periods(*(timedelta(days=days) for days in (policy.inbox_d, policy.superseded_d, policy.replies_d)))


class AgencyTopics:
    """Agencies' topics by name, with ids at most 5 s old.

    Methods that ask the broker raise `BrokerUnavailable` or `AccessDenied`.
    """

    def __init__(self, admin: Admin, periods: Callable[[], Periods], now: Callable[[], float] = time.monotonic) -> None:
        self._admin, self._periods, self._now = admin, periods, now
        self._configured: Periods | None = None
        self._ids: dict[str, str] = {}
        self._inboxes: TopicIds | None = None
        self._cluster = ""
        self._read_at = float("-inf")

    async def inboxes(self, agencies: Collection[str], *, fresh: bool = False) -> TopicIds:
        """The ids of these agencies' inbox topics. Missing topics are created; `fresh` skips the cache."""
        await self._have(_both(agencies), fresh=fresh)
        return {agency: self._ids[agency_inbox(agency)] for agency in agencies}

    async def keep(self, agencies: Collection[str]) -> None:
        """Create both topics of these agencies if missing. Configure all topics when the policy changed."""
        await self._have(_both(agencies))
        if (periods := self._periods()) != self._configured:
            await self._ensure(sorted(self._ids))
            self._configured = periods

    async def replies(self, agency: str) -> str:
        """The id of the topic to which this agency writes its replies."""
        name = agency_replies(agency)
        await self._have([name])
        return self._ids[name]

    async def cluster(self) -> str:
        """The Kafka cluster's id."""
        if not self._cluster:
            self._cluster = await self._admin.cluster_id()
        return self._cluster

    def forget(self) -> None:
        """Empty the cache, after an error."""
        self._read_at, self._cluster = float("-inf"), ""

    def known(self) -> TopicIds:
        """The cached ids of the inbox topics, without asking the broker."""
        if self._inboxes is None:
            self._inboxes = {agency_of(name): topic_id for name, topic_id in self._ids.items() if _is_inbox(name)}
        return self._inboxes

    async def _have(self, names: Iterable[str], *, fresh: bool = False) -> None:
        needed = set(names)
        if fresh or self._now() - self._read_at >= TOPICS_FRESH_S:
            asked_at, cluster = self._now(), await self._admin.cluster_id()
            found = await self._admin.topic_ids_under(AGENCIES)
            self._ids, self._inboxes = {name: str(topic_id) for name, topic_id in found.items()}, None
            self._read_at, self._cluster = asked_at, cluster
        await self._ensure(sorted(needed - self._ids.keys()))

    async def _ensure(self, names: Sequence[str]) -> None:
        periods = self._periods()
        for start in range(0, len(names), TOPIC_BATCH):
            batch = names[start : start + TOPIC_BATCH]
            created = await self._admin.ensure([_topic(name, periods) for name in batch])
            self._ids.update({name: str(topic_id) for name, topic_id in created.items()})
            self._inboxes = None


def _both(agencies: Collection[str]) -> list[str]:
    return [name(agency) for agency in sorted(agencies) for name in (agency_inbox, agency_replies)]


def _topic(name: str, periods: Periods) -> Topic:
    if not _is_inbox(name):
        return replies_topic(agency_of(name), periods.replies // MS)
    return inbox_topic(agency_of(name), periods.inbox // MS, periods.superseded // MS)


def _is_inbox(name: str) -> bool:
    return name == agency_inbox(agency_of(name))
