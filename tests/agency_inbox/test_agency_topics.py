"""How long agencies' topics keep what they hold, also existing ones."""

from collections.abc import Collection
from datetime import timedelta
from pathlib import Path
from uuid import UUID, uuid5

import pytest

from agency_inbox.agency_topics import AgencyTopics, Periods
from chassis.base.settings import Settings
from local.platform.processes import PlatformLayout, environment
from schemas.base.topics import Topic, agency_inbox, agency_replies

DAY_MS = 86_400_000
CITY = (agency_inbox("city"), agency_replies("city"))


def kept(days: int) -> Periods:
    return Periods(timedelta(days=days), timedelta(days=1), timedelta(days=days))


class Cluster:
    """Topics in memory, each with its retention in days (`chassis.kafka.admin.Admin`)."""

    def __init__(self) -> None:
        self.kept_d: dict[str, float] = {}
        self.made: dict[str, Topic] = {}
        self.asked = 0

    async def cluster_id(self) -> str:
        return "one"

    async def topic_ids_under(self, prefix: str) -> dict[str, UUID]:
        return {name: uuid5(UUID(int=1), name) for name in self.kept_d if name.startswith(prefix)}

    async def ensure(self, topics: Collection[Topic]) -> dict[str, UUID]:
        self.asked += len(topics)
        self.made.update({topic.name: topic for topic in topics})
        self.kept_d.update({topic.name: topic.retention_ms / DAY_MS for topic in topics})
        return {topic.name: uuid5(UUID(int=1), topic.name) for topic in topics}


async def test_an_inbox_is_compacted_and_limited_and_replies_have_their_own_limit() -> None:
    cluster = Cluster()
    of = Periods(timedelta(days=400), timedelta(days=1), timedelta(days=30))
    await AgencyTopics(cluster, lambda: of, lambda: 0.0).keep(["city"])  # type: ignore[arg-type]
    assert cluster.made == {
        CITY[0]: Topic(CITY[0], 1, 400 * DAY_MS, compacted=True, superseded_ms=DAY_MS),
        CITY[1]: Topic(CITY[1], 1, 30 * DAY_MS, outsiders=True),
    }


async def test_existing_topics_get_the_retention_of_the_policy_in_force() -> None:
    cluster, days = Cluster(), 400
    topics = AgencyTopics(cluster, lambda: kept(days), lambda: 0.0)  # type: ignore[arg-type]
    await topics.keep(["city"])
    assert cluster.kept_d == dict.fromkeys(CITY, 400)
    days = 30
    await topics.keep(["pln"])
    assert set(cluster.kept_d.values()) == {30}
    assert len(cluster.kept_d) == 4
    # As after a restart with another policy file.
    again = AgencyTopics(cluster, lambda: kept(7), lambda: 0.0)  # type: ignore[arg-type]
    await again.keep([])
    assert set(cluster.kept_d.values()) == {7}


async def test_an_unchanged_retention_is_set_once() -> None:
    cluster = Cluster()
    topics = AgencyTopics(cluster, lambda: kept(400), lambda: 0.0)  # type: ignore[arg-type]
    await topics.keep(["city"])
    asked = cluster.asked
    await topics.keep(["city"])
    assert cluster.asked == asked


def test_every_agency_has_topics_by_default_and_on_one_machine_those_that_are_used(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("SATUPINTU_AGENCY_TOPICS", raising=False)
    assert Settings(state_dir=tmp_path).agency_topics == "all"
    here = environment(PlatformLayout(tmp_path, 8000, "127.0.0.1:9092"))
    assert here["SATUPINTU_AGENCY_TOPICS"] == "used"
