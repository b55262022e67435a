"""Where is it? The region a complaint speaks of: from its code, from coordinates, from the names in its words.

What was said on purpose counts before what can be read off the words: a code, then a pin on the map, then names. A pin
near a border and a name with namesakes decide together; what stays in question is told with its scores.
"""

from collections.abc import Mapping, Sequence
from typing import Final, NamedTuple

from router.geography.centroids import Centroid, CentroidIndex, NearbyDistrict
from router.geography.codes import DISTRICT_LENGTH, Former, current_code, is_province, regency
from router.geography.toponyms import RegionCandidate, ToponymFinder
from router.lexicon.files import District, NameData, PlaceData
from router.settings import CANDIDATES, SURE_PLACE
from schemas.base.values import Place


class Location(NamedTuple):
    """The region, and how it was found; None with `candidates` where several are in question.

    `found_by`: `code`, `coordinates`, `address`, `text` or `addressed_to`. `score`: how sure, 0 to 1. `scores`: of the
    candidates. `words`: the names that were met, as the list spells them.
    """

    region: str | None
    found_by: str | None
    candidates: tuple[str, ...] = ()
    score: float = 0.0
    scores: tuple[float, ...] = ()
    words: tuple[str, ...] = ()


UNKNOWN_LOCATION: Final = Location(None, None)


class Gazetteer:
    """Names and centres of regions; `extra` are regions that bodies were registered for and no list has."""

    def __init__(
        self,
        names: NameData,
        places: PlaceData,
        districts: Sequence[District] = (),
        extra: Mapping[str, str] | None = None,
        common: frozenset[str] = frozenset(),
    ) -> None:
        known = {code: name for code, (name, _, _) in places.places.items()} | dict(extra or {})
        self._called = known
        self._districts = {district.code: district.name for district in districts}
        self._known = frozenset(known) | self._districts.keys()
        self._former = {old: Former(new, law.since, law.law) for law in places.former for old, new in law.codes.items()}
        centres = [Centroid(district.code, district.lat, district.lon) for district in districts]
        self._centres = CentroidIndex([*centres, *(Centroid("", lat, lon) for lat, lon in places.abroad.values())])
        self._names = ToponymFinder(names, known, districts, common)

    def name(self, code: str) -> str | None:
        """What the region is called, a district or village with its regency; None: it is not listed."""
        parts = self._districts.get(code[:DISTRICT_LENGTH]), self._called.get(regency(code))
        return ", ".join(part for part in parts if part) or None

    def find(self, place: Place | None, texts: Sequence[tuple[str, str]]) -> Location:
        """The region. `texts` are (source, text), with source `address`, `text` or `addressed_to`."""
        code = self._code(place)
        if code is not None and not is_province(code):
            return Location(code, "code", score=1.0)
        guesses = self._names.guesses(texts, code or "")
        near = [each for each in self._near(place) if each.code.startswith(code or "")]
        found = _decided(near, [guess for guess in guesses if not is_province(guess.code)])
        if found.region is not None or (code is None and found.candidates):
            return found
        if code is not None:
            return Location(code, "code", found.candidates, 1.0, found.scores)
        return _named(guesses)

    def _code(self, place: Place | None) -> str | None:
        """The code that was given, as it holds today; a part of it, where the rest is not known to anybody."""
        if place is None or place.region is None:
            return None
        code = current_code(place.region, self._former)
        wider = (code[:DISTRICT_LENGTH], regency(code), code[:2])
        found = next((each for each in wider if each in self._known), None)
        # A village is nobody's list: it is as sure as its district.
        return code if found == code[:DISTRICT_LENGTH] else found

    def _near(self, place: Place | None) -> tuple[NearbyDistrict, ...]:
        if place is None or place.lat is None or place.lon is None:
            return ()
        return self._centres.near(place.lat, place.lon)


def _decided(near: Sequence[NearbyDistrict], guesses: Sequence[RegionCandidate]) -> Location:
    if not near:
        return _named(guesses)
    if near[0].score >= SURE_PLACE:
        words = next((g.words for g in guesses if regency(g.code) == regency(near[0].code)), ())
        return Location(near[0].code, "coordinates", score=near[0].score, words=words)
    # Near a border: the names say on which side.
    said = {regency(guess.code): guess for guess in guesses}
    both = [(each, said[regency(each.code)]) for each in near if regency(each.code) in said]
    if both:
        each, guess = max(both, key=lambda pair: pair[0].score * pair[1].score)
        return Location(each.code, "coordinates", score=max(each.score, guess.score), words=guess.words)
    return Location(None, None, tuple(each.code for each in near), scores=tuple(each.score for each in near))


def _named(guesses: Sequence[RegionCandidate]) -> Location:
    if not guesses:
        return UNKNOWN_LOCATION
    first, some = guesses[0], guesses[:CANDIDATES]
    if first.score >= SURE_PLACE:
        return Location(first.code, first.source, score=first.score, words=first.words)
    return Location(None, None, tuple(guess.code for guess in some), scores=tuple(guess.score for guess in some))
