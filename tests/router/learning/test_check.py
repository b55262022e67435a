"""When a model may forward: labels of the place itself, its newest ones, and one threshold for each place."""

import csv
import json
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from typer.testing import CliRunner

from router.cli.learning import app
from router.learning.check import check, newest
from router.learning.examples import Example
from router.learning.label_names import with_one_spelling
from router.learning.metrics import ScoredTexts, threshold_for
from router.learning.train import as_elsewhere, check_sentence, learn, own_source
from router.learning.training import Corpus, TrainingOptions
from router.lexicon.files import rule_data
from router.reading.classifier import ForwardingRule, Model
from router.reading.features import ModelInput
from router.reading.model_files import ModelCard, load, read, write
from router.reading.reader import TextToRead, default_reader
from router.reading.rules import SectorScore

DAY = datetime(2026, 1, 1, tzinfo=UTC)
OPTIONS = TrainingOptions(lambda _: (), seen=1)
BANDUNG, SURABAYA = ("32", "32.73"), ("35", "35.78")
WHERE = ["pasar", "sekolah", "masjid", "kantor", "stasiun", "terminal", "taman", "sungai", "gudang", "pabrik", "warung"]
SAID = {
    "roads": ["aspal jalan berlubang dekat {}", "jalan rusak parah di depan {}"],
    "waste": ["sampah menumpuk di samping {}", "truk sampah tidak datang ke {}"],
}


def texts(count: int, place: tuple[str, ...] = (), start: int = 0) -> list[Example]:
    """`count` different texts of each label, one pair a day."""
    found = []
    for n in range(start, start + count):
        for label, said in SAID.items():
            where = f"{WHERE[n % len(WHERE)]} {WHERE[n // len(WHERE) % len(WHERE)]} {n}"
            found.append(Example(said[n % 2].format(where), label, place, at=DAY + timedelta(days=n)))
    return found


def learned(examples: Sequence[Example]) -> tuple[Model, ModelCard]:
    return learn(examples, [own_source()], "t", date(2026, 11, 30), options=OPTIONS)


def written(
    path: Path, examples: Sequence[Example], columns: Sequence[str] = ("text", "label", "region", "day")
) -> str:
    with path.open("w", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(columns)
        for each in examples:
            rows.writerow([each.text, each.label, each.place[-1] if each.place else "", each.at and each.at.date()])
    return str(path)


def run(*argv: str) -> tuple[dict[str, Any], str]:
    done = CliRunner().invoke(app, argv)
    assert done.exit_code == 0, done.output
    start = done.output.index("{")
    return json.JSONDecoder().raw_decode(done.output[start:])[0], done.output


FROM_FILE = ("--place", "region", "--date", "day")


def test_a_model_from_elsewhere_forwards_nothing_before_a_check_on_local_labels(tmp_path: Path):
    away = written(tmp_path / "away.csv", texts(100, SURABAYA))
    here = written(tmp_path / "here.csv", texts(100, BANDUNG, start=100))
    model, checked = tmp_path / "model.npz", tmp_path / "checked.npz"
    card, output = run("train", away, *FROM_FILE, "--elsewhere", "--no-own", "--out", str(model))
    assert "forwards nothing" in output
    assert card["check"]["texts"] == 0
    every = [TextToRead(each.text, "", BANDUNG) for each in texts(30)]
    unchecked = default_reader().with_model(read(model)[0])
    assert {reading.words.sector for reading in unchecked.words(every)} == {None}

    card, output = run("check", str(model), here, *FROM_FILE, "--out", str(checked))
    assert "rest on 200 labels" in output
    assert (card["check"]["texts"], card["sources"].keys()) == (200, {"32.73", ""})
    after = default_reader().with_model(read(checked)[0])
    assert {reading.words.sector for reading in after.words(every)} == {"roads", "waste"}
    other = [each._replace(place=SURABAYA) for each in every]
    assert {reading.words.sector for reading in after.words(other)} == {None}
    assert card["version"] != read(model)[1].version


def test_a_rule_of_an_unknown_sector_does_not_go_around_a_model_that_was_not_checked():
    reader = default_reader()
    model = learned(as_elsewhere(texts(40)))[0]
    (plain,) = reader.words([TextToRead("Kartu keluarga belum jadi di dukcapil", "", BANDUNG)])
    assert plain.words.sector == "population-registry"
    (reading,) = reader.with_model(model).words([TextToRead("Kartu keluarga belum jadi di dukcapil", "", BANDUNG)])
    assert reading.words.sector is None
    assert reading.plain is None


def test_every_place_has_a_threshold_of_its_own_and_one_that_is_wrong_too_often_has_none():
    wrong = [each._replace(label="waste" if each.label == "roads" else "roads") for each in texts(100, SURABAYA, 500)]
    half = [
        each if n // 2 % 2 else right
        for n, (each, right) in enumerate(zip(wrong, texts(100, SURABAYA, 500), strict=True))
    ]
    at_once = [each._replace(at=DAY + timedelta(days=n // 2)) for n, each in enumerate(half)]
    model, card = learned(
        [*texts(400, BANDUNG), *(each._replace(at=each.at + timedelta(days=300)) for each in at_once if each.at)]
    )
    assert card.sources["32.73"] <= 1
    assert card.sources["35.78"] > 1
    assert card.threshold > 1
    text = texts(1)[0].text
    read_in = [model.read(ModelInput(text, place)).sector for place in (BANDUNG, SURABAYA, ("33", "33.74"))]
    assert read_in == ["roads", None, None]


def test_thresholds_are_chosen_on_the_newest_fifth_which_taught_the_checked_model_nothing():
    _, card = learned(texts(400, BANDUNG))
    assert card.check["texts"] == 320  # one fifth is less than is wanted, so the one before it is checked too
    assert (card.check["since"], card.check["until"]) == ("2026-08-29", "2027-02-04")
    assert "newest" in card.check["by"]


def test_few_labels_are_checked_in_several_slices_of_time_each_by_a_model_of_what_is_older():
    examples = texts(75, BANDUNG)
    parts = newest(examples, range(len(examples)))
    assert [len(part.held) for part in parts] == [30, 60, 90, 120]
    days = [sorted(each for at in part.checked if (each := examples[at].at) is not None) for part in parts]
    assert all(older[-1] <= newer[0] for newer, older in pairwise(days))
    model, card = learned(examples)
    assert card.check["texts"] == 120
    assert model.rule.forwards


def test_a_threshold_that_only_older_slices_keep_is_not_chosen():
    confidence, newest_of_them = np.full(400, 0.9), np.arange(400) < 100
    correct = np.ones(400, bool)
    correct[:8] = False
    assert threshold_for(confidence, correct, 0.95) == 0.9
    assert threshold_for(confidence, correct, 0.95, newest_of_them) > 1


def test_a_small_place_that_is_wrong_too_often_has_no_share_in_the_threshold_of_all_small_places():
    places = [("32", f"32.{70 + n}") for n in range(10)]
    here = [each._replace(place=places[n % 10]) for n, each in enumerate(texts(150))]
    wrong = [
        each._replace(label="waste" if each.label == "roads" else "roads") if each.place == places[3] else each
        for each in here
    ]
    scored = ScoredTexts(
        ("roads", "waste"), np.array([[0.99, 0.01] if each.label == "roads" else [0.01, 0.99] for each in here]),
        tuple(str(each.label) for each in wrong),
    )  # fmt: skip
    few = [at for at, each in enumerate(wrong) if each.place != places[3] or at > 280]
    found = check(scored.part(few), [wrong[at] for at in few], ForwardingRule(0.0), TrainingOptions(lambda _: ()), "")
    assert found.rule.threshold <= 1
    assert found.rule.sources[places[3][1]] > 1
    assert places[4][1] not in found.rule.sources


def test_labels_that_change_with_time_are_not_forwarded_as_random_folds_would():
    old, new = texts(300, BANDUNG), texts(100, BANDUNG, start=300)
    # Since then the offices have changed their work.
    moved = [each._replace(label="waste" if each.label == "roads" else "roads") for each in new]
    model, card = learned([*old, *moved])
    assert model.rule.forwards is False
    assert card.check["surely_right"] < 0.95
    assert "forwards nothing" in check_sentence(model, card)
    undated = [each._replace(at=None) for each in [*old, *new]]
    assert "folds" in learned(undated)[1].check["by"]


def test_rows_without_a_date_count_as_older_and_copies_of_older_texts_are_not_checked():
    dated, undated = texts(60), [each._replace(at=None) for each in texts(60, start=60)]
    copies = [each._replace(text=each.text.upper() + "!", at=DAY + timedelta(days=900)) for each in dated[:20]]
    examples = [*undated, *dated, *copies, *copies]
    part, *_ = newest(examples, range(len(examples)))
    assert {examples[at].at for at in part.held} >= {each.at for each in copies}
    assert all(examples[at].at is not None for at in part.held)
    assert not {at for at in part.checked if examples[at].text.endswith("!")}


def test_labels_in_other_spellings_are_one_label():
    examples = [Example("a", name) for name in ("Dinas Sosial", "Dinas Sosial", "DINAS SOSIAL", "dinas_sosial ", "PU")]
    assert {each.label for each in with_one_spelling(examples)} == {"Dinas Sosial", "PU"}
    sectors = [Example("a", name) for name in ("Street Lighting", "penerangan jalan", "street_lighting", "ROADS")]
    assert [each.label for each in with_one_spelling(sectors)] == ["street-lighting"] * 3 + ["roads"]
    assert [each.label for each in with_one_spelling(examples[2:3], ["dinas-sosial"])] == ["dinas-sosial"]


def test_a_label_with_a_single_example_does_not_stop_the_training():
    model, card = learned([*texts(60), Example("kucing hilang", "pets", at=DAY), Example("anjing", "dogs", at=None)])
    assert {"pets", "dogs"} <= set(model.labels)
    assert card.data["labels"]["pets"] == 1


def test_local_labels_are_blended_with_those_from_elsewhere_into_one_matrix():
    away, here = as_elsewhere(texts(100, SURABAYA)), texts(40, BANDUNG, start=100)
    only_here = [Example(f"lampu jalan padam di {WHERE[n % 11]} {n}", "street-lighting", at=DAY) for n in range(20)]
    here = [*here, *only_here]
    only_away = as_elsewhere([Example(f"got mampet dekat {WHERE[n % 11]} {n}", "drainage-flood") for n in range(40)])
    corpus = Corpus([*away, *only_away, *here], OPTIONS)
    model = corpus.trained("", ()).model
    assert model.weights.matrix.shape == (len(model.vocabulary.idf), len(model.labels) + 5)
    said = {
        "aspal jalan berlubang": "roads", "sampah menumpuk": "waste", "lampu jalan padam": "street-lighting",
        "got mampet": "drainage-flood",
    }  # fmt: skip
    assert {text: model.read(ModelInput(text, BANDUNG)).sectors[0].sector for text in said} == said


def test_the_blend_follows_local_habits_where_they_differ():
    away = as_elsewhere(texts(100))
    moved = [each._replace(label="roads") for each in texts(60, BANDUNG, start=100) if each.label == "waste"]
    local = [*moved, *(each for each in texts(60, BANDUNG, start=100) if each.label == "roads")]
    local += [Example(f"lampu padam {n} {WHERE[n % 11]}", "street-lighting") for n in range(30)]
    model = Corpus([*away, *local], OPTIONS).trained("", ()).model
    assert model.read(ModelInput("sampah menumpuk di samping sekolah", BANDUNG)).sectors[0].sector == "roads"


def test_a_blend_is_trained_by_command_and_its_card_tells_what_came_from_where(tmp_path: Path):
    away = written(tmp_path / "away.csv", texts(100))
    here = written(tmp_path / "here.csv", texts(200, BANDUNG, start=100))
    card, output = run(
        "train", away, *FROM_FILE, "--elsewhere", "--local", here, "--no-own", "--out", str(tmp_path / "m.npz")
    )
    assert (card["data"]["local"], card["data"]["elsewhere"]) == (400, 200)
    assert card["check"]["texts"] == 320
    assert "rest on 320 labels" in output


def test_a_check_without_labels_is_refused(tmp_path: Path):
    done = CliRunner().invoke(app, ["check", "default"])
    assert done.exit_code == 2
    assert "local labels" in done.output


def test_a_model_of_an_older_release_is_loaded_and_forwards_as_it_did(tmp_path: Path):
    model, card = learned(texts(60))
    path = tmp_path / "old.npz"
    write(path, model, card)
    with np.load(path) as stored:
        arrays = dict(stored)
    older = {name: value for name, value in card.model_dump(mode="json").items() if name not in ("sources", "check")}
    arrays["card"] = np.frombuffer(json.dumps(older | {"threshold": 0.6}).encode(), np.uint8)
    np.savez(path, **arrays)
    again, _ = load(path.read_bytes(), "old")
    assert again.read(ModelInput("aspal jalan berlubang", BANDUNG)).sector == "roads"


@pytest.mark.parametrize(
    ("place", "score", "allowed"),
    [
        (BANDUNG, 0.7, True), (("32", "32.73", "32.73.01"), 0.7, True), (BANDUNG, 0.5, False),
        (SURABAYA, 0.99, False), ((), 0.8, True), (("32",), 0.7, False),
    ],
)  # fmt: skip
def test_the_place_decides_which_threshold_holds(place: tuple[str, ...], score: float, allowed: bool):
    rule = ForwardingRule(1.01, sources={"32.73": 0.6, "": 0.75})
    assert rule.allows(SectorScore("roads", score), (), place) is allowed
    assert "roads" in rule_data().sectors
