"""Days, weeks and months of a range of time."""

from collections import Counter
from collections.abc import Mapping
from datetime import date, timedelta
from typing import Final, Literal

from reporting.statistics.read import day_of_number

Step = Literal["day", "week", "month"]
STEPS: Final[tuple[Step, ...]] = ("day", "week", "month")
MOST_PERIODS: Final = 400
"""In one answer."""
DAYS_BY_DAY: Final = 45
DAYS_BY_WEEK: Final = 200


def fitting(since: date, until: date) -> Step:
    """The step that gives a chart of readable length."""
    days = (until - since).days
    return "day" if days <= DAYS_BY_DAY else "week" if days <= DAYS_BY_WEEK else "month"


def start_of(day: date, step: Step) -> date:
    """The first day of the period in which a day lies; weeks begin on Monday."""
    match step:
        case "day":
            return day
        case "week":
            return day - timedelta(days=day.weekday())
        case _:
            return day.replace(day=1)


def starts(since: date, until: date, step: Step) -> list[date]:
    """The first day of each period from `since` to `until`."""
    found, at = [], start_of(since, step)
    while at <= until:
        found.append(at)
        at = start_of(at + timedelta(days={"day": 1, "week": 7, "month": 31}[step]), step)
    return found


def by_period(days: Mapping[int, int], step: Step) -> Counter[date]:
    """Sums of numbered days by the first day of their period."""
    found: Counter[date] = Counter()
    for number, n in days.items():
        found[start_of(day_of_number(number), step)] += n
    return found
