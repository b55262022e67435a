"""Charts as SVG without script and style: bars, and lines with axis, grid and direct labels. Pure.

Widths are percents and heights pixels, so that a chart fits every screen and its letters stay as large as the page's.
"""

import math
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Any, Final, NamedTuple

TICKS: Final = 4
MOST_SERIES: Final = 6
HEIGHT: Final = 240
"""Of the drawing, without the labels around it."""
TOP: Final = 24
LEFT: Final = 16.0
RIGHT: Final = 98.0
"""Ends of the horizontal axis, in percent: the values of the other axis stand left of it."""
LABEL_HEIGHT: Final = 22
LETTER: Final = 9
"""Width of a letter of a name, in pixels, and of a chart on the narrowest screen."""
NARROWEST: Final = 296
FARTHEST: Final = 90
"""Pixels from the end of a line beyond which its name would not be read as its name."""
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


class Cell(NamedTuple):
    """A number of a grid. `level`: from 0 (none) to 5 (most)."""

    value: int
    level: int


class Grid(NamedTuple):
    """Who gives what to whom: the same names as rows and as columns."""

    names: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]


def grid(pairs: Sequence[tuple[str, str, int]], most: int, others: str) -> Grid:
    """Count pairs (from, to, number) by the `most` names that occur most; all further ones together as `others`."""
    weights, named = Counter[str](), Counter[tuple[str, str]]()
    for giver, taker, number in pairs:
        weights[giver] += number
        weights[taker] += number
    first = [name for name, _ in weights.most_common(most)]
    names = (*first, others) if len(weights) > most else tuple(first)
    for giver, taker, number in pairs:
        named[giver if giver in first else others, taker if taker in first else others] += number
    highest = max(named.values(), default=1)
    rows = tuple(tuple(_cell(named[giver, taker], highest) for taker in names) for giver in names)
    return Grid(names, rows)


def _cell(value: int, highest: int) -> Cell:
    return Cell(value, math.ceil(5 * value / highest))


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
    """Lines in one frame. `top`, `height` and `whole`: pixels above the frame, of the frame, and of everything."""

    lines: tuple[Line, ...]
    y_ticks: tuple[Tick, ...]
    x_ticks: tuple[Tick, ...]
    top: int = TOP
    height: int = HEIGHT

    @property
    def whole(self) -> int:
        return self.top + self.height + 32


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
    """Draw series of points. `marks`: texts at the horizontal axis, from 0 to 1; `top`: the end of the other one.

    A name stands at the end of its line. Where no place there is free of lines, all names stand above the frame.
    """
    drawn = [
        (name, [(_x(x), None if value is None else 1 - value / top) for x, value in points]) for name, points in series
    ]
    ends = free_places(drawn)
    above = 0 if ends else LABEL_HEIGHT * len(drawn) - 8
    places = ends or [LABEL_HEIGHT * (index + 1) - 6 for index in range(len(drawn))]
    made = [Line(n, _path(p), _dots(p, above), end) for (n, p), end in zip(drawn, places, strict=True)]
    y_ticks = tuple(Tick(_pixels(1 - step / TICKS) + above, top * step / TICKS) for step in range(TICKS + 1))
    x_ticks = tuple(Tick(round(_x(at), 2), text, _anchor(at)) for at, text in marks)
    return Plot(tuple(made), y_ticks, x_ticks, TOP + above)


Drawn = Sequence[tuple[str, Sequence[tuple[float, float | None]]]]
"""Names and points: percent from the left, share of the height from the top."""


def free_places(drawn: Drawn) -> list[float]:
    """The baseline of each name in pixels, near the end of its line and clear of all lines and names; empty: there is
    not one for each.
    """
    found: list[float] = []
    for name, points in drawn:
        left = RIGHT - min(RIGHT - LEFT, 100 * len(name) * LETTER / NARROWEST)
        wanted = _beside(points)
        places = sorted(range(14, TOP + HEIGHT - 3, 2), key=lambda y, wanted=wanted: abs(y - wanted))  # type: ignore[misc]
        free = (
            y for y in places if _is_free(y, left, drawn) and all(abs(y - other) >= LABEL_HEIGHT for other in found)
        )
        place = next(free, None)
        if place is None or abs(place - wanted) > FARTHEST:
            return []
        found.append(float(place))
    return found


def _is_free(baseline: float, left: float, drawn: Drawn) -> bool:
    """Whether no line crosses a text from `left` to the right end."""
    above, below = baseline - 18, baseline + 8
    return not any(low <= below and high >= above for _, points in drawn for low, high in _heights(points, left))


def _heights(points: Sequence[tuple[float, float | None]], left: float) -> Iterator[tuple[float, float]]:
    """From where to where, in pixels, each piece of a line reaches right of `left`."""
    for (x0, y0), (x1, y1) in pairwise(points):
        if y0 is None or y1 is None or x1 < left:
            continue
        cut = y0 if x0 >= left or x1 == x0 else y0 + (y1 - y0) * (left - x0) / (x1 - x0)
        yield _pixels(min(cut, y1)), _pixels(max(cut, y1))
    yield from ((_pixels(y), _pixels(y)) for x, y in points if y is not None and x >= left)


def _beside(points: Sequence[tuple[float, float | None]]) -> float:
    """Where the name best stands: above the end of a line that rises there, below one that falls."""
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


def _dots(points: Sequence[tuple[float, float | None]], above: int) -> tuple[Dot, ...]:
    known = [Dot(round(x, 2), _pixels(y) + above) for x, y in points if y is not None]
    return tuple(known) if len(known) <= MOST_DOTS else ()


def nice(value: float) -> float:
    """The smallest of 4, 8, 20 or 40 times a power of ten that is not below `value`: its quarters are round numbers."""
    if value <= 0:
        return TICKS
    power = math.pow(10, math.floor(math.log10(value / TICKS)))
    return next(TICKS * step * power for step in (1, 2, 5, 10) if TICKS * step * power >= value)
