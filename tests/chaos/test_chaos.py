"""Kills, suspends and ends processes at random under load: everything that was answered with 2xx is stored once and
goes on.

CHAOS_KILLS: number of faults (20 by default); CHAOS_SEED: which ones.
"""

import asyncio
import logging
import os
import re
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Final
from uuid import UUID

import pytest
from pydantic_core import from_json

from chaos.faults import Storm, faults
from chaos.people import Officer
from chassis.base import clock
from chassis.base.errors import KafkaDenied
from chassis.kafka.verify import RecordVerifier
from chassis.service.platform import Platform, open_platform
from schemas.base.envelope import RecordedEvent
from schemas.base.streams import complaint_id
from schemas.base.topics import COMPLAINT_EVENTS, FIXED
from schemas.complaint.lifecycle import Status
from schemas.complaint.state import Complaint
from support.broker import committed
from support.door import at_door, mail, until
from support.load import Load
from support.platform import stored
from support.supervised import Supervised

KILLS, SEED = int(os.environ.get("CHAOS_KILLS", "20")), int(os.environ.get("CHAOS_SEED", "815"))
pytestmark = [pytest.mark.chaos, pytest.mark.broker, pytest.mark.timeout(900 + 20 * KILLS)]
LATE_DAYS: Final = 17
"""Days that pass half-way, so that escalation has work: an agency's five working days are over, also across the longest
holidays.
"""
RECOVERY_S = 240.0
CITY = "kota-bandung"
log = logging.getLogger(__name__)
logging.getLogger("kafka").setLevel(logging.WARNING)
BODY = {"text": "Lampu jalan padam semua sejak Senin.", "place": {"region": "32.73"}}


@pytest.fixture
def platform(kafka_jars: list[Path], tmp_path: Path) -> Iterator[Supervised]:
    """A platform of this test's own, under its supervisor."""
    started = Supervised(tmp_path)
    started.start()
    yield started
    started.stop()


async def test_what_was_answered_is_filed_once_placed_and_delivered_whatever_was_killed(platform: Supervised) -> None:
    load = Load(platform.address, BODY, UUID(int=SEED))
    officer = Officer(platform.settings, platform.address, CITY)
    storm = Storm(platform, load, officer, lambda: _until_ready(platform))
    await _until_ready(platform)
    filing, early = asyncio.create_task(load.run()), frozenset[UUID]()
    reading = asyncio.create_task(officer.run())
    await until(lambda: _is(bool(load.accepted)), "the first filing", within_s=RECOVERY_S)
    happening = faults(KILLS, SEED)
    for number, fault in enumerate(happening):
        if number == KILLS // 2:
            early = await until(lambda: _somebody_placed(platform), "somebody placed", within_s=RECOVERY_S)
            days_pass(platform, LATE_DAYS)
        log.info("%d of %d: %s %s", number + 1, KILLS, fault.how, fault.victim)
        await storm.suffer(fault)
    load.stop.set()
    await filing
    await _until_ready(platform)
    await _officers_token_was_refused_only_for_a_new_key(officer, storm, reading)
    early = frozenset(each for each in early if str(each) not in storm.placed_anew)

    async with open_platform(platform.settings) as opened:
        await until(lambda: _all_with_receipts(opened, platform), "a live receipt for all", within_s=RECOVERY_S)
        events = "the store's events in the topic"
        await until(lambda: _published(platform), events, lambda: _unpublished(platform), RECOVERY_S)
    await until(lambda: _all_called_late(platform, early), "every early one called late", within_s=RECOVERY_S)
    await until(lambda: _counted_as_filed(platform, load), "the counts of reporting", within_s=RECOVERY_S)
    await _accepted_filings_are_stored_once(load, await stored(platform))
    await _credentials_read_all_or_nothing(platform, storm)
    await until(lambda: _is_sound(platform), "an audit without a finding", lambda: _audited(platform), RECOVERY_S)
    repeats = await _repeats(platform)
    hits = Counter(fault.how for fault in happening)
    kills = sum(fault.how in ("kill", "term", "early") and fault.victim == "agency-inbox-1" for fault in happening)
    kills += hits["broker"] + 2 * hits["supervisor"] + 2 * hits["restore"]  # which lose receipts as a kill does
    log.info("%d filed, %d asked again, %d sent again", len(load.accepted), load.repeats, sum(repeats.values()))
    assert len(load.accepted) > KILLS
    # sent but not recorded when it was killed: at most the batch in flight, each record once
    assert sum(repeats.values()) <= kills * len(load.accepted) / 2
    assert max(repeats.values(), default=0) <= kills


async def _officers_token_was_refused_only_for_a_new_key(
    officer: Officer, storm: Storm, reading: "asyncio.Task[None]"
) -> None:
    """Who was signed in stayed so, read what the own body holds, and never what another does."""
    before = officer.read
    await until(lambda: _is(officer.read > before), "the officer reads on", within_s=RECOVERY_S)
    officer.stop.set()
    await reading
    log.info("officer: %d read, %d kept out, %d refused", officer.read, officer.kept_out, len(officer.refused))
    assert officer.wrong == []
    assert officer.kept_out
    # the token of before, and the first new one if the front looked for new keys less than five seconds ago
    assert len(officer.refused) <= 2 * storm.new_keys


async def _is(value: bool) -> bool:
    return value


async def _credentials_read_all_or_nothing(platform: Supervised, storm: Storm) -> None:
    """The newest credential of the agency reads its whole topic; an ended one is not accepted."""
    if storm.system.users:
        # Words about refused replies are still written, a number in a minute: the later reading may have more.
        there = await mail(platform.kafka, CITY)
        read = await storm.system.inbox()
        assert there
        assert read[: len(there)] == there
    for ended in storm.system.ended:
        with pytest.raises(KafkaDenied):
            await mail(ended, CITY)


async def _accepted_filings_are_stored_once(load: Load, events: Sequence[RecordedEvent]) -> None:
    filed = Counter(str(complaint_id(event.stream)) for event in events if event.type == "ComplaintFiled")
    assert filed == Counter(entry.complaint for entry in load.accepted.values())
    assert max(Counter(entry.public_number for entry in load.accepted.values()).values()) == 1
    assert max(Counter(event.id for event in events).values()) == 1


async def _until_ready(platform: Supervised) -> None:
    async def ready() -> bool:
        assert platform.running, platform.log_ends()
        return await asyncio.to_thread(platform.all_ready)

    async def instead() -> str:
        return platform.log_ends()

    await until(ready, "everybody ready", instead, RECOVERY_S)


async def _audited(platform: Supervised) -> str:
    asked = ("audit.cli", "--tolerance-s", "60", "--kafka", platform.bootstrap)
    return (await asyncio.to_thread(platform.command, *asked)).stdout


async def _is_sound(platform: Supervised) -> bool:
    """Whether the audit finds nothing but the strangers' records."""
    said = await _audited(platform)
    found = [line for line in said.splitlines() if re.match(r"[a-z]+(-[a-z]+)* .*: ", line)]
    broken = [line for line in found if not line.startswith(("topic-foreign ", "filed ", "closed: "))]
    return "the books balance;" in said and not broken


def days_pass(platform: Supervised, days: float) -> None:
    """Move the test clock. Returns when every process must have read it."""
    clock.advance(platform.settings.clock_file, timedelta(days=days))
    time.sleep(clock.CHECK_EVERY_S)


async def _all_with_receipts(opened: Platform, platform: Supervised) -> bool:
    complaints = list(dict.fromkeys(complaint_id(event.stream) for event in await stored(platform)))
    states = [one.state for one in await opened.repository("test").load_many(complaints)]
    return all(_is_settled(state) for state in states)


def _is_settled(state: Complaint) -> bool:
    if state.status is Status.TRIAGE:
        return True
    receipt = state.receipts.get(state.agency or "")
    return state.status is Status.ROUTED and receipt is not None


async def _all_called_late(platform: Supervised, complaints: frozenset[UUID]) -> bool:
    """Escalation recorded a miss for each complaint that no agency acknowledged in time, and for none twice."""
    events = await stored(platform)
    missed = Counter(_clock(event) for event in events if event.type == "DeadlineMissed")
    assert max(missed.values(), default=0) <= 1
    return complaints <= {complaint for complaint, clock in missed if clock == "acknowledge"}


async def _somebody_placed(platform: Supervised) -> frozenset[UUID]:
    return _placed(await stored(platform))


def _placed(events: Sequence[RecordedEvent]) -> frozenset[UUID]:
    return frozenset(complaint_id(event.stream) for event in events if event.type == "ComplaintRouted")


def _clock(event: RecordedEvent) -> tuple[UUID, str]:
    return complaint_id(event.stream), from_json(event.data)["clock"]


async def _counted_as_filed(platform: Supervised, load: Load) -> bool:
    """The books from the store agree with the counts over Kafka."""
    async with at_door(platform.address) as door:
        books, counts = await door.get("/api/v1/books"), await door.get("/api/v1/counts")
    counted = sum(each["count"] for each in counts["counts"])
    return bool(books["balanced"]) and books["filed"] == counted == len(load.accepted)


async def _published(platform: Supervised) -> bool:
    """Each event of the store is in the topic exactly once; the strangers' records apart."""
    kept = Counter(event.id for event in await stored(platform))
    return await _in_topic(platform) == kept


async def _unpublished(platform: Supervised) -> str:
    """How store and topic differ."""
    kept = Counter(event.id for event in await stored(platform))
    topic = await _in_topic(platform)
    more, less = topic - kept, kept - topic
    return f"{kept.total()} stored, {topic.total()} in the topic: {less.total()} missing, {more.total()} too many"


async def _in_topic(platform: Supervised) -> Counter[UUID]:
    topic = FIXED[COMPLAINT_EVENTS]
    records = await committed(platform.kafka, topic.name, topic.partitions)
    async with open_platform(platform.settings) as opened:
        key = platform.settings.signing_key.get_secret_value()
        checked = await RecordVerifier(opened.store, key).check(records)
    return Counter(event.id for _, event in checked.signed)


async def _repeats(platform: Supervised) -> Counter[bytes]:
    """How often each message was delivered more than once."""
    seen = Counter(dict(message.headers)["ce_id"] or b"" for message in await mail(platform.kafka, CITY))
    return Counter({name: count - 1 for name, count in seen.items() if count > 1})
