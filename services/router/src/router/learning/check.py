"""Chooses when a trained model may forward a text, on labelled texts of the place where it will read.

The thresholds are chosen on the newest texts by a model that learned from the older ones: offices and their habits
change, and random folds promise more than the next month keeps. Few labels are used several times: each of up to four
slices of time is read by a model of what is older. Every place with enough checked texts has its own threshold.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, Final, NamedTuple

import numpy as np

from router.learning.examples import Example
from router.learning.linear_parts import text_key
from router.learning.metrics import NEVER, Array, ScoredTexts, surest, threshold_for
from router.learning.training import TrainingOptions, inputs_of
from router.reading.classifier import ForwardingRule, Model, source_of
from router.reading.features import words

NEWEST: Final = 0.2
"""Share of the dated texts that a slice has; a third if that is less than `LEAST`."""
LEAST: Final = 20
"""Fewest texts of a slice."""
WANTED: Final = 300
"""Texts that are checked if there are as many: older slices are added until then."""
SLICES: Final = 4
ALONE: Final = 59
"""Fewest texts of a place with a threshold of its own: fewer cannot show that 95 % are right (`threshold_for`)."""
MOST: Final = 3_000
"""Most checked texts: the newest."""
BATCH: Final = 200
EPOCH: Final = datetime.min.replace(tzinfo=UTC)


class Check(NamedTuple):
    """The forwarding rule, and what the card tells of the texts on which it was chosen."""

    rule: ForwardingRule
    record: dict[str, Any]


UNCHECKED: Final = Check(
    ForwardingRule(NEVER), {"by": "nothing: no local labels, so the model forwards nothing", "texts": 0}
)


class Slice(NamedTuple):
    """Indices of examples: the newest slice, which is not learned, and those of it that are checked."""

    held: frozenset[int]
    checked: list[int]


def newest(examples: Sequence[Example], local: Sequence[int]) -> list[Slice]:
    """Slices of the examples `local`, which are indices, from the newest one; none if too few have a date.

    Examples without a date are taken for older ones. A text that occurs in an older example too, or twice, is not
    checked: it would be recognised, not read.
    """
    dated = sorted((at for at in local if examples[at].at is not None), key=lambda at: examples[at].at or EPOCH)
    fifth = int(NEWEST * len(dated))
    size = min(MOST, fifth if fifth >= LEAST else len(dated) // 3)
    if size < LEAST:
        return []
    count = min(SLICES, -(-WANTED // size), len(dated) // size - 1)
    found = []
    for end in (len(dated) - size * at for at in range(count)):
        held = frozenset(dated[end - size :])
        rows = dated[end - size : end]
        found.append(Slice(held, _distinct(examples, rows, set(range(len(examples))) - held)))
    return found


def newest_of_all(examples: Sequence[Example]) -> list[Example]:
    """The newest of examples that the model learned nothing from, each text once; those without a date are older."""
    order = sorted(range(len(examples)), key=lambda at: examples[at].at or EPOCH)
    return [examples[at] for at in _distinct(examples, order, ())[-MOST:]]


def _distinct(examples: Sequence[Example], rows: Sequence[int], others: Iterable[int]) -> list[int]:
    seen = {text_key(examples[at].text) for at in others}
    found = []
    for at in rows:
        if (key := text_key(examples[at].text)) not in seen:
            seen.add(key)
            found.append(at)
    return found


def scored_by(model: Model, examples: Sequence[Example], options: TrainingOptions) -> ScoredTexts:
    """The model's scores of these texts."""
    inputs = inputs_of(examples, options)
    parts = [model.probabilities(inputs[at : at + BATCH]) for at in range(0, len(inputs), BATCH)]
    probabilities = np.concatenate(parts).astype(np.float64)
    return ScoredTexts(model.labels, probabilities, tuple(str(each.label) for each in examples))


def check(
    scored: ScoredTexts, examples: Sequence[Example], rule: ForwardingRule, options: TrainingOptions, by: str,
    latest: int | None = None,
) -> Check:  # fmt: skip
    """Thresholds that hold on these texts, none of which the model learned.

    `rule`: what else must hold; labels with a threshold above 1 in it stay without any. `by`: how the texts were
    chosen. `latest`: how many at their beginning are the newest slice, on which a threshold must hold too.
    """
    confidence, correct = _forwardable(scored, examples, rule, options), scored.correct
    new = np.arange(len(examples)) < (len(examples) if latest is None else latest)

    def least(rows: Array) -> float:
        return threshold_for(confidence[rows], correct[rows], options.target, new[rows])

    sources = _sources(examples)
    own = {name: least(rows) for name, rows in sources.items() if name is not None}
    rest = sources.get(None, np.array([], np.int64))
    threshold = least(rest)
    own |= dict.fromkeys(_worse(confidence >= threshold, correct, examples, rest, options.target), NEVER)
    if own and "" not in own:
        own[""] = max(own.values())
    chosen = ForwardingRule(threshold, rule.thresholds, rule.agreement, rule.doubtful, own)
    return Check(chosen, _record(chosen, examples, confidence, correct, new, by, options.target))


def _forwardable(
    scored: ScoredTexts, examples: Sequence[Example], rule: ForwardingRule, options: TrainingOptions
) -> Array:
    """The confidence of each text, 0 where the rule's other conditions do not hold."""
    confidence = scored.confidence.copy()
    for at, each in enumerate(examples):
        never = rule.thresholds.get(str(scored.best[at]), 0.0) > 1 or not rule.doubtful.isdisjoint(words(each.text))
        if never or (rule.agreement and next((n for n, _ in options.hints(each.text)), None) != scored.best[at]):
            confidence[at] = 0.0
    return np.asarray(confidence)


def _sources(examples: Sequence[Example]) -> Mapping[str | None, Array]:
    """The indices of the texts of each place with enough texts, and under None those of all others."""
    found: dict[str | None, list[int]] = defaultdict(list)
    for at, each in enumerate(examples):
        found[source_of(each.place)].append(at)
    small = [name for name, rows in found.items() if len(rows) < ALONE]
    rest = sorted(at for name in small for at in found.pop(name))
    if set(found) <= {""}:  # no place stands out: one threshold for all
        return {None: np.array(sorted([*rest, *found.get("", [])]), np.int64)}
    return {name: np.array(rows, np.int64) for name, rows in (*found.items(), (None, rest)) if rows}


def _worse(on: Array, correct: Array, examples: Sequence[Example], rest: Array, target: float) -> set[str]:
    """Small places where fewer are right than promised by the threshold that all small places have together."""
    names = np.array([source_of(examples[at].place) for at in rest], object)
    shares = {name: correct[rest][(names == name) & on[rest]] for name in set(names)}
    return {name for name, right in shares.items() if name and len(right) and right.mean() < target}


def _record(
    rule: ForwardingRule, examples: Sequence[Example], confidence: Array, correct: Array, new: Array, by: str,
    target: float,
) -> dict[str, Any]:  # fmt: skip
    names = [source_of(each.place) for each in examples]
    on = np.array(
        [score >= rule.sources.get(name, rule.threshold) for score, name in zip(confidence, names, strict=True)]
    )
    days = sorted(each.at.date().isoformat() for each in examples if each.at is not None)
    found: dict[str, Any] = {
        "by": by, "target": target, "texts": len(examples),
        "forwarded": int(on.sum()), "right": int(correct[on].sum()),
    }  # fmt: skip
    if not rule.forwards:
        found["surely_right"] = round(surest(confidence, correct, new), 3)
    if days:
        found |= {"since": days[0], "until": days[-1]}
    own = [name for name in rule.sources if name in names]
    at = {name: np.array([each == name for each in names]) for name in own}
    found["sources"] = {
        name or "no place": {
            "texts": int(rows.sum()), "forwarded": int((on & rows).sum()), "right": int(correct[on & rows].sum())
        }
        for name, rows in at.items()
    }  # fmt: skip
    return found
