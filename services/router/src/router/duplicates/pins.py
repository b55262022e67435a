"""Whether the coordinates of a report say where its matter is.

Many say nothing: the point that a form begins with, the centre of a town that an address search returns, (0, 0), a
point at sea or in another regency than the one that is named, a point rounded to a hundred metres or more.
"""

from collections import defaultdict
from collections.abc import Iterator
from functools import cache
from math import cos, hypot, radians
from typing import Final, NamedTuple

from router.geography.centroids import Centroid, CentroidIndex
from router.geography.codes import REGENCY_LENGTH
from router.lexicon.files import district_data, place_data
from schemas.base.values import Place

CENTRE_M: Final = 200.0
"""Nearer to the centre of a district, regency or province than this a point is taken for that centre."""
DIGITS: Final = 3
"""A latitude or longitude with no more decimals (about 100 m) is rounded."""
SAME_M: Final = 1.0
"""Nearer to each other than this, two points are one."""
_M_PER_DEGREE: Final = 111_200.0
_CELLS_PER_DEGREE: Final = 100


class Pin(NamedTuple):
    """Coordinates in degrees."""

    lat: float
    lon: float


def pin(place: Place | None, region: str | None) -> Pin | None:
    """The coordinates of a place if they say where it is; None if they do not. `region`: the region it is in."""
    if place is None or place.lat is None or place.lon is None:
        return None
    if any(round(degrees, DIGITS) == degrees for degrees in (place.lat, place.lon)):
        return None
    found = Pin(place.lat, place.lon)
    codes = [each.code for each in _index().near(*found)]
    if not codes or not any(code.startswith((region or "")[:REGENCY_LENGTH]) for code in codes):
        return None
    return None if any(metres(found, centre) <= CENTRE_M for centre in _centres_around(found)) else found


def metres(one: Pin, other: Pin) -> float:
    """The distance, on a plane: for points of one town."""
    narrow = cos(radians((one.lat + other.lat) / 2))
    return _M_PER_DEGREE * hypot(one.lat - other.lat, (one.lon - other.lon) * narrow)


def is_one_point(one: Pin, other: Pin) -> bool:
    """Whether both are the very same point, perhaps written with fewer decimals. Two people never measure the same:
    it was chosen for them, by a form or an address search.
    """
    if metres(one, other) < SAME_M:
        return True
    return all(map(_is_rounded, one, other))


def _is_rounded(one: float, other: float) -> bool:
    coarse, fine = sorted((one, other), key=_decimals)
    return round(fine, _decimals(coarse)) == coarse


def _decimals(degrees: float) -> int:
    return len(repr(degrees).partition(".")[2])


def _centres_around(point: Pin) -> Iterator[Pin]:
    row, column = _cell(point)
    for y in (-1, 0, 1):
        for x in (-1, 0, 1):
            yield from _centres().get((row + y, column + x), ())


def _cell(point: Pin) -> tuple[int, int]:
    return int(point.lat * _CELLS_PER_DEGREE // 1), int(point.lon * _CELLS_PER_DEGREE // 1)


@cache
def _centres() -> dict[tuple[int, int], list[Pin]]:
    cells: dict[tuple[int, int], list[Pin]] = defaultdict(list)
    places = [Pin(lat, lon) for _, lat, lon in place_data().places.values()]
    for centre in [*places, *(Pin(each.lat, each.lon) for each in district_data())]:
        cells[_cell(centre)].append(centre)
    return cells


@cache
def _index() -> CentroidIndex:
    towns_abroad = (Centroid("", lat, lon) for lat, lon in place_data().abroad.values())
    return CentroidIndex([*(Centroid(each.code, each.lat, each.lon) for each in district_data()), *towns_abroad])
