"""A picture of a part of the country, on which a reporter marks a place: outlines, names, a scale, a pin. Pure.

It works without scripts and without a tile server. Outlines are rough and give way to the names of districts when
the picture shows little (ADR 63).
"""

from collections.abc import Iterable, Iterator, Sequence
from html import escape
from math import cos, radians
from typing import Final, NamedTuple

from chassis.pages.map import UNIT, Frame, Region, regions

RATIO: Final = 0.75
"""Height of the picture as a share of its width."""
SIZES: Final = (320, 640)
"""Widths of the picture in pixels: for a narrow and for a wide screen."""
PROVINCES_FROM, DISTRICTS_UP_TO, FAINT_BELOW = 14.0, 2.5, 1.0
"""Widths in degrees: provinces are drawn from the first on, districts named up to the second, outlines faint below
the third.
"""
LETTER: Final = 14
LETTER_WIDTH: Final = 0.56
KM_PER_DEGREE: Final = 111.2
SCALES_KM: Final = (1, 2, 5, 10, 20, 50, 100, 200, 500, 1000)
SEA, LAND, BORDER, INK, PIN = "#dfe9ec", "#ffffff", "#6b777d", "#1b2226", "#a0232b"

TEXT: Final = (
    f'font-family="system-ui, sans-serif" font-size="{LETTER}" fill="{INK}" stroke="{LAND}" stroke-width="3" '
    'paint-order="stroke"'
)


class Label(NamedTuple):
    """A name at a position in degrees; the earlier ones of a list have precedence."""

    name: str
    lat: float
    lon: float


def picture(frame: Frame, size: int, labels: Iterable[Label], pin: tuple[float, float] | None) -> str:
    """The picture as SVG, `size` pixels wide. `pin`: latitude and longitude in degrees."""
    height = round(size * frame.height / frame.width)
    scale = size / frame.width
    outlines = "".join(f'<path d="{each.path}" vector-effect="non-scaling-stroke"/>' for each in _outlines(frame))
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{size}" height="{height}" viewBox="0 0 {size} {height}">'
        f'<rect width="{size}" height="{height}" fill="{SEA}"/>'
        f'<g transform="scale({scale:.6f}) translate({-frame.left:.1f} {-frame.top:.1f})" fill="{LAND}" '
        f'stroke="{BORDER}" stroke-linejoin="round"{_faint(frame)}>{outlines}</g>'
        f'<g {TEXT} text-anchor="middle">{"".join(_names(frame, size, height, labels))}</g>'
        f"{_scale(frame, size, height)}{_pin(frame, size, height, pin)}</svg>"
    )


def _outlines(frame: Frame) -> Iterator[Region]:
    for province in regions():
        if _meets(province, frame):
            if frame.width >= PROVINCES_FROM * UNIT:
                yield province
            else:
                yield from (each for each in regions(province.code) if _meets(each, frame))


def _meets(region: Region, frame: Frame) -> bool:
    right, bottom = frame.left + frame.width, frame.top + frame.height
    return region.left < right and region.right > frame.left and region.top < bottom and region.bottom > frame.top


def _faint(frame: Frame) -> str:
    return ' stroke-dasharray="4 6"' if frame.width < FAINT_BELOW * UNIT else ""


def _names(frame: Frame, size: int, height: int, labels: Iterable[Label]) -> Iterator[str]:
    taken: list[tuple[float, float, float, float]] = []
    for label in labels:
        across, down = frame.place(label.lat, label.lon)
        x, y, half = across * size, down * height, len(label.name) * LETTER * LETTER_WIDTH / 2
        box = (x - half, y - LETTER, x + half, y + LETTER / 2)
        inside = box[0] >= 0 and box[2] <= size and box[1] >= 0 and box[3] <= height - 2 * LETTER
        if inside and not any(_cross(box, other) for other in taken):
            taken.append(box)
            yield f'<text x="{x:.0f}" y="{y:.0f}">{escape(label.name)}</text>'


def _cross(one: Sequence[float], other: Sequence[float]) -> bool:
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]


def _scale(frame: Frame, size: int, height: int) -> str:
    """A bar of a round length, at most a third of the picture."""
    middle = radians(frame.at(0.5, 0.5)[0])
    across_km = frame.width / UNIT * KM_PER_DEGREE * cos(middle)
    km = max((each for each in SCALES_KM if each <= across_km / 3), default=SCALES_KM[0])
    width = size * km / across_km
    return (
        f'<path d="M8 {height - 14}v6h{width:.0f}v-6" fill="none" stroke="{INK}" stroke-width="2"/>'
        f'<text x="{width + 16:.0f}" y="{height - 8}" {TEXT}>{km} km</text>'
    )


def _pin(frame: Frame, size: int, height: int, pin: tuple[float, float] | None) -> str:
    if pin is None:
        return ""
    across, down = frame.place(*pin)
    return (
        f'<g transform="translate({across * size:.1f} {down * height:.1f})">'
        f'<path d="M0 0C-4-10-11-14-11-22a11 11 0 0 1 22 0C11-14 4-10 0 0z" fill="{PIN}" stroke="{LAND}" '
        f'stroke-width="2"/><circle cy="-22" r="4" fill="{LAND}"/></g>'
    )
