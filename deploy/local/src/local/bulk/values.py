"""Cells as values of the filing form: texts, region codes, coordinates, dates and yes or no.

Spreadsheets turn codes into numbers, and Indonesian ones write a decimal comma: 32,73 is the region 32.73. Each
function raises ValueError with a reason for a cell that it cannot read.
"""

import math
import re
from collections.abc import Callable, Iterator
from datetime import date, datetime, time, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

from local.bulk.regions import code_of
from schemas.base.strict_json import is_whole
from schemas.base.values import FIRST_YEAR

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
_ROUNDED: Final = re.compile(r"\d(?:[.,]\d+)?E\+\d+", re.IGNORECASE)
EXACT_BELOW: Final = 10**15
"""Excel keeps 15 digits of a number; from here on different ids may have become the same one."""
_DAY_NAME: Final = re.compile(r"(?:senin|selasa|rabu|kamis|jum['\u2019]?at|sabtu|minggu|ahad)\b[, ]*")
_HOUR_WORD: Final = re.compile(r"(?<=\d)[, ]+(?:pukul|jam|pkl\.?) *(?=\d)")
ZONES: Final = {"wib": "Asia/Jakarta", "wita": "Asia/Makassar", "wit": "Asia/Jayapura"}
"""The zones of Indonesia as they are written behind a time."""


def text_of(cell: Any) -> str:
    """A cell as text; a whole number without its decimal point. Raises ValueError: NUL, a broken character, no text."""
    if isinstance(cell, bool):
        return str(cell).lower()
    if isinstance(cell, float) and not math.isfinite(cell):
        raise ValueError("is not a finite number")
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    if not isinstance(cell, str | int | float | date | time | timedelta | None):
        raise ValueError("is not a text")  # noqa: TRY004 - one kind of error for a cell that cannot be read
    if isinstance(cell, date):
        return cell.isoformat()
    text = "" if cell is None else str(cell)
    if not is_whole(text):
        raise ValueError("holds a NUL or a broken character")
    return text


def id_of(cell: Any) -> str:
    """The id of a row. Raises ValueError: a spreadsheet rounded it, so that it is no longer this row's own."""
    text = text_of(cell).strip()
    if _ROUNDED.fullmatch(text) or (isinstance(cell, float) and abs(cell) >= EXACT_BELOW):
        raise ValueError(f"{text} was rounded by a spreadsheet, which keeps 15 digits: format the column as text")
    return text


def region_code(cell: Any) -> str:
    """A Kemendagri code with its dots. Read as well: 32,73, 3273, 32.7 for 32.70, which a spreadsheet shortens, and the
    name of one province, regency or city.
    """
    if re.search(r"[^\W\d_]", text_of(cell)):
        return _named(text_of(cell))
    code = re.sub(r"[\s,]", ".", text_of(cell).strip())
    if re.fullmatch(r"\d{4}|\d{6}|\d{10}", code):
        code = ".".join(part for part in (code[:2], code[2:4], code[4:6], code[6:]) if part)
    return f"{code}0" if re.fullmatch(r"\d{2}\.\d", code) else code


def _named(name: str) -> str:
    if (code := code_of(name)) is None:
        raise ValueError(f"{name!r} is no code such as 32.73 and not the name of one province, regency or city")
    return code


def decimal_of(cell: Any) -> float:
    """A coordinate, with a decimal point or comma."""
    text = text_of(cell).strip().replace("\N{MINUS SIGN}", "-").replace(",", ".")
    try:
        number = float(text)
    except ValueError:
        number = math.nan
    if not math.isfinite(number):
        raise ValueError(f"{text_of(cell)!r} is not a number such as -6.914 or -6,914")
    return number


def yes_or_no(cell: Any) -> bool:
    """Ya or tidak, yes or no, true or false, 1 or 0; an empty cell is no."""
    text = text_of(cell).strip().lower()
    if text not in YES | NO:
        raise ValueError(f"{text!r} is neither yes nor no")
    return text in YES


def moment_of(cell: Any, zone: ZoneInfo) -> datetime:
    """A date, with a time or without; day before month, unless it begins with the year. Without a zone in `zone`."""
    if isinstance(cell, datetime):
        found: datetime | None = cell
    else:
        text, named = _without_zone(_HOUR_WORD.sub(" ", _DAY_NAME.sub("", text_of(cell).strip().lower())))
        found, zone = next(_moments(text), None), named or zone
    if found is None:
        raise ValueError(f"{text_of(cell)!r} is not a date such as 2026-04-14, 14/04/2026 08:30 or 14 April 2026")
    if found.year < FIRST_YEAR:
        raise ValueError(f"{text_of(cell)!r} must not lie before the year {FIRST_YEAR}")
    return found if found.tzinfo else found.replace(tzinfo=zone)


def day_of(cell: Any) -> str:
    """A day in ISO 8601."""
    return moment_of(cell, ZoneInfo("UTC")).date().isoformat()


def _without_zone(text: str) -> tuple[str, ZoneInfo | None]:
    # WIB, WITA or WIT behind a time says more than the setting for times without a zone.
    rest, _, last = text.rpartition(" ")
    return (rest.strip(), ZoneInfo(ZONES[last])) if last in ZONES else (text, None)


def _moments(text: str) -> Iterator[datetime]:
    readers: tuple[Callable[[str], datetime | None], ...] = (_iso, _year_first, _day_first)
    for reader in readers:
        try:
            found = reader(text)
        except ValueError:
            continue
        if found is not None:
            yield found


def _iso(text: str) -> datetime:
    return datetime.fromisoformat(text.upper())


def _year_first(text: str) -> datetime | None:
    found = _YEAR_FIRST.fullmatch(text)
    return _day_first(f"{found[3]}-{found[2]}-{found[1]}{found[4]}") if found else None


def _day_first(text: str) -> datetime | None:
    found = _DAY_FIRST.fullmatch(text)
    if found is None:
        return None
    month = int(found[2]) if found[2].isdigit() else _MONTH.get(found[2], 0)
    hour, minute, second = (int(part or 0) for part in found.groups()[3:])
    return datetime(int(found[3]), month, int(found[1]), hour, minute, second)  # noqa: DTZ001 - its zone is set later
