"""The gazetteer: region from a code, from coordinates, from names; ambiguous places remain candidates."""

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


def locate(text: str, place: Place | None = None) -> Location:
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
def test_names_decide_the_region(text: str, region: str):
    assert locate(text)[:2] == (region, "text")


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
def test_common_words_streets_and_villages_name_no_region(text: str):
    assert locate(text).region is None


def test_a_common_word_is_a_place_with_its_title():
    assert locate("di Kota Batu").region == "35.79"
    assert locate("Kecamatan Selesai, Langkat").region == "12.05.06"


def test_a_district_that_is_called_like_a_city_with_its_title_does_not_hide_the_city():
    assert locate("sampah di Kota Padang").region == "13.71"
    assert locate("sampah di Kecamatan Kota Padang, Kabupaten Rejang Lebong").region == "17.02.06"


def test_regions_of_the_same_name_are_candidates_with_scores():
    found = locate("jalan rusak di daerah bandung")
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
def test_other_words_distinguish_regions_of_the_same_name(text: str, region: str):
    assert locate(text).region == region


def test_an_origin_or_destination_weighs_less_than_the_place_of_the_problem():
    assert locate("di Malang jalan rusak, saya dari Surabaya").candidates[:1] != ("35.78",)
    assert locate("angkot dari Surabaya mogok di Kota Malang").region == "35.73"


def test_two_places_of_equal_weight_are_candidates():
    assert set(locate("jalan di Surabaya dan di Semarang rusak").candidates) == {"35.78", "33.74", "33.22"}


def test_the_address_weighs_more_than_the_text():
    texts = [("address", "Gubeng, Kota Surabaya"), ("text", "saya orang Semarang")]
    assert PLACES.find(None, texts)[:2] == ("35.78.08", "address")


def test_the_code_has_precedence_over_words():
    assert locate("di Kota Surabaya", Place(region="32.04.05"))[:2] == ("32.04.05", "code")


def test_words_refine_the_code_of_a_province():
    assert locate("di Kota Bandung dan Surabaya", Place(region="32")).region == "32.73"
    assert locate("di Surabaya", Place(region="32"))[:2] == ("32", "code")


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
def test_a_code_from_before_a_split_becomes_the_current_one(code: str, region: str):
    assert locate("", Place(region=code))[:2] == (region, "code")


def test_an_unlisted_part_of_a_code_is_cut_off_and_an_unknown_code_is_ignored():
    assert locate("", Place(region="32.73.99")).region == "32.73"
    assert locate("", Place(region="32.73.02.1001")).region == "32.73.02.1001"
    assert locate("di Kota Surabaya", Place(region="99.01"))[:2] == ("35.78", "text")


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
def test_coordinates_are_in_the_district_of_the_nearest_centroid_also_on_islands(lat: float, lon: float, region: str):
    found = locate("", Place(lat=lat, lon=lon))
    assert found[:2] == (region, "coordinates")
    assert found.score > 0.75


@pytest.mark.parametrize(
    ("lat", "lon"),
    [(-5.0, 110.0), (0.0, 0.0), (1.352, 103.82), (-8.559, 125.574), (4.245, 117.891), (-2.69, 141.3), (90.0, 180.0)],
)
def test_the_open_sea_and_other_countries_have_no_region(lat: float, lon: float):
    assert locate("", Place(lat=lat, lon=lon)).region is None


def test_near_a_border_names_decide():
    point = Place(lat=-6.98, lon=107.64)
    alone = locate("", point)
    assert alone.region is None
    assert {code[:5] for code in alone.candidates} == {"32.73", "32.04"}
    assert locate("di Kota Bandung", point).region is not None
    assert locate("di Kota Bandung", point)[0][:5] == "32.73"  # type: ignore[index]
    assert locate("di Kabupaten Bandung", point)[0][:5] == "32.04"  # type: ignore[index]


def test_coordinates_decide_between_regions_of_the_same_name_and_over_other_words():
    place = Place(lat=-6.92, lon=107.607)
    assert locate("di Bandung", place)[1] == "coordinates"
    assert locate("saya orang Surabaya", place).region == locate("", place).region


def test_a_region_that_only_the_registry_names_is_found_by_its_name():
    more = Gazetteer(name_data(), place_data(), district_data(), {"32.80": "Kota Cikarang"})
    assert more.find(None, [("text", "warga Cikarang")]).region == "32.80"


def test_every_district_and_every_replaced_code_belongs_to_a_known_regency():
    regencies = {code for code in place_data().places if len(code) == 5}
    assert {district.code[:5] for district in district_data()} == regencies
    renewed = {new for law in place_data().former for new in law.codes.values()}
    ended = {old for law in place_data().former for old in law.codes}
    assert renewed <= regencies
    assert not ended & regencies


@pytest.mark.parametrize("line", ["11.1", "01\tX\t1.0", "aa\tX\t1.0\t2.0"])
def test_an_invalid_line_of_the_districts_is_refused_by_its_number(line: str):
    with pytest.raises(BadRules, match="line 2"):
        parse_districts(f"11.01\n{line}")
