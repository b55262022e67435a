"""Charts tell the truth: lengths and heights are in proportion to the values, from zero."""

import re
from itertools import pairwise
from random import Random

import pytest

from chassis.pages.charts import LABEL_HEIGHT, LEFT, LETTER, NARROWEST, RIGHT, Plot, bars, grid, lines, nice, plot


def heights(path: str) -> list[float]:
    """Above the axis, in hundredths of the drawing."""
    return [100 - float(y) for y in re.findall(r" ([\d.]+)", path)]


def test_a_bar_is_as_long_as_its_value() -> None:
    assert [bar.width for bar in bars([("a", 10), ("b", 5), ("c", 0)])] == [100, 50, 0]


def test_nothing_to_show_draws_nothing_wide() -> None:
    assert bars([]) == []
    assert bars([("a", 0)])[0].width == 0


def test_a_line_passes_through_its_values_from_zero() -> None:
    drawn = lines(["Jan", "Feb", "Mar"], [("diajukan", [0, 8, 4])])
    assert heights(drawn.lines[0].path) == [0, 100, 50]
    assert [dot.y for dot in drawn.lines[0].dots] == [drawn.top + drawn.height, drawn.top, drawn.top + drawn.height / 2]
    assert [tick.label for tick in drawn.y_ticks] == [0, 2, 4, 6, 8]


def test_a_line_is_broken_where_there_is_no_value() -> None:
    drawn = lines(["Jan", "Feb", "Mar", "Apr"], [("persen", [50, None, 25, 100])], top=100)
    assert re.sub(r"[\d. ]", "", drawn.lines[0].path) == "MML"
    assert heights(drawn.lines[0].path) == [50, 25, 100]


def test_names_of_lines_that_end_together_do_not_cover_each_other() -> None:
    drawn = plot([(str(index), [(0, 0), (1, value)]) for index, value in enumerate((100, 99, 98, 1, 0, 0))], [], 100)
    at = sorted(line.label_y for line in drawn.lines)
    assert all(after - before >= LABEL_HEIGHT for before, after in pairwise(at))
    assert at[0] >= 10
    assert at[-1] <= drawn.top + drawn.height


def covered(drawn: Plot) -> list[str]:
    """Names that a line crosses on the narrowest screen; every line is looked at in 400 places."""
    found = []
    for line in drawn.lines:
        left = RIGHT - min(RIGHT - LEFT, 100 * len(line.name) * LETTER / NARROWEST)
        for other in drawn.lines:
            points = [(float(x), float(y)) for x, y in re.findall(r"([\d.]+) ([\d.]+)", other.path)]
            for (x0, y0), (x1, y1) in pairwise(points):
                for step in range(401):
                    x, share = x0 + (x1 - x0) * step / 400, y0 + (y1 - y0) * step / 400
                    y = drawn.top + drawn.height * share / 100
                    if x >= left and line.label_y - 14 < y < line.label_y + 4:
                        found.append(line.name)
    return found


@pytest.mark.parametrize("seed", range(40))
def test_no_line_crosses_a_name(seed: int) -> None:
    random = Random(seed)
    steps = [str(step) for step in range(random.choice((2, 3, 12, 31)))]
    names = ("Laporan masuk", "Laporan ditutup", "Sampai dijawab")[: random.choice((1, 2, 3))]
    drawn = lines(steps, [(name, [random.randint(0, 60) for _ in steps]) for name in names])
    assert covered(drawn) == []
    at = sorted(line.label_y for line in drawn.lines)
    assert all(after - before >= LABEL_HEIGHT for before, after in pairwise(at))
    assert at[0] >= 14
    assert at[-1] <= drawn.top + drawn.height


def test_a_grid_counts_every_pair_once_and_names_those_that_occur_most() -> None:
    pairs = [("A", "B", 30), ("B", "A", 1), ("C", "A", 9), ("D", "E", 2), ("E", "A", 1)]
    drawn = grid(pairs, 3, "lainnya")
    assert drawn.names == ("A", "B", "C", "lainnya")
    assert [[cell.value for cell in row] for row in drawn.rows] == [
        [0, 30, 0, 0],
        [1, 0, 0, 0],
        [9, 0, 0, 0],
        [1, 0, 0, 2],
    ]
    assert [cell.level for cell in drawn.rows[0]] == [0, 5, 0, 0]
    assert drawn.rows[1][0].level == 1, "what happened once is seen"
    assert grid(pairs[:2], 3, "lainnya").names == ("A", "B")


def test_few_texts_stand_at_the_axis_and_none_leaves_the_frame() -> None:
    ticks = lines([f"{day} Jan" for day in range(1, 32)], [("a", [1] * 31)]).x_ticks
    assert [(tick.label, tick.anchor) for tick in ticks] == [
        ("1 Jan", "start"),
        ("16 Jan", "middle"),
        ("31 Jan", "end"),
    ]
    assert all(0 < tick.at < 100 for tick in ticks)


def test_a_chart_has_at_most_six_series_of_one_length() -> None:
    with pytest.raises(ValueError, match="six series"):
        lines(["Jan"], [(str(index), [1]) for index in range(7)])
    with pytest.raises(ValueError, match="every step"):
        lines(["Jan", "Feb"], [("a", [1])])


@pytest.mark.parametrize("value", [0, 0.3, 1, 4, 5, 9, 37, 99, 100, 12_345])
def test_an_axis_ends_on_a_round_number_that_is_not_below_the_value(value: float) -> None:
    assert value <= nice(value) <= max(4, 2.6 * value)
