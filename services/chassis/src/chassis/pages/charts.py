"""Charts as SVG without script and style: lines and bars with axis, grid and direct labels. Pure."""

import math
from collections.abc import Sequence
from typing import Final, NamedTuple

WIDTH: Final = 640
BAR: Final = 40
"""Height of one bar with the room around it."""
LABEL: Final = 200
VALUE: Final = 64
TICKS: Final = 4


class Bar(NamedTuple):
    """One horizontal bar with its label and value at it. Lengths in units of the view box."""

    label: str
    value: float
    y: float
    width: float


class Bars(NamedTuple):
    """Horizontal bars, which stay readable on a narrow screen."""

    bars: tuple[Bar, ...]
    height: float
    left: float = LABEL
    view_width: float = WIDTH


def bars(rows: Sequence[tuple[str, float]]) -> Bars:
    """One bar a row, in the order given. Values are zero or more."""
    most = max((value for _, value in rows), default=0) or 1
    room = WIDTH - LABEL - VALUE
    made = [Bar(label, value, index * BAR, room * value / most) for index, (label, value) in enumerate(rows)]
    return Bars(tuple(made), max(BAR, len(rows) * BAR))


class Tick(NamedTuple):
    """A line of the grid at a value, or a mark at the axis."""

    at: float
    label: float | str


class Line(NamedTuple):
    """One series: the path through its points, and where its name stands."""

    name: str
    path: str
    end_x: float
    end_y: float


class Lines(NamedTuple):
    """At most six series over the same steps, such as months."""

    lines: tuple[Line, ...]
    y_ticks: tuple[Tick, ...]
    x_ticks: tuple[Tick, ...]
    view_width: float = WIDTH
    height: float = 300
    left: float = 56
    right: float = 520
    bottom: float = 260


MOST_SERIES: Final = 6
TOP: Final = 16


def lines(steps: Sequence[str], series: Sequence[tuple[str, Sequence[float]]]) -> Lines:
    """Draw the series.

    Raises:
        ValueError: more than six series, or one with another number of values than there are steps.
    """
    if len(series) > MOST_SERIES or any(len(values) != len(steps) for _, values in series):
        raise ValueError("a chart has at most six series, each with a value for every step")
    frame = Lines((), (), ())
    top = nice(max((value for _, values in series for value in values), default=0))
    across = (frame.right - frame.left) / max(1, len(steps) - 1)

    def x(index: int) -> float:
        return round(frame.left + index * across, 1)

    def y(value: float) -> float:
        return round(frame.bottom - (frame.bottom - TOP) * value / top, 1)

    drawn = tuple(
        Line(name, "M" + "L".join(f"{x(i)} {y(v)}" for i, v in enumerate(values)), x(len(values) - 1), y(values[-1]))
        for name, values in series
        if values
    )
    every = max(1, math.ceil(len(steps) / 6))
    x_ticks = tuple(Tick(x(index), step) for index, step in enumerate(steps) if index % every == 0)
    y_ticks = tuple(Tick(y(top * step / TICKS), top * step / TICKS) for step in range(TICKS + 1))
    return frame._replace(lines=drawn, x_ticks=x_ticks, y_ticks=y_ticks)


def nice(value: float) -> float:
    """The smallest of 4, 8, 20 or 40 times a power of ten that is not below `value`: its quarters are round numbers."""
    if value <= 0:
        return TICKS
    power = math.pow(10, math.floor(math.log10(value / TICKS)))
    return next(TICKS * step * power for step in (1, 2, 5, 10) if TICKS * step * power >= value)
