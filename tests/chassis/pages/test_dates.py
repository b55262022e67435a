"""Dates in short words, and how far away they are."""

from datetime import UTC, datetime, timedelta

import pytest

from chassis.pages.dates import distance, moment

AT = datetime(2026, 12, 6, 23, 11, tzinfo=UTC)


def test_a_moment_is_told_in_the_zone_of_the_report() -> None:
    assert moment(AT, "id") == "Sen, 7 Des 2026 06.11 WIB"
    assert moment(AT, "en") == "Mon, 7 Dec 2026 06:11 WIB"
    assert moment(AT, "id", "Asia/Jayapura") == "Sen, 7 Des 2026 08.11 WIT"


@pytest.mark.parametrize(
    ("before", "days", "state"),
    [
        (timedelta(0), 0, "late"),
        (timedelta(minutes=1), 0, "soon"),
        (timedelta(hours=7), 1, "soon"),  # midnight lies between
        (timedelta(days=2), 2, "soon"),
        (timedelta(days=3), 3, "ahead"),
        (timedelta(days=-2), -2, "late"),
    ],
)
def test_days_are_counted_by_midnights(before: timedelta, days: int, state: str) -> None:
    assert distance(AT, AT - before) == (days, state)
