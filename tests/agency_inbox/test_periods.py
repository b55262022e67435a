"""What an inbox counts as due in seven days is what its rows call `7 hari lagi` or nearer."""

from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from agency_inbox.queries import period
from chassis.pages.dates import distance

MORNING = datetime(2026, 12, 1, 6, 33, tzinfo=ZoneInfo("Asia/Jakarta")).astimezone(UTC)


def within_a_week(due_at: datetime, now: datetime) -> bool:
    context: Any = SimpleNamespace(clock=SimpleNamespace(now=lambda: now))
    first, before = period(context, "week", "Asia/Jakarta")
    return first <= due_at < before


@pytest.mark.parametrize("hours", range(0, 24 * 10, 5))
def test_the_count_of_the_week_agrees_with_the_words_of_its_rows(hours: int) -> None:
    due_at = MORNING + timedelta(hours=hours)
    assert within_a_week(due_at, MORNING) == (distance(due_at, MORNING, "Asia/Jakarta").days <= 7)
