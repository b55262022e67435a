"""Numbers that identify nobody: they stay, and they end a chain of groups. Plates, which stay without a cue. Pure."""

import re
from collections.abc import Iterator
from typing import Final

from schemas.wording.masks.places import POSITIONS

IMPERSONAL: Final = re.compile(
    POSITIONS.pattern + r"|SP-\d{4}-\d{6,}-\d(?!\d)"
    r"|\b(?:rp|idr)\.? {0,3}\d[\d.,]*"
    r"|(?<![\d.,])\d[\d.,]* ?(?:rupiah|juta|miliar|milyar|ribu)\b"
    r"|(?<!\d)\d{4}-\d\d-\d\d[T ]\d\d:\d\d"
    r"|(?<![\d.,])(?:-\d{1,2}|(?:9[5-9]|1[0-3]\d|14[01]))\.\d{4,}",
    re.IGNORECASE,
)
"""Positions, public numbers of reports, amounts of money, times by ISO 8601."""

_CODES: Final = (
    "A|AA|AB|AD|AE|AG|B|BA|BB|BD|BE|BG|BH|BK|BL|BM|BN|BP|CC|CD|D|DA|DB|DC|DD|DE|DG|DH|DK|DL|DM|DN|DP|DR|DS|DT|DW|E|EA|EB|ED"
    "|F|G|H|K|KB|KH|KT|KU|L|M|N|P|PA|PB|R|RI|S|T|W|Z"
)
_CUE: Final = "plat|pelat|(?:ber)?nopol|no[. ]{1,2}pol(?:isi)?|nomor polisi|nomor kendaraan|tnkb"
_BETWEEN: Final = (
    "nomor|nomer|no|nopol|polisi|kendaraan|motor|mobil|truk|bus|angkot|taksi|merah|kuning|hitam|putih|nya|adalah|saya|kami"
    "|pelaku|beliau|tsb|tersebut|dinas|sopir|depan|belakang"
)
_NO_SUFFIX: Final = "di|ke|cm|mm|km|kg|yg|dan|ini|itu|ton|ada"
_PLATE: Final = re.compile(
    rf"(?P<cue>{_CUE})(?:nya)?\b[^\w]{{0,4}}(?:(?:{_BETWEEN})(?:nya)?\b[^\w]{{1,4}}){{0,4}}"
    rf"(?P<plate>(?:{_CODES})[ ./-]{{0,2}}\d{{1,4}}(?!\d)"
    rf"(?P<suffix>[ ./-]{{0,2}}(?!(?:{_NO_SUFFIX})\b)[a-z]{{1,3}}\b)?)",
    re.IGNORECASE,
)
_WHOLE: Final = rf"(?P<plate>(?:{_CODES})[ .-]{{0,2}}\d{{1,4}}(?!\d)[ .-]{{0,2}}(?!(?:{_NO_SUFFIX})\b)[a-z]{{1,3}}\b)"
_NEXT: Final = re.compile(
    rf" {{0,2}}(?:[,;/&] {{0,2}}|(?:[,;] {{0,2}})?(?:dan|atau|sama) {{1,2}}){_WHOLE}", re.IGNORECASE
)
_CUED: Final = re.compile(rf"(?<!\w)(?:{_CUE})", re.IGNORECASE)
_BEFORE_CUE: Final = re.compile(rf"(?<!\w){_WHOLE} ?(?:\(|(?:itu|ini|adalah) )$", re.IGNORECASE)
_LONGEST: Final = 30


_VEHICLE: Final = re.compile(
    r"(?<!\w)(?i:mobil|motor|truk|truck|bus|bis|angkot|taksi|kendaraan|pick ?up)(?:nya)?(?: [^\W\d]{2,15}){0,3} "
    rf"(?P<plate>(?:{_CODES})[ .-]?\d{{1,4}}(?!\d)[ .-]?[A-Z]{{1,3}}\b)"
)


def plates(text: str) -> Iterator[tuple[int, int]]:
    """Vehicle plates beside a word that names them or the vehicle.

    "Pelat beton K 300" is none: there the letters after it decide. After a vehicle the letters must be large.
    """
    for cue in _CUED.finditer(text):
        begin = max(0, cue.start() - _LONGEST)
        if before := _BEFORE_CUE.search(text[begin : cue.start()]):
            yield begin + before.start("plate"), begin + before.end("plate")
        found = _PLATE.match(text, cue.start())
        if found and (found["suffix"] or found["cue"].lower() not in ("plat", "pelat")):
            yield found.span("plate")
            yield from _further(text, found.end())
    yield from (found.span("plate") for found in _VEHICLE.finditer(text))


def _further(text: str, at: int) -> Iterator[tuple[int, int]]:
    """Plates listed after the one that ends at `at`."""
    while found := _NEXT.match(text, at):
        yield found.span("plate")
        at = found.end()
