"""Names for the codes in the rows of a chart."""

from collections.abc import Iterator
from typing import Any, Final, NamedTuple

from chassis.pages.map import UnknownRegion, region
from chassis.pages.render import Kit
from chassis.pages.texts import N_
from reporting.statistics.figures import Figures, Row
from schemas import wording
from schemas.base.values import ARBITER, DESK, ROUTER
from schemas.complaint.lifecycle import CloseReason, Status
from schemas.registry.fold import Registry
from schemas.wording.sectors import sector

PAGES: Final = Kit("reporting.charts")
NOBODY_YET: Final = N_("belum ada instansi baru")
UNKNOWN: Final = N_("tidak diketahui")
STEPS_NAMED: Final = {
    "placed": N_("sampai dipegang instansi"), "begun": N_("sampai ditindaklanjuti"), "answered": N_("sampai dijawab"),
}  # fmt: skip
HOLDERS: Final = {str(holder): holder for holder in (ROUTER, DESK, ARBITER)}


class Namer(NamedTuple):
    """Names in one language."""

    registry: Registry
    lang: str

    def text(self, message: str) -> str:
        return PAGES.text(message, self.lang)

    def of(self, column: str, code: str) -> str | None:
        """The name of a code in a column; None: the column has no names."""
        match column:
            case "holder":
                return self.holder(code)
            case "from" | "to":
                return self.text(NOBODY_YET) if code == str(ROUTER) else self.holder(code)
            case "sector":
                return sector(code, self.lang) if code else self.text(UNKNOWN)
            case "region":
                return self.region(code)
            case "reason":
                return wording.status(Status.CLOSED, self.lang, CloseReason(code) if code else None)
            case "milestone":
                return self.text(STEPS_NAMED[code])
            case _:
                return None

    def holder(self, code: str) -> str:
        if code in HOLDERS:
            return wording.holder(HOLDERS[code], self.registry, self.lang)
        return wording.agency(code.removeprefix("agency:"), None, self.registry)

    def region(self, code: str) -> str:
        try:
            return region(code).name if code else self.text(UNKNOWN)
        except UnknownRegion:
            return code

    def named(self, figures: Figures) -> Figures:
        """With a column of names behind each column of codes."""
        columns = tuple(name for each in figures.columns for name in _columns(each))
        rows = [tuple(self._cells(figures.columns, row)) for row in figures.rows]
        return Figures(columns, rows, figures.totals)

    def _cells(self, columns: tuple[str, ...], row: Row) -> Iterator[Any]:
        for column, cell in zip(columns, row, strict=True):
            yield cell
            if column in CODES:
                yield self.of(column, cell)


CODES: Final = frozenset({"holder", "from", "to", "sector", "region", "reason", "milestone"})
"""The columns of codes."""


def _columns(column: str) -> tuple[str, ...]:
    return (column, f"{column}_name") if column in CODES else (column,)
