"""Finds the region of a complaint: from its region code, from coordinates, from place names in its words.

What the reporter stated on purpose has precedence: a code, then coordinates, then names. Coordinates near a border and
ambiguous names are combined; what remains ambiguous is returned as candidates with scores.
"""

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Final, NamedTuple

from router.geography.centroids import Centroid, CentroidIndex, NearbyDistrict
from router.geography.codes import DISTRICT_LENGTH, REGENCY_LENGTH, is_province, province, regency
from router.geography.toponyms import RegionCandidate, ToponymFinder
from router.lexicon.files import District, NameData, PlaceData
from router.settings import CANDIDATES, SURE_PLACE
from schemas.base.values import Place


class Location(NamedTuple):
    """The region and how it was found; `region` None with `candidates` if several regions are possible.

    `found_by`: `code`, `coordinates`, `address`, `text` or `addressed_to`. `score`: 0 to 1; `scores`: those of the
    candidates. `words`: the place names found, in the spelling of the lists.
    """

    region: str | None
    found_by: str | None
    candidates: tuple[str, ...] = ()
    score: float = 0.0
    scores: tuple[float, ...] = ()
    words: tuple[str, ...] = ()
    others: tuple[str, ...] = ()
    """Other regions that the words may mean besides the one decided."""

    def in_one_province(self) -> "Location":
        """Decided for the province if all regions in question lie in it, which is enough for a body of a province."""
        provinces = {province(each) for each in self.candidates}
        if self.region is not None or len(provinces) != 1:
            return self
        return Location(provinces.pop(), "text", score=min(1.0, sum(self.scores)), words=self.words)


UNKNOWN_LOCATION: Final = Location(None, None)


class Gazetteer:
    """Names and centroids of regions. `extra`: regions (name by code) that only the registry's bodies name."""

    def __init__(
        self,
        names: NameData,
        places: PlaceData,
        districts: Sequence[District] = (),
        extra: Mapping[str, str] = MappingProxyType({}),
        common: frozenset[str] = frozenset(),
    ) -> None:
        self._names = {code: name for code, (name, _, _) in places.places.items()} | dict(extra)
        self._districts = {district.code: district.name for district in districts}
        self._known = self._names.keys() | self._districts.keys()
        self._replaced = {old: new for law in places.former for old, new in law.codes.items()}
        centroids = [Centroid(district.code, district.lat, district.lon) for district in districts]
        self._centroids = CentroidIndex([*centroids, *(Centroid("", lat, lon) for lat, lon in places.abroad.values())])
        self._toponyms = ToponymFinder(names, self._names, districts, common)

    def name(self, code: str) -> str | None:
        """The name of a region, for a district or village followed by its regency; None if it is not listed."""
        parts = self._districts.get(code[:DISTRICT_LENGTH]), self._names.get(regency(code))
        return ", ".join(part for part in parts if part) or None

    def named(self, names: str, within: str = "") -> str | None:
        """The code of the region that an address of names alone surely means; only regions of the code `within`."""
        return _by_name(self._toponyms.candidates([("address", names)], within)).region

    def find(self, place: Place | None, texts: Sequence[tuple[str, str]]) -> Location:
        """The region. `texts`: (source, text) with source `address`, `text` or `addressed_to`."""
        code = self._code(place)
        if code is not None and not is_province(code):
            return Location(code, "code", score=1.0)
        named = self._toponyms.candidates(texts, code or "")
        near = [each for each in self._near(place) if each.code.startswith(code or "")]
        found = _decided(near, [each for each in named if not is_province(each.code)])
        if found.region is not None or (code is None and found.candidates):
            return found
        if code is not None:
            return Location(code, "code", found.candidates, 1.0, found.scores)
        return _by_name(named)

    def _code(self, place: Place | None) -> str | None:
        """The given code as it is valid today, shortened to the part that is listed."""
        if place is None or place.region is None:
            return None
        code = self._replaced.get(regency(place.region), regency(place.region)) + place.region[REGENCY_LENGTH:]
        listed = next(
            (each for each in (code[:DISTRICT_LENGTH], regency(code), province(code)) if each in self._known), None
        )
        # Villages are not listed: a village's code is valid if its district is.
        return code if listed == code[:DISTRICT_LENGTH] else listed

    def _near(self, place: Place | None) -> tuple[NearbyDistrict, ...]:
        if place is None or place.lat is None or place.lon is None:
            return ()
        return self._centroids.near(place.lat, place.lon)


def _decided(near: Sequence[NearbyDistrict], named: Sequence[RegionCandidate]) -> Location:
    if not near:
        return _by_name(named)
    if near[0].score >= SURE_PLACE:
        words = next((each.words for each in named if regency(each.code) == regency(near[0].code)), ())
        return Location(near[0].code, "coordinates", score=near[0].score, words=words)
    # Near a border: a name decides between the two sides.
    by_regency = {regency(each.code): each for each in named}
    both = [(each, by_regency[regency(each.code)]) for each in near if regency(each.code) in by_regency]
    if both:
        each, name = max(both, key=lambda pair: pair[0].score * pair[1].score)
        return Location(each.code, "coordinates", score=max(each.score, name.score), words=name.words)
    return Location(None, None, tuple(each.code for each in near), scores=tuple(each.score for each in near))


def _by_name(named: Sequence[RegionCandidate]) -> Location:
    if not named:
        return UNKNOWN_LOCATION
    first, best = named[0], named[:CANDIDATES]
    if first.score >= SURE_PLACE:
        others = tuple(each.code for each in named[1:])
        return Location(first.code, first.source, score=first.score, words=first.words, others=others)
    return Location(None, None, tuple(each.code for each in best), scores=tuple(each.score for each in best))
