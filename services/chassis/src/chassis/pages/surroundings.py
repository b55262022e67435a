"""A small picture of the place of a report. Pure: it is the address of a picture, which `/peta.svg` draws."""

from typing import Final
from urllib.parse import urlencode

from chassis.pages.map import UNIT, UnknownRegion, frame_of
from schemas.base.values import Place

AROUND_POINT: Final = 0.3
"""Degrees that the picture around a point shows."""
REGENCY: Final = len("32.73")
PICTURE: Final = 640
"""Its width in pixels."""
WIDE: Final = 4 / 3
"""Width by height of the picture."""


def surroundings(place: Place | None) -> str:
    """The address of a picture of a place: around its point, or of its regency or province; empty where neither is
    known.
    """
    if place is None:
        return ""
    if place.lat is not None and place.lon is not None:
        pin = f"{place.lat},{place.lon}"
        return _address(place.lat, place.lon, AROUND_POINT) + f"&{urlencode({'pin': pin})}"
    if not place.region:
        return ""
    try:
        frame = frame_of(place.region[:REGENCY])
    except UnknownRegion:
        return ""
    lat, lon = frame.at(0.5, 0.5)
    return _address(round(lat, 4), round(lon, 4), round(max(frame.width, frame.height * WIDE) / UNIT, 3))


def _address(lat: float, lon: float, width: float) -> str:
    return f"/peta.svg?{urlencode({'lat': lat, 'lon': lon, 'width': width, 'size': PICTURE})}"
