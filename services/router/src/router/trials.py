"""`evaluate`: which files are measured how, and what is said of each."""

import json
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from router import evaluation
from router.classify import Model
from router.examples import BadExamples, Columns, Example, read_examples
from router.learning import offices, rules_hints
from router.measures import Judged, accuracy, macro_f1, top
from router.models import Card
from router.reading import plain_reader
from router.reports import write_rows, write_task
from router.rule_data import read, rule_data, tables
from router.rules import Rules
from router.training import Making

FILE: Final = "evaluation.toml"
OWN: Final = "evaluation.tsv"
Say = Callable[[str], None]


def run(
    model: tuple[Model, Card], data: Path | None, out: Path, tasks: Sequence[str], folds: Sequence[str], say: Say
) -> None:
    """Measure what the folder has; without one, our own texts, none of which a model learned from.

    Raises:
        BadExamples: the folder has none of the files.
    """
    making = Making(rules_hints(Rules(rule_data())))
    out.mkdir(parents=True, exist_ok=True)
    found: dict[str, Any] = {"model": model[1].version}
    if data is None:
        found["own texts"] = _own(model, making, out)
    else:
        known = _there(data, tasks)
        for name, task in known.items():
            say(f"measuring {name} ...")
            found[name] = _task(name, task, data, out, making, folds)
            found[f"{name}, {model[1].version} without training"] = _untrained(model, task, data, out / name, making)
            say(json.dumps(found[name]))
        if not tasks:
            found["across"] = _across(known, data, making)
    (out / "summary.json").write_text(json.dumps(found, indent=2) + "\n", encoding="utf-8")
    say(json.dumps(found, indent=2))
    say(f"tables and pictures are in {out}")


def own_texts() -> list[Example]:
    """Made-up texts with their sectors, written apart from those that the default model learned from."""
    rows = [line.split("\t") for line in read(OWN).splitlines()[1:]]
    return [Example(text, label) for label, _, text in rows]


def _there(data: Path, tasks: Sequence[str]) -> dict[str, Any]:
    said = tables(FILE)["tasks"]
    known = {name: task for name, task in said.items() if (data / task["file"]).exists() and name in (tasks or said)}
    if not known:
        raise BadExamples(f"{data}: none of {', '.join(task['file'] for task in said.values())}")
    return known


def _columns(task: Mapping[str, Any], label: str | None = None) -> Columns:
    return Columns(tuple(task["text"]), label or task["label"], tuple(task["place"]), None, task["fold"])


def _task(
    name: str, task: Mapping[str, Any], data: Path, out: Path, making: Making, folds: Sequence[str]
) -> dict[str, Any]:
    examples = evaluation.frequent(read_examples(data / task["file"], _columns(task)), task["least"])
    return write_task(out / name, list(evaluation.by_fold(examples, making, folds)))


def _untrained(
    model: tuple[Model, Card], task: Mapping[str, Any], data: Path, out: Path, making: Making
) -> dict[str, Any]:
    """The model of sectors on texts that carry offices."""
    label = task.get("kind_label", task["label"])
    examples = read_examples(data / task["file"], _columns(task, label))
    judged = evaluation.said_of(model[0], examples, making)
    meant = offices()
    here = {kind: sectors for kind, sectors in meant.items() if sectors and kind in judged.wanted}
    on = evaluation.placed(plain_reader().having(model[0]), examples)
    forwarded, rows = evaluation.by_itself(on, judged.wanted, meant)
    write_rows(out / "by_itself.csv", rows)
    return {
        "as sectors": evaluation.as_sectors(judged, meant),
        "as offices": evaluation.as_offices(judged, here),
        "by itself": forwarded,
    }


def _across(tasks: Mapping[str, Any], data: Path, making: Making) -> dict[str, Any] | None:
    said = tables(FILE)["across"]
    if not {said["from"], said["to"]} <= set(tasks):
        return None
    columns = {name: _columns(tasks[name], said["label"]) for name in (said["from"], said["to"])}
    known, held = (
        [each._replace(place=()) for each in read_examples(data / tasks[name]["file"], own)]
        for name, own in columns.items()
    )
    both = {each.label for each in known} & {each.label for each in held}
    judged = evaluation.judge("across", known, [each for each in held if each.label in both], making, elsewhere=True)
    return {
        whose: {"accuracy": accuracy(one), "macro_f1": macro_f1(one), "top_3": top(one)}
        for whose, one in (("ours", judged.ours), ("baseline", judged.baseline))
    }


def _own(model: tuple[Model, Card], making: Making, out: Path) -> dict[str, Any]:
    texts = own_texts()
    judged: Judged = evaluation.said_of(model[0], texts, making)
    (out / "own").mkdir(exist_ok=True)
    write_rows(out / "own" / "labels.csv", evaluation.per_label(judged))
    own = {label: [label] for label in judged.wanted}
    on = evaluation.placed(plain_reader().having(model[0]), texts)
    return {
        "accuracy": accuracy(judged), "macro_f1": macro_f1(judged), "top_3": top(judged),
        "by itself": evaluation.by_itself(on, judged.wanted, own)[0],
    }  # fmt: skip
