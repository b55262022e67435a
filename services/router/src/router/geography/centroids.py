"""Finds the district of coordinates by the nearest centroid, with a probability.

Centroids of regencies would mislead where a regency consists of islands or surrounds a city; those of districts do not.
Coordinates beyond the reach of every centroid are in the open sea or abroad.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from math import cos, hypot, radians
from typing import Final, NamedTuple

from router.geography.codes import regency
from router.settings import NEAR_KM, REACH_KM

_KM_PER_DEGREE: Final = 111.2
_CELL: Final = 0.2
"""Side of an index square in degrees, about 22 km."""
_SQUARES: Final = 2
"""How many squares around a point are searched, in each direction."""
_NEIGHBOURS: Final = 3
_SPACINGS: Final = 2.0
"""A district reaches this many times the mean distance of its neighbours, between `NEAR_KM` and `REACH_KM`."""
_DOUBT: Final = 2.5
"""Exponent of the probability of error, (nearest / next)^2.5 / 2, growing towards the border. Fitted on points spread
over the outlines of all 514 regencies."""


class Centroid(NamedTuple):
    """A district's centroid in degrees; `code` is empty for a town abroad."""

    code: str
    lat: float
    lon: float


class NearbyDistrict(NamedTuple):
    """A possible district, and the probability that its regency is the right one."""

    code: str
    score: float


class CentroidIndex:
    """The centroids of all districts, indexed by squares."""

    def __init__(self, centroids: Sequence[Centroid]) -> None:
        self._squares: dict[tuple[int, int], list[Centroid]] = defaultdict(list)
        for centroid in centroids:
            self._squares[_square(centroid.lat, centroid.lon)].append(centroid)
        self._reach: dict[str, float] = {}

    def near(self, lat: float, lon: float) -> tuple[NearbyDistrict, ...]:
        """The nearest district and the nearest one of another regency, best first; empty in the open sea or abroad."""
        distances = sorted(self._around(lat, lon))
        if not distances or not distances[0][1].code or distances[0][0] > self._reach_of(distances[0][1]):
            return ()
        nearest, first = distances[0]
        others = (pair for pair in distances if regency(pair[1].code) != regency(first.code))
        next_, second = next(others, (REACH_KM * 2, None))
        doubt = (nearest / next_) ** _DOUBT / 2 if next_ else 0.5
        found = (NearbyDistrict(first.code, 1 - doubt),)
        return (*found, NearbyDistrict(second.code, doubt)) if second is not None and second.code else found

    def _reach_of(self, centroid: Centroid) -> float:
        if centroid.code not in self._reach:
            distances = self._around(centroid.lat, centroid.lon)
            nearest = sorted(km for km, other in distances if other.code != centroid.code)[:_NEIGHBOURS] or [REACH_KM]
            self._reach[centroid.code] = min(REACH_KM, max(NEAR_KM, _SPACINGS * sum(nearest) / len(nearest)))
        return self._reach[centroid.code]

    def _around(self, lat: float, lon: float) -> Iterator[tuple[float, Centroid]]:
        row, column = _square(lat, lon)
        narrow = cos(radians(lat))
        for i in range(row - _SQUARES, row + _SQUARES + 1):
            for j in range(column - _SQUARES, column + _SQUARES + 1):
                for centroid in self._squares.get((i, j), ()):
                    yield hypot(centroid.lat - lat, (centroid.lon - lon) * narrow) * _KM_PER_DEGREE, centroid


def _square(lat: float, lon: float) -> tuple[int, int]:
    return int(lat // _CELL), int(lon // _CELL)
