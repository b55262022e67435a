"""Regions are found by the beginnings of the words of their names."""

from router.geography.search import RegionSearch

SEARCH = RegionSearch(
    [("32", "Jawa Barat"), ("32.73", "Kota Bandung"), ("32.04", "Kabupaten Bandung"), ("12", "Sumatera Utara")],
    [("32.73.01", "Sukasari"), ("32.04.05", "Cileunyi"), ("12.01.02", "Bandung Kecil")],
)


def found(text: str, most: int = 9) -> list[str]:
    return [each.code for each in SEARCH.find(text, most)]


def test_regencies_come_before_districts_and_both_before_what_only_lies_within() -> None:
    assert found("bandung") == ["32.04", "32.73", "12.01.02", "32.04.05", "32.73.01"]


def test_every_word_must_begin_a_word_of_the_name_or_of_what_it_lies_in() -> None:
    assert found("KOTA band") == ["32.73", "32.73.01"]
    assert found("suka, bandung") == ["32.73.01"]
    assert found("ndung") == []


def test_a_district_tells_its_regency() -> None:
    assert SEARCH.find("cileunyi", 1)[0].within == "Kabupaten Bandung"


def test_nothing_typed_finds_nothing_and_a_list_is_short() -> None:
    assert found(" -, ") == []
    assert len(found("b", 2)) == 2
