"""The figures recounted from the lines of open data alone: the same answers as the running sums give."""

from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import datetime

from chassis.sql.types import microseconds
from reporting.statistics.case import Case
from reporting.statistics.cells import NATION, Cell, day_of, public_cells
from reporting.statistics.read import Wanted
from schemas.base.values import Clock
from schemas.complaint.lifecycle import Status
from schemas.contract.open_data import ComplaintSummary


class Recount:
    """Answers the questions of `reporting.statistics.read.Sums` from lines."""

    def __init__(self, lines: Iterable[ComplaintSummary], wanted: Wanted) -> None:
        self._wanted, self._cells, self._returned, self._waiting = wanted, Counter[Cell](), Counter[str](), list[Case]()
        for line in lines:
            self._add(case_in(line))

    def _add(self, case: Case) -> None:
        wanted = self._wanted
        if not _lies_in(case, wanted.region):
            return
        own = wanted.agency in (None, case.agency)
        for cell in public_cells(case):
            if cell.scope != NATION or not wanted.first <= cell.day <= wanted.last:
                continue
            if cell.kind == "returned":
                self._returned[cell.key] += wanted.agency is None or wanted.agency in cell.key.split(">")
            elif own:
                self._cells[cell] += 1
        if own and case.due_us is not None:
            self._waiting.append(case)

    def by_key(self, kind: str) -> Counter[str]:
        """By key, over all days."""
        found: Counter[str] = Counter()
        for cell, n in self._of(kind):
            found[cell.key] += n
        return found

    def by_day(self, kind: str) -> Counter[int]:
        """By day, over all keys."""
        found: Counter[int] = Counter()
        for cell, n in self._of(kind):
            found[cell.day] += n
        return found

    def by_day_and_key(self, kind: str) -> Counter[tuple[int, str]]:
        """By day and key."""
        return Counter({(cell.day, cell.key): n for cell, n in self._of(kind)})

    def returned(self) -> Counter[str]:
        """Returns by `from>to`."""
        return +self._returned

    def overdue(self, now_us: int) -> Counter[int]:
        """By day of receipt: reports whose date has passed without an answer, and no miss was recorded yet."""
        days = (day_of(case.received_us) for case in self._waiting if (case.due_us or 0) <= now_us)
        return Counter(day for day in days if self._wanted.first <= day <= self._wanted.last)

    def _of(self, kind: str) -> Iterator[tuple[Cell, int]]:
        return ((cell, n) for cell, n in self._cells.items() if cell.kind == kind)


def case_in(line: ComplaintSummary) -> Case:
    """The line as a row of the figures."""
    timely = timely_in(line)
    waits = timely == "waiting" and line.settle_due_at is not None
    return Case(
        complaint="", version=line.version, public_number=line.public_number, public=True, part=False,
        class_=line.class_.value, status=line.status.value, reason=line.closed.value if line.closed else None,
        agency=line.last_agency, holder=line.holder or "", sector=line.sector, region=line.region, lead=None, root="",
        received_us=_us(line.received_at) or 0, ended_us=_us(line.ended_at), placed_us=_us(line.placed_at),
        begun_us=_us(line.begun_at), answered_us=_us(line.answered_at), timely=timely,
        due_us=_us(line.settle_due_at) if waits else None,
        returns=";".join(f"{microseconds(each.at)},{each.by},{each.to}" for each in line.returned),
    )  # fmt: skip


def timely_in(line: ComplaintSummary) -> str:
    """`on_time`, `late` or `waiting`, by the first answer; empty: no answer is owed."""
    if line.status is Status.JOINED:
        return ""
    if Clock.SETTLE in line.missed:
        return "late"
    if line.answered_at is not None:
        return "on_time" if line.settle_due_at is not None and line.answered_at <= line.settle_due_at else "late"
    return "" if line.status is Status.CLOSED else "waiting"


def _us(at: datetime | None) -> int | None:
    return None if at is None else microseconds(at)


def _lies_in(case: Case, region: str | None) -> bool:
    return region is None or (case.region or "")[: len(region)] == region
