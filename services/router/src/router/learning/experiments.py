"""`evaluate`: which files are measured how, and what is said of each."""

import json
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from time import process_time
from typing import Any, Final, NamedTuple

import numpy as np

from router.duplicates import compare
from router.learning import evaluation, geocoding_check, pairs, thresholds
from router.learning import tables as findings
from router.learning.baseline import Baseline
from router.learning.evaluation import FoldResult
from router.learning.examples import BadExamples, Example, ExampleColumns, read_examples
from router.learning.metrics import ScoredTexts, accuracy, macro_f1, top
from router.learning.reports import write_rows, write_task
from router.learning.thresholds import ForwardedText
from router.learning.train import default_caution, offices, rules_hints, shared_fields
from router.learning.training import TrainingOptions
from router.lexicon.files import read_data, read_toml, rule_data
from router.reading.classifier import Model
from router.reading.model_files import ModelCard
from router.reading.reader import default_gazetteer, default_reader
from router.reading.rules import Rules
from schemas.reference.load import policies

FILE: Final = "evaluation.toml"
OWN: Final = "evaluation.tsv"
Say = Callable[[Any], None]


class Experiment(NamedTuple):
    """What is measured on which texts, where its files go, and to whom it is told. `tasks`, `folds`: only these.
    `pairs`: files of reports that a person has labelled as of one matter or not.
    """

    model: Model
    card: ModelCard
    data: Path | None
    out: Path
    tasks: Sequence[str]
    folds: Sequence[str]
    say: Say
    making: TrainingOptions
    pairs: Sequence[Path] = ()


def run(
    model: tuple[Model, ModelCard],
    data: Path | None,
    out: Path,
    say: Say,
    *,
    tasks: Sequence[str] = (),
    folds: Sequence[str] = (),
    labelled: Sequence[Path] = (),
) -> None:
    """Measure what the folder has; without one, our own texts, none of which a model learned from.

    Raises:
        BadExamples: the folder has none of the files, or a file is not what it must be.
    """
    out.mkdir(parents=True, exist_ok=True)
    trial = Experiment(*model, data, out, tasks, folds, say, TrainingOptions(rules_hints(Rules(rule_data()))), labelled)
    found = {"model": model[1].version, "duplicates": _duplicates(trial)}
    found |= _own(trial) if data is None else _folder(trial, data)
    (out / "summary.json").write_text(json.dumps(found, indent=2) + "\n", encoding="utf-8")
    say(f"tables and pictures are in {out}; {process_time():.0f} s of one core")


def own_texts() -> list[Example]:
    """Made-up texts with their sectors, written apart from those that the default model learned from."""
    rows = [line.split("\t") for line in read_data(OWN).splitlines()[1:]]
    return [Example(text, label) for label, _, text in rows]


def _folder(trial: Experiment, data: Path) -> dict[str, Any]:
    known = _there(data, trial.tasks)
    found: dict[str, Any] = {"untrained": _untrained(trial, known, data)}
    if (outline := data / read_toml(FILE)["outlines"]).exists() and not trial.tasks:
        found["places"] = geocoding_check.measured(outline, default_gazetteer())
        trial.say(findings.sides("pins strewn over the outlines of all regencies", {"pins": found["places"]}))
    if not trial.tasks:
        found["across"] = _across(trial, known, data)
    for name, task in known.items():
        found[name] = _task(trial, name, read_examples(data / task["file"], _columns(task)), task["least"])
    return found


def _duplicates(trial: Experiment) -> dict[str, list[str]]:
    found = {}
    for path in trial.pairs:
        found[path.name] = compare.duplicate_metrics(pairs.labelled(path)[0], policies())
        for line in found[path.name]:
            trial.say(f"reports of one matter, {path.name}: {line}")
    return found


def _there(data: Path, tasks: Sequence[str]) -> dict[str, Any]:
    said = read_toml(FILE)["tasks"]
    known = {name: task for name, task in said.items() if (data / task["file"]).exists() and name in (tasks or said)}
    if not known:
        raise BadExamples(f"{data}: none of {', '.join(task['file'] for task in said.values())}")
    return known


def _columns(task: Mapping[str, Any], label: str | None = None) -> ExampleColumns:
    return ExampleColumns(tuple(task["text"]), label or task["label"], tuple(task["place"]), None, task["fold"])


def _task(trial: Experiment, name: str, examples: Sequence[Example], least: int) -> dict[str, Any]:
    judgings = []
    for judging in evaluation.by_fold(evaluation.frequent(examples, least), trial.making, trial.folds):
        judgings.append(judging)
        trial.say(_progress(name, judging))
    found = write_task(trial.out / name, judgings)
    trial.say(findings.by_folds(name, found, evaluation.by_fold_rows(judgings)))
    return found


def _progress(name: str, judging: FoldResult) -> str:
    ours, plain = accuracy(judging.ours), accuracy(judging.baseline)
    return f"{name}, fold {judging.fold}: accuracy {ours:.3f}, baseline {plain:.3f} ({process_time():.0f} s so far)"


def _untrained(trial: Experiment, tasks: Mapping[str, Any], data: Path) -> dict[str, Any]:
    """The model of sectors on texts that carry offices: what it says, and what it lets go on by itself."""
    meant, reader = offices(), default_reader().with_model(trial.model)
    found: dict[str, Any] = {}
    going: list[ForwardedText] = []
    for name, task in tasks.items():
        examples = read_examples(data / task["file"], _columns(task, task.get("kind_label", task["label"])))
        judged = evaluation.said_of(trial.model, examples, trial.making)
        here = {kind: sectors for kind, sectors in meant.items() if sectors and kind in judged.wanted}
        forwarded, rows = evaluation.by_itself(evaluation.placed(reader, examples), judged.wanted, meant)
        (trial.out / name).mkdir(exist_ok=True)
        write_rows(trial.out / name / "by_itself.csv", rows)
        going += thresholds.going(name, reader, trial.model, examples, meant)
        fields, ranked = evaluation.as_sectors(judged, meant), evaluation.as_offices(judged, here)
        found[name] = {
            "texts": forwarded["texts"], "field first": fields["top_1"], "field in three": fields["top_3"],
            "office first": ranked["top_1"], "office in three": ranked["top_3"],
            "goes by itself": forwarded["forwarded"], "of these right": forwarded["right_among_forwarded"],
            "ms a text": evaluation.median_ms(trial.model, examples[: 5 * evaluation.BATCH], trial.making),
        }  # fmt: skip
    trial.say(findings.sides(f"{trial.card.version}, which learned from none of these", found))
    return found | {"by itself": _sure(trial, going, {name: values["texts"] for name, values in found.items()})}


def _sure(trial: Experiment, going: Sequence[ForwardedText], counts: Mapping[str, int]) -> dict[str, Any]:
    homes, shared = default_reader().homes, shared_fields()
    rows = thresholds.on_a_new_source(going, counts, homes, shared)
    chosen = thresholds.thresholds(going, homes, shared)
    left_out = {each["source"]: {name: value for name, value in each.items() if name != "source"} for each in rows}
    trial.say(findings.sides("thresholds chosen on the other sources, judged on this one", left_out))
    shipped = {sector: least for sector, least in default_caution().thresholds.items() if least <= 1}
    trial.say(f"thresholds that all sources give: {chosen}" + ("" if chosen == shipped else f"; shipped: {shipped}"))
    return {"left_one_out": rows, "thresholds": chosen}


def _across(trial: Experiment, tasks: Mapping[str, Any], data: Path) -> dict[str, Any] | None:
    said = read_toml(FILE)["across"]
    if not {said["from"], said["to"]} <= set(tasks):
        return None
    known, held = (_without_places(tasks[name], data, said["label"]) for name in (said["from"], said["to"]))
    both = {each.label for each in known} & {each.label for each in held}
    examples = [*known, *(each for each in held if each.label in both)]
    mask = np.arange(len(examples)) >= len(known)
    plain = Baseline([each.text for each in examples])
    judged = evaluation.judge("across", examples, mask, trial.making, plain, elsewhere=True)
    found = {
        whose: {"accuracy": accuracy(one), "macro_f1": macro_f1(one), "top_3": top(one)}
        for whose, one in (("ours", judged.ours), ("baseline", judged.baseline))
    }
    trial.say(findings.sides(f"learned from {said['from']}, judged on {said['to']}, without places", found))
    return found


def _without_places(task: Mapping[str, Any], data: Path, label: str) -> list[Example]:
    return [each._replace(place=()) for each in read_examples(data / task["file"], _columns(task, label))]


def _own(trial: Experiment) -> dict[str, Any]:
    texts = own_texts()
    judged: ScoredTexts = evaluation.said_of(trial.model, texts, trial.making)
    (trial.out / "own").mkdir(exist_ok=True)
    write_rows(trial.out / "own" / "labels.csv", evaluation.per_label(judged))
    own = {label: [label] for label in judged.wanted}
    on = evaluation.placed(default_reader().with_model(trial.model), texts)
    found = {
        "accuracy": accuracy(judged), "macro_f1": macro_f1(judged), "top_3": top(judged),
        **evaluation.by_itself(on, judged.wanted, own)[0],
    }  # fmt: skip
    trial.say(findings.sides(f"{trial.card.version} on our own texts", {"ours": found}))
    return {"own texts": found}
