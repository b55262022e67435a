"""Chooses auto-forward thresholds for a model that was trained without real complaints.

A source is where real complaints come from: a city, a channel. A sector is forwarded automatically only above a
threshold that held on several sources. How that works on an unknown source is measured by leaving out each in turn.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any, Final, NamedTuple

from scipy.stats import beta

from router.learning.examples import Example
from router.reading.classifier import ForwardingRule, Model
from router.reading.reader import Reader, TextToRead
from router.reading.rules import TextReading
from schemas.base.values import Level

STEPS: Final = (0.97, 0.98, 0.99, 0.995)
"""The thresholds that are tried, lowest first."""
LEAST: Final = 20
"""Fewest forwarded texts on which a threshold may be based."""
BOUND, CONFIDENCE = 0.93, 0.8
"""Least share of correct texts, at the lower end of a one-sided interval (Clopper and Pearson 1934)."""
WRONG: Final = 0.05
"""Most wrong texts on each source, as a share; a single one is always allowed."""
SOURCES: Final = 2
"""Fewest sources with forwarded texts; one is enough for a sector that the law gives to a national body alone."""
BATCH: Final = 200


class ForwardedText(NamedTuple):
    """A text that is forwarded if its score reaches the threshold. `right`: the answering office has the sector."""

    source: str
    sector: str
    score: float
    right: bool


def readings(reader: Reader, examples: Sequence[Example]) -> list[TextReading]:
    """What the reader makes of each text; without a sector if it suspects misconduct, which goes to an inspectorate."""
    found: list[TextReading] = []
    for at in range(0, len(examples), BATCH):
        batch = reader.words(
            [TextToRead(each.text, each.addressed_to, each.place) for each in examples[at : at + BATCH]]
        )
        found += [words._replace(sector=None) if words.misconduct else words for words, *_ in batch]
    return found


def judged_here(homes: Mapping[str, Level], levels: Collection[Level]) -> Callable[[str | None], bool]:
    """Whether a source can judge a sector: its bodies of that level answer there. A city's own channel never shows a
    ministry's answer, so what is forwarded to one there is neither right nor wrong.
    """
    return lambda sector: sector is None or homes.get(sector, Level.NATIONAL) in levels


def forwardable(
    source: str, reader: Reader, model: Model, examples: Sequence[Example], offices: Mapping[str, Sequence[str]],
    levels: Collection[Level] = tuple(Level),
) -> list[ForwardedText]:  # fmt: skip
    """The texts that everything but the threshold allows to forward. `offices`: sectors by kind of office; `levels`: of
    the bodies that answer in this source.
    """
    here = judged_here(reader.rules.homes, levels)
    without_threshold = model.with_rule(ForwardingRule(0.0, {}, model.rule.agreement, model.rule.doubtful))
    judged = [each for each in examples if each.label in offices]
    return [
        ForwardedText(source, words.sector, words.score, words.sector in offices[each.label or ""])
        for each, words in zip(judged, readings(reader.with_model(without_threshold), judged), strict=True)
        if words.sector is not None and here(words.sector)
    ]


def thresholds(texts: Sequence[ForwardedText], homes: Mapping[str, Level], shared: frozenset[str]) -> dict[str, float]:
    """The lowest threshold of each sector that may be forwarded. `shared`: sectors that never may."""
    by_sector: dict[str, list[ForwardedText]] = defaultdict(list)
    for each in texts:
        by_sector[each.sector].append(each)
    chosen = {
        sector: next((step for step in STEPS if _holds(sector, some, step, homes)), None)
        for sector, some in sorted(by_sector.items())
        if sector not in shared
    }
    return {sector: step for sector, step in chosen.items() if step is not None}


def _holds(sector: str, texts: Sequence[ForwardedText], step: float, homes: Mapping[str, Level]) -> bool:
    on = [each for each in texts if each.score >= step]
    right = sum(each.right for each in on)
    if len(on) < LEAST or _lower_bound(right, len(on)) < BOUND:
        return False
    sources = Counter(each.source for each in on)
    wrong = Counter(each.source for each in on if not each.right)
    enough = 1 if homes.get(sector) is Level.NATIONAL else SOURCES
    return len(sources) >= enough and all(wrong[name] <= max(1.0, WRONG * count) for name, count in sources.items())


def _lower_bound(right: int, count: int) -> float:
    return float(beta.ppf(1 - CONFIDENCE, right, count - right + 1)) if right else 0.0


def on_a_new_source(
    texts: Sequence[ForwardedText], counts: Mapping[str, int], homes: Mapping[str, Level], shared: frozenset[str]
) -> list[dict[str, Any]]:
    """One row per source: what would be forwarded there, and how correctly, by thresholds chosen on the others alone.

    `counts`: texts per source.
    """
    rows = []
    for source, count in counts.items():
        chosen = thresholds([each for each in texts if each.source != source], homes, shared)
        on = [each for each in texts if each.source == source and each.score >= chosen.get(each.sector, 2.0)]
        right = sum(each.right for each in on) / len(on) if on else None
        share = len(on) / max(1, count)
        rows.append({"source": source, "texts": count, "forwarded": len(on), "share": share, "right": right})
    return rows
