"""The command `evaluate`: auto-forward thresholds, the geocoding check, folds beside a baseline."""

import csv
import json
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from router.cli.learning import app
from router.learning import geocoding_check
from router.learning.baseline import Baseline
from router.learning.examples import BadExamples, Example
from router.learning.plain_texts import plain_texts
from router.learning.thresholds import ForwardedText, forwardable, judged_here, on_a_new_source, thresholds
from router.learning.train import default_rule, shared_sectors
from router.reading.model_files import default
from router.reading.reader import default_gazetteer, default_reader
from schemas.base.values import Level
from support.placing import nation

HOMES = {"roads": Level.REGENCY, "waste": Level.REGENCY, "immigration": Level.NATIONAL}
KINDS = {
    "pekerjaan-umum": "Jalan berlubang di depan toko nomor {}, aspal rusak",
    "lingkungan-hidup": "Sampah menumpuk di pinggir pasar nomor {}, truk tidak datang",
}


def some(source: str, sector: str, right: int, wrong: int = 0, score: float = 0.975) -> list[ForwardedText]:
    return [ForwardedText(source, sector, score, at < right) for at in range(right + wrong)]


def chosen(*texts: list[ForwardedText], shared: frozenset[str] = frozenset()) -> dict[str, float]:
    return thresholds([each for part in texts for each in part], HOMES, shared)


def test_a_sector_gets_a_threshold_that_holds_on_several_sources():
    assert chosen(some("city", "roads", 60), some("nation", "roads", 12)) == {"roads": 0.97}


@pytest.mark.parametrize(
    "texts",
    [
        [some("city", "roads", 72)],  # one source alone knows it
        [some("city", "roads", 60), some("nation", "roads", 10, 2)],  # wrong too often on one
        [some("city", "roads", 8), some("nation", "roads", 8)],  # too few
        [some("city", "roads", 60, score=0.9), some("nation", "roads", 12, score=0.9)],  # not sure enough
    ],
)
def test_a_sector_without_enough_evidence_gets_no_threshold(texts: list[list[ForwardedText]]):
    assert chosen(*texts) == {}


def test_a_national_sector_needs_one_source_and_a_shared_sector_never_gets_a_threshold():
    assert chosen(some("nation", "immigration", 40)) == {"immigration": 0.97}
    assert chosen(some("nation", "immigration", 40), shared=frozenset({"immigration"})) == {}


def test_a_higher_threshold_is_chosen_if_only_the_most_confident_texts_are_right():
    texts = some("city", "roads", 60, score=0.992), some("nation", "roads", 30, score=0.992)
    doubtful = some("city", "roads", 10, 10, score=0.975)
    assert chosen(*texts, doubtful) == {"roads": 0.98}


OFFICES = {"kominfo": ["telecom", "local-information"], "imigrasi": ["immigration"], "pekerjaan-umum": ["roads"]}
ANSWERED = [
    Example("Antrean paspor di kantor imigrasi Kota Malang penuh", "kominfo"),
    Example("Jalan berlubang di Kota Malang, aspal rusak", "pekerjaan-umum"),
]


def test_a_source_judges_only_sectors_whose_level_of_government_answers_there():
    reader, model = default_reader(), default()[0]
    city = forwardable("city", reader, model, ANSWERED, OFFICES, [Level.REGENCY])
    assert [each.sector for each in city] == ["roads"], "a city's own channel says nothing of the immigration office"
    nation_ = forwardable("nation", reader, model, ANSWERED, OFFICES, list(Level))
    assert [(each.sector, each.right) for each in nation_] == [("immigration", False), ("roads", True)]
    judges = judged_here(HOMES, [Level.REGENCY])
    assert [judges(sector) for sector in ("roads", "immigration", "unheard-of", None)] == [True, False, False, True]


def test_what_plain_texts_add_is_measured_beside_what_goes_by_the_threshold():
    lamp = "Lampu jalan kabupaten mati di Kecamatan Bulakamba, Kabupaten Brebes"
    examples = [
        Example(lamp, "perhubungan"),
        Example(f"{lamp}!", "sosial"),
        Example(f"{lamp}?", "not an office of ours"),
        Example("Jalan berlubang di Kota Malang, aspal rusak", "pekerjaan-umum"),  # by its threshold
    ]
    kinds = {"perhubungan": ["street-lighting"], "sosial": ["social-aid"], "pekerjaan-umum": ["roads"]}
    assert plain_texts(nation(), examples, kinds) == (2, 1)
    assert plain_texts(nation(), examples, kinds, [Level.NATIONAL]) == (0, 0)


def test_a_new_source_is_measured_with_thresholds_of_the_other_sources():
    texts = [*some("a", "roads", 40), *some("b", "roads", 40), *some("c", "roads", 10, 10)]
    rows = {row["source"]: row for row in on_a_new_source(texts, {"a": 100, "b": 100, "c": 50}, HOMES, frozenset())}
    assert (rows["c"]["forwarded"], rows["c"]["share"], rows["c"]["right"]) == (20, 0.4, 0.5)
    assert (rows["a"]["forwarded"], rows["a"]["right"]) == (0, None)


def test_the_default_rule_never_forwards_a_shared_sector():
    assert all(default_rule().thresholds[sector] > 1 for sector in shared_sectors())


def test_a_point_is_inside_an_outline_and_not_in_its_hole():
    square, hole = (
        np.array([[0, 0], [4, 0], [4, 4], [0, 4], [0, 0]]),
        np.array([[1, 1], [2, 1], [2, 2], [1, 2], [1, 1]]),
    )
    points = np.array([[3.0, 3.0], [1.5, 1.5], [5.0, 1.0]])
    assert geocoding_check.inside(points, [square, hole]).tolist() == [True, False, False]


def test_points_are_compared_with_the_outline_that_contains_them(tmp_path: Path):
    box = [[107.58, -6.95], [107.64, -6.95], [107.64, -6.89], [107.58, -6.89], [107.58, -6.95]]
    shapes = [
        {"properties": {"code": code}, "geometry": {"type": "Polygon", "coordinates": [box]}}
        for code in ("32.73", "11.01")
    ]
    (tmp_path / "a.geojson").write_text(json.dumps({"features": shapes}))
    found = geocoding_check.measured(tmp_path / "a.geojson", default_gazetteer())
    assert found["points"] == 2 * geocoding_check.POINTS
    assert 0.4 < found["nearest_right"] <= 0.5
    (tmp_path / "b.geojson").write_text("[]")
    with pytest.raises(BadExamples, match=r"b\.geojson"):
        geocoding_check.measured(tmp_path / "b.geojson", default_gazetteer())


def test_a_fold_of_the_baseline_learns_no_word_of_its_test_texts():
    texts = ["jalan rusak", "jalan bolong", "sampah bau", "sampah busuk", "zzz qqq", "jalan"]
    held = np.array([False] * 4 + [True] * 2)
    scored = Baseline(texts).scored(np.array(["roads", "roads", "waste", "waste", "roads", "roads"]), held)
    alone = Baseline([*texts[:4], "", "jalan"]).scored(
        np.array(["roads", "roads", "waste", "waste", "roads", "roads"]), held
    )
    assert np.allclose(scored.probabilities, alone.probabilities)


def folder(path: Path) -> Path:
    with (path / "lapor2017_dev.csv").open("w", encoding="utf-8", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(["title", "body", "agency_kind", "bucket"])
        rows.writerows(["", text.format(n), kind, n % 2] for n in range(20) for kind, text in KINDS.items())
    return path


@pytest.mark.slow
def test_a_folder_of_labelled_texts_is_evaluated_fold_by_fold_and_written_to_files(tmp_path: Path):
    done = CliRunner().invoke(app, ["evaluate", "--data", str(folder(tmp_path)), "--out", str(tmp_path / "out")])
    assert done.exit_code == 0, done.output
    assert "lapor2017, fold 1: accuracy 1.000, baseline 1.000" in done.output
    found = json.loads((tmp_path / "out" / "summary.json").read_text())
    assert found["lapor2017"]["accuracy"]["ours"] == {"mean": 1.0, "half_width_95": 0.0}
    assert found["untrained"]["lapor2017"]["texts"] == 40
    for name in ("labels", "regions", "folds", "confusion", "coverage", "calibration"):
        assert len((tmp_path / "out" / "lapor2017" / f"{name}.csv").read_text().splitlines()) > 1
    assert "covered at 95 % right" in (tmp_path / "out" / "report.txt").read_text()


def test_a_folder_without_any_of_the_files_is_refused_with_their_names(tmp_path: Path):
    done = CliRunner().invoke(app, ["evaluate", "--data", str(tmp_path), "--out", str(tmp_path / "out")])
    assert done.exit_code == 2
    assert "lapor2017_dev.csv" in done.output
