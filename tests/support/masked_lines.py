"""Texts with marks around what must be hidden, and how well the masks find it."""

import re
from pathlib import Path
from typing import NamedTuple

from schemas.wording.masks import personal

FOLDER = Path(__file__).parent.parent / "schemas/wording/masks"
_ESCAPE = re.compile(r"\\(?:n|r|t|u[0-9a-f]{4}|U[0-9a-f]{8})")


class Line(NamedTuple):
    """`marks`: the spans that must be hidden."""

    text: str
    marks: list[tuple[int, int]]


class Score(NamedTuple):
    """`recall`: marks wholly hidden of all marks. `precision`: masks that hide a mark and nothing else of all masks."""

    recall: float
    precision: float
    wrong: list[str]


def read(name: str) -> list[Line]:
    """The lines of a file, without comments."""
    rows = (FOLDER / name).read_text(encoding="utf-8").splitlines()
    return [_line(row) for row in rows if row and not row.startswith("#")]


def score(lines: list[Line]) -> Score:
    """How well `personal` finds the marks of all lines together."""
    marks = hidden = masks = right = 0
    wrong = []
    for line in lines:
        found = [(each.start, each.end) for each in personal(line.text)]
        hides = [any(a <= start and end <= b for a, b in found) for start, end in line.marks]
        fits = [_fits(line, span) for span in found]
        marks, hidden = marks + len(hides), hidden + sum(hides)
        masks, right = masks + len(fits), right + sum(fits)
        if not all(hides + fits):
            wrong.append(f"{line.text!r}: masked {[line.text[a:b] for a, b in found]}")
    return Score(hidden / marks, right / masks, wrong)


def _fits(line: Line, span: tuple[int, int]) -> bool:
    """Whether a mask covers a mark and no letter or digit beside marks."""
    inside = [mark for mark in line.marks if mark[0] < span[1] and mark[1] > span[0]]
    covered = {at for start, end in inside for at in range(start, end)}
    return bool(inside) and not any(line.text[at].isalnum() for at in range(*span) if at not in covered)


def _line(row: str) -> Line:
    text, marks, opened = "", [], 0
    for part in re.split("([«»])", _ESCAPE.sub(lambda found: found.group().encode().decode("unicode_escape"), row)):
        if part == "«":
            opened = len(text)
        elif part == "»":
            marks.append((opened, len(text)))
        else:
            text += part
    return Line(text, marks)
