"""Time gets into the streams without Kafka, across restarts and jumps, each step once."""

import asyncio
from collections import Counter
from datetime import timedelta
from uuid import UUID

import pytest

from chassis.base.clock import FixedClock
from chassis.project.registry import RegistryView
from chassis.service.platform import Platform
from chassis.write.repository import Repository
from escalation import app
from escalation.app import open_escalation
from escalation.context import Escalation
from schemas.complaint.lifecycle import Status
from schemas.deadlines.policies import Policies
from schemas.events.codec import decode, metadata_of
from schemas.events.escalation import ComplaintEscalated, DeadlineMissed, DueDateMoved
from schemas.events.registry import CalendarDecreed, Holiday
from schemas.reference.load import calendars, policies
from support.background_tasks import PlainKeys
from support.inbox import T0, keep, keep_registry
from support.lives import answered, filed, named, routed, write

A = named("a")


async def types(escalation: Escalation, complaint: UUID = A) -> list[str]:
    return [event.type for event in (await escalation.repository.load(complaint)).recorded]


async def sweep(escalation: Escalation) -> int:
    await escalation.sweep.replan_outdated()
    await escalation.sweep.feed()
    return await escalation.sweep.once()


async def test_the_row_of_open_work_says_when_escalation_must_look(escalation: Escalation) -> None:
    await write(escalation.repository, A, filed(), routed())
    await sweep(escalation)
    [row] = await escalation.sweep.rows()
    assert (row.complaint, row.holder) == (A, "agency:kota-bandung")
    assert row.due_at == T0 + timedelta(days=3, hours=1), "two working days before 5 working days are over"


async def test_what_only_the_router_must_do_makes_no_open_work(escalation: Escalation) -> None:
    await write(escalation.repository, A, filed())
    await sweep(escalation)
    assert await escalation.sweep.rows() == []


async def test_a_jump_over_thirty_days_is_caught_up_in_one_look_and_a_second_look_adds_nothing(
    escalation: Escalation, clock: FixedClock
) -> None:
    await write(escalation.repository, A, filed(), routed())
    await sweep(escalation)
    clock.advance(timedelta(days=30))
    assert await sweep(escalation) == 1
    once = await types(escalation)
    assert Counter(once)["DeadlineMissed"] == 2
    assert once[2:6] == ["ReminderSent", "DeadlineMissed", "ComplaintEscalated", "ComplaintEscalated"]
    assert await sweep(escalation) == 0
    assert await types(escalation) == once


async def test_after_a_restart_with_a_lost_database_nothing_is_said_twice(
    platform: Platform, escalation: Escalation, clock: FixedClock
) -> None:
    await write(escalation.repository, A, filed(), routed())
    await sweep(escalation)
    clock.advance(timedelta(days=10))
    await sweep(escalation)
    before = await types(escalation)
    elsewhere = platform.settings.model_copy(update={"views_url": f"{platform.settings.views_url}.new"})
    fresh = Platform(elsewhere, platform.store, platform.keyring, clock, platform.registry)
    async with open_escalation(fresh) as restarted:
        await sweep(restarted)
        assert await types(restarted) == before


async def test_two_sweepers_at_once_say_each_thing_once(platform: Platform, clock: FixedClock) -> None:
    async with open_escalation(platform) as one, open_escalation(platform) as two:
        for index in range(20):
            await write(one.repository, named(f"c{index}"), filed(index), routed())
        await one.sweep.replan_outdated()
        await one.sweep.feed()
        clock.advance(timedelta(days=30))
        await asyncio.gather(one.sweep.once(), two.sweep.once())
        for index in range(20):
            assert Counter(await types(one, named(f"c{index}")))["DeadlineMissed"] == 2


async def test_each_timer_names_the_fact_its_clock_started_from_and_its_writer(
    escalation: Escalation, clock: FixedClock
) -> None:
    await write(escalation.repository, A, filed(), routed())
    clock.advance(timedelta(days=30))
    await sweep(escalation)
    recorded = (await escalation.repository.load(A)).recorded
    for event in recorded[2:]:
        metadata, fact = metadata_of(event), decode(event)
        assert metadata.writer == "escalation"
        assert metadata.causation_id == recorded[fact.started_version].id  # type: ignore[attr-defined]
        assert metadata.correlation_id == metadata_of(recorded[0]).correlation_id


async def test_silence_closes_and_leaves_no_open_work(escalation: Escalation, clock: FixedClock) -> None:
    await write(escalation.repository, A, filed(), routed(), answered())
    clock.advance(timedelta(days=30))
    await sweep(escalation)
    assert (await escalation.repository.load(A)).state.status is Status.CLOSED
    assert await escalation.sweep.rows() == []


async def test_a_decree_moves_the_dates_of_complaints_that_nothing_else_happened_to(
    platform: Platform, escalation: Escalation, clock: FixedClock
) -> None:
    await write(escalation.repository, A, filed(), routed())
    await sweep(escalation)
    clock.advance(timedelta(days=1))
    day = Holiday(on=(T0 + timedelta(days=2)).date(), name="Cuti bersama", kind="joint_leave")
    decree = CalendarDecreed(at=clock.now(), calendar="national", year=2026, source="SKB", days=(day,))
    await keep_registry(platform.store, escalation.repository, decree)
    clock.advance(timedelta(seconds=1))
    assert await sweep(escalation) == 1
    moved = [decode(event) for event in (await escalation.repository.load(A)).recorded[2:]]
    assert [(m.clock, m.due_at - m.due_before_at) for m in moved if isinstance(m, DueDateMoved)] == [
        ("acknowledge", timedelta(days=1)),
        ("settle", timedelta(days=3)),  # a Friday became a Monday
    ]
    assert await sweep(escalation) == 0


@pytest.mark.parametrize("who", ["who planned it", "another who had planned all again", "whoever is started next"])
async def test_what_was_planned_by_an_older_calendar_is_planned_again_whoever_looks_next(
    platform: Platform, clock: FixedClock, who: str
) -> None:
    registry = RegistryView(Repository(platform.store, platform.keyring, "reader"), fresh_s=0)
    beside = Platform(platform.settings, platform.store, platform.keyring, clock, registry)
    async with open_escalation(platform) as one, open_escalation(beside) as two, open_escalation(platform) as three:
        await two.sweep.replan_outdated()
        clock.advance(timedelta(days=1))
        day = Holiday(on=(T0 + timedelta(days=4)).date(), name="Cuti bersama", kind="joint_leave")
        decree = CalendarDecreed(at=clock.now(), calendar="national", year=2026, source="SKB", days=(day,))
        await write(one.repository, A, filed(), routed())
        await keep_registry(platform.store, one.repository, decree)
        await one.sweep.replan_outdated()
        await two.sweep.feed()  # by what it knew when it began
        clock.advance(timedelta(seconds=1))
        await sweep({"who planned it": two, "whoever is started next": three}.get(who, one))
        assert "DueDateMoved" in await types(one)


async def test_other_numbers_in_the_policies_plan_all_that_is_open_again_once(
    platform: Platform, escalation: Escalation, monkeypatch: pytest.MonkeyPatch
) -> None:
    await write(escalation.repository, A, filed(), routed())
    await sweep(escalation)
    (first,) = policies().versions
    later = first._replace(reminder_wd=first.reminder_wd - 1)
    monkeypatch.setattr(app, "policies", lambda: Policies((later,)))
    async with open_escalation(platform) as newer:
        assert [await newer.sweep.replan_outdated() for _ in range(2)] == [1, 0]
        assert [row.due_at for row in await newer.sweep.rows()] == [T0 + timedelta(days=4, hours=1)]


async def test_days_without_any_process_over_lebaran_lose_no_step_and_move_no_date(
    platform: Platform, escalation: Escalation, clock: FixedClock
) -> None:
    national = next(each for each in calendars() if each.year == T0.year)
    await keep_registry(platform.store, escalation.repository, national.decree(T0))
    await write(escalation.repository, A, filed(), routed())
    await sweep(escalation)
    clock.advance(timedelta(days=45))  # nobody runs from 2 March to 16 April
    async with open_escalation(platform) as restarted:
        await sweep(restarted)
        facts = [decode(event) for event in (await restarted.repository.load(A)).recorded]
    missed = {fact.clock: fact.due_at for fact in facts if isinstance(fact, DeadlineMissed)}
    # Monday 2 March 11.00, five working days: the 9th. Fourteen from 10.00: 18 to 20, 23 and 24 March do not count.
    assert missed == {"acknowledge": T0 + timedelta(days=7, hours=1), "settle": T0 + timedelta(days=25)}
    climbed = [(f.rung, f.repetition) for f in facts if isinstance(f, ComplaintEscalated) and f.clock == "acknowledge"]
    assert climbed == [(1, 0), (2, 0), (3, 0), (4, 0), (4, 1)], "9, 16, 30 March, 7 and 14 April: each once"


async def test_a_timer_written_by_a_writer_with_a_key_ring_of_its_own_needs_no_text(
    platform: Platform, clock: FixedClock
) -> None:
    plain = Platform(platform.settings, platform.store, PlainKeys(), clock, platform.registry)
    async with open_escalation(plain) as context:
        await keep(platform.store, context.repository, A, [filed(), routed()])
        clock.advance(timedelta(days=8))
        await sweep(context)
        assert "DeadlineMissed" in await types(context)
