"""Finds regions by the beginnings of the words of their names, for whoever fills in a form. Pure."""

import re
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from router.geography.codes import REGENCY_LENGTH, is_province, regency


class NamedRegion(NamedTuple):
    """A regency, city or district. `within`: its province, of a district its regency."""

    code: str
    name: str
    within: str | None


class RegionSearch:
    """The regencies, cities and districts by name."""

    def __init__(self, places: Iterable[tuple[str, str]], districts: Iterable[tuple[str, str]]) -> None:
        names = dict(places)
        found = [NamedRegion(code, name, names.get(code[:2])) for code, name in names.items() if not is_province(code)]
        found += [NamedRegion(code, name, names.get(regency(code))) for code, name in districts]
        self._all: Sequence[tuple[NamedRegion, list[str]]] = [
            (each, _words(f"{each.name} {each.within or ''}")) for each in found
        ]

        self._by_code = {each.code: each for each in found}

    def of(self, code: str) -> NamedRegion | None:
        """The region with this code."""
        return self._by_code.get(code)

    def find(self, text: str, most: int) -> list[NamedRegion]:
        """At most `most` regions with a word for each word of `text` that begins with it; those before whose own name
        begins so, regencies and cities before districts, then by name.
        """
        wanted = _words(text)
        if not wanted:
            return []
        hits = [each for each, words in self._all if all(any(w.startswith(one) for w in words) for one in wanted)]
        return sorted(hits, key=lambda each: _rank(each, wanted))[:most]


def _rank(region: NamedRegion, wanted: list[str]) -> tuple[bool, bool, str, str]:
    own = _words(region.name)
    outside = not all(any(word.startswith(one) for word in own) for one in wanted)
    return outside, len(region.code) > REGENCY_LENGTH, region.name, region.code


def _words(text: str) -> list[str]:
    return re.findall(r"[^\W_]+", text.casefold())
