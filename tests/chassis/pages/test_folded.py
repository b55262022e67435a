"""A neglected report's timeline: the newest reminder of each clock stays in sight, older ones open on request."""

from datetime import timedelta
from typing import Any

from chassis.pages.folded import folded
from chassis.pages.render import _environment
from schemas.base.values import Clock
from schemas.events.base import Fact
from schemas.events.escalation import ComplaintEscalated
from schemas.wording.casefile import timeline
from support.given import NOON, acknowledged, filed, routed, told
from support.nation import registry


def again(clock: Clock, time: int, started: int = 1) -> ComplaintEscalated:
    return ComplaintEscalated(
        at=NOON + timedelta(days=7 * time), rung=4, clock=clock, started_version=started, repetition=time
    )


def newest_first(*facts: Fact) -> list[Any]:
    return timeline(told(filed(), routed(), *facts), registry(), "id")[::-1]


def times(entries: list[Any]) -> list[Any]:
    """Of each entry the version of its moment, or how many are folded."""
    return [entry.moment["version"] if entry.moment else f"{len(entry.earlier)} folded" for entry in entries]


def neglected(weeks: int) -> list[Fact]:
    return [again(clock, week) for week in range(weeks) for clock in (Clock.ACKNOWLEDGE, Clock.SETTLE)]


def test_of_repeated_reminders_the_newest_of_each_clock_stays_in_sight() -> None:
    # Versions 2 and 3 raise the report for the first time and are no repetition.
    assert times(folded(newest_first(*neglected(13)))) == [27, 26, "22 folded", 3, 2, 1, 0]


def test_nothing_is_lost_and_the_order_stays() -> None:
    moments = newest_first(*neglected(5))
    entries = folded(moments)
    assert [one for entry in entries for one in (entry.earlier or [entry.moment])] == moments


def test_what_happens_between_reminders_stays_in_its_place() -> None:
    facts = [*neglected(4), acknowledged(), *[again(Clock.ACKNOWLEDGE, n) for n in (4, 5, 6)]]
    assert times(folded(newest_first(*facts))) == [13, "2 folded", 10, 9, "5 folded", 3, 2, 1, 0]


def test_a_clock_that_started_anew_keeps_its_own_newest() -> None:
    facts = [again(Clock.ACKNOWLEDGE, n, started) for started in (1, 9) for n in (1, 2, 3)]
    assert times(folded(newest_first(*facts))) == [7, 4, "4 folded", 1, 0]


def test_one_earlier_reminder_is_a_line() -> None:
    assert times(folded(newest_first(again(Clock.ACKNOWLEDGE, 1), again(Clock.ACKNOWLEDGE, 2)))) == [3, 2, 1, 0]


def test_it_opens_without_a_script_and_says_how_many() -> None:
    for lang, words in (("id", "22 pengingat sebelumnya"), ("en", "22 earlier reminders")):
        components: Any = _environment("chassis.signin", lang).get_template("kit/components.html").module
        shown = components.timeline(newest_first(*neglected(13)), "Asia/Jakarta")
        before, inside = shown.split("<details>")
        assert before.count("kali ke-13") == 2
        assert f"<summary>{words}</summary>" in inside
        assert inside.partition("</details>")[0].count("<time") == 22


def test_on_paper_every_line_is_there() -> None:
    components: Any = _environment("chassis.signin", "id").get_template("kit/components.html").module
    shown = components.timeline(newest_first(*neglected(13))[::-1], "Asia/Jakarta", whole=True)
    assert "<details" not in shown
    assert shown.count("<time") == 28


def test_the_rows_of_the_api_have_no_other_fields() -> None:
    assert all(set(row) == {"at", "type", "version", "sentence"} for row in newest_first(*neglected(2)))
