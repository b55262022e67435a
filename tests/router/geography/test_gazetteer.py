"""Where is it? From a code, from a pin on the map, from names in the words; what is in question stays in question."""

import pytest

from router.geography.gazetteer import Gazetteer, Location
from router.lexicon.files import (
    BadRules,
    district_data,
    name_data,
    parse_districts,
    place_data,
    rule_data,
    sector_vocabulary,
)
from schemas.base.values import Place

PLACES = Gazetteer(name_data(), place_data(), district_data(), common=sector_vocabulary(rule_data()))


def said(text: str, place: Place | None = None) -> Location:
    return PLACES.find(place, [("text", text)])


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
        ("Kab Bandung Barat banjir", "32.17"),
        ("jalan rusak di Kec. Gubeng", "35.78.08"),
        ("jalan rusak di Gubeng, Surabaya", "35.78.08"),
        ("warga Baleendah mengeluh", "32.04.32"),
        ("Sukajadi, Kota Bandung", "32.73.07"),
        ("di Sukajadi Pekanbaru", "14.71.01"),
        ("kantor camat tanah abang jakarta", "31.71.07"),
        ("di Tebing Tinggi, Sumatera Utara", "12.76"),
    ],
)
def test_names_tell_the_region(text: str, region: str):
    assert said(text)[:2] == (region, "text")


@pytest.mark.parametrize(
    "text",
    [
        "laporan saya belum selesai dan tetap tidak ada kabar, saya butuh bantuan",
        "di pinggir jalan ada sampah, kasihan warga",
        "batu besar di tengah jalan, tanah longsor di ujung kampung",
        "Pak Subur minta suruh ibu ibu kumpul di taman",
        "lampu merah di simpang empat mati, salam lembur",
        "di puncak gunung ada tambang emas dan di bawah ada sungai",
        "Jalan Surabaya nomor 5",
        "sate madura dan bakso solo di depan rumah",
        "di Desa Sukasari ada jalan rusak",
        "warga kelurahan Wonorejo",
        "",
    ],
)
def test_common_words_streets_and_villages_are_no_place(text: str):
    assert said(text).region is None


def test_a_common_word_is_a_place_with_its_title():
    assert said("di Kota Batu").region == "35.79"
    assert said("Kecamatan Selesai, Langkat").region == "12.05.06"


def test_namesakes_stay_in_question_with_their_scores():
    found = said("jalan rusak di daerah bandung")
    assert found.region is None
    assert set(found.candidates) == {"32.73", "32.04"}
    assert len(found.scores) == 2
    assert 0.3 < min(found.scores) <= max(found.scores) < 0.6


@pytest.mark.parametrize(
    ("text", "region"),
    [
        ("Mohon pemkot, jalan di Bandung rusak", "32.73"),
        ("Mohon bupati, jalan di Bandung rusak", "32.04"),
        ("Dago, Coblong, Bandung", "32.73.02"),
        ("di Soreang, Bandung", "32.04.37"),
    ],
)
def test_what_else_is_said_tells_namesakes_apart(text: str, region: str):
    assert said(text).region == region


def test_where_somebody_comes_from_or_goes_to_weighs_less_than_where_it_is():
    assert said("di Malang jalan rusak, saya dari Surabaya").candidates[:1] != ("35.78",)
    assert said("angkot dari Surabaya mogok di Kota Malang").region == "35.73"


def test_two_places_of_the_same_weight_stay_in_question():
    assert set(said("jalan di Surabaya dan di Semarang rusak").candidates) == {"35.78", "33.74", "33.22"}


def test_the_address_weighs_more_than_the_text():
    texts = [("address", "Gubeng, Kota Surabaya"), ("text", "saya orang Semarang")]
    assert PLACES.find(None, texts)[:2] == ("35.78.08", "address")


def test_the_code_decides_over_words():
    assert said("di Kota Surabaya", Place(region="32.04.05"))[:2] == ("32.04.05", "code")


def test_words_may_refine_the_code_of_a_province():
    assert said("di Kota Bandung dan Surabaya", Place(region="32")).region == "32.73"
    assert said("di Surabaya", Place(region="32"))[:2] == ("32", "code")


@pytest.mark.parametrize(
    ("code", "region"),
    [
        ("91.01", "93.01"),
        ("91.01.01", "93.01.01"),
        ("92.71", "96.71"),
        ("64.73", "65.71"),
        ("64.04.05", "65.01.05"),
        ("91", "91"),
    ],
)
def test_a_code_of_before_a_province_was_split_is_the_one_that_holds_today(code: str, region: str):
    assert said("", Place(region=code))[:2] == (region, "code")


def test_what_nobody_knows_of_a_code_is_cut_off_and_an_unknown_one_says_nothing():
    assert said("", Place(region="32.73.99")).region == "32.73"
    assert said("", Place(region="32.73.02.1001")).region == "32.73.02.1001"
    assert said("di Kota Surabaya", Place(region="99.01"))[:2] == ("35.78", "text")


@pytest.mark.parametrize(
    ("lat", "lon", "region"),
    [
        (-6.1754, 106.8272, "31.71.01"),
        (-7.0333, 107.519, "32.04.37"),
        (-8.4967, 140.4017, "93.01.05"),
        (5.89, 95.32, "11.72.01"),
        (-5.745, 106.613, "31.01.02"),
        (3.94, 108.38, "21.03.07"),
    ],
)
def test_a_pin_is_in_the_district_with_the_nearest_centre_also_on_islands(lat: float, lon: float, region: str):
    found = said("", Place(lat=lat, lon=lon))
    assert found[:2] == (region, "coordinates")
    assert found.score > 0.75


@pytest.mark.parametrize(
    ("lat", "lon"),
    [(-5.0, 110.0), (0.0, 0.0), (1.352, 103.82), (-8.559, 125.574), (4.245, 117.891), (-2.69, 141.3), (90.0, 180.0)],
)
def test_the_open_sea_and_other_countries_are_nowhere(lat: float, lon: float):
    assert said("", Place(lat=lat, lon=lon)).region is None


def test_near_a_border_the_names_say_on_which_side():
    pin = Place(lat=-6.98, lon=107.64)
    alone = said("", pin)
    assert alone.region is None
    assert {code[:5] for code in alone.candidates} == {"32.73", "32.04"}
    assert said("di Kota Bandung", pin).region is not None
    assert said("di Kota Bandung", pin)[0][:5] == "32.73"  # type: ignore[index]
    assert said("di Kabupaten Bandung", pin)[0][:5] == "32.04"  # type: ignore[index]


def test_a_pin_decides_between_namesakes_and_over_other_words():
    place = Place(lat=-6.92, lon=107.607)
    assert said("di Bandung", place)[1] == "coordinates"
    assert said("saya orang Surabaya", place).region == said("", place).region


def test_a_body_of_a_new_region_is_found_by_its_name():
    more = Gazetteer(name_data(), place_data(), district_data(), {"32.80": "Kota Cikarang"})
    assert more.find(None, [("text", "warga Cikarang")]).region == "32.80"


def test_every_district_lies_in_a_known_regency_and_every_former_code_leads_to_one():
    regencies = {code for code in place_data().places if len(code) == 5}
    assert {district.code[:5] for district in district_data()} == regencies
    renewed = {new for law in place_data().former for new in law.codes.values()}
    ended = {old for law in place_data().former for old in law.codes}
    assert renewed <= regencies
    assert not ended & regencies


@pytest.mark.parametrize("line", ["11.1", "01\tX\t1.0", "aa\tX\t1.0\t2.0"])
def test_a_line_that_is_no_district_is_refused_by_its_number(line: str):
    with pytest.raises(BadRules, match="line 2"):
        parse_districts(f"11.01\n{line}")
