"""Cells as values of the filing form: texts, region codes, coordinates, dates and yes or no.

Spreadsheets turn codes into numbers, and Indonesian ones write a decimal comma: 32,73 is the region 32.73. Each
function raises ValueError with a reason for a cell that it cannot read.
"""

import re
from collections.abc import Callable, Iterator
from datetime import date, datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

YES: Final = frozenset({"1", "true", "yes", "y", "ya", "iya", "benar", "x", "v"})
NO: Final = frozenset({"", "0", "false", "no", "n", "tidak", "tdk", "bukan", "-"})
MONTHS: Final = (
    ("jan", "januari", "january"), ("feb", "februari", "february"), ("mar", "maret", "march"), ("apr", "april"),
    ("mei", "may"), ("jun", "juni", "june"), ("jul", "juli", "july"), ("agu", "ags", "agt", "agustus", "aug", "august"),
    ("sep", "sept", "september"), ("okt", "oktober", "oct", "october"), ("nov", "nop", "november"),
    ("des", "desember", "dec", "december"),
)  # fmt: skip
_MONTH: Final = {name: number for number, names in enumerate(MONTHS, start=1) for name in names}
_DAY_FIRST: Final = re.compile(
    r"(\d{1,2})[-/. ](\d{1,2}|[a-z]+)[-/. ](\d{4})(?:[ ,T]+(\d{1,2})[:.](\d{2})(?:[:.](\d{2}))?)?"
)
_YEAR_FIRST: Final = re.compile(r"(\d{4})/(\d{1,2})/(\d{1,2})(.*)")


def text_of(cell: Any) -> str:
    """A cell as text; a whole number without its decimal point."""
    if isinstance(cell, bool):
        return str(cell).lower()
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    if isinstance(cell, dict | list):
        raise ValueError("is not a text")  # noqa: TRY004 - one kind of error for a cell that cannot be read
    if isinstance(cell, date):
        return cell.isoformat()
    return "" if cell is None else str(cell)


def region_code(cell: Any) -> str:
    """A Kemendagri code with its dots. Read as well: 32,73, 3273, and 32.7 for 32.70, which a spreadsheet shortens."""
    code = re.sub(r"[\s,]", ".", text_of(cell).strip())
    if re.fullmatch(r"\d{4}|\d{6}|\d{10}", code):
        code = ".".join(part for part in (code[:2], code[2:4], code[4:6], code[6:]) if part)
    return f"{code}0" if re.fullmatch(r"\d{2}\.\d", code) else code


def decimal_of(cell: Any) -> float:
    """A coordinate, with a decimal point or comma."""
    text = text_of(cell).strip().replace("\N{MINUS SIGN}", "-").replace(",", ".")
    try:
        return float(text)
    except ValueError:
        raise ValueError(f"{text_of(cell)!r} is not a number") from None


def yes_or_no(cell: Any) -> bool:
    """Ya or tidak, yes or no, true or false, 1 or 0; an empty cell is no."""
    text = text_of(cell).strip().lower()
    if text not in YES | NO:
        raise ValueError(f"{text!r} is neither yes nor no")
    return text in YES


def moment_of(cell: Any, zone: ZoneInfo) -> datetime:
    """A date, with a time or without; day before month, unless it begins with the year. Without a zone in `zone`."""
    found = cell if isinstance(cell, datetime) else next(_moments(text_of(cell).strip()), None)
    if found is None:
        raise ValueError(f"{text_of(cell)!r} is not a date such as 2026-04-14, 14/04/2026 08:30 or 14 April 2026")
    return found if found.tzinfo else found.replace(tzinfo=zone)


def day_of(cell: Any) -> str:
    """A day in ISO 8601."""
    return moment_of(cell, ZoneInfo("UTC")).date().isoformat()


def _moments(text: str) -> Iterator[datetime]:
    readers: tuple[Callable[[str], datetime | None], ...] = (datetime.fromisoformat, _year_first, _day_first)
    for reader in readers:
        try:
            found = reader(text)
        except ValueError:
            continue
        if found is not None:
            yield found


def _year_first(text: str) -> datetime | None:
    found = _YEAR_FIRST.fullmatch(text)
    return _day_first(f"{found[3]}-{found[2]}-{found[1]}{found[4]}") if found else None


def _day_first(text: str) -> datetime | None:
    found = _DAY_FIRST.fullmatch(text.lower().removesuffix("wib").strip())
    if found is None:
        return None
    month = int(found[2]) if found[2].isdigit() else _MONTH.get(found[2], 0)
    hour, minute, second = (int(part or 0) for part in found.groups()[3:])
    return datetime(int(found[3]), month, int(found[1]), hour, minute, second)  # noqa: DTZ001 - its zone is set later
