"""The similarity of two texts. The pairs are invented; no reporter sent them."""

import csv
from collections.abc import Sequence
from datetime import date, timedelta
from itertools import count
from pathlib import Path
from uuid import UUID

import pytest
from typer.testing import CliRunner

from router.cli import app
from router.duplicates.compare import Certainty, ComparableReport, Comparison, comparable
from router.duplicates.compare import compare as compared
from router.duplicates.differences import difference
from router.duplicates.features import FeatureData, FeatureExtractor, feature_data
from router.duplicates.similarity import similarity
from router.lexicon.files import BadRules, parse_toml, place_data
from schemas.base.values import Place
from schemas.deadlines.policies import Policies
from schemas.events.intake import DetailAdded
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


def made_up(name: str) -> list[dict[str, str]]:
    path = Path(__file__).parent / name
    return list(csv.DictReader(path.read_text(encoding="utf-8").splitlines()))


def test_of_made_up_pairs_nothing_is_surely_the_same_that_is_not_and_most_paraphrases_are_at_least_suggested():
    pairs = [(row["same"] == "1", same(row["one"], row["other"])) for row in made_up("pairs_made_up.csv")]
    alike = [found for is_same, found in pairs if is_same]
    wrong = [found for is_same, found in pairs if not is_same and found is Certainty.SURE]
    assert len(pairs) == 100
    assert wrong == []
    assert alike.count(Certainty.DIFFERENT) <= 0.05 * len(alike)


PAIRS = [(name, *row.values()) for name in ("rules", "held_out") for row in made_up(f"pairs_{name}.csv")]
BLIND = made_up("pairs_blind.csv")
"""Lots that were each written and measured before any rule was changed for them. Some of their reports have a pin."""


def pinned(text: str, point: str) -> ComparableReport:
    if not point:
        return told(text)
    lat, lon = map(float, point.split(","))
    return told(text, at(lat, lon))


def blind(row: dict[str, str]) -> Certainty:
    return compare(pinned(row["one"], row["here"]), pinned(row["other"], row["there"])).certainty


def test_no_pair_of_any_sort_is_joined_wrongly():
    sorts = {sort for _, is_same, sort, *_ in PAIRS if is_same == "0"}
    hard = [(one, other) for _, is_same, _, one, other in PAIRS if is_same == "0"]
    assert len(PAIRS) >= 500
    assert len(hard) >= len(PAIRS) / 2
    assert len(sorts) >= 12
    assert [pair for pair in hard if same(*pair) is Certainty.SURE] == []


@pytest.mark.parametrize(("name", "least"), [("rules", 0.45), ("held_out", 0.58)])
def test_about_half_of_the_reports_of_one_matter_are_joined(name: str, least: float):
    alike = [same(one, other) for half, is_same, _, one, other in PAIRS if half == name and is_same == "1"]
    assert alike.count(Certainty.SURE) >= least * len(alike)


def test_no_pair_of_a_blind_lot_is_joined_wrongly_and_most_that_tell_of_one_matter_are_joined():
    hard = [(row["one"], row["other"]) for row in BLIND if row["same"] == "0" and blind(row) is Certainty.SURE]
    alike = [blind(row) for row in BLIND if row["same"] == "1"]
    assert hard == []
    assert alike.count(Certainty.SURE) >= 0.64 * len(alike)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        pytest.param(
            "Tiang Gang Melati 3 rawan roboh", "Tiang Gang Melati 3 tidak rawan roboh", id="two words before one"
        ),
        pytest.param(
            "Pohon Jalan Melati 3 rawan untuk tumbang", "Pohon Jalan Melati 3 tumbang", id="fear over grammar"
        ),
        pytest.param("Sampah menumpuk di TPS Melati", "Sampah menumpuk tidak di TPS Melati", id="nothing behind it"),
        pytest.param("Jalan Melati I berlubang", "Jalan Melati III berlubang", id="a Roman three is no drawn out one"),
        pytest.param("Gang Melati 3 banjir", "Gang Melati Maret banjir", id="a month is no number"),
        pytest.param("Jalan Terusan Kopo macet", "Jalan Kopo macet", id="an ending is part of a name"),
        pytest.param("Jalan Stasiun Tawang banjir", "Stasiun Tawang banjir", id="a street named after a place"),
        pytest.param(
            "Banjir Gang Melati 3 Kota Bandung", "Banjir Gang Melati 3 Kabupaten Bandung", id="city or regency"
        ),
        pytest.param("Gang Parit banjir", "Gang Parut banjir", id="one name is no typing error of another"),
        pytest.param("Sampah TPS Melati dibersihkan", "Sampah TPS Melati mohon dibersihkan", id="done or asked for"),
        pytest.param("Terima kasih lampu Jalan Melati 3", "Lampu Jalan Melati 3, terima kasih", id="thanks for it"),
        pytest.param("Jalan Melati macet?", "Jalan Melati macet", id="a question"),
        pytest.param("Kebakaran Pasar Wage hari ini", "Kebakaran Pasar Wage minggu lalu", id="two days"),
    ],
)
def test_a_small_word_or_letter_that_tells_another_matter_is_seen(one: str, other: str):
    assert same(one, one) is Certainty.SURE or same(other, other) is Certainty.SURE
    assert same(one, other) is not Certainty.SURE


@pytest.mark.parametrize(
    "text",
    [
        "Helm hilang di parkiran Stasiun Wage",
        "Mobil tertimpa pohon di Jalan Melati, minta ganti rugi",
        "Mohon sedot WC di Jalan Melati",
        "Meteran PDAM rusak di Jalan Melati 8",
        "Kambing mati dimakan anjing liar di Jalan Melati",
        "Lampu mati di Jalan Melati 3 sebelah toko [NAMA]",
        "Rumah banjir di Jalan Melati",
        "Saluran mampet di Apartemen Melati",
    ],
)
def test_what_may_be_one_persons_alone_is_not_joined_even_word_for_word(text: str):
    assert same(text, text) is not Certainty.SURE


@pytest.mark.parametrize(
    "text", ["Jalan protokol macet", "Gang buntu banjir", "Jalan provinsi rusak", "Pohon di samping pos ronda tumbang"]
)
def test_a_kind_of_place_is_no_name_of_a_spot(text: str):
    assert same(text, text) is not Certainty.SURE


def test_what_is_over_soon_is_one_event_only_within_a_day():
    text = "Listrik padam di Desa Wanasari"
    found = [compare(told(text), told(text, days=days)).certainty for days in (0.5, 3)]
    assert found == [Certainty.SURE, Certainty.POSSIBLE]


def test_what_is_told_as_of_yesterday_is_another_on_another_day():
    text = "Kemarin lampu Jalan Melati 3 mati"
    assert compare(told(text), told(text, days=3)).certainty is Certainty.POSSIBLE


def test_comparing_two_reports_is_symmetric():
    found = [(same(one, other), same(other, one)) for *_, one, other in PAIRS[::7]]
    assert [a for a, _ in found] == [b for _, b in found]


@pytest.mark.parametrize(
    ("one", "other", "why"),
    [
        ("Toilet SDN 2 Sukasari rusak", "Toilet SDN 3 Sukasari rusak", "word"),
        ("Lampu mati di lantai dua Pasar Wage", "Lampu mati di lantai empat Pasar Wage", "word"),
        ("Lubang di sisi kiri Jalan Melati", "Lubang di sisi kanan Jalan Melati", "word"),
        ("Lubang Jalan Melati sebelum Pasar Wage", "Lubang Jalan Melati setelah Pasar Wage", "word"),
        ("Lampu Jalan Melati 3 sudah menyala, terima kasih", "Lampu Jalan Melati 3 padam", "word"),
        ("Kabel Jalan Melati putus tanggal 3 Maret", "Kabel Jalan Melati putus tanggal 9 Maret", "value"),
        ("Macet di Jalan Melati setiap pagi", "Macet di Jalan Melati setiap sore", "time"),
        ("Anjing liar di Taman Sari", "Kucing liar di Taman Sari", "word"),
        ("Jembatan Cisaat putus", "Jembatan Cisaar putus", "word"),
        ("Tandon Terminal Wage kotor", "Talang Terminal Wage kotor", "word"),
        ("Bus menabrak motor di Simpang Wage", "Motor menabrak bus di Simpang Wage", "order"),
        ("Gas 3 kg langka di Pasar Wage", "Gas 12 kg langka di Pasar Wage", "word"),
        ("Token meteran 14501234567 rusak", "Token meteran 14507654321 rusak", "value"),
    ],
)
def test_what_sets_like_reports_apart_is_named(one: str, other: str, why: str):
    assert difference(READER.features(one).contrasts, READER.features(other).contrasts) == why


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


def at(lat: float, lon: float, region: str | None = "32.73") -> Place:
    return Place(lat=lat, lon=lon, region=region)


SPOT = at(-6.914712, 107.609843)
NEXT_TO_IT = at(-6.914812, 107.609943)
CENTRE_LAT, CENTRE_LON = place_data().places["32.73"][1:]


def test_coordinates_tell_the_spot_where_words_do_not_and_tell_two_spots_apart():
    far = at(-6.944712, 107.609843)
    assert compare(told("Jalan berlubang", SPOT), told("Ada lubang di jalan", NEXT_TO_IT)).certainty is Certainty.SURE
    assert compare(told(POTHOLE, SPOT), told(AGAIN, far)).certainty is Certainty.DIFFERENT


@pytest.mark.parametrize(
    ("one", "other"),
    [
        pytest.param(SPOT, SPOT, id="the very same point: chosen for both, by a form or a search"),
        pytest.param(at(-6.902341, 107.618765), at(-6.9023, 107.6188), id="one point written with fewer decimals"),
        pytest.param(SPOT, at(-6.914352, 107.609843), id="as far apart as two lamps"),
        pytest.param(at(0, 0), at(0.00001, 0.00001), id="zero"),
        pytest.param(at(-6.914, 107.609), at(-6.9141, 107.6091), id="rounded"),
        pytest.param(
            at(CENTRE_LAT + 0.00021, CENTRE_LON), at(CENTRE_LAT + 0.00011, CENTRE_LON + 0.00011), id="a town's centre"
        ),
        pytest.param(at(-6.914712, 107.609843, "35.78"), at(-6.914912, 107.609943, "35.78"), id="not in that town"),
        pytest.param(at(-5.512345, 107.512345), at(-5.512445, 107.512445), id="at sea"),
    ],
)
def test_a_point_that_means_nothing_is_no_spot(one: Place, other: Place):
    found = compare(told("Jalan berlubang", one), told("Ada lubang di jalan", other)).certainty
    assert found is not Certainty.SURE


def test_a_point_that_means_nothing_parts_no_reports_that_name_one_spot():
    centre = at(CENTRE_LAT, CENTRE_LON)
    assert compare(told(POTHOLE, SPOT), told(AGAIN, centre)).certainty is Certainty.SURE


def test_what_happened_on_two_days_is_not_surely_one():
    one, other = told(POTHOLE), told(AGAIN)
    days = [one.state._replace(occurred_on=date(2026, 3, 1)), other.state._replace(occurred_on=date(2026, 3, 2))]
    first, second = (each._replace(state=state) for each, state in zip((one, other), days, strict=True))
    assert compare(first, second).certainty is Certainty.POSSIBLE
    assert compare(first, second._replace(state=other.state)).certainty is Certainty.SURE


def test_what_the_reporter_added_later_counts():
    filed_, more = filed(POTHOLE, place=HERE), DetailAdded(at=T0, text="Sudah ditambal, terima kasih")
    mended = comparable(given(filed_, more, id_=UUID(int=next(NUMBERS))), READER)
    assert compare(told(AGAIN), mended).certainty is not Certainty.SURE


def test_what_concerns_one_person_is_never_another_persons_not_even_word_for_word():
    mine = "KTP saya belum jadi di Kelurahan Sukajadi padahal sudah tiga bulan"
    assert same(mine, "KTP anak saya belum jadi di Kelurahan Sukajadi") is Certainty.DIFFERENT
    long = (
        "Saya mengurus KTP sejak Maret di Kelurahan Sukajadi, loket dua, petugas bernama Rahmat berjanji seminggu, lalu "
        "diminta kembali membawa fotokopi kartu keluarga, akta, surat pengantar ketua RT Pak Darsono, materai, formulir "
        "F1-02, hasil perekaman iris, namun blangko katanya habis sampai Lebaran"
    )
    assert same(long, f"Mohon maaf, {long} terima kasih") is Certainty.POSSIBLE


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
