"""Pairs of texts for a person to label, and what labelled pairs say of joining.

Who measures joining on the pairs that it joins learns nothing of those it misses. So a third are surely alike by the
rules, a third perhaps, and a third share a word of the spot and no more: hard ones.
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
from router.learning.examples import BadExamples
from schemas.complaint.state import new
from schemas.deadlines.policies import Policies

LABELS: Final[Mapping[str, bool]] = {"1": True, "0": False}
COLUMNS: Final = ("same", "one", "other")
CROWD: Final = 60
"""A word of the spot that more of one place's texts have tells no spot."""
SEED: Final = 7
LONGEST: Final = 10_000_000


class DatedText(NamedTuple):
    """A report's words, where it is by name, and when it came; both only if they are known."""

    said: str
    place: tuple[str, ...] = ()
    at: datetime | None = None


class TextPair(NamedTuple):
    """Two texts; what the rules make of them is not shown to who labels them."""

    one: str
    other: str


def labelled(path: Path) -> tuple[list[tuple[bool, str, str]], int]:
    """The labelled pairs of a file, and how many are not labelled yet.

    Raises:
        BadExamples: no such file, or not a table of pairs; names the line and the column.
    """
    rows = list(_rows(path, COLUMNS))
    found = []
    for line, row in rows:
        said = (row["same"] or "").strip()
        if said and said not in LABELS:
            raise BadExamples(f"{path}, line {line}: same is {said[:20]!r}; it must be 1, 0 or empty")
        if not (row["one"] or "").strip() or not (row["other"] or "").strip():
            raise BadExamples(f"{path}, line {line}: one or other is empty")
        if said:
            found.append((LABELS[said], row["one"], row["other"]))
    if not found:
        raise BadExamples(f"{path}: no pair has 1 (the same matter) or 0 in the column same")
    return found, len(rows) - len(found)


def texts(path: Path, text: str, place: Sequence[str], date: str | None) -> list[DatedText]:
    """The texts of a file. Raises BadExamples."""
    found = []
    for line, row in _rows(path, (text, *place, *([date] if date else ()))):
        try:
            day = (row[date] or "").strip() if date else ""
            at = datetime.fromisoformat(day).replace(tzinfo=None) if day else None
        except ValueError as error:
            raise BadExamples(f"{path}, line {line}: {date} is no date; one looks like 2026-04-14") from error
        if said := (row[text] or "").strip():
            found.append(DatedText(said, tuple((row[name] or "").strip().casefold() for name in place), at))
    return found


def drawn(given: Sequence[DatedText], count: int, policies: Policies) -> list[TextPair]:
    """So many pairs of one place and time, a third of each kind where there are enough; the same for the same texts."""
    reader = FeatureExtractor(feature_data())
    cases = [_case(each.said, reader, number) for number, each in enumerate(given, 1)]
    kinds: dict[Certainty, list[TextPair]] = defaultdict(list)
    for a, b in _near(given, cases, policies):
        kinds[compare(cases[a], cases[b], policies).certainty].append(TextPair(given[a].said, given[b].said))
    random = Random(SEED)  # noqa: S311 - nothing secret
    found: list[TextPair] = []
    for left, kind in zip((3, 2, 1), (Certainty.SURE, Certainty.ALIKE, Certainty.OTHER), strict=True):
        some = kinds[kind]
        found += random.sample(some, min(len(some), (count - len(found)) // left))
    random.shuffle(found)
    return found


def _near(
    given: Sequence[DatedText], cases: Sequence[ComparableReport], policies: Policies
) -> Iterator[tuple[int, int]]:
    """Pairs of one place and time that share a word of the spot."""
    having: dict[tuple[tuple[str, ...], str], list[int]] = defaultdict(list)
    for at, each in enumerate(cases):
        for word in each.features.where:
            having[given[at].place, word].append(at)
    pairs = {pair for some in having.values() if len(some) <= CROWD for pair in combinations(some, 2)}
    for a, b in sorted(pairs):
        one, other = given[a], given[b]
        if one.said != other.said and _at_one_time(one, other, policies):
            yield a, b


def _at_one_time(one: DatedText, other: DatedText, policies: Policies) -> bool:
    """Whether they may be joined by their dates; True if one has none."""
    if one.at is None or other.at is None:
        return True
    later = max(one.at, other.at).replace(tzinfo=UTC)
    return abs(one.at - other.at) <= timedelta(days=policies.at(later).join_d)


def _case(text: str, reader: FeatureExtractor, number: int) -> ComparableReport:
    return comparable(new(UUID(int=number))._replace(text=text), reader, "00.00")


def write(path: Path, pairs: Sequence[TextPair]) -> None:
    """A table to fill in. Holds reporters' words: readable by its owner alone."""
    path.touch(mode=0o600)
    with path.open("w", encoding="utf-8", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(COLUMNS)
        rows.writerows(("", each.one, each.other) for each in pairs)


def _rows(path: Path, wanted: Sequence[str]) -> Iterator[tuple[int, dict[str, str]]]:
    csv.field_size_limit(LONGEST)
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.DictReader(file)
            there = [name for name in reader.fieldnames or () if name]
            if missing := [name for name in wanted if name not in there]:
                raise BadExamples(f"{path}: no column {', '.join(missing)} (it has {', '.join(there) or 'none'})")
            for row in reader:
                yield reader.line_num, row
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise BadExamples(f"{path}: {error}") from error
