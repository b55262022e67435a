"""What one agency tries with another agency's things, on a real broker."""

import asyncio
from collections.abc import Callable

import pytest
from kafka import KafkaConsumer, TopicPartition

from chassis.base.cluster import Cluster
from chassis.kafka.admin_client import AdminClient
from chassis.kafka.sign_in import options
from chassis.kafka.users import EVERY
from schemas.base.topics import COMPLAINT_SUMMARY, agency_inbox, agency_replies
from support.guarded import A, B
from support.kafka_attempts import (
    alter_configs,
    as_admin,
    commit_as,
    create,
    delete,
    describe,
    describe_configs,
    may_read,
    may_use_group,
    may_use_transaction,
    may_write,
    outcome,
)

pytestmark = [pytest.mark.broker, pytest.mark.timeout(600)]


@pytest.fixture
def b(as_user: Callable[[str], Cluster]) -> Cluster:
    """The agency whose name begins as the other's."""
    return as_user(f"agency.{B}")


async def administer(user: Cluster, act: Callable[[AdminClient, str], object], topic: str) -> bool:
    return await asyncio.to_thread(as_admin, user, lambda client: act(client, topic))


async def test_it_may_work_with_its_own(b: Cluster) -> None:
    assert await may_read(b, agency_inbox(B))
    assert await may_write(b, agency_replies(B))
    assert await may_use_group(b, f"agency.{B}.anything")
    assert await may_use_transaction(b, f"agency.{B}.anything")
    assert await may_read(b, COMPLAINT_SUMMARY)


async def test_it_cannot_read_the_others_inbox(b: Cluster) -> None:
    assert not await may_read(b, agency_inbox(A))


async def test_it_cannot_write_into_the_others_inbox_nor_its_own(b: Cluster) -> None:
    assert not await may_write(b, agency_inbox(A))
    assert not await may_write(b, agency_inbox(B))


async def test_it_cannot_write_the_others_replies(b: Cluster) -> None:
    assert not await may_write(b, agency_replies(A))


async def test_it_cannot_read_replies_not_even_its_own(b: Cluster) -> None:
    assert not await may_read(b, agency_replies(A))
    assert not await may_read(b, agency_replies(B))


async def test_it_cannot_join_the_others_groups(b: Cluster) -> None:
    assert not await may_use_group(b, f"agency.{A}.desk")


async def test_it_can_neither_see_nor_move_nor_delete_the_offsets_of_the_others_groups(
    b: Cluster, as_user: Callable[[str], Cluster]
) -> None:
    group, inbox = f"agency.{A}.offsets", TopicPartition(agency_inbox(A), 0)
    await asyncio.to_thread(commit_as, as_user(f"agency.{A}"), group, inbox)

    def attempts(client: AdminClient) -> list[str]:
        acts = (
            lambda: client.list_group_offsets([group]),
            lambda: client.alter_group_offsets(group, {inbox: 0}),
            lambda: client.delete_group_offsets(group, [inbox]),
            lambda: client.delete_groups([group]),
            lambda: client.describe_groups([group]),
        )
        return [outcome(act) for act in acts]

    client = AdminClient(b)
    try:
        assert all("AuthorizationFailed" in each for each in await asyncio.to_thread(attempts, client))
        assert group not in str(await asyncio.to_thread(client.list_groups))
    finally:
        client.close()


async def test_it_creates_no_topic(b: Cluster) -> None:
    assert not await administer(b, create, f"agency.{B}.more")
    assert not await administer(b, create, "anything")


async def test_asking_for_a_topic_that_does_not_exist_creates_none(b: Cluster) -> None:
    assert not await may_write(b, f"agency.{B}.more")
    assert not await administer(b, describe, f"agency.{B}.more")


async def test_it_deletes_no_topic(b: Cluster) -> None:
    assert not await administer(b, delete, agency_inbox(A))
    assert not await administer(b, delete, agency_inbox(B))


async def test_it_neither_reads_nor_changes_the_configuration_of_a_topic(b: Cluster) -> None:
    for topic in (agency_inbox(A), agency_inbox(B)):
        assert not await administer(b, describe_configs, topic)
        assert not await administer(b, alter_configs, topic)


async def test_it_sees_its_own_topics_and_the_open_data_and_no_other(b: Cluster) -> None:
    def seen() -> set[str]:
        client = KafkaConsumer(**options(b))
        try:
            return set(client.topics())
        finally:
            client.close()

    assert await asyncio.to_thread(seen) == {agency_inbox(B), agency_replies(B), COMPLAINT_SUMMARY}


async def test_it_sees_nobodys_rights(b: Cluster) -> None:
    client = AdminClient(b)
    try:
        assert "AuthorizationFailed" in await asyncio.to_thread(outcome, lambda: client.describe_acls(EVERY))
    finally:
        client.close()
