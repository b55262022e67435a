"""Marking a place on a picture without scripts: which part is shown, what a click means, coordinates as people write
them. Pure.

The picture is an image input, so the browser sends where it was clicked. A click marks the place and comes nearer.
"""

import re
from collections.abc import Mapping, Sequence
from math import isfinite
from typing import Any, Final, NamedTuple, Self
from urllib.parse import urlencode

from chassis.base.numbers import whole_number
from chassis.pages.map import UNIT, UnknownRegion, frame_around, frame_of
from chassis.pages.texts import N_

RATIO: Final = 0.75
SIZES: Final = (320, 640)
"""Widths in pixels of the two pictures, of which the page shows the one that fits the screen."""
NEAREST, FARTHEST = 0.1, 48.0
"""Widths in degrees of what is shown."""
STEP: Final = 3.0
REGENCY: Final = len("32.73")
WRONG: Final = N_("Tulis garis lintang dan bujurnya, misalnya -6.91470, 107.60980.")
FIELDS: Final = ("pin", "peta")
"""Of the form: the position as it was written, and what the picture shows."""
CLICK: Final = "titik"
OVERVIEW: Final = 1.0
"""A click comes nearer down to this width in degrees; then it only marks the place."""
NEARER, FARTHER, REMOVE, SHOW = COMMANDS = ("peta-dekat", "peta-jauh", "peta-hapus", "peta-tunjuk")
"""Buttons: show less, show more, remove the pin, show where the typed coordinates are."""
_HEMISPHERES: Final = {"LS": -1, "S": -1, "LU": 1, "U": 1, "N": 1, "BT": 1, "T": 1, "E": 1, "BB": -1, "B": -1, "W": -1}
_EAST_WEST: Final = frozenset({"BT", "T", "E", "BB", "B", "W"})
_NUMBER: Final = r"\d{1,3}(?:[.,]\d{1,12})?"
_ANGLE: Final = re.compile(
    rf"(?P<sign>[-−]?)\s*(?P<degrees>{_NUMBER})\s*(?:°\s*(?:(?P<minutes>{_NUMBER})\s*['′’]\s*)?"
    rf"(?:(?P<seconds>{_NUMBER})\s*(?:[\"″”]|'')\s*)?)?(?P<side>LS|LU|BT|BB|[SNEWUTB])?",
    re.IGNORECASE,
)


class MapView(NamedTuple):
    """What the picture shows: its middle, and its width in degrees."""

    lat: float
    lon: float
    width: float

    def __str__(self) -> str:
        return f"{self.lat:.5f},{self.lon:.5f},{self.width:.5g}"

    @classmethod
    def read(cls, text: str) -> Self | None:
        """What the form's field says; None: it is not well-formed."""
        try:
            lat, lon, width = (float(part) for part in text.split(","))
        except ValueError:
            return None
        if not (isfinite(width) and abs(lat) <= 90 and abs(lon) <= 180):
            return None
        return cls(lat, lon, min(FARTHEST, max(NEAREST, width)))

    def nearer(self) -> Self:
        return self._replace(width=max(NEAREST, self.width / STEP))

    def farther(self) -> Self:
        return self._replace(width=min(FARTHEST, self.width * STEP))

    @property
    def is_nearest(self) -> bool:
        return self.width <= NEAREST

    @property
    def is_farthest(self) -> bool:
        return self.width >= FARTHEST

    def picture(self, size: int, pin: str) -> str:
        """The address of the picture, `size` pixels wide, with the pin as it was written."""
        at = position(pin)
        marked = {} if at is None else {"pin": f"{at[0]:.5f},{at[1]:.5f}"}
        shown_part = {"lat": f"{self.lat:.5f}", "lon": f"{self.lon:.5f}", "width": f"{self.width:.5g}", "size": size}
        return f"/peta.svg?{urlencode({**shown_part, **marked})}"


COUNTRY: Final = MapView(-2.5, 118.0, FARTHEST)


def place(given: Mapping[str, str]) -> dict[str, float]:
    """The position as the API takes it; empty: none was given, or it cannot be read."""
    at = position(given.get("pin", ""))
    return {} if at is None else {"lat": round(at[0], 5), "lon": round(at[1], 5)}


def is_wrong(given: Mapping[str, str]) -> bool:
    """Whether something was written that is no position."""
    return bool(given.get("pin", "").strip()) and not place(given)


def differs(given: Mapping[str, str], regions: Sequence[Mapping[str, Any]] | None) -> bool:
    """Whether the regency that was chosen is none of those in which the pin may lie."""
    chosen = given.get("wilayah", "")[:REGENCY]
    return bool(regions) and len(chosen) == REGENCY and chosen not in {each["code"][:REGENCY] for each in regions or ()}


def view_of(given: Mapping[str, str]) -> MapView:
    """What the picture shows."""
    return MapView.read(given.get("peta", "")) or opening(given)


def opening(given: Mapping[str, str]) -> MapView:
    """What the picture shows first: around the pin, else the region that was chosen, else the country."""
    at = position(given.get("pin", ""))
    if at is not None:
        return MapView(*at, OVERVIEW)
    try:
        frame = frame_of(given.get("wilayah", "")[:REGENCY]) if given.get("wilayah") else None
    except UnknownRegion:
        frame = None
    if frame is None:
        return COUNTRY
    width = max(frame.width, frame.height / RATIO) / UNIT
    return MapView(*frame.at(0.5, 0.5), min(FARTHEST, max(NEAREST, width)))


def moved(form: Mapping[str, str], given: Mapping[str, str]) -> dict[str, str] | None:
    """The answers after a click on the picture or one of its buttons; None: it was neither."""
    view, command = view_of(given), form.get("ke", "")
    at = clicked(form, view)
    if at is not None:
        near = view.nearer() if view.width > OVERVIEW else view
        return {**given, "pin": shown(*at), "peta": str(MapView(*at, near.width))}
    if command not in COMMANDS:
        return None
    if command == REMOVE:
        return {**{name: value for name, value in given.items() if name != "pin"}, "peta": str(view)}
    middle = position(given.get("pin", ""))
    if command == SHOW:
        width = OVERVIEW if middle else view.width
    else:
        width = (view.nearer() if command == NEARER else view.farther()).width
    return {**given, "peta": str(MapView(*(middle or view[:2]), width))}


def clicked(form: Mapping[str, str], view: MapView) -> tuple[float, float] | None:
    """The position in degrees that was clicked; None: no picture was, or it was chosen by the keyboard, which has no
    place on it.
    """
    for size in SIZES:
        across, down = (whole_number(form.get(f"{CLICK}_{size}.{side}", "")) for side in ("x", "y"))
        if across is not None and down is not None and (across, down) != (0, 0):
            x, y = across / size, down / (size * RATIO)
            if x <= 1 and y <= 1:
                return frame_around(*view, RATIO).at(x, y)
    return None


def shown(lat: float, lon: float) -> str:
    """A position as the form shows it, to a metre."""
    return f"{lat:.5f}, {lon:.5f}"


def position(text: str) -> tuple[float, float] | None:
    """Latitude and longitude in degrees of what somebody wrote or pasted: decimals with point or comma, or degrees,
    minutes and seconds, with signs or with the names of the sides (LS, BT, S, E). None: it is no position.
    """
    written = text.strip().strip("()").replace("\N{MINUS SIGN}", "-").strip()
    points = "." in written or (";" not in written and len(re.findall(r",", written)) == 1)
    angles = [_ANGLE.fullmatch(part.strip()) for part in _parted(written, points=points)]
    if len(angles) != 2 or None in angles:
        return None
    (first, first_side), (second, second_side) = (_degrees(angle) for angle in angles if angle)
    if first_side in _EAST_WEST or (second_side and second_side not in _EAST_WEST):
        first, second = second, first
    return (first, second) if abs(first) <= 90 and abs(second) <= 180 else None


def _parted(written: str, *, points: bool) -> list[str]:
    """The two angles. Where decimals have a point, a comma stands between; else a semicolon, a side or a blank."""
    if ";" in written:
        return written.split(";")
    if points and "," in written and "°" not in written:
        return written.split(",")
    after_side = re.split(r"(?<=[A-Za-z])[\s,]+", written)
    return after_side if len(after_side) == 2 else re.split(r",?\s+(?=-?\d)", written)


def _degrees(angle: re.Match[str]) -> tuple[float, str]:
    parts = [float((angle[name] or "0").replace(",", ".")) for name in ("degrees", "minutes", "seconds")]
    side = (angle["side"] or "").upper()
    sign = -1 if angle["sign"] else _HEMISPHERES.get(side, 1)
    return sign * (parts[0] + parts[1] / 60 + parts[2] / 3600), side
