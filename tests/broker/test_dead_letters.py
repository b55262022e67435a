"""Dead letters are stored unchanged, can be listed without showing their content, and can be replayed."""

import asyncio
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import pytest
from kafka.admin._configs import ConfigResource, ConfigResourceType
from typer.testing import CliRunner

from chassis.base.clock import FixedClock
from chassis.base.cluster import Cluster
from chassis.base.message import Message
from chassis.base.settings import Settings
from chassis.cli.dead_letters import app
from chassis.deadletter.port import DeadLetter
from chassis.deadletter.replay import BodyNotStored, DeadLetterReplay, NoSuchDeadLetter
from chassis.deadletter.topic import KafkaDeadLetters
from chassis.kafka.admin import Admin
from chassis.kafka.admin_client import AdminClient
from chassis.keys.keyring import MemoryKeyRing
from chassis.project.registry import RegistryView
from chassis.service.platform import Platform
from chassis.store.memory import MemoryStore
from chassis.write.repository import Repository
from schemas.base.topics import Topic, dead_letter
from schemas.deadlines.policies import Policies
from schemas.reference.load import policies
from support.background_tasks import SECRET_WORDS, number
from support.broker import committed
from support.kafka import settings_for
from support.placing import T0

pytestmark = pytest.mark.broker
KEPT = timedelta(days=90)
HEADERS = [("ce_type", b"ComplaintFiled"), ("ce_subject", str(number(1)).encode()), ("ce_id", b"0812-3456-7890")]


async def letter(kafka: Cluster, topic: str, body: bytes = SECRET_WORDS.encode()) -> DeadLetter:
    admin = Admin(kafka)
    await admin.ensure([Topic(topic, 3)])
    await admin.close()
    return DeadLetter("keeper", Message(topic, 2, 17, b"0812-3456-7890", body, HEADERS), "Poison: it never can be", 3)


async def put(kafka: Cluster, service: str, *letters: DeadLetter) -> None:
    keeper = KafkaDeadLetters(kafka, service, lambda: KEPT)
    for each in letters:
        await keeper.put(each)
    await keeper.close()


async def test_a_dead_letter_is_read_back_as_it_was_written(kafka: Cluster) -> None:
    given = await letter(kafka, "letters-back")
    await put(kafka, "letters-back", given)
    async with DeadLetterReplay(kafka, "letters-back") as desk:
        [(offset, found)] = await desk.open()
    assert offset == 0
    assert found.message._replace(timestamp_ms=0) == given.message
    assert (found.service, found.reason, found.attempts) == (given.service, given.reason, given.attempts)


async def test_a_dead_letter_is_kept_for_as_many_days_as_the_policy_in_force_says(
    kafka: Cluster, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (first,) = policies().versions
    clock = FixedClock(T0)
    store, keys = MemoryStore(clock.now, UUID(int=1)), MemoryKeyRing()
    named = {name.lower(): value for name, value in settings_for(kafka, tmp_path).items()}
    settings = Settings(state_dir=tmp_path, **named)
    platform = Platform(settings, store, keys, clock, RegistryView(Repository(store, keys, "reader")))
    given, client = await letter(kafka, "letters-kept"), AdminClient(kafka)
    topic, kept_ms = dead_letter("letters-kept"), list[int]()
    for days in (90, first.dead_letters_d):
        monkeypatch.setattr(
            "chassis.service.platform.policies", lambda d=days: Policies((first._replace(dead_letters_d=d),))
        )
        keeper = platform.dead_letters("letters-kept")
        if days == 90:
            await keeper.put(given)
        else:  # the topic of the version before, without a new dead letter
            await keeper.provisioner().once()
        await keeper.close()
        told = client.describe_configs([ConfigResource(ConfigResourceType.TOPIC, topic, {"retention.ms": None})])
        kept_ms.append(int(told["topic"][topic]["retention.ms"]["value"]))
    client.close()
    assert kept_ms == [days * 86_400_000 for days in (90, 30)]


async def test_a_replayed_message_is_in_its_own_partition_again_and_no_longer_listed(kafka: Cluster) -> None:
    first, second = await letter(kafka, "letters-replay", b"1"), await letter(kafka, "letters-replay", b"2")
    await put(kafka, "letters-replay", first, second)
    async with DeadLetterReplay(kafka, "letters-replay") as desk:
        await desk.replay(0)
        assert [at for at, _ in await desk.open()] == [1]
        with pytest.raises(NoSuchDeadLetter):
            await desk.replay(0)
        assert await desk.replay_all() == 1
        assert await desk.open() == []
    again = await committed(kafka, "letters-replay", 3)
    assert [(each.partition, each.key, each.value) for each in again] == [
        (2, b"0812-3456-7890", b"1"),
        (2, b"0812-3456-7890", b"2"),
    ]
    assert list(again[0].headers) == [*HEADERS, ("dl_replayed", b"dead-letter.letters-replay@0")]


async def test_a_message_that_fails_again_after_its_replay_is_a_new_open_dead_letter(kafka: Cluster) -> None:
    await put(kafka, "letters-twice", await letter(kafka, "letters-twice"))
    async with DeadLetterReplay(kafka, "letters-twice") as desk:
        await desk.replay(0)
        [again] = await committed(kafka, "letters-twice", 3)
        await put(kafka, "letters-twice", DeadLetter("keeper", again, "still not", 1))
        [(offset, found)] = await desk.open()
        assert (found.reason, found.message.offset) == ("still not", again.offset)
        await desk.replay(offset)
        assert await desk.open() == []


async def test_a_message_too_large_to_be_copied_is_named_and_stops_nobody(kafka: Cluster) -> None:
    huge = await letter(kafka, "letters-huge", b"x" * 1_048_500)
    await put(kafka, "letters-huge", huge, await letter(kafka, "letters-huge"))
    async with DeadLetterReplay(kafka, "letters-huge") as desk:
        [(_, found), (_, behind)] = await desk.open()
        assert (found.message.place, found.message.value, found.reason) == (huge.message.place, b"", huge.reason)
        assert behind.message.value == SECRET_WORDS.encode()
        with pytest.raises(BodyNotStored):
            await desk.replay(0)
        assert await desk.replay_all() == 1


async def test_a_message_of_nothing_at_all_is_kept_too(kafka: Cluster) -> None:
    given = DeadLetter("keeper", Message("letters-nothing", 0, 3, None, None), "Poison: nothing in it")
    await put(kafka, "letters-nothing", given)
    async with DeadLetterReplay(kafka, "letters-nothing") as desk:
        [(_, found)] = await desk.open()
    assert (found.message.place, found.message.value) == ("letters-nothing/0@3", b"")


def test_the_command_line_tells_all_but_what_was_said(
    kafka: Cluster, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in settings_for(kafka, tmp_path).items():
        monkeypatch.setenv(f"SATUPINTU_{name}", value)
    given = asyncio.run(letter(kafka, "letters-shown"))
    asyncio.run(put(kafka, "letters-shown", given))

    def said(*words: str) -> str:
        result = CliRunner().invoke(app, ["dead-letters", *words])
        assert result.exit_code == 0, result.output
        assert SECRET_WORDS not in result.output
        assert "0812" not in result.output
        return str(result.output)

    assert f"letters-shown/2@17  ComplaintFiled {number(1)}" in said("list", "letters-shown")
    assert given.reason in said("show", "letters-shown", "0")
    assert said("replay", "letters-shown", "0") == "0 replayed\n"
    assert said("replay", "letters-shown", "--all") == "0 replayed\n"
    assert said("list", "router") == "no open dead letters of router\n"
    # A misspelt name must not look like a service without dead letters.
    assert "it is none of router, intake" in said("list", "letters-shown")
    gone = CliRunner().invoke(app, ["dead-letters", "show", "letters-shown", "0"])
    assert (gone.exit_code, gone.stderr) == (1, "dead-letter.letters-shown has no open dead letter at 0\n")
