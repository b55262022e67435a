"""Audit rules about events: the right holder, how often, not too early, and parts before their whole."""

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest

from audit.audit import Audit
from chassis.keys.keyring import MemoryKeyRing
from chassis.store.sql.store import SqlStore
from chassis.write.repository import Cause, Repository
from schemas.base.ids import derived_id
from schemas.base.sealed import Keys
from schemas.base.streams import REGISTRY
from schemas.base.values import Clock
from schemas.events.agency_inbox import ComplaintAcknowledged, ComplaintReturned
from schemas.events.base import Fact
from schemas.events.escalation import ComplaintLapsed, DeadlineMissed, DueDateMoved, ReminderSent
from schemas.events.intake import ComplaintWithdrawn, PersonalDataErased, ResolutionDisputed
from schemas.events.registry import AgencyRegistered
from schemas.events.router import ArbitrationDecided, ArbitrationOpened, ComplaintReferred, ComplaintSplit, Part
from schemas.reference.load import policies
from support.inbox import T0
from support.lives import AGENCY, answered, confirmed, filed, joined, lapsed, named, part_of, routed, write

OTHERS = ("pln", "pdam", "kemen-pu", "provinsi")


@pytest.fixture
async def repository(tmp_path: Path) -> AsyncIterator[Repository]:
    store = SqlStore(f"sqlite:///{tmp_path}/store.db")
    made = Repository(store, MemoryKeyRing(), "router")
    bodies = [
        AgencyRegistered(at=T0, agency=name, name=name, kind="city", level="regency", region="32.73")
        for name in (AGENCY, *OTHERS)
    ]
    cause = Cause(derived_id("registry"), derived_id("registry"), T0)
    await store.append(REGISTRY, -1, made.encode(REGISTRY, bodies, cause, Keys()))
    yield made
    await store.close()


async def found(repository: Repository, *facts: Fact, hours: float = 6) -> list[tuple[str, int]]:
    """The codes and versions of the violations of this history."""
    await write(repository, named("one"), *facts)
    return await codes(repository, hours)


async def codes(repository: Repository, hours: float = 6) -> list[tuple[str, int]]:
    walk = Audit(repository, policies(), T0 + timedelta(hours=hours), timedelta(days=400))
    return [(violation.code, violation.version) async for violation, _ in walk.violations()]


def returned(after_h: float, agency: str = AGENCY) -> ComplaintReturned:
    return ComplaintReturned(at=T0 + timedelta(hours=after_h), agency=agency, reason="bukan kewenangan kami")


def bound(after_h: float) -> list[Fact]:
    at = T0 + timedelta(hours=after_h)
    decided = ArbitrationDecided(at=at, agency="pln", reason="menurut undang-undang")
    placed = routed(after_h, "pln").model_copy(update={"binding": True, "cause": "binding"})
    return [ArbitrationOpened(at=at, reason="third_return"), decided, placed]


async def test_an_agency_that_acts_on_what_another_holds_is_found(repository: Repository) -> None:
    acknowledged = ComplaintAcknowledged(at=T0 + timedelta(hours=2), agency="pln")
    assert await found(repository, filed(), routed(), acknowledged) == [("not-the-holder", 2)]


async def test_a_fourth_return_is_found(repository: Repository) -> None:
    hops = [
        fact for hour, body in enumerate(OTHERS, start=1) for fact in (routed(hour, body), returned(hour + 0.5, body))
    ]
    assert await found(repository, filed(), *hops) == [("past-the-arbiter", 7), ("returned-too-often", 8)]


async def test_what_was_returned_three_times_goes_to_nobody_but_the_arbiter(repository: Repository) -> None:
    hops = [
        fact
        for hour, body in enumerate(OTHERS[:3], start=1)
        for fact in (routed(hour, body), returned(hour + 0.5, body))
    ]
    to_the_desk = ComplaintReferred(at=T0 + timedelta(hours=5), reason="no_sector")
    assert await found(repository, filed(), *hops, to_the_desk) == [("past-the-arbiter", 7)]


async def test_the_desk_may_get_what_router_left_lying_after_the_third_return(repository: Repository) -> None:
    hops = [
        fact
        for hour, body in enumerate(OTHERS[:3], start=1)
        for fact in (routed(hour, body), returned(hour + 0.5, body))
    ]
    left_lying = ComplaintReferred(at=T0 + timedelta(days=9), reason="overdue")
    assert await found(repository, filed(), *hops, left_lying, hours=9 * 24 + 1) == []


async def test_a_placing_with_a_body_that_returned_it_is_found(repository: Repository) -> None:
    assert await found(repository, filed(), routed(1), returned(2), routed(3)) == [("placed-back", 3)]


async def test_a_body_that_takes_over_what_it_had_returned_is_found(repository: Repository) -> None:
    taken_over = routed(4).model_copy(update={"cause": "merger"})
    assert await found(repository, filed(), routed(1), returned(2), routed(3, "pln"), taken_over) == [
        ("placed-back", 4)
    ]


async def test_a_body_that_takes_over_after_the_third_return_without_a_decision_is_found(
    repository: Repository,
) -> None:
    hops = [
        fact
        for hour, body in enumerate(OTHERS[:3], start=1)
        for fact in (routed(hour, body), returned(hour + 0.5, body))
    ]
    taken_over = routed(8).model_copy(update={"cause": "merger"})
    assert ("past-the-arbiter", 10) in await found(repository, filed(), *hops, *bound(5), taken_over)


async def test_the_arbiter_may_place_with_a_body_that_returned_it_and_then_it_stays_there(
    repository: Repository,
) -> None:
    placed = [routed(1, "pln"), returned(2, "pln"), *bound(3)]
    assert await found(repository, filed(), *placed) == []
    await write(repository, named("one"), returned(4, "pln"))
    assert await codes(repository) == [("returned-though-bound", 6)]


async def test_a_timer_that_goes_off_before_its_date_or_twice_is_found(repository: Repository) -> None:
    missed = DeadlineMissed(
        at=T0 + timedelta(days=10), clock=Clock.ACKNOWLEDGE, started_version=1, due_at=T0, agency=AGENCY
    )
    early = missed.model_copy(update={"at": T0 + timedelta(days=1)})
    assert await found(repository, filed(), routed(), early, hours=24 * 11) == [("too-early", 2)]
    await write(repository, named("two"), filed(2), routed(), missed, missed)
    assert ("said-twice", 3) in await codes(repository, 24 * 11)


async def test_a_date_that_the_rules_do_not_give_is_found_in_whatever_says_it(repository: Repository) -> None:
    at, right = T0 + timedelta(days=10), T0 + timedelta(days=7, hours=1)
    said = {"at": at, "clock": Clock.ACKNOWLEDGE, "started_version": 1, "agency": AGENCY}
    missed = DeadlineMissed.model_validate({**said, "due_at": right})
    assert await found(repository, filed(), routed(), missed, hours=24 * 11) == []
    wrong = T0 + timedelta(days=8)
    for name, fact in {
        "missed": missed.model_copy(update={"due_at": wrong}),
        "reminded": ReminderSent.model_validate({**said, "due_at": wrong}),
        "moved": DueDateMoved.model_validate(
            {**said, "due_at": wrong, "due_before_at": right, "calendar": "national-2026"}
        ),
    }.items():
        await write(repository, named(name), filed(len(name)), routed(), fact)
    walk = Audit(repository, policies(), T0 + timedelta(days=11), timedelta(days=400))
    wrongs = [violation async for violation, _ in walk.violations()]
    assert [violation.code for violation in wrongs] == ["wrong-date"] * 3
    assert f"by rule and calendar: {right.isoformat(timespec='minutes')}" in wrongs[0].what


async def test_a_placing_that_binds_though_the_arbiter_decided_nothing_or_another_body_is_found(
    repository: Repository,
) -> None:
    alone = routed(1, "pln").model_copy(update={"binding": True, "cause": "binding"})
    assert await found(repository, filed(), alone) == [("bound-by-nobody", 1)]
    opened, decided, placed = bound(3)
    other = placed.model_copy(update={"agency": "pdam"})
    await write(repository, named("other"), filed(2), routed(), returned(2), opened, decided, other)
    await write(repository, named("right"), filed(3), routed(), returned(2), opened, decided, placed)
    assert await codes(repository) == [("bound-by-nobody", 1), ("bound-by-nobody", 5)]


async def test_a_dispute_after_its_time_is_found(repository: Repository) -> None:
    closed = [filed(), routed(), answered(), confirmed(3)]
    in_time = ResolutionDisputed(at=T0 + timedelta(days=30), reason="masih gelap")
    assert await found(repository, *closed, in_time, hours=24 * 31) == []
    late = in_time.model_copy(update={"at": T0 + timedelta(days=31)})
    await write(repository, named("late"), filed(2), *closed[1:], late)
    assert await codes(repository, 24 * 32) == [("disputed-too-late", 4)]


async def test_closing_by_silence_after_two_days_is_found(repository: Repository) -> None:
    assert await found(repository, filed(), routed(), answered(), lapsed(48), hours=72) == [("too-early", 3)]
    await write(repository, named("kept"), filed(2), routed(), answered(), lapsed(24 * 20))
    assert await codes(repository, 24 * 21) == [("too-early", 3)]


async def test_a_lapse_whose_clock_did_not_run_is_found(repository: Repository) -> None:
    lapse = ComplaintLapsed(at=T0 + timedelta(days=40), cause="incomplete")
    assert [code for code, _ in await found(repository, filed(), routed(), answered(), lapse, hours=24 * 41)] == [
        "too-early"
    ]


async def test_a_secret_complaint_that_follows_another_is_found(repository: Repository) -> None:
    await write(repository, named("lead"), filed(2, received_at=T0 - timedelta(hours=1)), routed())
    assert await found(repository, filed(secret=True), joined(named("lead"))) == [("protected-follows", 1)]


def split(after_h: float = 2) -> ComplaintSplit:
    part = Part(id=named("part"), agency="pln", mandatory=True)
    return ComplaintSplit(at=T0 + timedelta(hours=after_h), parts=(part,))


async def test_an_answer_before_its_mandatory_part_has_ended_is_found(repository: Repository) -> None:
    await write(repository, named("one"), filed(), routed(), split())
    await write(repository, named("part"), part_of(named("one")), routed(4, "pln"))
    await write(repository, named("one"), answered(5))
    assert await codes(repository) == [("answered-before-parts", 3)]


async def test_an_answer_after_its_part_has_ended_is_sound(repository: Repository) -> None:
    await write(repository, named("one"), filed(), routed(), split())
    ends = answered(5).model_copy(update={"agency": "pln"})
    await write(repository, named("part"), part_of(named("one")), routed(4, "pln"), ends)
    await write(repository, named("one"), answered(5.5), confirmed(6))
    assert await codes(repository) == []


async def test_a_part_that_says_something_else_of_itself_than_its_whole_is_found(repository: Repository) -> None:
    await write(repository, named("one"), filed(), routed(), split())
    lax = part_of(named("one")).model_copy(update={"mandatory": False})
    await write(repository, named("part"), lax, routed(4, "pln"))
    assert await codes(repository) == [("part-differs", 1)]


async def test_a_part_that_is_worked_on_after_its_whole_was_taken_back_is_found(repository: Repository) -> None:
    await write(repository, named("one"), filed(), routed(), split())
    await write(repository, named("part"), part_of(named("one")), routed(4, "pln"))
    await write(repository, named("one"), ComplaintWithdrawn(at=T0 + timedelta(hours=5)))
    walk = Audit(repository, policies(), T0 + timedelta(hours=6), timedelta(minutes=1))
    assert "part-left" in [violation.code async for violation, _ in walk.violations()]


async def test_an_erasure_that_left_the_keys_is_found(repository: Repository) -> None:
    await write(repository, named("one"), filed(), routed(), answered(), confirmed(3))
    await write(repository, named("one"), PersonalDataErased(at=T0 + timedelta(hours=4)))
    walk = Audit(repository, policies(), T0 + timedelta(hours=6), timedelta(minutes=1))
    assert [violation.code async for violation, _ in walk.violations()] == ["not-forgotten"]
    await repository.keyring.destroy(named("one"))
    walk = Audit(repository, policies(), T0 + timedelta(hours=6), timedelta(minutes=1))
    assert [found async for found in walk.violations()] == []
