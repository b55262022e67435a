"""The preview of a decree says exactly which dates the sweep then moves, and to whom it says so."""

from datetime import date, timedelta
from typing import Any

import httpx
import pytest

from chassis.base.clock import FixedClock
from chassis.service.platform import Platform
from escalation import due_dates
from escalation.context import Escalation
from schemas.base import limits
from schemas.events.codec import decode
from schemas.events.escalation import DueDateMoved
from schemas.events.registry import CalendarDecreed
from support.inbox import T0, keep_registry
from support.lives import classified, filed, named, number_of, routed, write

PATH = "/api/v1/due-dates/preview"
OFF = T0.date() + timedelta(days=2)
PERIODS = [{"rule": "settle.complaint", "amount": 3, "unit": "wd"}]


def days_off(*days: date, calendar: str = "national") -> dict[str, Any]:
    kind = "joint_leave" if calendar == "national" else "regional"
    return {
        "calendar": calendar,
        "year": T0.year,
        "days": [{"on": day.isoformat(), "name": "Cuti bersama", "kind": kind} for day in days],
    }


async def known(escalation: Escalation) -> None:
    """Let the list of open work know everything."""
    await escalation.sweep.replan_outdated()
    await escalation.sweep.feed()


async def preview(web: httpx.AsyncClient, body: dict[str, Any], **query: str) -> dict[str, Any]:
    answer = await web.post(PATH, json=body, params=query)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    assert found["done"], found
    return found


async def moved(escalation: Escalation, count: int) -> set[tuple[str, str, str, str]]:
    """What the sweep recorded."""
    return {
        (number_of(index), fact.clock.value, fact.due_before_at.isoformat(), fact.due_at.isoformat())
        for index in range(count)
        for fact in map(decode, (await escalation.repository.load(named(f"c{index}"))).recorded)
        if isinstance(fact, DueDateMoved)
    }


def listed(found: dict[str, Any]) -> set[tuple[str, str, str, str]]:
    return {
        (
            one["public_number"],
            one["clock"],
            *(one[name].replace("Z", "+00:00") for name in ("due_before_at", "due_at")),
        )
        for one in found["items"]
    }


async def test_the_preview_is_what_the_sweep_does_after_the_decree(
    platform: Platform, escalation: Escalation, web: httpx.AsyncClient, clock: FixedClock
) -> None:
    for index in range(6):
        await write(escalation.repository, named(f"c{index}"), filed(index), *([routed(index)] if index else []))
    await known(escalation)
    clock.advance(timedelta(days=1))
    found = await preview(web, days_off(OFF))
    decree = CalendarDecreed(at=clock.now(), source="SKB", **days_off(OFF))
    await keep_registry(platform.store, escalation.repository, decree)
    clock.advance(timedelta(seconds=1))
    await known(escalation)
    await escalation.sweep.once()
    assert listed(found) == await moved(escalation, 6)
    assert (found["moved"], found["complaints"], found["open"], found["behind"]) == (10, 5, 5, 0)
    assert [(one["agency"], one["clock"], one["moved"], one["later"]) for one in found["groups"]] == [
        ("kota-bandung", "acknowledge", 5, 5),
        ("kota-bandung", "settle", 5, 5),
    ]


@pytest.mark.parametrize(
    ("body", "count"),
    [
        (days_off(T0.date() + timedelta(days=300)), 0),
        (days_off(OFF, calendar="51"), 0),
        (days_off(OFF, calendar="32.73"), 2),
        (days_off(date(T0.year, 1, 1)), 0),
    ],
)
async def test_days_that_no_running_clock_passes_and_other_regions_move_nothing(
    escalation: Escalation, web: httpx.AsyncClient, clock: FixedClock, body: dict[str, Any], count: int
) -> None:
    await write(escalation.repository, named("c1"), filed(), routed())
    await known(escalation)
    clock.advance(timedelta(hours=2))
    found = await preview(web, body)
    assert (found["moved"], len(found["items"]), found["open"]) == (count, count, 1)


async def test_periods_move_no_running_clock(escalation: Escalation, web: httpx.AsyncClient, clock: FixedClock) -> None:
    await write(escalation.repository, named("c1"), filed(), routed())
    await known(escalation)
    body = {"effective_at": (clock.now() + timedelta(days=1)).isoformat(), "periods": PERIODS}
    answer = (await web.post("/api/v1/due-dates/policy-preview", json=body)).json()
    assert (answer["done"], answer["open"], answer["examined"], answer["moved"]) == (True, 1, 1, 0)


async def test_a_period_of_the_past_would_move_them_and_the_preview_says_so(
    escalation: Escalation, web: httpx.AsyncClient
) -> None:
    await write(escalation.repository, named("c1"), filed(), routed())
    await known(escalation)
    body = {"effective_at": (T0 - timedelta(days=1)).isoformat(), "periods": PERIODS}
    answer = (await web.post("/api/v1/due-dates/policy-preview", json=body)).json()
    assert [(one["clock"], one["earlier"]) for one in answer["groups"]] == [("settle", 1)]


async def test_the_list_is_paged_by_its_last_key_and_holds_each_date_once(
    escalation: Escalation, web: httpx.AsyncClient, clock: FixedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits, "PAGE", 3)
    for index in range(4):
        await write(escalation.repository, named(f"c{index}"), filed(index), routed())
    await known(escalation)
    clock.advance(timedelta(days=1))
    pages, query = [await preview(web, days_off(OFF))], dict[str, str]()
    while pages[-1]["next"]:
        query["after"] = pages[-1]["next"]
        pages.append(await preview(web, days_off(OFF), **query))
    assert [len(page["items"]) for page in pages] == [3, 3, 2]
    assert len(set.union(*map(listed, pages))) == 8
    bad = await web.post(PATH, json=days_off(OFF), params={"after": "kota-bandung~settle~soon~1"})
    assert (bad.status_code, bad.json()["field"]) == (422, "after")


async def test_a_protected_complaint_is_counted_without_its_number_and_kept_from_whom_it_may_accuse(
    escalation: Escalation, web: httpx.AsyncClient, clock: FixedClock
) -> None:
    await write(escalation.repository, named("c1"), filed(), classified(supervision=True), routed())
    await write(escalation.repository, named("c2"), filed(2, secret=True), routed())
    await known(escalation)
    clock.advance(timedelta(days=1))
    found = await preview(web, days_off(OFF))
    assert (found["moved"], {one["public_number"] for one in found["items"]}) == (4, {None})
    both = {"Authorization": "Bearer operator,officer:kota-bandung"}
    kept = (await web.post(PATH, json=days_off(OFF), headers=both)).json()
    assert (kept["moved"], kept["complaints"], [one["moved"] for one in kept["groups"]]) == (2, 1, [1, 1])


async def test_only_an_operator_may_ask(web: httpx.AsyncClient) -> None:
    for role in ("triage", "officer:kota-bandung", "analyst"):
        refused = await web.post(PATH, json=days_off(OFF), headers={"Authorization": f"Bearer {role}"})
        assert refused.status_code == 403


async def test_while_it_is_computed_the_answer_says_how_far_it_is_and_then_all_of_it(
    escalation: Escalation, web: httpx.AsyncClient, clock: FixedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    await write(escalation.repository, named("c1"), filed(), routed())
    await known(escalation)
    clock.advance(timedelta(days=1))
    monkeypatch.setattr(due_dates, "WITHIN_S", 0.0)
    first = (await web.post(PATH, json=days_off(OFF))).json()
    assert (first["done"], first["moved"], first["items"]) == (False, 0, [])
    monkeypatch.setattr(due_dates, "WITHIN_S", 60.0)
    assert (await preview(web, days_off(OFF)))["moved"] == 2
