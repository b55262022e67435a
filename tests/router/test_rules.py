"""What the words of a complaint say: sector, level, misconduct, place."""

import time

import pytest

from router.gazetteer import Gazetteer
from router.rule_data import BadRules, RuleData, name_data, parse, place_data, read, rule_data
from router.rules import Rules
from router.words import WordList
from schemas.values import Level, Place

RULES = Rules(rule_data())
PLACES = Gazetteer(name_data(), place_data())


@pytest.mark.parametrize(
    ("text", "sector"),
    [
        ("Jalan berlubang besar di dekat sekolah, motor sering jatuh", "roads"),
        ("jln rusak paraaah tolong diaspal pak", "roads"),
        ("Lampu penerangan jalan di gang kami padam sejak Senin", "street-lighting"),
        ("Sampah menumpuk di TPS, truk sampah tidak pernah datang", "waste"),
        ("Setiap hujan deras banjir karena gorong-gorong mampet", "drainage-flood"),
        ("Air PDAM tidak mengalir sudah tiga hari", "water-supply"),
        ("Listrik padam dari pagi, PLN tidak menjawab", "electricity"),
        ("Iuran BPJS Kesehatan saya ditolak padahal sudah bayar", "health-insurance"),
        ("Klaim JHT di BPJS Ketenagakerjaan tidak cair", "employment-insurance"),
        ("Antrean di puskesmas sangat lama, dokter tidak ada", "health-service"),
        ("Pembuatan KTP elektronik sudah setahun belum jadi", "population-registry"),
        ("Saya warga miskin tetapi tidak menerima bansos PKH", "social-aid"),
        ("Kuota antrian paspor di kantor imigrasi selalu penuh", "immigration"),
        ("Sertifikat tanah lewat PTSL belum terbit, BPN diam saja", "land"),
        ("Parkir liar di depan ruko membuat macet", "traffic-parking"),
        ("Perusahaan tidak membayar pesangon setelah PHK", "labour"),
        ("There is a pothole on the road near the market", "roads"),
    ],
)
def test_words_tell_the_sector(text: str, sector: str):
    assert RULES.read(text).sector == sector


@pytest.mark.parametrize("text", ["", "Tolong dibantu pak, terima kasih", "asdf qwerty 12345", "🙏🙏🙏"])
def test_a_text_without_any_clue_has_no_sector(text: str):
    assert RULES.read(text).sector is None


def test_two_fields_that_weigh_the_same_are_left_to_a_person():
    reading = RULES.read("Puskesmas dan sekolah")
    assert reading.sector is None
    assert {scored.sector for scored in reading.alternatives} == {"health-service", "education"}


def test_a_word_said_ten_times_weighs_as_much_as_once():
    assert RULES.read("sampah " * 10).score == RULES.read("sampah").score


@pytest.mark.parametrize(
    ("text", "level"),
    [
        ("Jalan nasional berlubang", Level.NATIONAL),
        ("jalan provinsi rusak", Level.PROVINCE),
        ("Jalan kabupaten rusak berlubang", Level.REGENCY),
        ("Jalan berlubang", None),
        ("Guru SMA negeri tidak masuk sekolah", Level.PROVINCE),
        ("Guru SMP negeri tidak masuk sekolah", Level.REGENCY),
        ("Jalan nasional dan jalan provinsi sama-sama rusak berlubang", None),
    ],
)
def test_words_tell_the_level_of_government(text: str, level: Level | None):
    assert RULES.read(text).level is level


def test_the_address_tells_the_level_only_where_the_text_does_not():
    assert RULES.read("Jalan rusak berlubang", "Gubernur").level is Level.PROVINCE
    assert RULES.read("Jalan kabupaten rusak berlubang", "Gubernur").level is Level.REGENCY


@pytest.mark.parametrize("text", ["Ada pungli di sekolah", "petugas minta uang pelicin", "dugaan korupsi dana desa"])
def test_words_of_misconduct_are_noticed(text: str):
    assert RULES.read(text).misconduct


@pytest.mark.parametrize("text", ["Terima kasih, layanan sudah bebas pungli", "Sekolah bagus"])
def test_praise_is_no_accusation(text: str):
    assert not RULES.read(text).misconduct


def test_only_entries_of_the_list_are_recorded():
    reading = RULES.read("Budi Santoso bilang jalan berlubang di rumahnya")
    assert reading.words == ("jalan berlubang",)


@pytest.mark.parametrize(
    ("text", "region"),
    [
        ("di Kota Surabaya", "35.78"),
        ("macet di surabaya pusat", "35.78"),
        ("warga Kab. Bandung", "32.04"),
        ("Pak Walikota Bandung", "32.73"),
        ("Jakarta Selatan", "31.74"),
        ("jakarta", "31"),
        ("Pemprov Jawa Barat", "32"),
        ("kota samarinda", "64.72"),
        ("jabar", "32"),
    ],
)
def test_names_tell_the_region(text: str, region: str | None):
    assert PLACES.find(None, [("text", text)])[:2] == (region, "text")


def test_namesakes_stay_in_question():
    found = PLACES.find(None, [("text", "jalan rusak di daerah bandung")])
    assert found.region is None
    assert set(found.candidates) == {"32.73", "32.04"}


def test_coordinates_decide_between_namesakes():
    place = Place(lat=-6.92, lon=107.63)
    assert PLACES.find(place, [("text", "di Bandung")])[:2] == ("32.73", "coordinates")


def test_a_street_named_after_a_city_is_not_that_city():
    assert PLACES.find(None, [("text", "Jalan Surabaya nomor 5")]).region is None


def test_a_common_word_is_a_place_only_with_its_title():
    assert PLACES.find(None, [("text", "batu besar di tengah jalan")]).region is None
    assert PLACES.find(None, [("text", "di Kota Batu")]).region == "35.79"


def test_the_code_decides_over_words():
    assert PLACES.find(Place(region="32.04.05"), [("text", "di Kota Surabaya")])[:2] == ("32.04.05", "code")


def test_words_may_refine_the_code_of_a_province():
    assert PLACES.find(Place(region="32"), [("text", "di Kota Bandung dan Surabaya")]).region == "32.73"
    assert PLACES.find(Place(region="32"), [("text", "di Surabaya")])[:2] == ("32", "code")


@pytest.mark.parametrize(
    ("lat", "lon", "region"), [(-7.27, 112.73, "35.78"), (-5.0, 110.0, None), (-6.99, 107.60, None)]
)
def test_coordinates_count_only_where_one_centre_is_clearly_nearest(lat: float, lon: float, region: str | None):
    assert PLACES.find(Place(lat=lat, lon=lon), []).region == region


def test_a_body_of_a_new_region_is_found_by_its_name():
    assert Gazetteer(name_data(), place_data(), {"32.80": "Kota Cikarang"}).find(
        None, [("text", "warga Cikarang")]
    ).region == ("32.80")


def test_the_longest_entry_wins_and_none_overlap():
    words = WordList([("lampu", 1), ("lampu jalan", 2), ("jalan rusak", 3)], {})
    assert [found.meanings for found in words.find("lampu jalan rusak")] == [(2,)]


@pytest.mark.parametrize(
    ("before", "after"),
    [("[levels]", "[levels"), ('home = "regency"', 'home = "village"'), ("strong = [", "strang = [")],
)
def test_a_rule_file_that_does_not_parse_is_refused(before: str, after: str):
    with pytest.raises(BadRules, match=r"rules\.toml"):
        parse(RuleData, read("rules.toml").replace(before, after, 1), "rules.toml")


def test_reading_is_fast_enough_for_a_nation():
    text = "Jalan berlubang besar di depan pasar, lampu jalan mati, tolong pemkot segera memperbaiki. " * 4
    started = time.perf_counter()
    for number in range(300):
        RULES.read(f"{text}{number}")
        PLACES.find(None, [("text", text)])
    # A tenth of what is wanted of a free core, so that a busy machine does not fail it.
    assert 300 / (time.perf_counter() - started) > 300
