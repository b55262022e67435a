"""Maps as SVG without a tile server: the provinces, or the regencies and cities of one, in five classes, with points.

Regions are named by their Kemendagri codes, `32` or `32.73`. Pure, but for the outlines, which are read once (ADR 63).

    drawn = choropleth({"32": 120, "33": 8}, link=lambda code: f"/statistik?provinsi={code}")     # every province
    drawn = choropleth({"32.73": 41}, within="32", points=clustered(places, frame_of("32")))      # those of West Java
    kit.region_map("peta", _("Jawa Barat paling banyak melapor"), drawn, _("Wilayah"), _("Laporan"))   # in a template
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cache
from importlib.resources import files
from typing import Final, NamedTuple

CLASSES: Final = 5
UNIT: Final = 1000
"""Coordinates of the drawing are thousandths of a degree, to the east and to the south."""
MARGIN: Final = 0.03
"""Room around what is shown, as a share of its longer side."""
WIDE: Final = 2
CELLS: Final = 9
"""Points nearer to each other than this part of the frame's longer side become one."""


class UnknownRegion(KeyError):
    """There is no province, regency or city with this code."""


class Frame(NamedTuple):
    """What a map shows, in thousandths of a degree; `top` is the negative of the northern latitude."""

    left: float
    top: float
    width: float
    height: float

    def at(self, x: float, y: float) -> tuple[float, float]:
        """Latitude and longitude in degrees of a place in the picture; `x` and `y`: shares of its width and height."""
        return -(self.top + y * self.height) / UNIT, (self.left + x * self.width) / UNIT

    def place(self, lat: float, lon: float) -> tuple[float, float]:
        """The shares of the picture's width and height at which a position in degrees lies."""
        return (lon * UNIT - self.left) / self.width, (-lat * UNIT - self.top) / self.height

    def contains(self, lat: float, lon: float) -> bool:
        """Whether a position in degrees is shown."""
        x, y = self.place(lat, lon)
        return 0 <= x <= 1 and 0 <= y <= 1


class Region(NamedTuple):
    """A province, regency or city with its outline. Edges in thousandths of a degree to the east and south."""

    code: str
    name: str
    left: int
    top: int
    right: int
    bottom: int
    path: str


class Point(NamedTuple):
    """A place on the map in degrees; `number`: how many it stands for."""

    lat: float
    lon: float
    label: str = ""
    href: str = ""
    number: int = 1

    @property
    def x(self) -> int:
        return round(self.lon * UNIT)

    @property
    def y(self) -> int:
        return round(-self.lat * UNIT)


class Shape(NamedTuple):
    """A region as it is drawn. `level`: its class from 0 (lowest) to 4, or None where there is no figure."""

    region: Region
    value: float | None
    level: int | None
    href: str


class Class(NamedTuple):
    """The regions of one colour: level from 0 (lowest) to 4, and the lowest and highest value that is in it."""

    level: int
    lowest: float
    highest: float


class Map(NamedTuple):
    """A drawn map; `around`: outlines that are shown without a figure."""

    frame: Frame
    shapes: tuple[Shape, ...]
    classes: tuple[Class, ...]
    points: tuple[Point, ...] = ()
    around: tuple[Region, ...] = ()

    @property
    def has_gaps(self) -> bool:
        """Whether some region has no figure although others have."""
        return bool(self.classes) and any(shape.level is None for shape in self.shapes)

    @property
    def unit(self) -> float:
        """A thousandth of the longer side, in which texts and points are as large on every map."""
        return max(self.frame.width, self.frame.height) / 1000

    @property
    def is_wide(self) -> bool:
        """Whether a narrow screen would show it too small."""
        return self.frame.width > WIDE * self.frame.height

    @property
    def ranked(self) -> list[Shape]:
        """The regions by value, the highest first, those without one last."""
        return sorted(self.shapes, key=lambda shape: (shape.value is None, -(shape.value or 0), shape.region.name))


def choropleth(
    values: Mapping[str, float | None],
    within: str = "",
    link: Callable[[str], str] = lambda _code: "",
    points: Sequence[Point] = (),
    bounds: Sequence[float] = (),
) -> Map:
    """The provinces, or the regencies and cities of the province `within`, by their values.

    Args:
        values: By code; a region without one, or with None, is shown as without figure. Other codes are left out.
        within: The code of a province; empty: the whole country.
        link: The address that a region leads to by its code; empty: it leads nowhere.
        points: Drawn above the regions.
        bounds: Four rising values at which a higher class begins; without them each class has about as many regions.

    Raises:
        UnknownRegion: `within` is no province.
    """
    shown = regions(within)
    known = [value for region in shown if (value := values.get(region.code)) is not None]
    limits = tuple(bounds) or quantiles(known)
    shapes = tuple(_shape(region, values.get(region.code), limits, link(region.code)) for region in shown)
    return Map(frame_of(within), shapes, _classes(shapes), tuple(points))


def outline(code: str, points: Sequence[Point] = (), frame: Frame | None = None) -> Map:
    """A region without figures, in which points are shown: a province with its regencies, or a regency between its
    neighbours in the province. `frame`: shows that part only.

    Raises:
        UnknownRegion: There is no such region.
    """
    shown = regions(code[:2]) if len(code) > 2 else regions(code)
    inside = tuple(Shape(each, None, None, "") for each in shown if each.code.startswith(code))
    around = tuple(each for each in shown if not each.code.startswith(code))
    return Map(frame or frame_of(code), inside, (), tuple(points), around)


def regions(within: str = "") -> tuple[Region, ...]:
    """The provinces, or the regencies and cities of the province `within`, by code.

    Raises:
        UnknownRegion: `within` is no province.
    """
    found = _by_province().get(within)
    if found is None:
        raise UnknownRegion(within)
    return found


def region(code: str) -> Region:
    """One region by its code, `32` or `32.73`.

    Raises:
        UnknownRegion: There is none with this code.
    """
    try:
        return _all()[code]
    except KeyError:
        raise UnknownRegion(code) from None


def frame_of(code: str) -> Frame:
    """The frame of a region; of the whole country for an empty code.

    Raises:
        UnknownRegion: There is no such region.
    """
    shown = regions() if not code else (region(code),)
    left, top = min(each.left for each in shown), min(each.top for each in shown)
    width, height = max(each.right for each in shown) - left, max(each.bottom for each in shown) - top
    room = MARGIN * max(width, height)
    return Frame(left - room, top - room, width + 2 * room, height + 2 * room)


def frame_around(lat: float, lon: float, width: float, ratio: float) -> Frame:
    """The frame with this middle and width, in degrees; `ratio`: its height as a share of its width."""
    across = width * UNIT
    return Frame(lon * UNIT - across / 2, -lat * UNIT - across * ratio / 2, across, across * ratio)


def quantiles(values: Sequence[float]) -> tuple[float, ...]:
    """The values at which the second and each higher class begin, so that classes hold about as many; equal values fall
    into one class.
    """
    ordered = sorted(values)
    if not ordered:
        return ()
    starts = {ordered[len(ordered) * step // CLASSES] for step in range(1, CLASSES)}
    return tuple(sorted(starts - {ordered[0]}))


def clustered(
    points: Iterable[Point], frame: Frame, href: Callable[[float, float], str] = lambda _lat, _lon: ""
) -> tuple[Point, ...]:
    """Points that would cover each other as one, in their middle, with their number. Points outside are left out.

    Args:
        points: Of any number.
        frame: What the map shows.
        href: Where a joined point leads, by its latitude and longitude in degrees.
    """
    side = max(frame.width, frame.height) / CELLS
    cells: dict[tuple[int, int], list[Point]] = defaultdict(list)
    for point in points:
        if frame.contains(point.lat, point.lon):
            cells[int((point.x - frame.left) // side), int((point.y - frame.top) // side)].append(point)
    return tuple(_joined(found, href) for _, found in sorted(cells.items()))


def _joined(found: Sequence[Point], href: Callable[[float, float], str]) -> Point:
    if len(found) == 1:
        return found[0]
    total = sum(point.number for point in found)
    lat = sum(point.lat * point.number for point in found) / total
    lon = sum(point.lon * point.number for point in found) / total
    return Point(lat, lon, "", href(lat, lon), total)


def _shape(shown: Region, value: float | None, limits: Sequence[float], href: str) -> Shape:
    level = None if value is None else _spread(sum(value >= limit for limit in limits), len(limits))
    return Shape(shown, value, level, href)


def _spread(level: int, most: int) -> int:
    """Fewer than five classes take colours that are as far apart; a single one takes the middle."""
    return round(level * (CLASSES - 1) / most) if most else CLASSES // 2


def _classes(shapes: Iterable[Shape]) -> tuple[Class, ...]:
    by_level: dict[int, list[float]] = defaultdict(list)
    for shape in shapes:
        if shape.level is not None and shape.value is not None:
            by_level[shape.level].append(shape.value)
    return tuple(Class(level, min(values), max(values)) for level, values in sorted(by_level.items()))


@cache
def _all() -> Mapping[str, Region]:
    lines = files("chassis.pages").joinpath("outlines.tsv").read_text(encoding="utf-8").splitlines()
    return {found.code: found for line in lines if not line.startswith("#") for found in [_parsed(line)]}


def _parsed(line: str) -> Region:
    code, name, left, top, right, bottom, path = line.split("\t")
    return Region(code, name, int(left), int(top), int(right), int(bottom), path)


@cache
def _by_province() -> Mapping[str, tuple[Region, ...]]:
    found: dict[str, list[Region]] = defaultdict(list)
    for each in _all().values():
        found["" if len(each.code) == 2 else each.code[:2]].append(each)
    return {code: tuple(inside) for code, inside in found.items()}
