"""Kills, suspends and ends processes at random under load: everything that was answered with 2xx is stored once and
goes on.

CHAOS_KILLS: number of faults (20 by default); CHAOS_SEED: which ones.
"""

import asyncio
import logging
import os
import random
import signal
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final, NamedTuple
from uuid import UUID

import pytest
from pydantic_core import from_json

from chassis.service.platform import Platform, open_platform
from schemas.base.envelope import RecordedEvent
from schemas.base.streams import complaint_id
from schemas.base.topics import COMPLAINT_EVENTS, FIXED
from schemas.complaint.lifecycle import Status
from schemas.complaint.state import Complaint
from support.broker import event_ids
from support.door import at_door, mail, until
from support.load import Load
from support.platform import Running, audited, is_sound, running, stored

VICTIMS: Final = ("relay", "router-1", "agency-inbox-1", "intake-1", "front", "escalation-1", "reporting-1")
KILLS, SEED = int(os.environ.get("CHAOS_KILLS", "20")), int(os.environ.get("CHAOS_SEED", "815"))
pytestmark = [pytest.mark.chaos, pytest.mark.broker, pytest.mark.timeout(900 + 10 * KILLS)]
LATE_DAYS: Final = 17
"""Days that pass half-way, so that escalation has work: an agency's five working days are over, also across the longest
holidays.
"""
BETWEEN_S, STOPPED_S, RECOVERY_S = 2.0, (1.0, 3.0), 150.0
CITY = "kota-bandung"
log = logging.getLogger(__name__)
BODY = {"text": "Lampu jalan padam semua sejak Senin.", "place": {"region": "32.73"}}


class Fault(NamedTuple):
    """One fault, and the delay since the one before."""

    victim: str
    how: str
    after_s: float
    lasts_s: float


@pytest.fixture
def platform(kafka_jars: list[Path], tmp_path: Path) -> Iterator[Running]:
    """A platform of this test's own."""
    with running(tmp_path, kafka_jars) as started:
        yield started


def faults(count: int, seed: int) -> list[Fault]:
    """The same list for the same seed; every process is hit once before any is hit again."""
    dice = random.Random(seed)
    turns = [victim for _ in range(0, count, len(VICTIMS)) for victim in dice.sample(VICTIMS, len(VICTIMS))]
    return [
        Fault(
            victim,
            dice.choice(("kill", "stop", "term")),
            dice.uniform(0.5, 1.5) * BETWEEN_S,
            dice.uniform(*STOPPED_S),
        )
        for victim in turns[:count]
    ]


async def suffer(platform: Running, fault: Fault) -> None:
    """Cause the fault; start again what has ended."""
    await asyncio.sleep(fault.after_s)
    process = platform.processes[fault.victim]
    match fault.how:
        case "stop":
            process.send(signal.SIGSTOP)
            await asyncio.sleep(fault.lasts_s)
            process.send(signal.SIGCONT)
        case "term":
            await asyncio.to_thread(process.stop)
        case _:
            process.kill()
    if not process.running:
        process.start()


async def test_what_was_answered_is_filed_once_placed_and_delivered_whatever_was_killed(platform: Running) -> None:
    load = Load(platform.address, BODY, UUID(int=SEED))
    filing, early = asyncio.create_task(load.run()), frozenset[UUID]()
    happening = faults(KILLS, SEED)
    for number, fault in enumerate(happening):
        if number == KILLS // 2:
            early = await until(lambda: _somebody_placed(platform), "somebody placed", within_s=RECOVERY_S)
            platform.days_pass(LATE_DAYS)
        await suffer(platform, fault)
    load.stop.set()
    await filing
    await until(lambda: _ready_again(platform), "everybody ready again", within_s=RECOVERY_S)

    async with open_platform(platform.settings) as opened:
        await until(lambda: _all_with_receipts(opened, platform), "a live receipt for all", within_s=RECOVERY_S)
        await until(lambda: _published(platform), "the store's events in the topic", within_s=RECOVERY_S)
    await until(lambda: _all_called_late(platform, early), "every early one called late", within_s=RECOVERY_S)
    await until(lambda: _counted_as_filed(platform, load), "the counts of reporting", within_s=RECOVERY_S)
    await _accepted_filings_are_stored_once(load, await stored(platform))
    await until(lambda: is_sound(platform), "an audit without a finding", lambda: audited(platform), RECOVERY_S)
    repeats = await _repeats(platform)
    kills = sum(fault.how != "stop" and fault.victim == "agency-inbox-1" for fault in happening)
    log.info("%d filed, %d asked again, %d sent again", len(load.accepted), load.repeats, sum(repeats.values()))
    assert len(load.accepted) > KILLS
    # sent but not recorded when it was killed: at most the batch in flight, each record once
    assert sum(repeats.values()) <= kills * len(load.accepted) / 2
    assert max(repeats.values(), default=0) <= kills


async def _accepted_filings_are_stored_once(load: Load, events: Sequence[RecordedEvent]) -> None:
    filed = Counter(str(complaint_id(event.stream)) for event in events if event.type == "ComplaintFiled")
    assert filed == Counter(entry.complaint for entry in load.accepted.values())
    assert max(Counter(entry.public_number for entry in load.accepted.values()).values()) == 1
    assert max(Counter(event.id for event in events).values()) == 1


async def _ready_again(platform: Running) -> bool:
    return await asyncio.to_thread(platform.all_ready)


async def _all_with_receipts(opened: Platform, platform: Running) -> bool:
    complaints = list(dict.fromkeys(complaint_id(event.stream) for event in await stored(platform)))
    states = [one.state for one in await opened.repository("test").load_many(complaints)]
    return all(_is_settled(state) for state in states)


def _is_settled(state: Complaint) -> bool:
    if state.status is Status.TRIAGE:
        return True
    receipt = state.receipts.get(state.agency or "")
    return state.status is Status.ROUTED and receipt is not None


async def _all_called_late(platform: Running, complaints: frozenset[UUID]) -> bool:
    """Escalation recorded a miss for each complaint that no agency acknowledged in time, and for none twice."""
    events = await stored(platform)
    missed = Counter(_clock(event) for event in events if event.type == "DeadlineMissed")
    assert max(missed.values(), default=0) <= 1
    return complaints <= {complaint for complaint, clock in missed if clock == "acknowledge"}


async def _somebody_placed(platform: Running) -> frozenset[UUID]:
    return _placed(await stored(platform))


def _placed(events: Sequence[RecordedEvent]) -> frozenset[UUID]:
    return frozenset(complaint_id(event.stream) for event in events if event.type == "ComplaintRouted")


def _clock(event: RecordedEvent) -> tuple[UUID, str]:
    return complaint_id(event.stream), from_json(event.data)["clock"]


async def _counted_as_filed(platform: Running, load: Load) -> bool:
    """The books from the store agree with the counts over Kafka."""
    async with at_door(platform.address) as door:
        books, counts = await door.get("/api/v1/books"), await door.get("/api/v1/counts")
    counted = sum(each["count"] for each in counts["counts"])
    return bool(books["balanced"]) and books["filed"] == counted == len(load.accepted)


async def _published(platform: Running) -> bool:
    kept, topic = Counter(event.id for event in await stored(platform)), FIXED[COMPLAINT_EVENTS]
    return Counter(await event_ids(platform.kafka.bootstrap, topic.name, topic.partitions)) == kept


async def _repeats(platform: Running) -> Counter[bytes]:
    """How often each message was delivered more than once."""
    seen = Counter(dict(message.headers)["ce_id"] or b"" for message in await mail(platform.kafka.bootstrap, CITY))
    return Counter({name: count - 1 for name, count in seen.items() if count > 1})
