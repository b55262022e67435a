"""What one complaint adds to the running sums. Pure: the same row always adds the same.

A sum is named by scope, kind, day and key. The sums of bodies, regions and fields hold public reports only; others are
counted where no body, region or field is named, so no difference of two figures says where a secret one is.
"""

from collections.abc import Iterator
from typing import Final, NamedTuple

from reporting.statistics.case import Case
from schemas.complaint.lifecycle import Status


class Cell(NamedTuple):
    """The name of one sum. `day`: days since 1970 in WIB; 0: the sum belongs to no day."""

    scope: str
    kind: str
    day: int
    key: str


BOOKS: Final = "books"
COUNTS: Final = "counts"
NOT_PUBLIC: Final = "not_public"
"""In the books: what agencies hold and the public may not see."""
NATION: Final = ""
REGENCY: Final = 5
"""Length of a regency's code; finer places are counted in their regency."""
PROVINCE: Final = 2
PART_OF_KEY: Final = "|"
HOUR_US: Final = 3_600_000_000
WIB_HOURS: Final = 7
"""Days are those of Jakarta, as in the open data. It has had no other offset since 1964."""
FINE_HOURS: Final = 72
"""Durations are whole hours up to this, whole days above."""


def day_of(us: int) -> int:
    """The day of a moment in microseconds since 1970, UTC."""
    return (us // HOUR_US + WIB_HOURS) // 24


def elapsed(start_us: int, end_us: int) -> int:
    """Hours between the full hours in which two moments lie; whole days, in hours, from `FINE_HOURS` on."""
    hours = max(0, end_us // HOUR_US - start_us // HOUR_US)
    return hours if hours < FINE_HOURS else hours // 24 * 24


def cells_of(case: Case) -> list[Cell]:
    """Every sum to which this complaint adds one."""
    return [*_books(case), *(_counts(case) if not case.part else ()), *public_cells(case)]


def _books(case: Case) -> Iterator[Cell]:
    closed = case.status == Status.CLOSED.value
    if case.part:
        yield Cell(BOOKS, "parts", 0, "closed" if closed else "open")
        return
    yield Cell(BOOKS, "filed", 0, "")
    if case.status == Status.JOINED.value:
        yield Cell(BOOKS, "joined", 0, case.root)
    elif closed:
        yield Cell(BOOKS, "closed", 0, case.reason or "")
    else:
        hidden = case.holder.startswith("agency:") and not case.public
        yield Cell(BOOKS, "open", 0, NOT_PUBLIC if hidden else case.holder)


def _counts(case: Case) -> Iterator[Cell]:
    end = f"{PART_OF_KEY}{case.status}{PART_OF_KEY}{case.reason or ''}"
    for kind, value in (("status", case.status), ("class", case.class_)):
        yield Cell(COUNTS, kind, 0, f"{value}{end}")
    for kind, named in (("agency", case.agency), ("region", case.region), ("sector", case.sector)):
        yield Cell(COUNTS, kind, 0, f"{(named if case.public else None) or ''}{end}")


def public_cells(case: Case) -> list[Cell]:
    """Its part of the sums by day, in each scope that it belongs to; none unless it is public."""
    if not case.public or case.part:
        return []
    own = [*_flow(case), *_durations(case)]
    cells = [Cell(scope, *each) for scope in scopes(case) for each in own]
    return cells + [Cell(scope, *each) for scope in (NATION, *region_scopes(case.region)) for each in _returns(case)]


def scopes(case: Case) -> list[str]:
    """The nation, the agency, the province, the regency."""
    return [NATION, *agency_scopes(case.agency), *region_scopes(case.region)]


def agency_scopes(agency: str | None) -> list[str]:
    return [f"a:{agency}"] if agency else []


def region_scopes(region: str | None) -> list[str]:
    if not region:
        return []
    province = f"r:{region[:PROVINCE]}"
    return [province] if len(region) < REGENCY else [province, f"r:{region[:REGENCY]}"]


Own = tuple[str, int, str]
"""Kind, day and key."""


def _flow(case: Case) -> Iterator[Own]:
    day = day_of(case.received_us)
    yield "filed", day, ""
    yield "sector", day, case.sector or ""
    yield "region", day, (case.region or "")[:REGENCY]
    if case.status == Status.CLOSED.value and case.ended_us is not None:
        yield "closed", day_of(case.ended_us), case.reason or ""
    elif case.status != Status.JOINED.value:
        yield "open", day, case.holder
    if case.timely:
        yield "timely", day, case.timely


def _durations(case: Case) -> Iterator[Own]:
    day = day_of(case.received_us)
    for kind, at_us in (("placed", case.placed_us), ("begun", case.begun_us), ("answered", case.answered_us)):
        if at_us is not None:
            yield kind, day, str(elapsed(case.received_us, at_us))
        elif case.ended_us is not None:
            yield f"un{kind}", day, str(elapsed(case.received_us, case.ended_us))
        else:
            yield f"not_{kind}", day, str(case.received_us // HOUR_US)


def _returns(case: Case) -> Iterator[Own]:
    for each in filter(None, case.returns.split(";")):
        at_us, who, to = each.split(",")
        yield "returned", day_of(int(at_us)), f"{who}>{to}"
