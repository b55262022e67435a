"""The figures of each chart, from the running sums. Only public reports are counted (ADR 67)."""

from collections import Counter
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, Final, NamedTuple

from chassis.sql.types import microseconds
from reporting.statistics.cells import HOUR_US, PROVINCE, day_of, elapsed
from reporting.statistics.periods import Step, by_period, starts
from reporting.statistics.read import Counts, Wanted
from reporting.statistics.survival import median, survival
from schemas.complaint.lifecycle import CloseReason

LEAST_CASES: Final = 10
"""No rate and no median is shown over fewer."""
AGES: Final = ((0, 7), (8, 14), (15, 30), (31, 60), (61, 90), (91, None))
"""Days since receipt, both ends included."""
OLD_DAYS: Final = 30
TIMELY: Final = ("on_time", "late", "waiting")
MILESTONES: Final = ("placed", "begun", "answered")
Row = tuple[Any, ...]


class Figures(NamedTuple):
    """A table: names of columns, rows; and the numbers that sum it up."""

    columns: tuple[str, ...]
    rows: list[Row]
    totals: dict[str, Any]


class Question(NamedTuple):
    """What is asked: which reports, by which step of time, and at what time."""

    wanted: Wanted
    step: Step
    now: datetime


Build = Callable[[Counts, Question], Figures]


def share(part: int, whole: int) -> float | None:
    """A rate in percent with one decimal; None over fewer than ten cases."""
    return round(100 * part / whole, 1) if whole >= LEAST_CASES else None


def flow(sums: Counts, asked: Question) -> Figures:
    """Reports received and reports closed, by period."""
    filed, closed = (by_period(sums.by_day(kind), asked.step) for kind in ("filed", "closed"))
    rows: list[Row] = [(day, filed[day], closed[day]) for day in _periods(asked)]
    return Figures(("period", "filed", "closed"), rows, {"filed": filed.total(), "closed": closed.total()})


def holders(sums: Counts, _asked: Question) -> Figures:
    """Open reports by holder."""
    found = sums.by_key("open")
    return Figures(("holder", "open"), _ranked(found), {"open": found.total(), "holders": len(found)})


def ages(sums: Counts, asked: Question) -> Figures:
    """Open reports by days since receipt."""
    today, found = day_of(microseconds(asked.now)), Counter[int]()
    for day, n in sums.by_day("open").items():
        found[max(0, today - day)] += n  # a report from the future, as a test clock may make it, counts as new
    rows: list[Row] = [
        (low, high, sum(n for age, n in found.items() if low <= age <= (high or age))) for low, high in AGES
    ]
    old = sum(n for age, n in found.items() if age > OLD_DAYS)
    return Figures(("from_days", "to_days", "open"), rows, {"open": found.total(), f"older_than_{OLD_DAYS}_days": old})


def on_time(sums: Counts, asked: Question) -> Figures:
    """Answered in time or late, and open ones whose date has not passed, by period of receipt."""
    found, overdue = sums.by_day_and_key("timely"), sums.overdue(microseconds(asked.now))
    kinds = {
        kind: Counter({day: n for (day, key), n in found.items() if key == kind})
        for kind in ("on_time", "late", "waiting")
    }
    kinds["late"].update(overdue)
    kinds["waiting"].subtract(overdue)
    periods = {kind: by_period(days, asked.step) for kind, days in kinds.items()}
    rows: list[Row] = [_timely(day, *(periods[kind][day] for kind in kinds)) for day in _periods(asked)]
    good, late, waiting = (periods[kind].total() for kind in kinds)
    totals = {"on_time": good, "late": late, "waiting": waiting, "on_time_percent": share(good, good + late)}
    return Figures(("period", "on_time", "late", "waiting", "on_time_percent"), rows, totals)


def _timely(day: Any, good: int, late: int, waiting: int) -> Row:
    return day, good, late, waiting, share(good, good + late)


def returns(sums: Counts, _asked: Question) -> Figures:
    """Returns by who returned a report and who got it next."""
    found = sums.returned()
    rows = [(*pair.split(">"), n) for pair, n in _ranked(found)]
    return Figures(("from", "to", "returns"), rows, {"returns": found.total(), "pairs": len(found)})


def endings(sums: Counts, _asked: Question) -> Figures:
    """Closed reports by reason. Silence is no consent, so it is never added to a confirmation."""
    found = sums.by_key("closed")
    agreed, silent = found[CloseReason.CONFIRMED.value], found[CloseReason.SILENCE.value]
    totals = {"closed": found.total(), "confirmed": agreed, "silence": silent}
    totals["confirmed_percent"] = share(agreed, agreed + silent)  # type: ignore[assignment]
    return Figures(("reason", "closed"), _ranked(found), totals)


def sectors(sums: Counts, _asked: Question) -> Figures:
    """Reports received, by field."""
    found = sums.by_key("sector")
    return Figures(("sector", "filed"), _ranked(found), {"filed": found.total()})


def regions(sums: Counts, asked: Question) -> Figures:
    """Reports received, by province; within a province by regency. An empty code: nothing finer is known."""
    found: Counter[str] = Counter()
    for region, n in sums.by_key("region").items():
        found[region if asked.wanted.region else region[:PROVINCE]] += n
    return Figures(("region", "filed"), _ranked(found), {"filed": found.total()})


def waits(sums: Counts, asked: Question) -> Figures:
    """How long until an agency held a report, acknowledged it and answered it."""
    rows, totals = list[Row](), dict[str, Any]()
    for name in MILESTONES:
        reached, ended = (_hours(sums.by_key(kind)) for kind in (name, f"un{name}"))
        censored = ended + _still(sums.by_key(f"not_{name}"), microseconds(asked.now) // HOUR_US)
        steps = survival(reached, censored)
        cases = reached.total() + censored.total()
        rows += [(name, *each[:3], round(each.waiting, 4)) for each in steps] if cases >= LEAST_CASES else []
        totals |= {f"{name}_cases": cases, f"{name}_reached": reached.total()}
        totals[f"{name}_median_hours"] = median(steps) if cases >= LEAST_CASES else None
    return Figures(("milestone", "hours", "at_risk", "reached", "waiting"), rows, totals)


def _hours(found: Mapping[str, int]) -> Counter[int]:
    return Counter({int(hours): n for hours, n in found.items()})


def _still(received: Mapping[str, int], now: int) -> Counter[int]:
    """Those who wait now, by how long, from the full hour of their receipt."""
    found: Counter[int] = Counter()
    for hour, n in received.items():
        found[elapsed(int(hour) * HOUR_US, now * HOUR_US)] += n
    return found


def _ranked(found: Mapping[str, int]) -> list[Row]:
    return sorted(found.items(), key=lambda each: (-each[1], each[0]))


def _periods(asked: Question) -> list[Any]:
    return starts(asked.wanted.since, asked.wanted.until, asked.step)


FIGURES: Final[Mapping[str, Build]] = {
    "flow": flow, "holders": holders, "ages": ages, "on-time": on_time, "waits": waits, "returns": returns,
    "endings": endings, "sectors": sectors, "regions": regions,
}  # fmt: skip
"""Each chart's figures by its name."""
