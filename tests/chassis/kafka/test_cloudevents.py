"""A stored event survives the mapping to a CloudEvent and back; errors name the wrong header."""

import pytest

from chassis.base.errors import Poison
from chassis.base.message import Message
from chassis.kafka.cloudevents import event_header, to_headers, to_recorded
from chassis.write.repository import Repository
from schemas.base.streams import REGISTRY
from schemas.events.codec import decode
from support.background_tasks import PlainKeys, file_many, messages
from support.stores import event, memory_store


async def test_an_event_comes_back_as_the_store_gave_it() -> None:
    store = memory_store()
    await file_many(store, 2)
    sent = await messages(store)
    assert [to_recorded(message) for message in sent] == (await store.read_all(None)).events


async def test_what_travels_is_sealed_and_opens_with_the_complaints_key() -> None:
    store = memory_store()
    [complaint] = await file_many(store, 1)
    [message] = await messages(store)
    assert message.value is not None
    assert b"sekolah" not in message.value + b"".join(value for _, value in message.headers)
    loaded = await Repository(store, PlainKeys(), "x").load(complaint)
    assert "sekolah" in str(decode(to_recorded(message), loaded.keys))


@pytest.mark.parametrize(
    "name", ["ce_id", "ce_type", "ce_source", "ce_specversion", "ce_time", "ce_subject", "ce_sequence", "ce_position"]
)
async def test_a_missing_header_is_named(name: str) -> None:
    store = memory_store()
    await file_many(store, 1)
    [message] = await messages(store)
    with pytest.raises(Poison, match=f"{name} is missing"):
        event_header([pair for pair in message.headers if pair[0] != name])


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("ce_id", b"7"),
        ("ce_subject", b"\xff"),
        ("ce_sequence", b"-1"),
        ("ce_position", b"x"),
        ("ce_time", b"2026-01-01T00:00:00"),
        ("ce_specversion", b"0.3"),
    ],
)
async def test_a_wrong_header_is_named(name: str, value: bytes) -> None:
    store = memory_store()
    await file_many(store, 1)
    [message] = await messages(store)
    with pytest.raises(Poison, match=f"{name} is"):
        event_header([*(pair for pair in message.headers if pair[0] != name), (name, value)])


async def test_an_event_of_the_registry_is_about_no_complaint() -> None:
    store = memory_store()
    await store.append(REGISTRY, -1, [event("agency", type_="AgencyRegistered")])
    [recorded] = (await store.read_all(None)).events
    assert event_header(to_headers(recorded)).subject is None


async def test_a_message_without_a_body_is_poison() -> None:
    store = memory_store()
    await file_many(store, 1)
    [message] = await messages(store)
    with pytest.raises(Poison, match="no body"):
        to_recorded(Message("t", 0, 0, None, None, message.headers))


READ = (
    "ce_id",
    "ce_type",
    "ce_source",
    "ce_specversion",
    "ce_time",
    "ce_sequence",
    "ce_position",
    "ce_stream",
    "ce_metadata",
)


@pytest.mark.parametrize("name", READ)
@pytest.mark.parametrize("value", [None, b"", b"\xff", b"-1", b"0.3", b"2026-01-01T00:00:00"])
async def test_whatever_a_read_model_is_sent_is_the_event_or_named(name: str, value: bytes | None) -> None:
    store = memory_store()
    await file_many(store, 1)
    [message] = await messages(store)
    headers = [pair for pair in message.headers if pair[0] != name]
    changed = message._replace(headers=headers if value is None else [*headers, (name, value)])
    free = name in ("ce_type", "ce_source", "ce_stream", "ce_metadata") and value not in (None, b"")
    if free and not (value == b"\xff" and name != "ce_metadata"):
        assert to_recorded(changed).id == to_recorded(message).id
    else:
        with pytest.raises(Poison, match=f"{name} is"):
            to_recorded(changed)


async def test_an_event_without_a_body_is_none() -> None:
    store = memory_store()
    await file_many(store, 1)
    [message] = await messages(store)
    with pytest.raises(Poison, match="no body"):
        to_recorded(message._replace(value=None))
