"""Where is it? The region a complaint speaks of: from its code, from names in its words, from coordinates.

Namesakes (Kota and Kabupaten Bandung) stay in question unless something else decides. Coordinates count only
where one region's centre is clearly the nearest: outlines are not used, so anything else would be a guess.
"""

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from math import cos, hypot, radians
from typing import Final, NamedTuple

from router.rule_data import NameData, PlaceData
from router.words import Found, WordList
from schemas.values import Place

QUALIFIED, PLAIN, NAMESAKE = 3, 2, 1
REGENCY_LENGTH: Final = len("32.73")
PROVINCE_LENGTH: Final = len("32")
NEAR_KM: Final = 15.0
CLEARLY: Final = 2.5
"""The next centre must be this many times as far."""
_KM_PER_DEGREE: Final = 111.2
_SPELLINGS: Final = {"kab": "kabupaten", "prov": "provinsi", "propinsi": "provinsi", "jl": "jalan", "jln": "jalan"}
_KINDS: Final = ("Kota Administrasi ", "Kota ", "Kabupaten Administrasi ", "Kabupaten ")
_LONG_NAMES: Final = {"Daerah Khusus Ibukota ": "", "Daerah Istimewa ": ""}


class Named(NamedTuple):
    """What one written name stands for."""

    code: str
    weight: int


class Where(NamedTuple):
    """The region, and how it was found; None with `candidates` where several are in question."""

    region: str | None
    found_by: str | None
    candidates: tuple[str, ...] = ()


NOWHERE: Final = Where(None, None)


class Gazetteer:
    """Names and centres of regions; `extra` are regions that bodies were registered for and no list has."""

    def __init__(self, names: NameData, places: PlaceData, extra: Mapping[str, str] | None = None) -> None:
        self._streets = names.streets.words
        self._centres = [(code, lat, lon) for code, (_, lat, lon) in places.places.items() if len(code) > 2]
        known = {code: name for code, (name, _, _) in places.places.items()} | dict(extra or {})
        self._names = WordList(_entries(known, names), {**_SPELLINGS, **{word: word for word in self._streets}})

    def find(self, place: Place | None, texts: Sequence[tuple[str, str]]) -> Where:
        """The region. `texts` are (how it is called in the basis, text), the surest first."""
        code = place.region if place else None
        if code is not None and len(code) > PROVINCE_LENGTH:
            return Where(code, "code")
        by_name = self._by_name(texts, within=code or "")
        if by_name.region is not None and len(by_name.region) > PROVINCE_LENGTH:
            return by_name
        near = self._nearest(place)
        if near and near.startswith(code or "") and (not by_name.candidates or near in by_name.candidates):
            return Where(near, "coordinates")
        return by_name if by_name.candidates or code is None else Where(code, "code")

    def _by_name(self, texts: Sequence[tuple[str, str]], within: str) -> Where:
        weights: dict[str, int] = defaultdict(int)
        first: dict[str, str] = {}
        for source, text in texts:
            for found in self._names.find(text):
                for code, weight in self._heard(found):
                    weights[code] += weight
                    first.setdefault(code, source)
        local = _ranked(weights, lambda code: len(code) > PROVINCE_LENGTH and code.startswith(within))
        if local:
            return _decided(local, first)
        provinces = _ranked(weights, lambda code: len(code) == PROVINCE_LENGTH and code.startswith(within))
        return _decided(provinces, first) if provinces else NOWHERE

    def _heard(self, found: Found[Named]) -> Iterator[Named]:
        in_street = bool(found.before) and found.before[-1] in self._streets
        return (named for named in found.meanings if named.weight == QUALIFIED or not in_street)

    def _nearest(self, place: Place | None) -> str | None:
        if place is None or place.lat is None or place.lon is None:
            return None
        lat, lon, narrow = place.lat, place.lon, cos(radians(place.lat))
        far = sorted((hypot(a - lat, (o - lon) * narrow) * _KM_PER_DEGREE, code) for code, a, o in self._centres)
        (nearest, code), (second, _) = far[0], far[1]
        return code if nearest <= NEAR_KM and second >= CLEARLY * nearest else None


def _ranked(weights: Mapping[str, int], wanted: Callable[[str], bool]) -> list[tuple[str, int]]:
    return sorted(((c, w) for c, w in weights.items() if wanted(c)), key=lambda item: (-item[1], item[0]))


def _decided(ranked: list[tuple[str, int]], first: Mapping[str, str]) -> Where:
    (code, weight), rest = ranked[0], ranked[1:]
    if weight > NAMESAKE and (not rest or weight > rest[0][1]):
        return Where(code, first[code])
    if not rest and len(code) == PROVINCE_LENGTH:
        return Where(code, first[code])
    return Where(None, None, tuple(code for code, _ in ranked))


def _entries(known: Mapping[str, str], names: NameData) -> Iterator[tuple[str, Named]]:
    bare: dict[str, list[str]] = defaultdict(list)
    for code, name in known.items():
        short = _short(name)
        bare[short].append(code)
        for title in _titles(code, name, names):
            yield f"{title} {short}", Named(code, QUALIFIED)
    for short, codes in bare.items():
        if short not in names.unsure.names:
            for code in codes:
                yield short, Named(code, PLAIN if len(codes) == 1 else NAMESAKE)
    for code, aliases in names.aliases.items():
        for alias in aliases:
            if alias not in bare:
                yield alias, Named(code, PLAIN)


def _titles(code: str, name: str, names: NameData) -> tuple[str, ...]:
    if len(code) == PROVINCE_LENGTH:
        return names.titles.province
    return names.titles.city if name.startswith("Kota ") else names.titles.regency


def _short(name: str) -> str:
    for kind in _KINDS:
        name = name.removeprefix(kind)
    for long, short in _LONG_NAMES.items():
        name = name.replace(long, short)
    return name.lower()
