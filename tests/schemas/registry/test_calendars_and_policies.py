"""Working days calculated by hand, and the policy data compared with the law and our defaults."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.base.values import Clock, HolderKind
from schemas.deadlines.policies import Policies
from schemas.events.registry import Holiday
from schemas.reference.load import calendars, policies
from schemas.registry.calendars import NO_CALENDAR, add_working_days, subtract_working_days, working_days_touched
from support.nation import DECREED_AT, registry, wib

NATION = registry().calendar
JAKARTA, JAYAPURA = "Asia/Jakarta", "Asia/Jayapura"
MOMENTS = st.datetimes(datetime(2024, 1, 1), datetime(2027, 9, 1), timezones=st.just(UTC))  # noqa: DTZ001


@pytest.mark.parametrize(
    ("start", "n", "end"),
    [
        ("2026-03-02 09:30", 5, "2026-03-09 09:30"),  # Monday to Monday
        ("2026-03-06 17:00", 1, "2026-03-09 17:00"),  # Friday to Monday
        ("2026-03-07 10:00", 1, "2026-03-10 00:00"),  # Saturday counts from Monday 00:00
        # Nyepi 19th and its leave 18th, Lebaran 21st-22nd with leave 20th, 23rd, 24th: 17th -> 25th
        ("2026-03-17 08:00", 1, "2026-03-25 08:00"),
        ("2026-03-18 08:00", 1, "2026-03-26 00:00"),
        ("2026-12-23 08:00", 3, "2026-12-30 08:00"),  # 24th joint leave, 25th Christmas, weekend
        ("2026-12-31 08:00", 1, "2027-01-04 08:00"),  # New Year's Day is a Friday
        ("2026-03-02 09:30", 0, "2026-03-02 09:30"),
    ],
)
def test_working_days_skip_weekends_holidays_and_joint_leave(start: str, n: int, end: str) -> None:
    assert add_working_days(wib(start), n, JAKARTA, NATION) == wib(end)


def test_which_day_it_is_depends_on_the_zone() -> None:
    # Friday 23:00 in Jakarta is Saturday 01:00 in Jayapura: there it counts from Monday 00:00.
    start = wib("2026-03-06 23:00")
    assert add_working_days(start, 1, JAKARTA, NATION) == wib("2026-03-09 23:00")
    assert add_working_days(start, 1, JAYAPURA, NATION) == wib("2026-03-09 22:00")


def test_two_working_days_before_a_date_skip_the_same_days() -> None:
    assert subtract_working_days(wib("2026-03-25 09:31"), 2, JAKARTA, NATION) == wib("2026-03-16 09:31")


def test_a_stretch_touches_each_working_day_once_however_little() -> None:
    touched = working_days_touched(wib("2026-03-13 23:59"), wib("2026-03-17 00:01"), JAKARTA, NATION)
    assert touched == {date(2026, 3, 13), date(2026, 3, 16), date(2026, 3, 17)}
    assert not working_days_touched(wib("2026-03-21 08:00"), wib("2026-03-22 08:00"), JAKARTA, NATION)


def test_without_a_decree_only_weekends_are_off() -> None:
    assert add_working_days(wib("2026-03-17 08:00"), 1, JAKARTA, NO_CALENDAR) == wib("2026-03-18 08:00")


@given(MOMENTS, st.integers(0, 60), st.integers(0, 60), st.sampled_from([JAKARTA, "Asia/Makassar", JAYAPURA]))
def test_working_days_add_up_and_never_end_on_a_day_off(start: datetime, m: int, n: int, zone: str) -> None:
    end = add_working_days(start, m + n, zone, NATION)
    assert add_working_days(add_working_days(start, m, zone, NATION), n, zone, NATION) == end
    assert add_working_days(start + timedelta(seconds=1), m, zone, NATION) >= add_working_days(start, m, zone, NATION)
    assert end >= start
    assert working_days_touched(end, end, zone, NATION)


def test_the_reviewed_calendars_cover_four_years_with_national_days_and_joint_leave_apart() -> None:
    assert [calendar.year for calendar in calendars()] == [2024, 2025, 2026, 2027]
    for calendar in calendars():
        days = [day.on for day in calendar.days]
        assert days == sorted(set(days))
        assert {day.year for day in days} == {calendar.year}
        assert {day.kind for day in calendar.days} == {"national", "joint_leave"}
        assert calendar.source


def test_a_regional_day_is_no_day_off_for_the_nation() -> None:
    regional = Holiday(on=date(2026, 3, 4), name="Hari jadi", kind="regional")
    decree = calendars()[2].decree(DECREED_AT).model_copy(update={"days": (regional,)})
    assert registry(decree).calendar.works(date(2026, 3, 4))


def test_the_numbers_of_the_policy_are_those_of_the_law_and_of_our_defaults() -> None:
    policy = policies().versions[0]
    assert {rule.name: f"{rule.amount} {rule.unit}" for rule in policy.rules.values()} == {
        "place": "60 s",
        "forward": "3 wd",
        "triage": "3 wd",
        "acknowledge": "5 wd",
        "settle.information": "5 wd",
        "settle.complaint": "14 wd",
        "settle.supervision": "60 wd",
        "settle.aspiration": "14 wd",
        "rework": "14 wd",
        "completion": "30 d",
        "silence": "10 wd",
        "arbitration": "14 wd",
        "dispute": "30 d",
        "erasure": "3 d",
    }
    assert (policy.reminder_wd, policy.repeat_wd, policy.returns, policy.stops) == (2, 5, 3, 2)
    assert (policy.unconfirmed_d, policy.news_d, policy.join_d, policy.alike_d) == (7, 30, 14, 60)
    assert (policy.letters_d, policy.unfinished_d, policy.inbox_d, policy.dead_letters_d) == (5, 1, 400, 30)
    assert (policy.superseded_d, policy.replies_d, policy.submissions_d) == (1, 30, 30)
    assert policy.ladder[HolderKind.AGENCY] == ((1, 0), (2, 5), (3, 10), (4, 15))
    assert policy.ladder[HolderKind.DESK] == ((2, 0), (4, 5))
    assert policy.ladder[HolderKind.ARBITER] == ((4, 0),)
    assert {rule.clock for rule in policy.rules.values()} == set(Clock)


def test_a_policy_holds_from_its_day_and_the_first_one_also_before() -> None:
    first = policies().versions[0]
    second = first._replace(id="later", effective_at=wib("2026-06-01 00:00"))
    both = Policies((first, second))
    moments = ("2010-01-01 00:00", "2026-05-31 23:59", "2026-06-01 00:00")
    assert [both.at(wib(moment)).id for moment in moments] == [first.id, first.id, "later"]
