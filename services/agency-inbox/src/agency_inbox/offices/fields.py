"""Fields of answer templates: `{nomor}`, `{instansi}` and so on. Pure."""

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Final

from chassis.pages import dates
from schemas.base.refusals import InvalidField

FIELDS: Final = ("nomor", "judul", "instansi", "unit", "wilayah", "tanggal", "diterima", "tenggat")
_FIELD: Final = re.compile(r"\{([^{}]*)\}")


def check(text: str) -> None:
    """Raises InvalidField: it has a field that is not known, or a brace without its other one."""
    for name in _FIELD.findall(text):
        if name not in FIELDS:
            raise InvalidField(field="text", why=f"there is no field {{{name[:40]}}}")
    if re.search(r"[{}]", _FIELD.sub("", text)):
        raise InvalidField(field="text", why="a brace stands alone")


def filled(text: str, values: Mapping[str, str]) -> str:
    """The text with its fields filled; a field without a value stays, so that the officer sees it."""
    return _FIELD.sub(lambda found: values.get(found[1]) or found[0], text)


def day(at: datetime | None, lang: str, zone: str) -> str:
    """A day for a field; empty where there is none."""
    return dates.day(at, lang, zone) if at is not None else ""
