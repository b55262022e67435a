"""Dates of the pages in short words: `Sen, 7 Des 2026 06.11 WIB`, and how far away a due date is."""

from datetime import date as Date  # noqa: N812 - the function has its name
from datetime import datetime
from typing import Final, Literal, NamedTuple

from schemas.registry.calendars import DEFAULT_ZONE, zone_of
from schemas.wording.dates import ZONES

DAYS: Final = {"id": "Sen,Sel,Rab,Kam,Jum,Sab,Min", "en": "Mon,Tue,Wed,Thu,Fri,Sat,Sun"}
MONTHS: Final = {
    "id": "Jan,Feb,Mar,Apr,Mei,Jun,Jul,Agu,Sep,Okt,Nov,Des",
    "en": "Jan,Feb,Mar,Apr,May,Jun,Jul,Aug,Sep,Oct,Nov,Dec",
}
SOON_DAYS: Final = 2


def day(at: datetime, lang: str, zone: str = DEFAULT_ZONE) -> str:
    """A day such as `Sen, 7 Des 2026`."""
    return date(at.astimezone(zone_of(zone)).date(), lang)


def date(on: Date, lang: str) -> str:
    """A calendar day such as `Sen, 7 Des 2026`."""
    weekday, month = DAYS[lang].split(",")[on.weekday()], MONTHS[lang].split(",")[on.month - 1]
    return f"{weekday}, {on.day} {month} {on.year}"


def moment(at: datetime, lang: str, zone: str = DEFAULT_ZONE) -> str:
    """A moment such as `Sen, 7 Des 2026 06.11 WIB`."""
    local = at.astimezone(zone_of(zone))
    clock = f"{local:%H.%M}" if lang == "id" else f"{local:%H:%M}"
    return f"{day(at, lang, zone)} {clock} {ZONES.get(zone, zone)}"


class Distance(NamedTuple):
    """How far away a date is. `days`: midnights between, in the zone of the date; negative: since."""

    days: int
    state: Literal["late", "soon", "ahead"]


def distance(due_at: datetime, now: datetime, zone: str = DEFAULT_ZONE) -> Distance:
    """How far `due_at` is from `now`; late from the moment itself."""
    days = (due_at.astimezone(zone_of(zone)).date() - now.astimezone(zone_of(zone)).date()).days
    if now >= due_at:
        return Distance(days, "late")
    return Distance(days, "soon" if days <= SOON_DAYS else "ahead")
