"""How long agencies' topics keep what was told, also those that were there before."""

from collections.abc import Collection
from datetime import timedelta
from uuid import UUID, uuid5

from agency_inbox.agency_topics import AgencyTopics
from schemas.base.topics import Topic, agency_inbox, agency_replies

DAY_MS = 86_400_000
CITY = (agency_inbox("city"), agency_replies("city"))


class Cluster:
    """Topics in memory, each with its retention in days (`chassis.kafka.admin.Admin`)."""

    def __init__(self) -> None:
        self.kept_d: dict[str, float] = {}
        self.asked = 0

    async def cluster_id(self) -> str:
        return "one"

    async def topic_ids_under(self, prefix: str) -> dict[str, UUID]:
        return {name: uuid5(UUID(int=1), name) for name in self.kept_d if name.startswith(prefix)}

    async def ensure(self, topics: Collection[Topic]) -> dict[str, UUID]:
        self.asked += len(topics)
        self.kept_d.update({topic.name: topic.retention_ms / DAY_MS for topic in topics})
        return {topic.name: uuid5(UUID(int=1), topic.name) for topic in topics}


async def test_topics_that_were_made_under_another_policy_keep_messages_as_long_as_the_one_in_force_says() -> None:
    cluster, days = Cluster(), 400
    topics = AgencyTopics(cluster, lambda: timedelta(days=days), lambda: 0.0)  # type: ignore[arg-type]
    await topics.keep(["city"])
    assert cluster.kept_d == dict.fromkeys(CITY, 400)
    days = 30
    await topics.keep(["pln"])
    assert set(cluster.kept_d.values()) == {30}
    assert len(cluster.kept_d) == 4
    # As after a restart with the file of another period.
    again = AgencyTopics(cluster, lambda: timedelta(days=7), lambda: 0.0)  # type: ignore[arg-type]
    await again.keep([])
    assert set(cluster.kept_d.values()) == {7}


async def test_as_long_as_the_period_stays_the_broker_is_asked_once() -> None:
    cluster = Cluster()
    topics = AgencyTopics(cluster, lambda: timedelta(days=400), lambda: 0.0)  # type: ignore[arg-type]
    await topics.keep(["city"])
    asked = cluster.asked
    await topics.keep(["city"])
    assert cluster.asked == asked
