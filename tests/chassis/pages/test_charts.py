"""Charts tell the truth: lengths and heights are in proportion to the values, from zero."""

import re
from itertools import pairwise

import pytest

from chassis.pages.charts import LABEL_HEIGHT, bars, lines, nice, plot


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
