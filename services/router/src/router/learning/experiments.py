"""The command `evaluate`: which files are evaluated how, and what is reported on each."""

import json
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from time import process_time
from typing import Any, Final, NamedTuple

import numpy as np

from router.duplicates import compare
from router.learning import evaluation, geocoding_check, pairs, tables, thresholds
from router.learning.baseline import Baseline
from router.learning.check import BATCH, scored_by
from router.learning.evaluation import FoldResult
from router.learning.examples import BadExamples, Example, ExampleColumns, read_examples
from router.learning.metrics import ScoredTexts, accuracy, macro_f1, top
from router.learning.plain_texts import first_context, plain_texts
from router.learning.reports import write_rows, write_task
from router.learning.thresholds import ForwardedText
from router.learning.train import default_rule, offices, rules_hints, shared_sectors
from router.learning.training import TrainingOptions
from router.lexicon.files import read_data, read_toml, rule_data
from router.reading.classifier import Model
from router.reading.model_files import ModelCard
from router.reading.reader import Reader, default_gazetteer, default_reader
from router.reading.rules import Rules
from schemas.base.values import Level
from schemas.reference.load import policies

FILE: Final = "evaluation.toml"
OWN: Final = "evaluation.tsv"


class Experiment(NamedTuple):
    """The model, the folder of results, and `say`, which prints a line or a table. `tasks`, `folds`: only these."""

    model: Model
    version: str
    out: Path
    tasks: Sequence[str]
    folds: Sequence[str]
    say: Callable[[Any], None]
    options: TrainingOptions


def run(
    model: tuple[Model, ModelCard],
    data: Path | None,
    out: Path,
    say: Callable[[Any], None],
    *,
    tasks: Sequence[str] = (),
    folds: Sequence[str] = (),
    labelled: Sequence[Path] = (),
) -> None:
    """Evaluate on the files of the folder `data`; without one, on our own texts, which no model was trained on.

    `labelled`: files of pairs of reports that a person has labelled as of one matter or not.

    Raises:
        BadExamples: the folder has none of the files, or a file is invalid.
    """
    out.mkdir(parents=True, exist_ok=True)
    options = TrainingOptions(rules_hints(Rules(rule_data())))
    experiment = Experiment(model[0], model[1].version, out, tasks, folds, say, options)
    found = {"model": experiment.version, "duplicates": _duplicates(labelled, say)}
    found |= _own(experiment) if data is None else _folder(experiment, data)
    (out / "summary.json").write_text(json.dumps(found, indent=2) + "\n", encoding="utf-8")
    say(f"tables and pictures are in {out}; {process_time():.0f} s of one core")


def own_texts() -> list[Example]:
    """Made-up texts with their sectors, written apart from those that the default model was trained on."""
    rows = [line.split("\t") for line in read_data(OWN).splitlines()[1:]]
    return [Example(text, label) for label, _, text in rows]


def _folder(experiment: Experiment, data: Path) -> dict[str, Any]:
    known = _present(data, experiment.tasks)
    found: dict[str, Any] = {"untrained": _untrained(experiment, known, data)}
    if (outlines := data / read_toml(FILE)["outlines"]).exists() and not experiment.tasks:
        found["places"] = geocoding_check.measured(outlines, default_gazetteer())
        experiment.say(tables.sides("points spread over the outlines of all regencies", {"points": found["places"]}))
    if not experiment.tasks:
        found["across"] = _across(experiment, known, data)
    for name, task in known.items():
        found[name] = _task(experiment, name, read_examples(data / task["file"], _columns(task)), task["least"])
    return found


def _duplicates(labelled: Sequence[Path], say: Callable[[Any], None]) -> dict[str, list[str]]:
    found = {path.name: compare.duplicate_metrics(pairs.labelled(path)[0], policies()) for path in labelled}
    for name, lines in found.items():
        for line in lines:
            say(f"reports of one matter, {name}: {line}")
    return found


def _present(data: Path, tasks: Sequence[str]) -> dict[str, Any]:
    every = read_toml(FILE)["tasks"]
    found = {name: task for name, task in every.items() if (data / task["file"]).exists() and name in (tasks or every)}
    if not found:
        raise BadExamples(f"{data}: none of {', '.join(task['file'] for task in every.values())}")
    return found


def _columns(task: Mapping[str, Any], label: str | None = None) -> ExampleColumns:
    return ExampleColumns(
        tuple(task["text"]), label or task["label"], tuple(task["place"]), None, task["fold"],
        task.get("date"), None, task.get("within"),
    )  # fmt: skip


def _task(experiment: Experiment, name: str, examples: Sequence[Example], least: int) -> dict[str, Any]:
    folds = []
    for fold in evaluation.by_fold(evaluation.frequent(examples, least), experiment.options, experiment.folds):
        folds.append(fold)
        experiment.say(_progress(name, fold))
    found = write_task(experiment.out / name, folds)
    experiment.say(tables.by_folds(name, found, evaluation.by_fold_rows(folds)))
    return found


def _progress(name: str, fold: FoldResult) -> str:
    ours, baseline = accuracy(fold.ours), accuracy(fold.baseline)
    return f"{name}, fold {fold.fold}: accuracy {ours:.3f}, baseline {baseline:.3f} ({process_time():.0f} s so far)"


def _untrained(experiment: Experiment, tasks: Mapping[str, Any], data: Path) -> dict[str, Any]:
    """The model of sectors on texts labelled with offices: what it predicts, and what it would forward."""
    by_office, reader, model = offices(), default_reader().with_model(experiment.model), experiment.model
    found: dict[str, Any] = {}
    context = first_context(model)
    forwardable: list[ForwardedText] = []
    for name, task in tasks.items():
        examples = read_examples(data / task["file"], _columns(task, task.get("kind_label", task["label"])))
        scored = scored_by(model, examples, experiment.options)
        here = {kind: sectors for kind, sectors in by_office.items() if sectors and kind in scored.expected}
        levels = [Level(each) for each in task["levels"]]
        judges = thresholds.judged_here(reader.rules.homes, levels)
        sectors_read = _sectors(reader, examples)
        judged = [sector if judges(sector) else None for sector in sectors_read]
        forwarded, rows = evaluation.by_itself(judged, scored.expected, by_office)
        write_rows(experiment.out / name / "by_itself.csv", rows)
        forwardable += thresholds.forwardable(name, reader, model, examples, by_office, levels)
        plain = plain_texts(context, examples, by_office, levels)
        sectors, ranked = evaluation.as_sectors(scored, by_office), evaluation.as_offices(scored, here)
        found[name] = {
            "texts": forwarded["texts"], "field first": sectors["top_1"], "field in three": sectors["top_3"],
            "office first": ranked["top_1"], "office in three": ranked["top_3"],
            "goes by itself": forwarded["forwarded"], "of these right": forwarded["right_among_forwarded"],
            "plain besides": plain.placed, "of the plain right": plain.right,
            "ms a text": evaluation.median_ms(model, examples[: 5 * BATCH], experiment.options),
        }  # fmt: skip
    experiment.say(tables.sides(f"{experiment.version}, which learned from none of these", found))
    counts = {name: values["texts"] for name, values in found.items()}
    return found | {"by itself": _thresholds(experiment, forwardable, counts)}


def _sectors(reader: Reader, examples: Sequence[Example]) -> list[str | None]:
    return [words.sector for words in thresholds.readings(reader, examples)]


def _thresholds(
    experiment: Experiment, texts: Sequence[ForwardedText], counts: Mapping[str, int]
) -> dict[str, Any]:  # fmt: skip
    homes, shared = default_reader().rules.homes, shared_sectors()
    rows = thresholds.on_a_new_source(texts, counts, homes, shared)
    chosen = thresholds.thresholds(texts, homes, shared)
    left_out = {each["source"]: {name: value for name, value in each.items() if name != "source"} for each in rows}
    experiment.say(tables.sides("thresholds chosen on the other sources, judged on this one", left_out))
    shipped = {sector: least for sector, least in default_rule().thresholds.items() if least <= 1}
    differs = "" if chosen == shipped else f"; shipped: {shipped}"
    experiment.say(f"thresholds that all sources give: {chosen}{differs}")
    return {"left_one_out": rows, "thresholds": chosen}


def _across(experiment: Experiment, tasks: Mapping[str, Any], data: Path) -> dict[str, Any] | None:
    """Train on one place, evaluate on another; None if one of the two files is missing."""
    settings = read_toml(FILE)["across"]
    ends = settings["from"], settings["to"]
    if not set(ends) <= set(tasks):
        return None
    known, held = (
        read_examples(data / task["file"], _columns(task, settings["label"])) for task in (tasks[name] for name in ends)
    )
    both = {each.label for each in known} & {each.label for each in held}
    examples = [*known, *(each for each in held if each.label in both)]
    mask = np.arange(len(examples)) >= len(known)
    baseline = Baseline([each.text for each in examples])
    result = evaluation.evaluate("across", examples, mask, experiment.options, baseline, elsewhere=True)
    found = {"ours": _quality(result.ours), "baseline": _quality(result.baseline)}
    experiment.say(tables.sides(f"learned from {ends[0]}, judged on {ends[1]}", found))
    return found


def _quality(scored: ScoredTexts) -> dict[str, float]:
    return {"accuracy": accuracy(scored), "macro_f1": macro_f1(scored), "top_3": top(scored)}


def _own(experiment: Experiment) -> dict[str, Any]:
    texts = own_texts()
    scored = scored_by(experiment.model, texts, experiment.options)
    write_rows(experiment.out / "own" / "labels.csv", evaluation.per_label(scored))
    sectors = _sectors(default_reader().with_model(experiment.model), texts)
    forwarded, _ = evaluation.by_itself(sectors, scored.expected, {label: [label] for label in scored.expected})
    found = _quality(scored) | forwarded
    experiment.say(tables.sides(f"{experiment.version} on our own texts", {"ours": found}))
    return {"own texts": found}
