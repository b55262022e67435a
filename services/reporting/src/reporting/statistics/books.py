"""The books and the counts, read from the running sums: the cost is that of the answer, not of what is counted."""

from typing import Any, Final

from sqlalchemy import Connection

from chassis.sql.database import fetch
from reporting.statistics.cells import BOOKS, COUNTS, PART_OF_KEY
from reporting.statistics.tables import CELLS
from schemas.base.values import HolderKind
from schemas.complaint.lifecycle import CloseReason

GROUPS: Final = ("agency", "region", "status", "sector", "class")


def books(connection: Connection) -> dict[str, Any]:
    """Every complaint filed, counted once: open by holder, joined by its lead's status, or closed by reason.

    `balanced`: the counts add up to `filed`, nothing open is without a holder, and every closing has a reason.
    Parts are counted separately. What agencies hold and the public may not see is under `not_public`, not under a name.
    """
    found: dict[str, dict[str, int]] = {}
    for kind, key, n in fetch(connection, _SUMS, (BOOKS,)):
        found.setdefault(kind, {})[key] = n
    opened, closed, joined = (found.get(kind, {}) for kind in ("open", "closed", "joined"))
    filed = found.get("filed", {}).get("", 0)
    followed = {"to_open_lead": joined.get("open", 0), "to_closed_lead": joined.get("closed", 0)}
    total = sum(opened.values()) + sum(closed.values()) + sum(followed.values())
    sound = HolderKind.NOBODY.value not in opened and set(closed) <= {reason.value for reason in CloseReason}
    parts = found.get("parts", {})
    return {
        "filed": filed,
        "open": opened,
        "joined": followed,
        "closed": closed,
        "parts": {"open": parts.get("open", 0), "closed": parts.get("closed", 0)},
        "balanced": filed == total and sound,
    }


def counts(connection: Connection, group: str) -> list[dict[str, Any]]:
    """Complaints by one of `GROUPS`, status and closing reason: closing by silence is never added to a confirmation.

    By agency, region or sector only public ones have a key: from another number an accused agency would learn that it
    is examined, and a secret reporter could be looked for.
    """
    rows = [(*key.split(PART_OF_KEY), n) for _, key, n in fetch(connection, _SUMS_OF_KIND, (COUNTS, group))]
    return [
        {"key": key or None, "status": status, "reason": reason or None, "count": n}
        for key, status, reason, n in sorted(rows)
    ]


_SUMS: Final = f"select kind, key, n from {CELLS} where scope = %s order by kind, key"  # noqa: S608 - our own name
_SUMS_OF_KIND: Final = f"select kind, key, n from {CELLS} where scope = %s and kind = %s"  # noqa: S608
