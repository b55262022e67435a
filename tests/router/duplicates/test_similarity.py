"""The similarity of two texts. The pairs are invented; no reporter sent them."""

import csv
from collections.abc import Sequence
from datetime import timedelta
from itertools import count
from pathlib import Path
from uuid import UUID

import pytest
from typer.testing import CliRunner

from router.cli import app
from router.duplicates.compare import Certainty, ComparableReport, Comparison, comparable
from router.duplicates.compare import compare as compared
from router.duplicates.features import FeatureData, FeatureExtractor, feature_data
from router.duplicates.similarity import similarity
from router.lexicon.files import BadRules, parse_toml
from schemas.base.values import Place
from schemas.deadlines.policies import Policies
from schemas.reference.load import policies
from support.placing import T0, filed, given

READER = FeatureExtractor(feature_data(), {"32.73": "Kota Bandung", "35.78": "Kota Surabaya"})
HERE = Place(region="32.73")
NUMBERS = count(1)
POTHOLE, AGAIN = "Jalan berlubang di depan Pasar Cihapit", "Ada lubang di jalan depan pasar Cihapit, mohon ditambal"


def told(text: str, place: Place | None = HERE, days: float = 0) -> ComparableReport:
    at = T0 + timedelta(days=days)
    return comparable(given(filed(text, at, place=place), id_=UUID(int=next(NUMBERS))), READER)


def compare(one: ComparableReport, other: ComparableReport) -> Comparison:
    return compared(one, other, policies())


def same(one: str, other: str) -> Certainty:
    return compare(told(one), told(other)).certainty


def test_of_made_up_pairs_nothing_is_surely_the_same_that_is_not_and_most_paraphrases_are_found():
    path = Path(__file__).parent / "pairs_made_up.csv"
    pairs = [
        (row["same"] == "1", same(row["one"], row["other"]))
        for row in csv.DictReader(path.read_text(encoding="utf-8").splitlines())
    ]
    alike = [found for is_same, found in pairs if is_same]
    wrong = [found for is_same, found in pairs if not is_same and found is Certainty.SURE]
    assert len(pairs) == 100
    assert wrong == []
    assert alike.count(Certainty.SURE) >= 0.8 * len(alike)
    assert alike.count(Certainty.DIFFERENT) <= 0.05 * len(alike)


@pytest.mark.parametrize(
    "other",
    [
        "Sampah menumpuk di depan Pasar Cihapit",  # another matter
        "Jalan berlubang di depan Pasar Kosambi",  # another place
        "Jalan berlubang di depan Masjid Cihapit",  # another landmark
        "Jalan berlubang",  # no place
    ],
)
def test_what_differs_in_matter_or_place_is_not_the_same(other: str):
    assert same(POTHOLE, other) is Certainty.DIFFERENT


def test_comparing_is_symmetric_and_a_text_is_like_itself():
    texts = [READER.features(text) for text in (POTHOLE, AGAIN, "PJU padam di Jl. Melati no 12 RT 03")]
    assert all(similarity(a, b) == similarity(b, a) for a in texts for b in texts)
    assert [similarity(a, a).score for a in texts] == pytest.approx([1, 1, 1])


def test_spelling_noise_and_short_forms_change_nothing():
    assert same(POTHOLE, "jln berlobang dpn psr cihapitt") is Certainty.SURE


def test_two_weeks_later_it_is_a_suggestion_and_two_months_later_another_matter():
    first = told(POTHOLE)
    later = [compare(first, told(AGAIN, days=days)).certainty for days in (13, 15, 61)]
    assert later == [Certainty.SURE, Certainty.POSSIBLE, Certainty.DIFFERENT]


def test_how_far_apart_they_may_be_says_the_policy_in_force_when_the_later_one_came():
    (first,) = policies().versions
    longer = first._replace(id="longer", effective_at=T0 + timedelta(days=20), join_d=30, alike_d=90)
    both, earliest = Policies((first, longer)), told(POTHOLE)
    for days, expected in (
        (15, Certainty.POSSIBLE),
        (25, Certainty.SURE),
        (85, Certainty.POSSIBLE),
        (91, Certainty.DIFFERENT),
    ):
        later = told(AGAIN, days=days)
        assert compared(earliest, later, both).certainty is compared(later, earliest, both).certainty is expected


def test_a_street_of_the_same_name_in_another_town_is_another_and_in_no_town_a_person_looks():
    first = told(POTHOLE)
    assert compare(first, told(AGAIN, Place(region="35.78"))).certainty is Certainty.DIFFERENT
    assert compare(first, told(AGAIN, None)).certainty is Certainty.POSSIBLE
    assert compare(told(POTHOLE, Place(region="32")), told(AGAIN, Place(region="32"))).certainty is Certainty.POSSIBLE


def test_in_two_districts_of_a_town_a_person_looks():
    one, other = told(POTHOLE, Place(region="32.73.01")), told(AGAIN, Place(region="32.73.02"))
    assert compare(one, other).certainty is Certainty.POSSIBLE


def test_coordinates_tell_the_spot_where_words_do_not_and_tell_two_spots_apart():
    here, near, far = (Place(lat=-6.91 + d, lon=107.61, region="32.73") for d in (0, 0.0003, 0.03))
    assert compare(told("Jalan berlubang", here), told("Ada lubang di jalan", near)).certainty is Certainty.SURE
    assert compare(told(POTHOLE, here), told(AGAIN, far)).certainty is Certainty.DIFFERENT


def test_what_concerns_one_person_is_never_another_persons_but_a_text_sent_twice_is():
    mine = "KTP saya belum jadi di Kelurahan Sukajadi padahal sudah tiga bulan"
    assert same(mine, "KTP anak saya belum jadi di Kelurahan Sukajadi") is Certainty.DIFFERENT
    long = (
        "Saya mengurus KTP sejak Maret di Kelurahan Sukajadi, loket dua, petugas bernama Rahmat berjanji seminggu, lalu "
        "diminta kembali membawa fotokopi kartu keluarga, akta, surat pengantar ketua RT Pak Darsono, materai, formulir "
        "F1-02, hasil perekaman iris, namun blangko katanya habis sampai Lebaran"
    )
    assert same(long, f"Mohon maaf, {long} terima kasih") is Certainty.SURE


def test_a_street_that_is_named_after_a_river_is_no_river():
    features = READER.features("Jalan Sungai Indah berlubang")
    assert (features.issues, features.spots["jalan"]) == ({"roads"}, {"sungai", "indah"})


def test_the_name_of_the_own_town_says_nothing():
    assert same("Lampu PJU padam di Bandung", "Lampu PJU mati di Bandung, mohon diperbaiki") is Certainty.DIFFERENT


def test_a_broken_list_refuses_to_start():
    with pytest.raises(BadRules, match=r"likeness\.toml"):
        parse_toml(FeatureData, "version = 1", "likeness.toml")


REPORTS = [
    *(f"Jalan berlubang di depan Pasar Cihapit{more}" for more in (", mohon ditambal", " sudah lama", ", tolong pak")),
    "Sampah menumpuk di depan Pasar Cihapit",
    "Lampu jalan padam di depan Pasar Cihapit",
    "Jalan berlubang di depan Masjid Raya",
]


def asked(*argv: str) -> tuple[int, str]:
    done = CliRunner().invoke(app, argv, env={"COLUMNS": "200", "TERM": "dumb"})
    return done.exit_code, done.output


def table(path: Path, *rows: Sequence[str]) -> Path:
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows(rows)
    return path


def test_pairs_are_drawn_from_reports_labelled_by_a_person_and_measured(tmp_path: Path):
    given = [(text, "cihapit", f"2026-04-{day:02d}") for day, text in enumerate(REPORTS, 1)]
    reports = table(
        tmp_path / "reports.csv", ("isi", "desa", "tanggal"), *given, (REPORTS[0], "elsewhere", "2026-04-01")
    )
    out = tmp_path / "pairs.csv"
    code, told = asked("pairs", str(reports), str(out), "--text", "isi", "--place", "desa", "--date", "tanggal")
    assert code == 0, told
    rows = list(csv.DictReader(out.read_text(encoding="utf-8").splitlines()))
    assert len(rows) == 10  # any two of the five before the market
    assert {row["same"] for row in rows} == {""}
    assert asked("likeness", str(out))[0] == 2  # nobody has labelled one
    filled = [(str(int("berlubang" in r["one"] and "berlubang" in r["other"])), r["one"], r["other"]) for r in rows[1:]]
    table(out, ("same", "one", "other"), *filled, ("", rows[0]["one"], rows[0]["other"]))
    code, told = asked("likeness", str(out))
    assert code == 0, told
    assert "joined: " in told
    assert "1 pairs have no label yet" in told
    assert "exists already" in asked("pairs", str(reports), str(out), "--text", "isi")[1]


@pytest.mark.parametrize(
    ("content", "error"),
    [
        ("one,other\na,b\n", "no column same (it has one, other)"),
        ("", "no column same, one, other (it has none)"),
        ("same,one,other\nyes,a,b\n", "line 2: same is 'yes'; it must be 1, 0 or empty"),
        ("same,one,other\n1,a,\n", "line 2: one or other is empty"),
        ("same,one,other\n,a,b\n", "no pair has 1"),
        ("\xff\xfe", "pairs.csv"),
    ],
)
def test_a_file_that_holds_no_labelled_pairs_is_refused_with_the_line_and_the_column(
    tmp_path: Path, content: str, error: str
):
    path = tmp_path / "pairs.csv"
    path.write_bytes(content.encode("latin-1"))
    code, told = asked("likeness", str(path))
    assert code == 2
    assert error in " ".join(told.replace("\u2502", " ").split())
    assert asked("likeness", str(tmp_path / "none.csv"))[0] == 2
