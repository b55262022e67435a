"""A signature holds for one record of one store at one partition, and for nothing else."""

from uuid import UUID

import pytest

from chassis.base.message import Message
from chassis.kafka.cloudevents import to_headers
from chassis.kafka.signature import SIGNATURE, SIGNED, Signer, signing_key
from support.background_tasks import file_many, message
from support.foreign import changed
from support.stores import memory_store

KEY, STORE = signing_key(b"a master key"), UUID(int=3)


async def record() -> Message:
    store = memory_store()
    await file_many(store, 1)
    return message(store.events[0])._replace(headers=to_headers(store.events[0], Signer(KEY, STORE), 4), partition=4)


def accepts(record: Message, key: bytes = KEY, store: UUID = STORE) -> bool:
    return Signer(key, store).signed(record, dict(record.headers))


async def test_what_was_signed_is_accepted() -> None:
    assert accepts(await record())


@pytest.mark.parametrize("name", [*SIGNED, SIGNATURE])
async def test_a_changed_or_missing_header_is_not_accepted(name: str) -> None:
    true = await record()
    assert not accepts(changed(true, (name, b"7")))
    assert not accepts(true._replace(headers=[each for each in true.headers if each[0] != name]))


async def test_another_body_partition_store_or_key_is_not_accepted() -> None:
    true = await record()
    assert not accepts(true._replace(value=b"{}"))
    assert not accepts(true._replace(value=None))
    assert not accepts(true._replace(partition=5))
    assert not accepts(true, store=UUID(int=4))
    assert not accepts(true, key=signing_key(b"another master key"))


async def test_values_moved_from_one_field_to_the_next_are_not_accepted() -> None:
    true = await record()
    given = dict(true.headers)
    joined = given["ce_type"] + b"\0" + given["ce_time"]
    assert not accepts(changed(true, ("ce_type", joined), ("ce_time", b"")))
