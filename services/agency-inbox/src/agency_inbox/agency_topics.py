"""Creates agencies' topics before their first use, and caches their ids to notice when a topic was recreated."""

import time
from collections.abc import Callable, Collection, Iterable, Sequence
from datetime import timedelta
from typing import Final

from agency_inbox.delivery import TopicIds
from agency_inbox.settings import TOPIC_BATCH, TOPICS_FRESH_S
from chassis.kafka.admin import Admin
from schemas.base.topics import AGENCIES, Topic, agency_inbox, agency_of, agency_replies

MS: Final = timedelta(milliseconds=1)


class AgencyTopics:
    """Agencies' topics by name, with ids at most 5 s old.

    Methods that ask the broker raise `BrokerUnavailable` or `AccessDenied`.
    """

    def __init__(
        self, admin: Admin, retention: Callable[[], timedelta], now: Callable[[], float] = time.monotonic
    ) -> None:
        """`retention`: how long topics keep messages, by the policy in force."""
        self._admin, self._retention, self._now = admin, retention, now
        self._retained: timedelta | None = None
        self._ids: dict[str, str] = {}
        self._inboxes: TopicIds | None = None
        self._cluster = ""
        self._read_at = float("-inf")

    async def inboxes(self, agencies: Collection[str], *, fresh: bool = False) -> TopicIds:
        """The ids of these agencies' inbox topics. Missing topics are created; `fresh` skips the cache."""
        await self._have(_both(agencies), fresh=fresh)
        return {agency: self._ids[agency_inbox(agency)] for agency in agencies}

    async def keep(self, agencies: Collection[str]) -> None:
        """Create both topics of these agencies if missing. Set the retention of all topics when the policy changed."""
        await self._have(_both(agencies))
        if (retention := self._retention()) != self._retained:
            await self._ensure(sorted(self._ids))
            self._retained = retention

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
        retention_ms = self._retention() // MS
        for start in range(0, len(names), TOPIC_BATCH):
            batch = names[start : start + TOPIC_BATCH]
            created = await self._admin.ensure([Topic(name, 1, retention_ms) for name in batch])
            self._ids.update({name: str(topic_id) for name, topic_id in created.items()})
            self._inboxes = None


def _both(agencies: Collection[str]) -> list[str]:
    return [name(agency) for agency in sorted(agencies) for name in (agency_inbox, agency_replies)]


def _is_inbox(name: str) -> bool:
    return name == agency_inbox(agency_of(name))
