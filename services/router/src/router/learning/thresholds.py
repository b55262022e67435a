"""When may a model that never saw a real complaint place by itself? Thresholds that hold on every source.

A source is where real complaints come from: a city, a channel. A field goes on by itself only where several sources
agree that it may; whether that holds on a source nobody looked at is told by leaving out each in turn.
"""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from typing import Any, Final, NamedTuple

from scipy.stats import beta

from router.learning.examples import Example
from router.reading.classifier import ForwardingRule, Model
from router.reading.reader import Reader, TextToRead
from schemas.base.values import Level

STEPS: Final = (0.97, 0.98, 0.99, 0.995)
"""Thresholds that are tried, lowest first: what is less sure is not trusted in a place that nobody has measured."""
LEAST: Final = 20
"""So many texts must have gone on."""
BOUND, CONFIDENCE = 0.93, 0.8
"""Of these so many must be right, at the lower end of a one-sided interval (Clopper and Pearson 1934)."""
WRONG: Final = 0.05
"""On each source at most so many may be wrong, or a single one."""
SOURCES: Final = 2
"""So many sources must have some; one for a field that the law gives to a national body alone."""
BATCH: Final = 200


class ForwardedText(NamedTuple):
    """A text that would go on by itself if its probability were enough. `right`: to a field of who answered."""

    source: str
    sector: str
    score: float
    right: bool


def going(
    source: str, reader: Reader, model: Model, examples: Sequence[Example], meant: Mapping[str, Sequence[str]]
) -> list[ForwardedText]:
    """Those of these texts that all but the threshold lets go on."""
    own = model.caution
    open_ = model.with_rule(ForwardingRule(0.0, {}, own.agreement, own.doubtful))
    judged = [each for each in examples if each.label in meant]
    found: list[ForwardedText] = []
    for at in range(0, len(judged), BATCH):
        some = judged[at : at + BATCH]
        read = reader.with_model(open_).words([TextToRead(each.text, "", each.place) for each in some])
        found += [
            ForwardedText(source, words.sector, words.score, words.sector in meant[each.label or ""])
            for each, (words, _) in zip(some, read, strict=True)
            if words.sector is not None and not words.misconduct
        ]
    return found


def thresholds(texts: Sequence[ForwardedText], homes: Mapping[str, Level], shared: frozenset[str]) -> dict[str, float]:
    """The lowest threshold of each field that may go on by itself. `shared`: fields that never may."""
    fields: dict[str, list[ForwardedText]] = defaultdict(list)
    for each in texts:
        fields[each.sector].append(each)
    chosen = {
        sector: next((step for step in STEPS if _holds(sector, some, step, homes)), None)
        for sector, some in sorted(fields.items())
        if sector not in shared
    }
    return {sector: step for sector, step in chosen.items() if step is not None}


def _holds(sector: str, texts: Sequence[ForwardedText], step: float, homes: Mapping[str, Level]) -> bool:
    on = [each for each in texts if each.score >= step]
    right = sum(each.right for each in on)
    if len(on) < LEAST or _lowest(right, len(on)) < BOUND:
        return False
    sources = Counter(each.source for each in on)
    wrong = Counter(each.source for each in on if not each.right)
    enough = 1 if homes.get(sector) is Level.NATIONAL else SOURCES
    return len(sources) >= enough and all(wrong[name] <= max(1.0, WRONG * count) for name, count in sources.items())


def _lowest(right: int, count: int) -> float:
    return float(beta.ppf(1 - CONFIDENCE, right, count - right + 1)) if right else 0.0


def on_a_new_source(
    texts: Sequence[ForwardedText], counts: Mapping[str, int], homes: Mapping[str, Level], shared: frozenset[str]
) -> list[dict[str, Any]]:
    """One row a source: what would go on there, and how rightly, by thresholds chosen on the others alone."""
    rows = []
    for source, count in counts.items():
        chosen = thresholds([each for each in texts if each.source != source], homes, shared)
        on = [each for each in texts if each.source == source and each.score >= chosen.get(each.sector, 2.0)]
        rows.append(row(source, count, on))
    return rows


def row(source: str, count: int, on: Sequence[ForwardedText]) -> dict[str, Any]:
    """How many of so many texts go on, and how many of these rightly."""
    right = sum(each.right for each in on)
    share = right / len(on) if on else None
    return {"source": source, "texts": count, "forwarded": len(on), "share": len(on) / max(1, count), "right": share}
