"""Draws the outlines of the maps: `.venv/bin/python deploy/outlines.py`, which `make outlines` runs.

No package carries outlines of all provinces and regencies under a licence that suits us. So they are drawn from the
centres of the districts that the router ships: the cells of a Voronoi diagram, cut at a distance that follows how close
the districts stand, merged by regency and by province, and simplified so that neighbours keep one common border.
They show where a region lies and what surrounds it; no border can be proved with them.
"""

import sys
from collections import defaultdict
from itertools import pairwise
from pathlib import Path

import numpy as np
import shapely
from shapely import MultiPolygon, Polygon, STRtree

from router.lexicon.files import district_data, place_data

TARGET = Path(__file__).parent.parent / "services/chassis/src/chassis/pages/outlines.tsv"
FRAME = (93.0, -13.0, 143.0, 8.0)
"""West, south, east, north in degrees: beyond every district."""
NEIGHBOURS = 3
NEAREST, FURTHEST = 0.06, 0.34
"""Bounds in degrees of how far land reaches from a centre; between them it is the mean distance of the neighbours."""
ALONE, ISLAND = 0.55, 0.12
"""A centre whose next one is further than `ALONE` stands on an island of its own, with this radius."""
ROUNDED = 0.05
LAKE = 0.6
"""Square degrees below which a hole between circles is land."""
SPECK = 0.00005
PROVINCE_DETAIL = 0.12
"""Square root of the area in square degrees of what is left out, for the map of all provinces."""
REGENCY_DETAIL = 0.006
"""Square root of the area that is left out, as a share of the province's diagonal, for the map of its regencies."""
UNIT = 1000
"""Coordinates are whole thousandths of a degree, to the east and to the south."""


def outlines() -> str:
    """The content of outlines.tsv."""
    districts, places = district_data(), place_data()
    centres = np.array([(one.lon, one.lat) for one in districts] + [(lon, lat) for lat, lon in places.abroad.values()])
    regencies = merged(cells(centres), [one.code[:5] for one in districts] + [""] * len(places.abroad), land(centres))
    by_province = defaultdict(list)
    for code in sorted(regencies):
        by_province[code[:2]].append(code)
    provinces = [shapely.coverage_union_all([regencies[code] for code in codes]) for codes in by_province.values()]
    drawn = dict(zip(by_province, shapely.coverage_simplify(provinces, PROVINCE_DETAIL), strict=True))
    for codes, province in zip(by_province.values(), provinces, strict=True):
        west, south, east, north = province.bounds
        detail = REGENCY_DETAIL * float(np.hypot(east - west, north - south))
        found = shapely.coverage_simplify([regencies[code] for code in codes], detail)
        drawn |= dict(zip(codes, found, strict=True))
    codes = sorted(drawn, key=lambda code: (len(code), code))
    return HEAD + "".join(line(code, places.places[code][0], drawn[code]) for code in codes)


HEAD = """\
# Made by `make outlines` from the districts' centres: see deploy/outlines.py. Code, name, left, top, right and bottom
# edge, and the path of SVG, in thousandths of a degree to the east and to the south.
"""


def land(centres: np.ndarray) -> MultiPolygon:
    """Circles around the centres, as large as the districts there, rounded and without small holes."""
    points = shapely.points(centres)
    circles = shapely.buffer(points, reaches(points))
    rounded = shapely.union_all(circles).buffer(ROUNDED).buffer(-2 * ROUNDED).buffer(ROUNDED)
    return MultiPolygon([_without_holes(part) for part in shapely.get_parts(rounded)])


def reaches(points: np.ndarray) -> np.ndarray:
    """By the centre: how far its land reaches, in degrees."""
    tree = STRtree(points)
    around = [_distances(points[tree.query(one, "dwithin", 2.0)], one) for one in points]
    nearest = np.array([near[0] if near.size else np.inf for near in around])
    mean = np.array([near.mean() if near.size else 0 for near in around])
    return np.where(nearest > ALONE, ISLAND, np.clip(mean, NEAREST, FURTHEST))


def _distances(others: np.ndarray, one: shapely.Point) -> np.ndarray:
    """To the nearest neighbours, without the point itself."""
    return np.sort(shapely.distance(others, one))[1 : NEIGHBOURS + 1]


def _without_holes(part: Polygon) -> Polygon:
    return Polygon(part.exterior, [hole for hole in part.interiors if Polygon(hole).area > LAKE])


def cells(centres: np.ndarray) -> np.ndarray:
    """The part of the plane that is nearer to each centre than to the others, in the order of the centres."""
    points = shapely.MultiPoint(shapely.points(centres))
    return shapely.get_parts(shapely.voronoi_polygons(points, extend_to=shapely.box(*FRAME), ordered=True))


def merged(parts: np.ndarray, codes: list[str], ground: MultiPolygon) -> dict[str, MultiPolygon]:
    """The cells of each code as one, cut at the coast. Cells without code lie abroad."""
    by_code = defaultdict(list)
    for code, part in zip(codes, parts, strict=True):
        by_code[code].append(part)
    by_code.pop("", None)
    whole = [shapely.coverage_union_all(cells) for cells in by_code.values()]
    cut = shapely.intersection(whole, ground, grid_size=0.1 / UNIT)
    return {code: _polygons(found) for code, found in zip(by_code, cut, strict=True)}


def _polygons(found: shapely.Geometry) -> MultiPolygon:
    return MultiPolygon([one for one in shapely.get_parts(found) if one.geom_type == "Polygon" and one.area > SPECK])


def line(code: str, name: str, drawn: shapely.Geometry) -> str:
    """One region."""
    west, south, east, north = drawn.bounds
    edges = (_unit(west), -_unit(north), _unit(east), -_unit(south))
    rings = [ring for part in shapely.get_parts(drawn) for ring in (part.exterior, *part.interiors)]
    return "\t".join([code, name, *map(str, edges), "".join(path(ring) for ring in rings)]) + "\n"


def path(ring: shapely.LinearRing) -> str:
    """The ring as a path of SVG: its first point, then the steps to the next ones."""
    points = [(_unit(x), -_unit(y)) for x, y in ring.coords[:-1]]
    steps = [(x - before_x, y - before_y) for (before_x, before_y), (x, y) in pairwise(points)]
    return f"M{points[0][0]} {points[0][1]}l" + "".join(map(_step, steps)).lstrip() + "z"


def _step(step: tuple[int, int]) -> str:
    # A minus sign parts two numbers as well as a blank does.
    return "".join(str(one) if one < 0 else f" {one}" for one in step)


def _unit(degrees: float) -> int:
    return round(degrees * UNIT)


if __name__ == "__main__":
    made = outlines()
    if "--check" not in sys.argv:
        TARGET.write_text(made, encoding="utf-8")
    elif made != TARGET.read_text(encoding="utf-8"):
        sys.exit(f"{TARGET.name} is not what the districts' centres give: run `make outlines`")
