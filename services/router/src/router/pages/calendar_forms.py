"""The form of a decree on days off: one day a line, such as `2027-03-10 Hari Raya Idul Fitri (perkiraan)`."""

import re
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, Final, NamedTuple

from router.http.calendars import DecreeBody
from schemas.events.registry import CalendarDecreed, Holiday
from schemas.registry.calendars import NATIONAL
from schemas.registry.fold import Registry

LINE: Final = re.compile(r"\s*(\d{4}-\d{2}-\d{2})[\s:,]+(.+?)(\s*\((?:perkiraan|estimated)\))?\s*")
ESTIMATED: Final = {"id": "(perkiraan)", "en": "(estimated)"}
KINDS: Final = {"libur": "national", "cuti": "joint_leave", "daerah": "regional"}
"""The kind of day of each field of lines."""
FIELDS: Final = {"wilayah": "calendar", "tahun": "year", "dasar": "source"}
MOST: Final = 20_000
"""Characters of one field of lines."""


class BadLine(Exception):
    """A line that names no day. `field`: of the form; `line`: as it was typed."""

    def __init__(self, field: str, line: str) -> None:
        super().__init__(line)
        self.field, self.line = field, line


def decree_of(form: Mapping[str, str]) -> DecreeBody:
    """The decree of the form. Raises ValidationError, BadLine."""
    calendar = form.get("wilayah", "").strip() or NATIONAL
    fields = ("libur", "cuti") if calendar == NATIONAL else ("daerah",)
    days = [day for field in fields for day in _days(field, form.get(field, ""))]
    given: dict[str, Any] = {"calendar": calendar, "source": form.get("dasar", "").strip(), "days": days}
    if year := form.get("tahun", "").strip():
        given["year"] = int(year) if year.isascii() and year.isdecimal() else year
    return DecreeBody.model_validate(given)


def _days(field: str, text: str) -> Iterable[dict[str, Any]]:
    for line in text.splitlines():
        if not line.strip():
            continue
        found = LINE.fullmatch(line)
        if found is None:
            raise BadLine(field, line.strip())
        yield {"on": found[1], "name": found[2], "kind": KINDS[field], "estimated": found[3] is not None}


def lines(days: Iterable[Holiday], lang: str) -> dict[str, str]:
    """The days as the form's fields of lines."""
    return {
        field: "\n".join(
            f"{day.on.isoformat()} {day.name}{f' {ESTIMATED[lang]}' if day.estimated else ''}"
            for day in days
            if day.kind == kind
        )
        for field, kind in KINDS.items()
    }


class Version(NamedTuple):
    """One decree. `until`: when the next one for its year replaced it; None: it is in force."""

    decree: CalendarDecreed
    until: datetime | None


def versions(registry: Registry) -> list[Version]:
    """Every decree on days off, the newest first."""
    newer, found = dict[tuple[str, int], datetime](), list[Version]()
    for decree in reversed(registry.decreed):
        key = decree.calendar, decree.year
        found.append(Version(decree, newer.get(key)))
        newer[key] = decree.at
    return found
