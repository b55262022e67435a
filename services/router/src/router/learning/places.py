"""The place of a row of a file of labelled texts, encoded as production encodes the place of a complaint.

A row names its place by code, by names, by both or not at all. The row is read as the complaint that its reporter would
have filed: with the code of the place if it is known, else with the names as its address.
"""

import re
from collections.abc import Sequence
from functools import cache
from typing import Final, NamedTuple

from router.reading.reader import place_tokens, shared_gazetteer
from schemas.base.values import Place

_CODE: Final = re.compile(r"(\d\d)(?:\.?(\d\d)(?:\.?(\d\d)(?:\.?(\d{4}))?)?)?(?:\.0)?")
"""A Kemendagri code with or without dots; `.0` is what spreadsheets add to a number."""
_TITLES: Final = {
    "kecamatan": "kecamatan", "district": "kecamatan", "provinsi": "provinsi", "propinsi": "provinsi",
    "province": "provinsi", "kabupaten": "kabupaten", "regency": "kabupaten",
}  # fmt: skip
"""The title that a name in a column of this name has."""
_TITLED: Final = re.compile(
    r"(?:kecamatan|kec|kabupaten|kab|kota|kotamadya|provinsi|propinsi|prov|daerah|dki|di)\b", re.IGNORECASE
)


class StatedPlace(NamedTuple):
    """One cell of a place column."""

    column: str
    value: str


class RowPlaces:
    """Encodes the places of one file's rows, and counts them. `within`: the code of the region where all rows lie.

    `stated`: rows that state a place; `known`: those of them whose place was found; `unknown`: the first other one.
    """

    def __init__(self, within: str | None = None) -> None:
        self._within, self._gazetteer = within, shared_gazetteer()
        self.stated, self.known, self.unknown = 0, 0, ""

    def tokens(self, stated: Sequence[StatedPlace], text: str, addressed_to: str = "") -> tuple[str, ...]:
        """The model's place features of a row."""
        codes = [code for each in stated if (code := _code(each.value)) is not None]
        written = [_titled(each) for each in stated if _code(each.value) is None]
        region = self._region(max(codes, key=len, default=self._within), written)
        names = ", ".join(written)
        self._count(stated, region)
        sources = (("address", names), ("text", text), ("addressed_to", addressed_to))
        place = Place(region=region) if region else None
        found = self._gazetteer.find(place, [pair for pair in sources if pair[1]])
        return place_tokens(found.region)

    def _region(self, code: str | None, names: Sequence[str]) -> str | None:
        """The code, made more precise by the names if they lie in it; of names that contradict, by the first ones."""
        # The name of the known region supports the name of a district in it.
        around = self._gazetteer.name(code) if code else None
        parts = (", ".join(filter(None, (*names[:count], around))) for count in range(len(names), 0, -1))
        return next(filter(None, (_named(each, code or "") for each in parts)), code)

    def _count(self, stated: Sequence[StatedPlace], region: str | None) -> None:
        if not stated:
            return
        self.stated += 1
        if region is not None and self._gazetteer.find(Place(region=region), ()).region is not None:
            self.known += 1
        elif not self.unknown:
            self.unknown = ", ".join(each.value for each in stated)


@cache
def _named(names: str, within: str) -> str | None:
    return shared_gazetteer().named(names, within)


def _code(value: str) -> str | None:
    found = _CODE.fullmatch(value)
    return ".".join(part for part in found.groups() if part) if found else None


def _titled(stated: StatedPlace) -> str:
    title = _TITLES.get(stated.column.strip().casefold())
    return stated.value if title is None or _TITLED.match(stated.value) else f"{title} {stated.value}"
