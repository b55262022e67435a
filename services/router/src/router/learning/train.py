"""From labelled texts to a model file with its card: own sentences beside an operator's history."""

import json
from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import date
from hashlib import sha256
from importlib.resources import files
from pathlib import Path
from typing import Any, Final, NamedTuple

from router.learning.examples import Example
from router.learning.metrics import ScoredTexts, accuracy, calibration_error, coverage_at, forwarded, macro_f1, top
from router.learning.synthetic import FILE, generate, sentence_data
from router.learning.training import ENOUGH, TrainedModel, TrainingOptions, train
from router.lexicon.files import read_data, read_toml, rule_data
from router.reading.classifier import UNCLEAR, ForwardingRule, Model
from router.reading.features import terms, words
from router.reading.model_files import ModelCard, digest
from router.reading.reader import hints
from router.reading.rules import Rules, SectorScore

SURE_FILE: Final = "sure.toml"
OFFICES_FILE: Final = "offices.toml"
OWN: Final = "own sentences"
HISTORY: Final = "own history"


class ExampleSource(NamedTuple):
    """Where examples came from: a name for the card, and a digest of the content."""

    name: str
    digest: str


def rules_hints(rules: Rules) -> Any:
    """The rules' scores of a text, as the model sees them while it places."""

    def scores(text: str) -> Iterable[SectorScore]:
        return hints(rules.scan(text).verdict.scored)

    return scores


def own_examples() -> list[Example]:
    """Those made of the sentences that ship."""
    return list(generate(sentence_data()))


def with_own(examples: Sequence[Example], *, elsewhere: bool = False) -> list[Example]:
    """An operator's examples and our own: these as sectors, else of no label.

    `elsewhere`: to be read in another place than where the examples come from; ours then also teach the kinds of office
    that have their sectors. (Where they come from, ours only blur what is known better.)
    """
    own = own_examples()
    known = set(sentence_data().sectors)
    counted = Counter(each.label for each in examples if each.label)
    if set(counted) <= known | {UNCLEAR}:
        return [*examples, *own]
    answering = {UNCLEAR: UNCLEAR} | (_answering([label for label, _ in counted.most_common()]) if elsewhere else {})
    return [*examples, *(each._replace(label=answering.get(each.label or "")) for each in own)]


def offices() -> dict[str, list[str]]:
    """The fields of an office of each kind, the most its own first."""
    return read_toml(OFFICES_FILE)


def _answering(labels: Sequence[str]) -> dict[str, str]:
    """Of these kinds of office, the one that has each field: for which it is most its own, then which comes first."""
    claims = [(rank, at, sector) for at, label in enumerate(labels)
              for rank, sector in enumerate(offices().get(label, ()))]  # fmt: skip
    return {sector: labels[at] for _, at, sector in sorted(claims, reverse=True)}


def caution_for(examples: Sequence[Example]) -> ForwardingRule | None:
    """That of the model that ships, for sectors of which too few reporters' texts tell; else None: what they tell."""
    real = [each for each in examples if each.label is not None and not each.own]
    sectors = {each.label for each in real} <= set(sentence_data().sectors)
    return default_caution() if sectors and len(real) < ENOUGH else None


def history_source(examples: Sequence[Example]) -> ExampleSource:
    """An operator's history, for the card."""
    return ExampleSource(HISTORY, digest("\n".join(each.text for each in examples).encode()))


def source(path: Path) -> ExampleSource:
    """A file, for the card."""
    return ExampleSource(path.name, digest(path.read_bytes()))


def own_source() -> ExampleSource:
    """Our own sentences, for the card."""
    return ExampleSource(OWN, digest(files("router").joinpath("data", FILE).read_bytes()))


def learn(
    examples: Sequence[Example], sources: Sequence[ExampleSource], name: str, made_on: date,
    caution: ForwardingRule | None = None, making: TrainingOptions | None = None,
) -> tuple[Model, ModelCard]:  # fmt: skip
    """A model of these examples, and its card.

    Raises:
        ValueError: fewer than two labels.
    """
    rules = Rules(rule_data())
    making = making or TrainingOptions(rules_hints(rules))
    made = train(examples, "", showable_terms(), making)
    weights = made.model.weights
    plain = made.model
    own = plain.caution if caution is None else caution
    version = f"{name}-{made_on.isoformat()}-{name_of(plain, own)}"
    model = Model(version, plain.labels, plain.vocabulary, weights, own, plain.tellable)
    return model, _card(version, made_on, examples, sources, made, making, own, rules.version)


def name_of(model: Model, caution: ForwardingRule) -> str:
    """What tells this model from every other: a digest of all that it decides by."""
    decides = json.dumps(
        [model.labels, caution.threshold, sorted(caution.thresholds.items()), caution.agreement,
         sorted(caution.doubtful), model.weights.sharpness]
    )  # fmt: skip
    weights = model.weights.matrix.tobytes() + model.weights.bias.tobytes()
    return sha256(weights + decides.encode()).hexdigest()[:8]


def showable_terms() -> set[str]:
    """Words and pairs of words that may be shown: those of our own lists and sentences, a reporter's never."""
    found: set[str] = set()
    data = sentence_data()
    for sector in data.sectors.values():
        for sentence in (*sector.says, *sector.about):
            for part in sentence.replace("{", "|").replace("}", "|").split("|"):
                found.update(term for term in terms(words(part)) if len(term) > 2)
    return found - _filler()


def default_caution() -> ForwardingRule:
    """When the default model may place by itself."""
    said = read_toml(SURE_FILE)
    thresholds = {sector: float(said["sectors"].get(sector, said["others"])) for sector in sentence_data().sectors}
    return ForwardingRule(float(said["others"]), thresholds, said["agreement"], frozenset(said["ward"]))


def shared_fields() -> frozenset[str]:
    """Fields that a model without history never places by itself: two bodies answer for the same counter."""
    return frozenset(read_toml(SURE_FILE)["shared"])


def _filler() -> set[str]:
    """Words of no sector: those of greetings, pleas and frames."""
    frames = sentence_data().frames
    plain = (*frames.openers, *frames.closers, *frames.wishes, *frames.questions, *sentence_data().unclear.says)
    return {word for sentence in plain for word in words(sentence)}


def _card(
    version: str,
    made_on: date,
    examples: Sequence[Example],
    sources: Sequence[ExampleSource],
    made: TrainedModel,
    making: TrainingOptions,
    caution: ForwardingRule,
    rules: str,
) -> ModelCard:
    labelled = [each for each in examples if each.label is not None]
    return ModelCard(
        version=version,
        made_on=made_on,
        rules=rules,
        data={
            "sources": [each._asdict() for each in sources],
            "examples": len(labelled),
            "labels": dict(sorted(Counter(each.label for each in labelled).items())),
            "with_class": sum(each.kind is not None for each in examples),
        },
        split=f"{making.folds}-fold over groups of like examples, for figures, probabilities and threshold alike",
        figures=figures(made.unseen, made.model.caution.threshold, making.target),
        threshold=caution.threshold,
        thresholds=dict(caution.thresholds),
        agreement=caution.agreement,
        doubtful=tuple(sorted(caution.doubtful)),
        sharpness=made.model.weights.sharpness,
        rarest=made.model.vocabulary.rarest,
        target=making.target,
    )


def figures(judged: ScoredTexts, threshold: float, target: float) -> dict[str, Any]:
    """The figures of a card, from texts that were not learned from."""
    share, right = forwarded(judged, threshold)
    found = {
        "accuracy": accuracy(judged), "macro_f1": macro_f1(judged), "top_3": top(judged),
        "calibration_error": calibration_error(judged), "coverage_at_target": coverage_at(judged, target),
        "forwarded_at_threshold": share, "right_among_forwarded": right,
    }  # fmt: skip
    return {name: round(value, 4) for name, value in found.items()} | {"texts": len(judged.wanted)}


def sentence_file() -> str:
    """The sentences as they are, for whoever checks that the default model was made of them."""
    return read_data(FILE)
