"""Charts as SVG without script and style: bars, and lines with axis, grid and direct labels. Pure.

Widths are percents and heights pixels, so that a chart fits every screen and its letters stay as large as the page's.
"""

import math
from collections.abc import Sequence
from typing import Any, Final, NamedTuple

TICKS: Final = 4
MOST_SERIES: Final = 6
HEIGHT: Final = 240
"""Of the drawing, without the labels around it."""
TOP: Final = 24
LEFT: Final = 14.0
RIGHT: Final = 98.0
"""Ends of the horizontal axis, in percent: the values of the other axis stand left of it."""
LABEL_HEIGHT: Final = 22
MOST_DOTS: Final = 40


class Bar(NamedTuple):
    """One bar; `width` in percent of the longest."""

    label: str
    value: float
    width: float


def bars(rows: Sequence[tuple[Any, ...]]) -> list[Bar]:
    """One bar a row of a label, a value and perhaps more, in the order given. Values are zero or more."""
    most = max((row[1] for row in rows), default=0) or 1
    return [Bar(row[0], row[1], round(100 * row[1] / most, 2)) for row in rows]


class Tick(NamedTuple):
    """A mark on an axis. `at`: pixels from the top, or percent from the left. `anchor`: of its text."""

    at: float
    label: float | str
    anchor: str = "middle"


class Dot(NamedTuple):
    """A point: percent from the left, pixels from the top."""

    x: float
    y: float


class Line(NamedTuple):
    """One series. `path`: in hundredths of width and height. `label_y`: where its name stands, in pixels."""

    name: str
    path: str
    dots: tuple[Dot, ...]
    label_y: float


class Plot(NamedTuple):
    """Lines in one frame."""

    lines: tuple[Line, ...]
    y_ticks: tuple[Tick, ...]
    x_ticks: tuple[Tick, ...]
    top: int = TOP
    height: int = HEIGHT
    whole: int = TOP + HEIGHT + 32


Points = Sequence[tuple[float, float | None]]
"""x from 0 to 1, and a value; None: there is none, and the line is broken."""


def lines(steps: Sequence[str], series: Sequence[tuple[str, Sequence[float | None]]], top: float = 0) -> Plot:
    """Draw the series over the same steps, such as months. `top`: the end of the axis; 0: what the values need.

    Raises:
        ValueError: more than six series, or one with another number of values than there are steps.
    """
    if len(series) > MOST_SERIES or any(len(values) != len(steps) for _, values in series):
        raise ValueError("a chart has at most six series, each with a value for every step")
    last = max(1, len(steps) - 1)
    marks = [(index / last, steps[index]) for index in sorted({0, last // 2, len(steps) - 1}) if steps]
    points = [(name, [(index / last, value) for index, value in enumerate(values)]) for name, values in series]
    return plot(
        points, marks, top or nice(max((v for _, values in series for v in values if v is not None), default=0))
    )


def plot(series: Sequence[tuple[str, Points]], marks: Sequence[tuple[float, str]], top: float) -> Plot:
    """Draw series of points. `marks`: texts at the horizontal axis, from 0 to 1; `top`: the end of the other one."""
    drawn = [
        (name, [(_x(x), None if value is None else 1 - value / top) for x, value in points]) for name, points in series
    ]
    ends = _apart([_beside(points) for _, points in drawn])
    made = [Line(name, _path(points), _dots(points), end) for (name, points), end in zip(drawn, ends, strict=True)]
    y_ticks = tuple(Tick(_pixels(1 - step / TICKS), top * step / TICKS) for step in range(TICKS + 1))
    x_ticks = tuple(Tick(round(_x(at), 2), text, _anchor(at)) for at, text in marks)
    return Plot(tuple(made), y_ticks, x_ticks)


def _beside(points: Sequence[tuple[float, float | None]]) -> float:
    """Where the name stands at the end of a line: above one that rises there, below one that falls."""
    before, end = ([1.0, 1.0] + [y for _, y in points if y is not None])[-2:]
    return _pixels(end) + (-10 if end <= before else LABEL_HEIGHT)


def _x(at: float) -> float:
    return LEFT + (RIGHT - LEFT) * at


def _pixels(share: float) -> float:
    return round(TOP + HEIGHT * share, 1)


def _anchor(at: float) -> str:
    return "start" if at < 0.1 else "end" if at > 0.9 else "middle"


def _path(points: Sequence[tuple[float, float | None]]) -> str:
    made, down = [], False
    for x, y in points:
        if y is not None:
            made.append(f"{'L' if down else 'M'}{x:.2f} {100 * y:.2f}")
        down = y is not None
    return "".join(made)


def _dots(points: Sequence[tuple[float, float | None]]) -> tuple[Dot, ...]:
    known = [Dot(round(x, 2), _pixels(y)) for x, y in points if y is not None]
    return tuple(known) if len(known) <= MOST_DOTS else ()


def _apart(ends: Sequence[float]) -> list[float]:
    """These heights, moved down where they would cover each other, then up where they would leave the frame."""
    order, placed = sorted(range(len(ends)), key=lambda index: ends[index]), list(ends)
    lowest = float(LABEL_HEIGHT - 8)
    for index in order:
        placed[index] = max(ends[index], lowest)
        lowest = placed[index] + LABEL_HEIGHT
    highest = float(TOP + HEIGHT - 4)
    for index in reversed(order):
        placed[index] = round(min(placed[index], highest), 1)
        highest = placed[index] - LABEL_HEIGHT
    return placed


def nice(value: float) -> float:
    """The smallest of 4, 8, 20 or 40 times a power of ten that is not below `value`: its quarters are round numbers."""
    if value <= 0:
        return TICKS
    power = math.pow(10, math.floor(math.log10(value / TICKS)))
    return next(TICKS * step * power for step in (1, 2, 5, 10) if TICKS * step * power >= value)
