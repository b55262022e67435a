"""Topics with personal data have the retention of the policy, also topics of an earlier version, on a real broker."""

from typing import Final

import pytest
from kafka.admin._configs import ConfigResource, ConfigResourceType

from chassis.base.cluster import Cluster
from chassis.kafka.admin import Admin
from chassis.kafka.admin_client import AdminClient
from chassis.kafka.ensure_topics import Existing, TopicProvisioner
from schemas.base.topics import Topic, is_submissions, submissions_topic
from support.broker import going

pytestmark = pytest.mark.broker
DAY: Final = 86_400_000
ASKED: Final = (
    "cleanup.policy", "retention.ms", "segment.ms", "max.compaction.lag.ms", "delete.retention.ms",
    "min.cleanable.dirty.ratio", "message.timestamp.type",
)  # fmt: skip


def configured(kafka: Cluster, topic: str) -> dict[str, str]:
    client = AdminClient(kafka)
    try:
        wanted = ConfigResource(ConfigResourceType.TOPIC, topic, dict.fromkeys(ASKED))
        found = client.describe_configs([wanted], config_filter="all")["topic"][topic]
    finally:
        client.close()
    return {name: found[name]["value"] for name in ASKED}


async def ensure(kafka: Cluster, *topics: Topic, create: bool = True) -> None:
    admin = Admin(kafka)
    try:
        await admin.ensure(topics, create=create)
    finally:
        await admin.close()


async def test_a_topic_of_an_earlier_version_gets_the_retention_of_today(kafka: Cluster) -> None:
    await ensure(kafka, Topic("kept-for-ever", 3))
    assert configured(kafka, "kept-for-ever")["retention.ms"] == "-1"
    await ensure(kafka, Topic("kept-for-ever", 3, 30 * DAY))
    found = configured(kafka, "kept-for-ever")
    assert (found["cleanup.policy"], found["retention.ms"]) == ("delete", str(30 * DAY))
    assert int(found["segment.ms"]) <= DAY, "the segment being written is not deleted before it ends"
    assert found["message.timestamp.type"] == "LogAppendTime", "a sender's clock does not decide"


async def test_an_inbox_becomes_compacted_and_its_segments_end_in_time(kafka: Cluster) -> None:
    await ensure(kafka, Topic("kept-inbox", 1, 400 * DAY))
    await ensure(kafka, Topic("kept-inbox", 1, 400 * DAY, compacted=True, superseded_ms=DAY))
    found = configured(kafka, "kept-inbox")
    assert (set(found["cleanup.policy"].split(",")), found["retention.ms"]) == ({"compact", "delete"}, str(400 * DAY))
    assert [found[name] for name in ("segment.ms", "max.compaction.lag.ms", "delete.retention.ms")] == [str(DAY)] * 3
    assert float(found["min.cleanable.dirty.ratio"]) <= 0.1


async def test_a_topic_that_need_not_exist_is_configured_and_never_created(kafka: Cluster) -> None:
    await ensure(kafka, Topic("kept-perhaps", 1, 5 * DAY), create=False)
    admin = Admin(kafka)
    assert await admin.topic_ids(["kept-perhaps"]) == {}
    await admin.close()
    await ensure(kafka, Topic("kept-perhaps", 1, 90 * DAY))
    await ensure(kafka, Topic("kept-perhaps", 1, 5 * DAY), create=False)
    assert configured(kafka, "kept-perhaps")["retention.ms"] == str(5 * DAY)


async def test_a_topic_of_a_removed_gateway_keeps_the_retention_of_the_policy(kafka: Cluster) -> None:
    await ensure(kafka, submissions_topic("submissions.gone", 90 * DAY), Topic("submissions-other", 1, 90 * DAY))
    existing = Existing(
        "submissions", lambda names: [submissions_topic(name, 5 * DAY) for name in filter(is_submissions, names)]
    )
    named = submissions_topic("submissions.here", 5 * DAY)
    provisioner = TopicProvisioner(kafka, lambda: [named], existing=existing)
    async with going(provisioner):  # which closes its connection at the end
        await provisioner.once()
    for topic, days in (("submissions.gone", 5), ("submissions.here", 5), ("submissions-other", 90)):
        assert configured(kafka, topic)["retention.ms"] == str(days * DAY)
    admin = Admin(kafka)
    assert await admin.topic_ids(["submissions"]) == {}, "the former topic is not created"
    await admin.close()
