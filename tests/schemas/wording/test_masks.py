"""What is masked in published text: `mask_lines.txt` marks it with double braces, all of it made up."""

import re
from pathlib import Path
from typing import NamedTuple

import pytest

from schemas.wording.masks import masked, spans

LINES = (Path(__file__).parent / "mask_lines.txt").read_text(encoding="utf-8").split("\n")
LEAST = 0.98


class Counts(NamedTuple):
    """Over all lines: what was rightly masked, what was masked without need, what was missed."""

    right: int
    needless: int
    missed: int


def parsed(line: str) -> tuple[str, list[tuple[int, int]]]:
    """The text without braces, and where the marked parts are."""
    text, wanted = "", []
    for part in re.split(r"(\{\{.*?\}\})", line):
        shown = part[2:-2] if part.startswith("{{") else part
        if part.startswith("{{"):
            wanted.append((len(text), len(text) + len(shown)))
        text += shown
    return text, wanted


def counted() -> Counts:
    right = needless = missed = 0
    for text, wanted in map(parsed, LINES):
        found = [(span.start, span.end) for span in spans(text)]
        covered = sum(any(start <= a + 1 and b - 1 <= end for start, end in found) for a, b in wanted)
        right, missed = right + covered, missed + len(wanted) - covered
        needless += sum(all(b <= start or end <= a for a, b in wanted) for start, end in found)
    return Counts(right, needless, missed)


def test_precision_and_recall_on_lines_of_every_kind() -> None:
    counts = counted()
    assert len(LINES) >= 300
    assert counts.right / (counts.right + counts.needless) >= LEAST
    assert counts.right / (counts.right + counts.missed) >= LEAST


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Hubungi 0812-3456-7890 jam 08.00-16.00", "Hubungi [phone] jam 08.00-16.00"),
        ("budi (at) gmail (dot) com bayar Rp 15.000.000", "[e-mail] bayar Rp 15.000.000"),
        ("NIK 3273 0101 0190 0001 di Jl. Merdeka No. 12", "NIK [NIK] di Jl. Merdeka No. 12"),
        ("rekening BCA 1234567890, nomor tiket 1234567890", "rekening BCA [number], nomor tiket 1234567890"),
        ("nopol B 1234 XYZ di halte B 12", "nopol [number] di halte B 12"),
        ("", ""),
    ],
)
def test_only_what_identifies_is_replaced(text: str, shown: str) -> None:
    assert masked(text) == shown
