"""From labelled texts to a model and its card: an operator's examples together with our own sentences."""

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from hashlib import sha256
from pathlib import Path
from typing import Any, Final, NamedTuple

from router.learning.check import UNCHECKED, Check, Slice, check, newest, newest_of_all, scored_by
from router.learning.examples import Example
from router.learning.linear_parts import ENOUGH
from router.learning.metrics import NEVER, ScoredTexts, accuracy, calibration_error, coverage_at, joined, macro_f1, top
from router.learning.synthetic import FILE, generate, sentence_data
from router.learning.training import Corpus, Hints, TrainedModel, TrainingOptions
from router.lexicon.files import read_data, read_toml, rule_data
from router.reading.classifier import UNCLEAR, ForwardingRule, Model
from router.reading.features import terms, words
from router.reading.model_files import ModelCard, digest
from router.reading.reader import hints
from router.reading.rules import Rules, SectorScore

THRESHOLDS_FILE: Final = "sure.toml"
OFFICES_FILE: Final = "offices.toml"
OWN: Final = "own sentences"
HISTORY: Final = "own history"
NEWEST_SLICES: Final = "the newest slices of time, each by a model of the older labels"
FOLDS: Final = "random folds, since too few labels have a date"
TOO_FEW: Final = "local labels, too few to learn from"
SHIPPED: Final = "the shipped rule, chosen on other texts"


class ExampleSource(NamedTuple):
    """Where examples came from, as the card records it: a name and a digest of the content."""

    name: str
    digest: str


def rules_hints(rules: Rules) -> Hints:
    """The rules' scores of a text, as the model sees them in use."""

    def scores(text: str) -> Iterable[SectorScore]:
        return hints(rules.scan(text).decision.scored)

    return scores


def own_examples() -> list[Example]:
    """The examples made from our own sentences."""
    return list(generate(sentence_data()))


def with_own(examples: Sequence[Example], *, elsewhere: bool = False) -> list[Example]:
    """An operator's examples and our own, which keep their labels only if the operator's labels are sectors.

    `elsewhere`: the model will read texts of another place. Our own then are labelled with the kind of office that has
    their sector. (At the operator's own place that would only blur what the examples know better.)
    """
    own = [each._replace(elsewhere=elsewhere) for each in own_examples()]
    counted = Counter(each.label for each in examples if each.label)
    if set(counted) <= {*sentence_data().sectors, UNCLEAR}:
        return [*examples, *own]
    answering = {UNCLEAR: UNCLEAR} | (_answering([label for label, _ in counted.most_common()]) if elsewhere else {})
    return [*examples, *(each._replace(label=answering.get(each.label or "")) for each in own)]


def as_elsewhere(examples: Sequence[Example]) -> list[Example]:
    """Examples of another place than the one where the model will read; their places would say nothing there."""
    return [each._replace(elsewhere=True, place=()) for each in examples]


def offices() -> dict[str, list[str]]:
    """The sectors of each kind of office, the most typical first."""
    return read_toml(OFFICES_FILE)


def _answering(labels: Sequence[str]) -> dict[str, str]:
    """The kind of office for each sector: the one for which it is most typical, then the first in `labels`."""
    claims = [(rank, at, sector) for at, label in enumerate(labels)
              for rank, sector in enumerate(offices().get(label, ()))]  # fmt: skip
    return {sector: labels[at] for _, at, sector in sorted(claims, reverse=True)}


def forwarding_rule_for(examples: Sequence[Example]) -> ForwardingRule | None:
    """The shipped rule if the examples are labelled with sectors but too few; None: derive it from the examples.

    Examples from elsewhere get no rule but the one that a check on local labels gives.
    """
    if any(each.elsewhere for each in examples):
        return None
    real = [each for each in examples if each.label is not None and not each.own]
    sectors = {each.label for each in real} <= set(sentence_data().sectors)
    return default_rule() if sectors and len(real) < ENOUGH else None


def history_source(examples: Sequence[Example]) -> ExampleSource:
    """The operator's own history as a source."""
    return ExampleSource(HISTORY, digest("\n".join(each.text for each in examples).encode()))


def source(path: Path) -> ExampleSource:
    """A file as a source."""
    return ExampleSource(path.name, digest(path.read_bytes()))


def own_source() -> ExampleSource:
    """Our own sentences as a source."""
    return ExampleSource(OWN, digest(read_data(FILE).encode()))


def learn(
    examples: Sequence[Example], sources: Sequence[ExampleSource], name: str, made_on: date,
    rule: ForwardingRule | None = None, options: TrainingOptions | None = None,
) -> tuple[Model, ModelCard]:  # fmt: skip
    """Train a model and choose when it forwards; returns it with its card. `name`: start of its version.

    `rule`: a forwarding rule that was chosen before, on other texts.

    Raises:
        ValueError: fewer than two labels.
    """
    rules = Rules(rule_data())
    options = options or TrainingOptions(rules_hints(rules))
    corpus = Corpus(examples, options)
    trained = corpus.trained("", showable_terms())
    checked = _checked(corpus, trained) if rule is None else Check(rule, {"by": SHIPPED, "texts": 0})
    labelled = [each for each in examples if each.label is not None]
    local = sum(not each.elsewhere and not each.own for each in labelled)
    card = ModelCard(
        version="",
        made_on=made_on,
        rules=rules.version,
        data={
            "sources": [each._asdict() for each in sources],
            "examples": len(labelled),
            "local": local,
            "elsewhere": sum(each.elsewhere and not each.own for each in labelled),
            "labels": dict(sorted(Counter(each.label for each in labelled).items())),
            "with_class": sum(each.kind is not None for each in examples),
        },
        split=f"{options.folds}-fold over groups of like examples for figures and probabilities; thresholds: see check",
        figures=_figures(trained, options.target),
        threshold=1,
        sharpness=trained.model.weights.sharpness,
        rarest=trained.model.vocabulary.rarest,
        target=options.target,
    )
    return _with_check(trained.model, card, checked, name)


def recheck(
    model: Model, card: ModelCard, examples: Sequence[Example], made_on: date, options: TrainingOptions | None = None
) -> tuple[Model, ModelCard]:
    """A copy of a model with thresholds that hold on these examples, none of which it learned."""
    options = options or TrainingOptions(rules_hints(Rules(rule_data())))
    texts = newest_of_all(examples)
    never = dict.fromkeys(shared_sectors(), NEVER) if model.rule.agreement else {}
    rule = model.rule._replace(thresholds=never)
    checked = check(scored_by(model, texts, options), texts, rule, options, "labels that the model did not learn")
    name = card.version.rsplit(f"-{card.made_on.isoformat()}", 1)[0]
    return _with_check(model, card.model_copy(update={"made_on": made_on}), checked, name)


def _with_check(model: Model, card: ModelCard, checked: Check, name: str) -> tuple[Model, ModelCard]:
    rule = checked.rule
    model = model.with_rule(rule)
    model.version = f"{name}-{card.made_on.isoformat()}-{_digest(model)}"
    found = {
        "version": model.version, "threshold": rule.threshold, "thresholds": dict(rule.thresholds),
        "agreement": rule.agreement, "doubtful": tuple(sorted(rule.doubtful)), "sources": dict(rule.sources),
        "check": checked.record,
    }  # fmt: skip
    return model, card.model_copy(update=found)


def _checked(corpus: Corpus, trained: TrainedModel) -> Check:
    """The forwarding rule of a model, from the newest local texts, or from cross-fitting if too few have a date."""
    examples, options, free = corpus.examples, corpus.options, ForwardingRule(0.0)
    local = [at for at in corpus.labelled.tolist() if not examples[at].elsewhere and not examples[at].own]
    if not local:
        return UNCHECKED
    if parts := [part for part in newest(examples, local) if len(corpus.labels_without(part.held)) > 1]:
        texts = [examples[at] for part in parts for at in part.checked]
        return check(joined(_read_by_older(corpus, parts)), texts, free, options, NEWEST_SLICES, len(parts[0].checked))
    rows = [at for at, each in enumerate(trained.texts) if not each.elsewhere and not each.own]
    if rows:
        return check(trained.unseen.part(rows), [trained.texts[at] for at in rows], free, options, FOLDS)
    texts = newest_of_all([examples[at] for at in local])
    return check(scored_by(trained.model, texts, options), texts, free, options, TOO_FEW)


def _read_by_older(corpus: Corpus, parts: Sequence[Slice]) -> Iterator[ScoredTexts]:
    for part in parts:
        older = corpus.trained("", (), part.held)
        yield scored_by(older.model, [corpus.examples[at] for at in part.checked], corpus.options)


def check_sentence(model: Model, card: ModelCard) -> str:
    """On how many labels the forwarding rule rests, and what it kept on them."""
    found = card.check
    if not model.rule.forwards:
        sure = f", the surest of them {found['surely_right']:.1%} right" if "surely_right" in found else ""
        return (
            f"forwards nothing: {found['texts']} local labels checked{sure}; {card.target:.0%} are wanted, at the "
            "lower end of an interval: without a wrong one it takes 59"
        )
    if not found.get("texts"):
        return f"forwards by {found.get('by', 'a rule of an older release')}"
    return (
        f"thresholds rest on {found['texts']} labels ({found['by']}): {found['forwarded']} of them would be forwarded, "
        f"{found['right']} rightly"
    )


def _digest(model: Model) -> str:
    """A digest of everything that the model decides by."""
    rule = model.rule
    decides = json.dumps(
        [model.labels, rule.threshold, sorted(rule.thresholds.items()), rule.agreement,
         sorted(rule.doubtful), model.weights.sharpness, sorted(rule.sources.items())]
    )  # fmt: skip
    weights = model.weights.matrix.tobytes() + model.weights.bias.tobytes()
    return sha256(weights + decides.encode()).hexdigest()[:8]


def _figures(trained: TrainedModel, target: float) -> dict[str, Any]:
    unseen: ScoredTexts = trained.unseen
    found = {
        "accuracy": accuracy(unseen), "macro_f1": macro_f1(unseen), "top_3": top(unseen),
        "calibration_error": calibration_error(unseen), "coverage_at_target": coverage_at(unseen, target),
    }  # fmt: skip
    return {name: round(value, 4) for name, value in found.items()} | {"texts": len(unseen.expected)}


def showable_terms() -> set[str]:
    """Words and word pairs that may be shown in an explanation: those of our own sentences, never a reporter's."""
    found: set[str] = set()
    for sector in sentence_data().sectors.values():
        for sentence in (*sector.says, *sector.about):
            for part in sentence.replace("{", "|").replace("}", "|").split("|"):
                found.update(term for term in terms(words(part)) if len(term) > 2)
    return found - _filler()


def _filler() -> set[str]:
    """Words of no sector: those of greetings, requests and frames."""
    frames = sentence_data().frames
    plain = (*frames.openers, *frames.closers, *frames.wishes, *frames.questions, *sentence_data().unclear.says)
    return {word for sentence in plain for word in words(sentence)}


def default_rule() -> ForwardingRule:
    """The forwarding rule of the default model."""
    data = read_toml(THRESHOLDS_FILE)
    thresholds = {sector: float(data["sectors"].get(sector, data["others"])) for sector in sentence_data().sectors}
    return ForwardingRule(float(data["others"]), thresholds, data["agreement"], frozenset(data["ward"]))


def shared_sectors() -> frozenset[str]:
    """Sectors that a model trained without history never forwards: two bodies are responsible for them."""
    return frozenset(read_toml(THRESHOLDS_FILE)["shared"])
