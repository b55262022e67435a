"""Parts of one SMS are one complaint: out of order, repeated, over a restart, and never mixed with another sender's."""

import json
from collections.abc import Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from chassis.base.clock import FixedClock
from chassis.base.errors import Poison
from chassis.base.message import Message
from intake.context import Intake
from intake.gateway.sms_parts import SmsPartsSweep
from intake.gateway.submissions import receive
from intake.storage.results import Result
from intake.storage.sql import query

TEXTS = ("Lampu jalan di depan pasar ", "sudah tiga malam pa", "dam, tolong diperbaiki.")
WHOLE = "Lampu jalan di depan pasar sudah tiga malam padam, tolong diperbaiki."
ANA, BEN = "+6281200001111", "+6281200002222"


def sms(
    number: int, text: str = "", *, sender: str = ANA, client: str = "sms-1", key: str = "", **more: Any
) -> Message:
    part = {"reference": "17", "part": number, "total": 3, **more.pop("sms_part", {})}
    body = {
        "key": key or f"{sender}-{number}", "channel": "sms", "text": text or TEXTS[number - 1],
        "reporter": {"phone": sender}, "sms_part": part, **more,
    }  # fmt: skip
    return Message(f"submissions.{client}", 0, 0, b"any", json.dumps(body).encode())


async def send(intake: Intake, *messages: Message) -> None:
    for message in messages:
        await receive(intake)(message)


async def results(intake: Intake, keys: Sequence[str], client: str = "sms-1") -> set[object]:
    found = [await intake.results.of(f"gateway:{client}", key) for key in keys]
    return {each.complaint if isinstance(each, Result) else each for each in found}


async def texts(intake: Intake) -> list[str]:
    found = await query(intake.database, "select distinct complaint from submissions where complaint is not null")
    loaded = await intake.repository.load_many([UUID(bytes=bytes(row[0])) for row in found])
    return sorted(each.state.text for each in loaded)


@pytest.mark.parametrize("order", [(1, 2, 3), (3, 1, 2), (2, 2, 3, 3, 1, 1)])
async def test_parts_in_any_order_and_repeated_are_one_complaint_for_every_key(
    intake: Intake, order: Sequence[int]
) -> None:
    await send(intake, *(sms(number) for number in order))
    assert await texts(intake) == [WHOLE]
    [complaint] = await results(intake, [f"{ANA}-{n}" for n in (1, 2, 3)])
    assert isinstance(complaint, UUID)
    await send(intake, sms(2), sms(2, key="sent-again"))
    assert await texts(intake) == [WHOLE]
    assert await results(intake, ["sent-again"]) == {complaint}


async def test_equal_references_of_different_senders_and_gateways_are_not_mixed(intake: Intake) -> None:
    for client, sender, word in (("sms-1", ANA, "satu"), ("sms-1", BEN, "dua"), ("sms-2", ANA, "tiga")):
        await send(intake, sms(1, f"Laporan {word}: ", client=client, sender=sender))
    for client, sender in (("sms-2", ANA), ("sms-1", BEN), ("sms-1", ANA)):
        await send(
            intake, sms(3, "gelap.", client=client, sender=sender), sms(2, "jalan ", client=client, sender=sender)
        )
    assert await texts(intake) == sorted(f"Laporan {word}: jalan gelap." for word in ("satu", "dua", "tiga"))


async def test_a_reference_used_again_is_another_message(intake: Intake) -> None:
    await send(intake, *(sms(n) for n in (1, 2, 3)))
    other = ("Jembatan di desa kami ", "rusak berat ", "sejak banjir.")
    await send(intake, *(sms(n, other[n - 1], key=f"other-{n}") for n in (3, 2, 1)))
    assert await texts(intake) == sorted([WHOLE, "".join(other)])


async def test_what_came_is_filed_after_a_day_and_says_what_is_missing(intake: Intake) -> None:
    clock = intake.clock
    assert isinstance(clock, FixedClock)
    await send(intake, sms(3), sms(1))
    sweep = SmsPartsSweep(intake)
    clock.advance(timedelta(hours=23, minutes=59))
    await sweep.once()
    assert await texts(intake) == []
    assert await intake.sms_parts.waits(["gateway:sms-1"], f"{ANA}-1")
    clock.advance(timedelta(minutes=2))
    for _ in range(2):
        await sweep.once()
    [text] = await texts(intake)
    assert text == "Lampu jalan di depan pasar  [bagian 2 dari 3 tidak diterima] dam, tolong diperbaiki."
    assert not await intake.sms_parts.waits(["gateway:sms-1"], f"{ANA}-1")


async def test_a_crash_between_closing_and_filing_files_it_once(intake: Intake) -> None:
    for message in (sms(1), sms(2)):
        await send(intake, message)
    [(client, series)] = await intake.sms_parts.waiting()
    await intake.sms_parts.close(client, series, timedelta(0))  # and the process ends here
    await send(intake, sms(3))
    await SmsPartsSweep(intake).once()
    assert await texts(intake) == ["Lampu jalan di depan pasar sudah tiga malam pa [bagian 3 dari 3 tidak diterima]"]


async def test_waiting_parts_are_sealed_and_filed_ones_are_gone(intake: Intake) -> None:
    await send(intake, sms(1))
    [row] = await query(intake.database, "select * from sms_parts")
    stored = b"".join(value if isinstance(value, bytes) else str(value).encode() for value in row)
    assert b"pasar" not in stored
    await send(intake, sms(2), sms(3))
    assert await query(intake.database, "select sealed from sms_parts where sealed is not null") == []


@pytest.mark.parametrize("part", [{"part": 4}, {"part": 0}, {"total": 0}, {"reference": ""}])
async def test_a_part_that_cannot_be_is_refused_by_its_field(intake: Intake, part: dict[str, object]) -> None:
    with pytest.raises(Poison, match="sms_part"):
        await send(intake, sms(1, sms_part=part))


async def test_a_message_of_one_part_is_filed_at_once(intake: Intake) -> None:
    await send(intake, sms(1, sms_part={"total": 1}))
    [complaint] = await results(intake, [f"{ANA}-1"])
    assert isinstance(complaint, UUID)
