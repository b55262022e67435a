"""What one channel gateway tries with another gateway's things, on a real broker."""

import asyncio
import time
from collections.abc import Callable, Collection
from datetime import timedelta

import pytest
from kafka import KafkaConsumer, TopicPartition

from chassis.base.clock import FixedClock, SystemClock
from chassis.base.cluster import Cluster
from chassis.base.errors import KafkaDenied, MessageTooLarge
from chassis.kafka.admin import Admin
from chassis.kafka.admin_client import AdminClient
from chassis.kafka.clients import LazyProducer, producer, running
from chassis.kafka.credentials import Credentials, Refused
from chassis.kafka.provision import Provisioner
from chassis.kafka.sign_in import options
from chassis.kafka.users import UserAdmin
from intake.gateway.credentials import ChannelGateways
from schemas.access.kafka_users import Credential, Kind
from schemas.base.topics import COMPLAINT_EVENTS, COMPLAINT_SUMMARY, Topic, agency_inbox, submissions_topic
from support.guarded import A, Guarded, NoAgencies
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
OWN, OTHERS = "submissions.sms-2", "submissions.sms"


@pytest.fixture
def gateway(as_user: Callable[[str], Cluster]) -> Cluster:
    """The gateway whose name begins as the other's."""
    return as_user("gateway.sms-2")


async def administer(user: Cluster, act: Callable[[AdminClient, str], object], topic: str) -> bool:
    return await asyncio.to_thread(as_admin, user, lambda client: act(client, topic))


async def test_it_may_work_with_its_own(gateway: Cluster) -> None:
    assert await may_write(gateway, OWN)
    assert await may_use_group(gateway, "gateway.sms-2.anything")
    assert await may_use_transaction(gateway, "gateway.sms-2.anything")
    assert await may_read(gateway, COMPLAINT_SUMMARY)


async def test_it_cannot_write_the_others_topic_nor_the_one_of_former_times(gateway: Cluster) -> None:
    assert not await may_write(gateway, OTHERS)
    assert not await may_write(gateway, "submissions")


async def test_it_cannot_read_submissions_not_even_its_own(gateway: Cluster) -> None:
    for topic in (OTHERS, OWN, "submissions"):
        assert not await may_read(gateway, topic)


async def test_it_cannot_read_what_agencies_and_the_platform_read(gateway: Cluster) -> None:
    for topic in (agency_inbox(A), COMPLAINT_EVENTS, "dead-letter.intake"):
        assert not await may_read(gateway, topic)


async def test_it_cannot_join_the_others_groups_nor_intakes(gateway: Cluster) -> None:
    for group in ("gateway.sms.desk", "intake.submissions", "gateway.sms-2"):
        assert not await may_use_group(gateway, group)


async def test_it_cannot_use_the_others_transactions(gateway: Cluster) -> None:
    assert not await may_use_transaction(gateway, "gateway.sms.one")


async def test_it_can_neither_see_nor_move_nor_delete_the_offsets_of_the_others_groups(
    gateway: Cluster, as_user: Callable[[str], Cluster]
) -> None:
    group, part = "gateway.sms.offsets", TopicPartition(COMPLAINT_SUMMARY, 0)
    await asyncio.to_thread(commit_as, as_user("gateway.sms"), group, part)

    def attempts(client: AdminClient) -> list[str]:
        acts = (
            lambda: client.list_group_offsets([group]),
            lambda: client.alter_group_offsets(group, {part: 0}),
            lambda: client.delete_group_offsets(group, [part]),
            lambda: client.delete_groups([group]),
            lambda: client.describe_groups([group]),
        )
        return [outcome(act) for act in acts]

    client = AdminClient(gateway)
    try:
        assert all("AuthorizationFailed" in each for each in await asyncio.to_thread(attempts, client))
        assert group not in str(await asyncio.to_thread(client.list_groups))
    finally:
        client.close()


async def test_it_creates_no_topic(gateway: Cluster) -> None:
    for topic in ("submissions.sms-2.more", "submissions.sms-3", "anything"):
        assert not await administer(gateway, create, topic)
        assert not await may_write(gateway, topic)
        assert not await administer(gateway, describe, topic)


async def test_it_deletes_no_topic(gateway: Cluster) -> None:
    for topic in (OTHERS, OWN):
        assert not await administer(gateway, delete, topic)


async def test_it_neither_reads_nor_changes_the_configuration_of_a_topic(gateway: Cluster) -> None:
    for topic in (OTHERS, OWN):
        assert not await administer(gateway, describe_configs, topic)
        assert not await administer(gateway, alter_configs, topic)


async def test_it_sees_its_own_topic_and_the_open_data_and_no_other(gateway: Cluster) -> None:
    def seen() -> set[str]:
        client = KafkaConsumer(**options(gateway))
        try:
            return set(client.topics())
        finally:
            client.close()

    assert await asyncio.to_thread(seen) == {OWN, COMPLAINT_SUMMARY}


def topic_of(id_: str) -> Topic:
    return submissions_topic(f"submissions.{id_}", 3_600_000)


async def test_credentials_are_made_twice_at_most_with_a_topic_and_end_with_the_gateway(guarded: Guarded) -> None:
    users, clock = UserAdmin(guarded.administrator), FixedClock(SystemClock().now().replace(microsecond=0))
    found = Credentials(users, ChannelGateways(users, {"wa", "surel"}, topic_of), clock.now, {})
    with pytest.raises(Refused, match="no gateway fax, but surel, wa: name it in SATUPINTU_GATEWAYS"):
        await found.make("fax")
    first = await found.make("wa")
    clock.advance(timedelta(seconds=1))
    second = await found.make("wa")
    assert (first.name, second.name) == ("gateway.wa", Credential(Kind.GATEWAY, "wa", clock.now()).name)
    assert (second.older, second.older_ends_at) == (first.name, clock.now() + timedelta(days=7))
    with pytest.raises(Refused, match="end one of them"):
        await found.make("wa")
    other = await found.make("surel")
    for made in (first, second):
        async with running(producer(Cluster(guarded.server.bootstrap, made.name, made.password))) as client:
            await client.send_and_wait("submissions.wa", b"{}")

    noted: list[tuple[str, str]] = []

    async def note(credential: Credential, why: str) -> None:
        noted.append((credential.name, why))

    async def left(gateways: Collection[str] | None) -> set[str]:
        provisioner = Provisioner(guarded.administrator, {}, {}, NoAgencies(), SystemClock(), note, gateways=gateways)
        await provisioner.once()
        await provisioner.close()
        return set(await users.users()) & {first.name, second.name, other.name}

    assert await left(None) == {first.name, second.name, other.name}, "it was not said which there are"
    kept = {"sms", "sms-2", "surel"}
    assert await left(kept) == {other.name}
    assert {(first.name, "gateway-removed"), (second.name, "gateway-removed")} <= set(noted)
    with pytest.raises(KafkaDenied):
        async with running(producer(Cluster(guarded.server.bootstrap, second.name, second.password))):
            pytest.fail("signed in")
    await found.end("surel", other.name)
    with pytest.raises(Refused, match="no credential"):
        await found.end("surel", other.name)
    await users.close()


async def test_what_is_too_large_is_refused_also_if_it_was_compressed(guarded: Guarded) -> None:
    user, admin = await guarded.make("gateway.large", "a password"), Admin(guarded.administrator)
    await admin.ensure([topic_of("large")])
    await admin.close()
    sending = LazyProducer(user, max_request_size=40_000_000, compression_type="gzip")
    with pytest.raises(MessageTooLarge):
        async with sending.connected() as client:
            await client.send_and_wait("submissions.large", b"0" * 30_000_000)
    await sending.close()


async def test_a_quota_makes_a_flood_wait(guarded: Guarded) -> None:
    user, admin = await guarded.make("gateway.flood", "a password"), UserAdmin(guarded.administrator)
    await admin.ensure([topic_of("flood")])
    await admin.set_quotas([user.user], {"producer_byte_rate": 50_000.0})
    await admin.close()
    async with running(producer(user, request_timeout_ms=60_000)) as client:
        began = time.monotonic()
        for _ in range(30):
            await client.send_and_wait("submissions.flood", b"x" * 50_000)
        assert time.monotonic() - began > 10, "1.5 MB at 50 kB a second, of which Kafka allows some ten in advance"
