"""The platform as of a past moment: books, an inbox, counts and one complaint, folded from the events until then."""

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

from reporting.export.write_cases import CaseWalk

Row = Mapping[str, Any]


class Books:
    """Every complaint counted once: open with its holder, joined, or closed for a reason. Parts are counted apart."""

    def __init__(self) -> None:
        self.filed, self.joined = 0, 0
        self.open, self.closed, self.parts = Counter[str](), Counter[str](), Counter[str]()

    def add(self, row: Row) -> None:
        """Count one complaint."""
        if row["whole"] is not None:
            self.parts["closed" if row["ending"] else "open"] += 1
            return
        self.filed += 1
        if row["ending"]:
            self.closed[row["ending"]] += 1
        elif row["status"] == "joined":
            self.joined += 1
        else:
            self.open[row["holder"]] += 1

    def told(self) -> dict[str, Any]:
        """`balanced`: the sums add up to the number filed, and every open complaint has a holder."""
        total = self.open.total() + self.joined + self.closed.total()
        return {
            "filed": self.filed, "open": dict(sorted(self.open.items())), "joined": self.joined,
            "closed": dict(sorted(self.closed.items())), "parts": {k: self.parts[k] for k in ("open", "closed")},
            "balanced": total == self.filed and not {"nobody", "lead"} & self.open.keys(),
        }  # fmt: skip


async def books(walk: CaseWalk) -> dict[str, Any]:
    """The books as of the walk's moment.

    Raises:
        ChassisError: as the store raises it.
    """
    found = Books()
    async for rows in walk.rows():
        for row in rows:
            found.add(row)
    return found.told()


async def counts(walk: CaseWalk, by: str) -> list[dict[str, Any]]:
    """Open and closed complaints by agency, class, region, sector or status, most open ones first."""
    opened, closed = Counter[str | None](), Counter[str | None]()
    async for rows in walk.rows():
        for row in rows:
            if row["whole"] is None and row["status"] != "joined":
                (closed if row["ending"] else opened)[row[by]] += 1
    names = sorted({*opened, *closed}, key=lambda name: (-opened[name], name or ""))
    return [{by: name, "open": opened[name], "closed": closed[name]} for name in names]


async def inbox(walk: CaseWalk, agency: str) -> list[Row]:
    """What the agency held then, the most urgent first. Parts are held by agencies, so they are listed too."""
    found = [row async for rows in walk.rows() for row in _held_by(rows, agency)]
    return sorted(found, key=lambda row: (row["settle_due_at"] is None, row["settle_due_at"] or row["received_at"]))


def _held_by(rows: Iterable[Row], agency: str) -> Iterable[Row]:
    return (row for row in rows if row["holder"] == f"agency:{agency}")


async def complaint(walk: CaseWalk, name: str) -> Row | None:
    """One complaint by public number or id. A part has its whole's number, so a number finds the whole."""
    wanted = name.strip()
    async for rows in walk.rows():
        for row in rows:
            if row["complaint"] == wanted.lower() or (row["public_number"] == wanted.upper() and row["whole"] is None):
                return row
    return None
