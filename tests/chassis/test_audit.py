"""The audit passes what is sound, and tells each kind of corruption apart."""

import sqlite3
from collections.abc import AsyncIterator, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from uuid import UUID

import pytest

from chassis.audit import Audit
from chassis.keyring import MemoryKeyRing
from chassis.ledger import Cause, Ledger
from chassis.stores.sql import SqlStore
from schemas.data_files import policies
from schemas.events.agency_inbox import ComplaintAcknowledged, ComplaintDelivered
from schemas.events.registry import AgencyDissolved, AgencyRegistered
from schemas.ids import derived_id
from schemas.sealed import Keys
from schemas.streams import REGISTRY, complaint_stream
from support.inbox import T0
from support.lives import AGENCY, answered, confirmed, filed, lapsed, named, routed, write

SOON = T0 + timedelta(hours=2)


@pytest.fixture
async def ledger(tmp_path: Path) -> AsyncIterator[Ledger]:
    store = SqlStore(f"sqlite:///{tmp_path}/store.db")
    made = Ledger(store, MemoryKeyRing(), "router")
    body = AgencyRegistered(at=T0, agency=AGENCY, name="Kota Bandung", kind="city", level="regency", region="32.73")
    await registry(made, body)
    yield made
    await store.close()


async def registry(ledger: Ledger, *facts: AgencyRegistered | AgencyDissolved) -> None:
    there = await ledger.store.read(REGISTRY)
    cause = Cause(derived_id("registry", str(len(there))), UUID(int=1), T0)
    await ledger.store.append(REGISTRY, len(there) - 1, ledger.encode(REGISTRY, facts, cause, Keys()))


async def codes(ledger: Ledger, now: datetime = SOON) -> list[str]:
    walk = Audit(ledger, policies(), now, timedelta(seconds=30))
    return [violation.code async for violation, _ in walk.violations()]


def receipt(message: UUID) -> ComplaintDelivered:
    at = T0 + timedelta(hours=1)
    place = {"cluster": "c", "topic_id": "t", "partition": 0, "offset": 0}
    return ComplaintDelivered(at=at, agency=AGENCY, message_id=message, **place)


async def sound(ledger: Ledger) -> None:
    await write(ledger, named("held"), filed(1), routed())
    told = (await ledger.load(named("held"))).state.news[AGENCY].event_id
    await write(ledger, named("held"), receipt(told))
    await write(ledger, named("said"), filed(2), routed(), answered(1.5), confirmed(1.6))


async def test_a_sound_store_passes_and_its_books_balance(ledger: Ledger) -> None:
    await sound(ledger)
    walk = Audit(ledger, policies(), SOON, timedelta(seconds=30))
    assert [found async for found in walk.violations()] == []
    assert (walk.told["filed"], walk.told["closed"], walk.told["balanced"]) == (2, {"confirmed": 1}, True)


async def test_a_stream_that_was_cut_is_found(ledger: Ledger, tmp_path: Path) -> None:
    await sound(ledger)
    link = sqlite3.connect(tmp_path / "store.db")
    link.execute("delete from events where stream = ? and version = 1", (complaint_stream(named("said")),))
    link.commit()
    assert await codes(ledger) == ["stream-cut"]


async def test_a_foreign_writer_is_found(ledger: Ledger) -> None:
    await sound(ledger)
    loaded = await ledger.load(named("held"))
    fact = ComplaintAcknowledged(at=T0 + timedelta(hours=1.5), agency=AGENCY)
    append = ledger.prepare(loaded, [fact], Cause(loaded.state.stage.event_id, named("held"), fact.at))
    await ledger.store.append(append.stream, append.expected_version, append.events)
    assert await codes(ledger) == ["foreign-writer"]


async def test_a_dissolved_holder_is_found(ledger: Ledger) -> None:
    await sound(ledger)
    await registry(ledger, AgencyDissolved(at=T0, agency=AGENCY, reason="test"))
    assert await codes(ledger) == ["holder-gone"]


async def test_a_receipt_for_another_message_is_found(ledger: Ledger) -> None:
    await sound(ledger)
    await write(ledger, named("held"), receipt(UUID(int=99)))
    assert await codes(ledger) == ["false-receipt"]


@pytest.mark.parametrize(("days", "found"), [(3, []), (6, ["overdue"]), (30, ["overdue"])])
async def test_an_overdue_action_is_found_and_one_that_is_not_is_not(
    ledger: Ledger, days: int, found: Sequence[str]
) -> None:
    await write(ledger, named("held"), filed(1), routed())
    assert await codes(ledger, T0 + timedelta(days=days)) == found


async def test_closing_by_silence_before_an_answer_is_found(ledger: Ledger) -> None:
    await write(ledger, named("held"), filed(1), routed(), lapsed(1.5))
    assert await codes(ledger) == ["not-allowed"]
