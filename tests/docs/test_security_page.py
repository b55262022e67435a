"""docs/security.md names every requirement of ASVS 5.0, levels 1 and 2, once, and tests that exist."""

import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).parents[2]
PAGE: Final = (ROOT / "docs/security.md").read_text(encoding="utf-8")
ROW: Final = re.compile(r"^\| (?P<numbers>\d+\.\d[^|]*) \| (?P<state>\w+) \| (?P<why>[^|]*) \|$", re.MULTILINE)
NUMBERED: Final = {
    "1.1": "1 2", "1.2": "1 2 3 4 5 6 7 8 9", "1.3": "1 2 3 4 5 6 7 8 9 10 11", "1.4": "1 2 3", "1.5": "1 2",
    "2.1": "1 2 3", "2.2": "1 2 3", "2.3": "1 2 3 4", "2.4": "1", "3.2": "1 2", "3.3": "1 2 3 4", "3.4": "1 2 3 4 5 6",
    "3.5": "1 2 3 4 5", "3.7": "1 2", "4.1": "1 2 3", "4.2": "1", "4.3": "1 2", "4.4": "1 2 3 4", "5.1": "1",
    "5.2": "1 2 3", "5.3": "1 2", "5.4": "1 2 3", "6.1": "1 2 3", "6.2": "1 2 3 4 5 6 7 8 9 10 11 12", "6.3": "1 2 3 4",
    "6.4": "1 2 3 4", "6.5": "1 2 3 4 5", "6.6": "1 2 3", "6.8": "1 2 3 4", "7.1": "1 2 3", "7.2": "1 2 3 4",
    "7.3": "1 2", "7.4": "1 2 3 4 5", "7.5": "1 2", "7.6": "1 2", "8.1": "1 2", "8.2": "1 2 3", "8.3": "1", "8.4": "1",
    "9.1": "1 2 3", "9.2": "1 2 3 4", "10.1": "1 2", "10.2": "1 2", "10.3": "1 2 3 4",
    "10.4": "1 2 3 4 5 6 7 8 9 10 11", "10.5": "1 2 3 4 5", "10.6": "1 2", "10.7": "1 2 3", "11.1": "1 2",
    "11.2": "1 2 3", "11.3": "1 2 3", "11.4": "1 2 3 4", "11.5": "1", "11.6": "1", "12.1": "1 2 3", "12.2": "1 2",
    "12.3": "1 2 3 4", "13.1": "1", "13.2": "1 2 3 4 5", "13.3": "1 2", "13.4": "1 2 3 4 5", "14.1": "1 2",
    "14.2": "1 2 3 4", "14.3": "1 2 3", "15.1": "1 2 3", "15.2": "1 2 3", "15.3": "1 2 3 4 5 6 7", "16.1": "1",
    "16.2": "1 2 3 4 5", "16.3": "1 2 3 4", "16.4": "1 2 3", "16.5": "1 2 3",
}  # fmt: skip
"""The requirements of levels 1 and 2 by section, as in the table of ASVS 5.0.0. Level 3 and WebRTC (V17) are left out."""


def named(numbers: str) -> Iterator[str]:
    for part in numbers.split(", "):
        first, _, last = part.strip().partition(" to ")
        section, _, start = first.rpartition(".")
        end = (last or first).rpartition(".")[2]
        yield from (f"{section}.{number}" for number in range(int(start), int(end) + 1))


def test_every_requirement_of_levels_1_and_2_is_named_once() -> None:
    found = Counter(number for row in ROW.finditer(PAGE) for number in named(row["numbers"]))
    assert not [number for number, count in found.items() if count > 1]
    assert set(found) == {f"{section}.{number}" for section, numbers in NUMBERED.items() for number in numbers.split()}


def test_each_has_a_state_and_what_is_not_held_has_a_reason() -> None:
    for row in ROW.finditer(PAGE):
        assert row["state"] in {"held", "partly", "open", "provider", "operator", "none"}, row[0]
        assert row["why"].strip(), row[0]


def test_the_tests_that_it_names_exist() -> None:
    paths = set(re.findall(r"`(tests/[\w/.]+)`", PAGE))
    assert len(paths) > 20
    assert [path for path in paths if not (ROOT / path).exists()] == []
