"""Which district do coordinates lie in? The one with the nearest centre point, and how sure that is.

Centres of regencies mislead where one is made of islands or surrounds a city; those of its districts do not. Beyond
the reach of every centre is open sea, or another country.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from math import cos, hypot, radians
from typing import Final, NamedTuple

from router.geography.codes import regency
from router.settings import NEAR_KM, REACH_KM

_KM_PER_DEGREE: Final = 111.2
_CELL: Final = 0.2
"""Side of a square of the index, in degrees: about 22 km."""
_NEIGHBOURS: Final = 3
_SPACINGS: Final = 2.0
"""A district reaches this many times as far as its neighbours' centres are away, within `NEAR_KM` and `REACH_KM`."""
_DOUBT: Final = 2.5
"""How doubt grows towards the border: half of (nearest / next)^2.5 are wrong there. Fitted on points strewn over the
outlines of all 514 regencies."""


class Centroid(NamedTuple):
    """A district's centre in degrees; `code` is empty for one beyond the border."""

    code: str
    lat: float
    lon: float


class NearbyDistrict(NamedTuple):
    """A district that is possible, and how likely its regency is the right one, 0 to 1."""

    code: str
    score: float


class CentroidIndex:
    """The centres of all districts, indexed by squares."""

    def __init__(self, centres: Sequence[Centroid]) -> None:
        self._squares: dict[tuple[int, int], list[Centroid]] = defaultdict(list)
        for centre in centres:
            self._squares[_square(centre.lat, centre.lon)].append(centre)
        self._reach: dict[str, float] = {}

    def near(self, lat: float, lon: float) -> tuple[NearbyDistrict, ...]:
        """The nearest district, and the nearest one of another regency, best first; nothing out at sea."""
        far = sorted(self._around(lat, lon, 2))
        if not far or not far[0][1].code or far[0][0] > self._reach_of(far[0][1]):
            return ()
        nearest, first = far[0]
        others = (pair for pair in far if regency(pair[1].code) != regency(first.code))
        next_, second = next(others, (REACH_KM * 2, None))
        doubt = (nearest / next_) ** _DOUBT / 2 if next_ else 0.5
        found = (NearbyDistrict(first.code, 1 - doubt),)
        return (*found, NearbyDistrict(second.code, doubt)) if second is not None and second.code else found

    def _reach_of(self, centre: Centroid) -> float:
        if centre.code not in self._reach:
            around = sorted(far for far, other in self._around(centre.lat, centre.lon, 2) if other.code != centre.code)
            nearest = around[:_NEIGHBOURS] or [REACH_KM]
            spacing = sum(nearest) / len(nearest)
            self._reach[centre.code] = min(REACH_KM, max(NEAR_KM, _SPACINGS * spacing))
        return self._reach[centre.code]

    def _around(self, lat: float, lon: float, squares: int) -> Iterator[tuple[float, Centroid]]:
        row, column = _square(lat, lon)
        narrow = cos(radians(lat))
        for i in range(row - squares, row + squares + 1):
            for j in range(column - squares, column + squares + 1):
                for centre in self._squares.get((i, j), ()):
                    yield hypot(centre.lat - lat, (centre.lon - lon) * narrow) * _KM_PER_DEGREE, centre


def _square(lat: float, lon: float) -> tuple[int, int]:
    return int(lat // _CELL), int(lon // _CELL)
