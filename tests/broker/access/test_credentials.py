"""Credentials of agencies on a real broker: made, rotated, ended, limited."""

import asyncio
import gc
import gzip
import time
from collections.abc import AsyncIterator, Callable, Sequence
from datetime import timedelta
from pathlib import Path

import pytest
from aiokafka.errors import KafkaError
from kafka.protocol.admin import DescribeClusterRequest

from chassis.access_log.entry import Entry
from chassis.access_log.log import AccessLog
from chassis.base.clock import FixedClock, SystemClock
from chassis.base.cluster import Cluster
from chassis.base.errors import KafkaDenied, MessageTooLarge
from chassis.base.retry import RetryPolicy
from chassis.kafka.admin import Admin
from chassis.kafka.admin_client import AdminClient
from chassis.kafka.clients import LazyProducer, consumer, producer, running
from chassis.kafka.provision import Provisioner
from chassis.kafka.users import UserAdmin
from schemas.access.kafka_users import Credential, Kind
from schemas.access.principal import Principal
from schemas.base.topics import agency_inbox, agency_replies, replies_topic
from schemas.registry.bodies import Agency
from schemas.registry.fold import Registry
from support.broker import committed, until
from support.guarded import REAUTH_MS, Guarded

pytestmark = [pytest.mark.broker, pytest.mark.timeout(600)]
WEEK = timedelta(days=7)


class OneAgency:
    """A registry with one agency."""

    def __init__(self, id_: str, *, alive: bool = True) -> None:
        self._registry = Registry(
            agencies={id_: Agency(id_, id_, "city", "regency", None, "", None, None, {}, alive=alive)}
        )

    async def current(self) -> Registry:
        return self._registry


async def agency_of(guarded: Guarded, id_: str) -> Cluster:
    """A new agency with topics and its first credential."""
    admin = Admin(guarded.administrator)
    await admin.ensure([replies_topic(id_, 3_600_000), replies_topic(id_, 3_600_000)._replace(name=agency_inbox(id_))])
    await admin.close()
    return await guarded.make(f"agency.{id_}", "first password")


async def test_an_ended_credential_is_cut_off_within_the_time_to_sign_in_again(guarded: Guarded) -> None:
    user = await agency_of(guarded, "pln")
    async with running(producer(user, request_timeout_ms=4_000)) as client:
        await client.send_and_wait(agency_replies("pln"), b"before")
        await guarded.end(user.user)
        ended = time.monotonic()

        async def cut_off() -> bool:
            try:
                await client.send_and_wait(agency_replies("pln"), b"after")
            except KafkaError:
                return True
            return False

        await until(cut_off, within_s=60)
    assert time.monotonic() - ended < 60
    with pytest.raises(KafkaDenied, match=r"does not accept the user agency\.pln"):
        async with running(producer(user)):
            pytest.fail("signed in")
    sent = [each.value for each in await committed(guarded.administrator, agency_replies("pln"), 1)]
    assert sent.count(b"before") == 1


async def test_a_rotated_credential_goes_on_without_loss(guarded: Guarded) -> None:
    old = await agency_of(guarded, "bpjs")
    name = Credential(Kind.AGENCY, "bpjs", SystemClock().now()).name
    new = await guarded.make(name, "second password")
    sent = [b"%d" % number for number in range(60)]
    used = [old]

    async def write() -> None:
        for value in sent:
            async with running(producer(used[-1])) as client:
                await client.send_and_wait(agency_replies("bpjs"), value)

    writing = asyncio.create_task(write())
    await asyncio.sleep(0)
    used.append(new)  # the agency's system takes the new password at some moment
    await writing
    await guarded.end(old.user)
    async with running(producer(new)) as client:
        await client.send_and_wait(agency_replies("bpjs"), b"last")
    found = [each.value for each in await committed(guarded.administrator, agency_replies("bpjs"), 1)]
    assert found == [*sent, b"last"]


async def test_an_open_client_goes_on_when_it_must_sign_in_again(guarded: Guarded) -> None:
    user, end = await agency_of(guarded, "tvri"), time.monotonic() + 3 * REAUTH_MS / 1000
    sent = 0
    async with running(producer(user)) as client:
        while time.monotonic() < end:
            await client.send_and_wait(agency_replies("tvri"), b"%d" % sent)
            sent += 1
            await asyncio.sleep(0.01)
    found = [int(each.value or b"") for each in await committed(guarded.administrator, agency_replies("tvri"), 1)]
    assert found == list(range(sent))


async def look(guarded: Guarded, registry: OneAgency, clock: FixedClock, log: AccessLog | None) -> None:
    """As the provisioner's process does it."""

    async def note(credential: Credential, why: str) -> None:
        if log is not None:
            await log.credential_ended(Principal("provisioner", "provisioner"), {"user": credential.name, "why": why})

    provisioner = Provisioner(guarded.administrator, {}, {}, registry, clock, note)
    await provisioner.once()
    await provisioner.close()


async def users_after(
    guarded: Guarded, registry: OneAgency, later: timedelta, id_: str, log: AccessLog | None = None
) -> list[str]:
    """The agency's users after the provisioner looked, at a time from now."""
    clock = FixedClock(SystemClock().now() + later)
    await look(guarded, registry, clock, log)
    admin = UserAdmin(guarded.administrator)
    found = [name for name in await admin.users() if name == f"agency.{id_}" or name.startswith(f"agency.{id_}.")]
    await admin.close()
    return found


@pytest.fixture
async def access_log(tmp_path: Path) -> AsyncIterator[AccessLog]:
    log = AccessLog(f"sqlite:///{tmp_path}/access.db", bytes(32))
    yield log
    await log.close()


def endings(entries: Sequence[Entry]) -> list[tuple[str | int, str | int]]:
    return [(each.about["user"], each.about["why"]) for each in entries if each.kind == "credential-ended"]


async def test_the_older_of_two_credentials_ends_after_a_week_whoever_looks(
    guarded: Guarded, access_log: AccessLog
) -> None:
    await agency_of(guarded, "pelni")
    newer = Credential(Kind.AGENCY, "pelni", SystemClock().now().replace(microsecond=0)).name
    await guarded.make(newer, "second password")
    living = OneAgency("pelni")
    assert await users_after(guarded, living, WEEK - timedelta(hours=1), "pelni") == ["agency.pelni", newer]
    looks = [users_after(guarded, living, WEEK, "pelni", access_log) for _ in range(3)]
    assert await asyncio.gather(*looks) == [[newer]] * 3
    assert endings(await access_log.read()) == [("agency.pelni", "replaced")], "three looked, and it is noted once"
    assert await users_after(guarded, living, 10 * WEEK, "pelni") == [newer]


async def test_a_merged_agency_keeps_no_credential(guarded: Guarded, access_log: AccessLog) -> None:
    user = await agency_of(guarded, "pos")
    assert await users_after(guarded, OneAgency("pos"), timedelta(), "pos") == ["agency.pos"]
    assert await users_after(guarded, OneAgency("pos", alive=False), timedelta(), "pos", access_log) == []
    assert await users_after(guarded, OneAgency("pos", alive=False), timedelta(), "pos", access_log) == []
    assert endings(await access_log.read()) == [("agency.pos", "agency-ended")]
    with pytest.raises(KafkaDenied):
        async with running(producer(user)):
            pytest.fail("signed in")


async def test_a_quota_makes_a_flood_wait(guarded: Guarded) -> None:
    user, admin = await agency_of(guarded, "flood"), UserAdmin(guarded.administrator)
    await admin.set_quotas([user.user], {"producer_byte_rate": 50_000.0})
    await admin.close()
    async with running(producer(user, request_timeout_ms=60_000)) as client:
        began = time.monotonic()
        for _ in range(30):
            await client.send_and_wait(agency_replies("flood"), b"x" * 50_000)
        took_s = time.monotonic() - began
    assert took_s > 10, "1.5 MB at 50 kB a second, of which Kafka allows some ten seconds in advance"


def throttled_ms(user: Cluster, within_s: float) -> int:
    """For how long the broker makes this user wait, as its answers to small requests say; 0: not within this time."""
    client, end = AdminClient(user), time.monotonic() + within_s
    asked = DescribeClusterRequest(include_cluster_authorized_operations=False)
    try:
        while time.monotonic() < end:
            answer = client._manager.run(client._manager.send, asked)  # noqa: SLF001
            if answer.throttle_time_ms:
                return int(answer.throttle_time_ms)
    finally:
        client.close()
    return 0


async def test_a_flood_of_small_requests_makes_its_sender_wait_and_nobody_else(guarded: Guarded) -> None:
    busy, other, admin = (
        await agency_of(guarded, "busy"),
        await agency_of(guarded, "calm"),
        UserAdmin(guarded.administrator),
    )
    await admin.set_quotas([busy.user], {"request_percentage": 0.1})
    await admin.close()
    assert await asyncio.to_thread(throttled_ms, busy, 120) > 0, "0.1 % of a thread is 1 ms a second"
    assert await asyncio.to_thread(throttled_ms, other, 3) == 0


async def test_a_refused_user_leaves_no_socket_open(guarded: Guarded) -> None:
    for _ in range(3):
        admin = Admin(Cluster(guarded.server.bootstrap, "nobody", "x"))
        with pytest.raises(KafkaDenied):
            await admin.topic_ids(["x"])
        await admin.close()
    del admin
    gc.collect()  # a socket that is found open makes pytest fail this test


@pytest.mark.parametrize("value", [b"x" * 1_100_000, gzip.compress(b"")], ids=["large", "compressed"])
async def test_a_message_that_is_too_large_is_refused_also_if_it_was_compressed(value: bytes, guarded: Guarded) -> None:
    user = await agency_of(guarded, "large")
    compressed = len(value) < 1_000
    sending = LazyProducer(user, max_request_size=40_000_000, **({"compression_type": "gzip"} if compressed else {}))
    with pytest.raises(MessageTooLarge):
        async with sending.connected() as client:
            await client.send_and_wait(agency_replies("large"), b"0" * 30_000_000 if compressed else value)
    await sending.close()
    assert await committed(guarded.administrator, agency_replies("large"), 1) == []


async def test_a_wrong_password_is_said_by_every_client_of_ours(guarded: Guarded) -> None:
    wrong = Cluster(guarded.server.bootstrap, "relay", "not its password")
    said = r"Kafka at 127\.0\.0\.1:\d+ does not accept the user relay with its password"
    with pytest.raises(KafkaDenied, match=said):
        async with running(producer(wrong)):
            pytest.fail("signed in")
    with pytest.raises(KafkaDenied, match=said):
        async with running(consumer(wrong, "complaint-events")):
            pytest.fail("signed in")
    admin = Admin(wrong)
    with pytest.raises(KafkaDenied, match=said):
        await admin.topic_ids(["complaint-events"])
    await admin.close()


async def test_a_missing_right_is_said_with_user_and_topic(as_user: Callable[[str], Cluster]) -> None:
    said = "the Kafka user router has no right to the topic complaint-summaries"
    admin = Admin(as_user("router"))
    with pytest.raises(KafkaDenied, match=said):
        await admin.topic_ids(["complaint-summaries"])
    await admin.close()
    with pytest.raises(KafkaDenied, match=said):
        async with running(consumer(as_user("router"), "complaint-summaries")):
            pytest.fail("allowed")
    with pytest.raises(KafkaDenied, match=r"no right to the consumer group intake\.notices"):
        async with running(consumer(as_user("router"), "complaint-events", group="intake.notices")) as client:
            await client.getone()


async def test_a_refused_user_is_waited_for_a_while_and_then_a_person_is_needed(guarded: Guarded) -> None:
    waited: list[float] = []

    async def wait(seconds: float) -> None:
        waited.append(seconds)

    admin = Admin(Cluster(guarded.server.bootstrap, "nobody", "x"))
    with pytest.raises(KafkaDenied, match="nobody"):
        await RetryPolicy(first_s=20, longest_s=40, sleep=wait).until_up(lambda: admin.topic_ids(["x"]), "test")
    await admin.close()
    assert 60 < sum(waited) <= 160


def test_no_password_is_in_a_process_list_or_a_log(guarded: Guarded) -> None:
    passwords = [file.read_text().strip() for file in guarded.folder.glob("*.password")]
    shown = [path.read_bytes() for path in Path("/proc").glob("[0-9]*/cmdline") if _readable(path)]
    shown += [path.read_bytes() for path in guarded.folder.parent.rglob("*.log")]
    assert len(passwords) > 8
    assert any(b"kafka.Kafka" in each for each in shown)
    assert not [each for each in shown for word in passwords if word.encode() in each]
    assert {oct(path.stat().st_mode & 0o777) for path in guarded.folder.glob("*.password")} == {"0o600"}
    assert oct((guarded.folder.parent / "kafka" / "server.properties").stat().st_mode & 0o777) == "0o600"


def _readable(path: Path) -> bool:
    try:
        path.read_bytes()
    except OSError:  # the process has ended meanwhile
        return False
    return True
