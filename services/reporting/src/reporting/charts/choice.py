"""The filters of the pages of figures, as people fill them in."""

from collections import Counter
from datetime import date
from typing import Any, Final, NamedTuple
from urllib.parse import urlencode

from pydantic import BaseModel, ConfigDict
from sqlalchemy import Connection

from chassis.pages.map import UnknownRegion, region, regions
from chassis.pages.texts import N_
from reporting.charts.asked import FIRST_DAY, Asked
from reporting.charts.names import PAGES
from reporting.statistics.books import counts
from schemas.registry.fold import Registry

NO_DATE: Final = N_("Tulis tanggal sebagai tahun-bulan-hari, misalnya 2026-03-31.")
NO_ORDER: Final = N_("Tanggal awal harus sebelum tanggal akhir.")
NO_AGENCY: Final = N_("Instansi ini tidak ditemukan. Tulis nama lengkapnya, atau pilih dari daftar.")
NO_REGION: Final = N_("Wilayah ini tidak dikenal. Pilih dari daftar.")
OFFERED: Final = 40
"""Agencies in the list of suggestions: those with the most reports."""


class Chosen(BaseModel):
    """The fields, as they were sent."""

    model_config = ConfigDict(extra="ignore")
    dari: str = ""
    sampai: str = ""
    instansi: str = ""
    wilayah: str = ""

    def address(self, path: str, **changed: str) -> str:
        """The address of a page with these filters."""
        fields = {name: value.strip() for name, value in {**self.model_dump(), **changed}.items() if value.strip()}
        return f"{path}?{urlencode(fields)}" if fields else path


class Parsed(NamedTuple):
    """The question, and a sentence for each wrong field by its name."""

    asked: Asked
    errors: dict[str, str]

    @property
    def query(self) -> str:
        """The query by which the API is asked the same."""
        fields = self.asked.model_dump(mode="json", by_alias=True, exclude_none=True)
        return f"?{urlencode(fields)}" if fields else ""


def parsed(chosen: Chosen, registry: Registry, lang: str) -> Parsed:
    """Read the fields."""
    errors: dict[str, str] = {}
    found: dict[str, Any] = {}
    for name, field in (("dari", "from"), ("sampai", "to")):
        if text := getattr(chosen, name).strip():
            found[field] = _day(text)
            if found[field] is None:
                errors[name] = PAGES.text(NO_DATE, lang)
    if not errors and found.get("from") and found.get("to") and found["from"] > found["to"]:
        errors["dari"] = PAGES.text(NO_ORDER, lang)
    if chosen.instansi.strip() and (agency := agency_of(chosen.instansi.strip(), registry)) is None:
        errors["instansi"] = PAGES.text(NO_AGENCY, lang)
    elif chosen.instansi.strip():
        found["agency"] = agency
    if code := chosen.wilayah.strip():
        found["region"] = code
        if not _is_region(code):
            errors["wilayah"] = PAGES.text(NO_REGION, lang)
    return Parsed(Asked() if errors else Asked.model_validate({k: str(v) for k, v in found.items()}), errors)


def _day(text: str) -> date | None:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return None
    return day if FIRST_DAY <= day < date(2200, 1, 1) and text == day.isoformat() else None


def _is_region(code: str) -> bool:
    try:
        region(code)
    except UnknownRegion:
        return False
    return True


def agency_of(text: str, registry: Registry) -> str | None:
    """The agency of that id or name; of a part of a name, if only one has it."""
    if text in registry.agencies:
        return text
    words = text.casefold()
    exact = [each.id for each in registry.agencies.values() if each.name.casefold() == words]
    like = exact or [each.id for each in registry.agencies.values() if words in each.name.casefold()]
    return like[0] if exact or len(like) == 1 else None


def offered(connection: Connection) -> list[str]:
    """The agencies with the most public reports."""
    found: Counter[str] = Counter()
    for row in counts(connection, "agency"):
        if row["key"] is not None:
            found[row["key"]] += row["count"]
    return [agency for agency, _ in found.most_common(OFFERED)]


def region_options(code: str, nation: str) -> list[tuple[str, str]]:
    """All provinces, and the regencies of the chosen one behind it."""
    found = [("", nation)]
    for province in sorted(regions(), key=lambda each: each.name):
        found.append((province.code, province.name))
        if code[:2] == province.code:
            found += [
                (each.code, f"· {each.name}") for each in sorted(regions(province.code), key=lambda each: each.name)
            ]
    return found
