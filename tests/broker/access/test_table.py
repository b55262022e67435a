"""The table of rights against a real broker: each allowed and each forbidden operation is tried by each user."""

import asyncio
from collections.abc import Callable

import pytest

from chassis.base.cluster import Cluster
from chassis.kafka.admin import Admin
from schemas.access.kafka import EVERYBODY, RELAYED, Operation, Resource, Right, rights
from schemas.access.kafka_users import PLATFORM
from schemas.base.topics import Topic
from support.guarded import OUTSIDERS, TOPICS, Guarded
from support.kafka_attempts import as_admin, delete, may, may_use_group, may_use_transaction

pytestmark = [pytest.mark.broker, pytest.mark.timeout(900)]
USERS = (*PLATFORM, *OUTSIDERS)
GROUPS = ("relay", "intake.notices", "router.reactions", "agency-inbox.delivery", "reporting.views", "other",
          "agency.kota-bandung.desk", "agency.kota-bandung-barat.desk", "gateway.sms.results", "intakes", "relay.x")  # fmt: skip
TRANSACTIONS = ("satupintu-relay", "agency.kota-bandung.one", "agency.kota-bandung-barat.one", "gateway.sms.one", "x")


def allowed(user: str, resource: Resource, name: str) -> set[Operation]:
    """What the table says, with what Kafka's operations include."""
    found = {
        op for each in (*rights(user), *rights(EVERYBODY)) if _means(each, resource, name) for op in each.operations
    }
    implied = {Operation.DESCRIBE} if found & {Operation.READ, Operation.WRITE, Operation.DELETE} else set()
    implied |= {Operation.DESCRIBE_CONFIGS} if Operation.ALTER_CONFIGS in found else set()
    return found | implied


def _means(right: Right, resource: Resource, name: str) -> bool:
    return right.resource is resource and (name.startswith(right.name) if right.prefix else name == right.name)


@pytest.mark.parametrize("user", USERS)
async def test_each_user_may_do_with_each_topic_what_the_table_says_and_no_more(
    user: str, as_user: Callable[[str], Cluster]
) -> None:
    tried: dict[str, set[Operation]] = {}
    for topic in TOPICS:
        said = allowed(user, Resource.TOPIC, topic)
        # What is allowed to delete a topic is tried in a test of its own.
        attempts = [op for op in Operation if not (op is Operation.DELETE and op in said)]
        tried[topic] = {op for op in attempts if await may(as_user(user), op, topic)} | (said & {Operation.DELETE})
    assert tried == {topic: allowed(user, Resource.TOPIC, topic) for topic in TOPICS}


@pytest.mark.parametrize("user", USERS)
async def test_each_user_may_use_the_groups_and_transactions_that_the_table_says_and_no_other(
    user: str, as_user: Callable[[str], Cluster]
) -> None:
    groups = {name for name in GROUPS if await may_use_group(as_user(user), name)}
    assert groups == {name for name in GROUPS if allowed(user, Resource.GROUP, name)}
    found = {name for name in TRANSACTIONS if await may_use_transaction(as_user(user), name)}
    assert found == {name for name in TRANSACTIONS if allowed(user, Resource.TRANSACTIONAL_ID, name)}


async def test_the_operator_may_renew_the_topics_that_the_relay_fills(
    guarded: Guarded, as_user: Callable[[str], Cluster]
) -> None:
    admin = Admin(guarded.administrator)
    before = await admin.topic_ids(RELAYED)
    for topic in RELAYED:
        assert await asyncio.to_thread(as_admin, as_user("operator"), lambda client, topic=topic: delete(client, topic))
    await admin.delete(RELAYED)
    operator = Admin(as_user("operator"))
    after = await operator.ensure([Topic(name, 1) for name in RELAYED])
    assert after.keys() == before.keys()
    assert not set(after.values()) & set(before.values())
    await operator.close()
    await admin.close()
