"""Maps show every region once, in the class of its value, and outlines that lie where the regions are."""

import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chassis.pages.map import (
    CLASSES,
    Point,
    Region,
    UnknownRegion,
    choropleth,
    clustered,
    frame_of,
    outline,
    quantiles,
    region,
    regions,
)
from chassis.pages.render import _environment
from router.lexicon.files import district_data, place_data

ROOT = Path(__file__).parents[3]
TEMPLATE = '{% import "kit/components.html" as kit %}{{ kit.region_map("peta", title, drawn, "Wilayah", "Laporan") }}'


def test_the_outlines_are_those_that_the_districts_give() -> None:
    made = subprocess.run(
        [sys.executable, "deploy/outlines.py", "--check"], check=False, cwd=ROOT, capture_output=True, text=True
    )
    assert (made.returncode, made.stderr) == (0, "")


def test_every_province_and_regency_has_an_outline_and_its_name() -> None:
    drawn = {one.code: one.name for one in (*regions(), *(each for one in regions() for each in regions(one.code)))}
    assert drawn == {code: name for code, (name, _, _) in place_data().places.items()}


def test_most_districts_lie_inside_the_outline_of_their_regency() -> None:
    inside = [holds(region(one.code[:5]), one.lat, one.lon) for one in district_data()]
    assert sum(inside) / len(inside) > 0.97


def holds(shown: Region, lat: float, lon: float) -> bool:
    """Whether a ray to the east crosses the outline an odd number of times."""
    x, y = lon * 1000, -lat * 1000
    crossings = 0
    for ring in rings(shown.path):
        for (ax, ay), (bx, by) in zip(ring, [*ring[1:], ring[0]], strict=True):
            crossings += (ay > y) != (by > y) and x < ax + (y - ay) * (bx - ax) / (by - ay)
    return crossings % 2 == 1


def rings(path: str) -> list[list[tuple[int, int]]]:
    """The points of a path as `outlines.tsv` holds it."""
    found = []
    for part in path.rstrip("z").split("z"):
        numbers = [int(each) for each in re.findall(r"-?\d+", part)]
        points = [(numbers[0], numbers[1])]
        for x, y in zip(numbers[2::2], numbers[3::2], strict=True):
            points.append((points[-1][0] + x, points[-1][1] + y))
        found.append(points)
    return found


def test_a_region_that_is_not_there_is_refused() -> None:
    for ask in (regions, region, frame_of, outline):
        refuse: Callable[[str], object] = ask
        with pytest.raises(UnknownRegion):
            refuse("99")
    with pytest.raises(UnknownRegion):
        choropleth({}, within="32.73")


@given(st.lists(st.floats(0, 1e6), min_size=CLASSES, unique=True))
def test_classes_hold_about_as_many_regions(values: list[float]) -> None:
    limits = quantiles(values)
    sizes = [sum(sum(value >= limit for limit in limits) == level for value in values) for level in range(CLASSES)]
    assert max(sizes) - min(sizes) <= 1


@given(st.lists(st.integers(0, 3)))
def test_equal_values_are_in_one_class(values: list[int]) -> None:
    given_values = dict(zip((one.code for one in regions()), values, strict=False))
    drawn = choropleth(given_values)
    levels: dict[float, set[int | None]] = {}
    for shape in drawn.shapes:
        if shape.value is not None:
            levels.setdefault(shape.value, set()).add(shape.level)
    assert all(len(each) == 1 for each in levels.values())
    ordered = [next(iter(levels[value])) for value in sorted(levels)]
    assert ordered == sorted(ordered, key=lambda level: level or 0)


def test_a_region_without_a_figure_is_not_zero() -> None:
    drawn = choropleth({"32": 0, "33": None})
    levels = {shape.region.code: shape.level for shape in drawn.shapes}
    assert len(levels) == 38
    assert levels["32"] is not None
    assert levels["33"] is None
    assert levels["34"] is None
    assert drawn.has_gaps


def test_given_bounds_make_the_classes() -> None:
    drawn = choropleth({"32": 0.49, "33": 0.5, "34": 1.0}, bounds=(0.5, 0.7, 0.8, 0.9))
    assert [(one.level, one.lowest, one.highest) for one in drawn.classes] == [
        (0, 0.49, 0.49),
        (1, 0.5, 0.5),
        (4, 1, 1),
    ]


def test_near_points_become_one_with_their_number_in_their_middle() -> None:
    frame = frame_of("32")
    near = [Point(-6.90, 107.61), Point(-6.92, 107.63, number=3), Point(-7.32, 108.2), Point(5.5, 95.3)]
    found = clustered(near, frame, lambda lat, lon: f"/laporan?dekat={lat:.3f},{lon:.3f}")
    assert sorted(one.number for one in found) == [1, 4]
    (joined,) = [one for one in found if one.number == 4]
    assert (joined.lat, joined.lon) == (pytest.approx(-6.915), pytest.approx(107.625))
    assert joined.href == "/laporan?dekat=-6.915,107.625"


@given(st.floats(0, 1), st.floats(0, 1))
def test_a_place_in_the_picture_is_a_position_and_back(x: float, y: float) -> None:
    frame = frame_of("32.73")
    lat, lon = frame.at(x, y)
    point = Point(lat, lon)
    assert point.x == pytest.approx(frame.left + x * frame.width, abs=1)
    assert point.y == pytest.approx(frame.top + y * frame.height, abs=1)


def test_the_page_names_each_region_with_its_value_and_where_it_leads() -> None:
    drawn = choropleth({"32.73": 1234, "32.04": 7}, within="32", link=lambda code: f"/laporan?wilayah={code}")
    page = rendered(drawn, "id")
    assert '<a class="region level-4" href="/laporan?wilayah=32.73" aria-label="Kota Bandung: 1.234">' in page
    assert page.count('<a class="region') == len(regions("32"))
    assert "paling tinggi: 1.234" in page
    assert "tidak ada angka" in page
    table = page[page.index("<table>") :]
    assert table.index("Kota Bandung") < table.index("Kabupaten Bandung<") < table.index("tidak ada angka")
    assert "highest: 1,234" in rendered(drawn, "en")


def test_a_name_from_outside_stays_text() -> None:
    page = rendered(outline("32", [Point(-6.9, 107.6, "<script>alert(1)</script>", "/laporan/1")]), "id")
    assert "<script>" not in page


def rendered(drawn: object, lang: str) -> str:
    page = _environment("chassis.signin", lang).from_string(TEMPLATE)
    return page.render(title="Laporan", drawn=drawn)
