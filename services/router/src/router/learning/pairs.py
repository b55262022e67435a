"""Draws pairs of texts for a person to label as "same matter or not", and reads the labelled pairs.

Pairs that duplicate detection joins tell nothing about those it misses. So one third are surely the same by the rules,
one third perhaps, and one third only share a word of the location.
"""

import csv
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from itertools import combinations
from pathlib import Path
from random import Random
from typing import Final, NamedTuple
from uuid import UUID

from router.duplicates.compare import Certainty, ComparableReport, comparable, compare
from router.duplicates.features import FeatureExtractor, feature_data
from router.learning.examples import BadExamples, csv_rows
from schemas.complaint.state import new
from schemas.deadlines.policies import Policies

LABELS: Final[Mapping[str, bool]] = {"1": True, "0": False}
COLUMNS: Final = ("same", "one", "other")
CROWD: Final = 60
"""A word that more texts of one place share tells no location."""
SEED: Final = 7


class DatedText(NamedTuple):
    """The text of a report, its place by name, and when it came, as far as known."""

    text: str
    place: tuple[str, ...] = ()
    at: datetime | None = None


class TextPair(NamedTuple):
    """Two texts. The labelling person does not see what the rules make of them."""

    one: str
    other: str


def labelled(path: Path) -> tuple[list[tuple[bool, str, str]], int]:
    """The labelled pairs of a file, and the number of unlabelled ones.

    Raises:
        BadExamples: no such file, or not a table of pairs; names the line and the column.
    """
    found, total = [], 0
    for line, row in csv_rows(path, COLUMNS):
        total += 1
        same = (row["same"] or "").strip()
        if same and same not in LABELS:
            raise BadExamples(f"{path}, line {line}: same is {same[:20]!r}; it must be 1, 0 or empty")
        if not (row["one"] or "").strip() or not (row["other"] or "").strip():
            raise BadExamples(f"{path}, line {line}: one or other is empty")
        if same:
            found.append((LABELS[same], row["one"], row["other"]))
    if not found:
        raise BadExamples(f"{path}: no pair has 1 (the same matter) or 0 in the column same")
    return found, total - len(found)


def texts(path: Path, text: str, place: Sequence[str], date: str | None) -> list[DatedText]:
    """The texts of a CSV file, by its columns. Raises BadExamples."""
    found = []
    for line, row in csv_rows(path, (text, *place, *([date] if date else ()))):
        try:
            day = (row[date] or "").strip() if date else ""
            at = datetime.fromisoformat(day).replace(tzinfo=None) if day else None
        except ValueError as error:
            raise BadExamples(f"{path}, line {line}: {date} is no date; one looks like 2026-04-14") from error
        if words := (row[text] or "").strip():
            found.append(DatedText(words, tuple((row[name] or "").strip().casefold() for name in place), at))
    return found


def drawn(reports: Sequence[DatedText], count: int, policies: Policies) -> list[TextPair]:
    """Draw up to `count` pairs of one place and time, a third of each kind if there are enough. Deterministic."""
    reader = FeatureExtractor(feature_data())
    cases = [
        comparable(new(UUID(int=number))._replace(text=each.text), reader, "00.00")
        for number, each in enumerate(reports, 1)
    ]
    kinds: dict[Certainty, list[TextPair]] = defaultdict(list)
    for a, b in _near(reports, cases, policies):
        kinds[compare(cases[a], cases[b], policies).certainty].append(TextPair(reports[a].text, reports[b].text))
    random = Random(SEED)  # noqa: S311 - nothing secret
    found: list[TextPair] = []
    for left, kind in zip((3, 2, 1), (Certainty.SURE, Certainty.POSSIBLE, Certainty.DIFFERENT), strict=True):
        pairs = kinds[kind]
        found += random.sample(pairs, min(len(pairs), (count - len(found)) // left))
    random.shuffle(found)
    return found


def _near(
    reports: Sequence[DatedText], cases: Sequence[ComparableReport], policies: Policies
) -> Iterator[tuple[int, int]]:
    """Pairs of one place and time that share a word of the location."""
    by_word: dict[tuple[tuple[str, ...], str], list[int]] = defaultdict(list)
    for at, each in enumerate(cases):
        for word in each.features.where:
            by_word[reports[at].place, word].append(at)
    pairs = {pair for some in by_word.values() if len(some) <= CROWD for pair in combinations(some, 2)}
    for a, b in sorted(pairs):
        one, other = reports[a], reports[b]
        if one.text != other.text and _at_one_time(one, other, policies):
            yield a, b


def _at_one_time(one: DatedText, other: DatedText, policies: Policies) -> bool:
    """Whether their dates allow joining; True if one has no date."""
    if one.at is None or other.at is None:
        return True
    later = max(one.at, other.at).replace(tzinfo=UTC)
    return abs(one.at - other.at) <= timedelta(days=policies.at(later).join_d)


def write(path: Path, pairs: Sequence[TextPair]) -> None:
    """Write the table to fill in, readable by its owner alone since it holds reporters' words."""
    path.touch(mode=0o600)
    with path.open("w", encoding="utf-8", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(COLUMNS)
        rows.writerows(("", each.one, each.other) for each in pairs)
