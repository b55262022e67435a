"""Charts tell the truth: lengths and heights are in proportion to the values, from zero."""

import re

import pytest

from chassis.pages.charts import bars, lines, nice


def test_a_bar_is_as_long_as_its_value() -> None:
    drawn = bars([("a", 10), ("b", 5), ("c", 0)])
    assert [bar.width / drawn.bars[0].width for bar in drawn.bars] == [1, 0.5, 0]
    assert all(bar.width + drawn.left < drawn.view_width for bar in drawn.bars)


def test_nothing_to_show_draws_nothing_wide() -> None:
    assert bars([]).bars == ()
    assert bars([("a", 0)]).bars[0].width == 0


def test_a_line_passes_through_its_values_from_zero() -> None:
    drawn = lines(["Jan", "Feb", "Mar"], [("diajukan", [0, 8, 4])])
    heights = [float(y) for y in re.findall(r" ([\d.]+)", drawn.lines[0].path)]
    assert heights[0] == drawn.bottom
    assert drawn.bottom - heights[2] == pytest.approx((drawn.bottom - heights[1]) / 2)
    assert [tick.label for tick in drawn.y_ticks] == [0, 2, 4, 6, 8]


def test_a_chart_has_at_most_six_series_of_one_length() -> None:
    with pytest.raises(ValueError, match="six series"):
        lines(["Jan"], [(str(index), [1]) for index in range(7)])
    with pytest.raises(ValueError, match="every step"):
        lines(["Jan", "Feb"], [("a", [1])])


@pytest.mark.parametrize("value", [0, 0.3, 1, 4, 5, 9, 37, 99, 100, 12_345])
def test_an_axis_ends_on_a_round_number_that_is_not_below_the_value(value: float) -> None:
    assert value <= nice(value) <= max(4, 2.6 * value)
