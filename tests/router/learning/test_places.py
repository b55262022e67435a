"""The place of a labelled text: one encoding for files, history, evaluation and running."""

import csv
import json
from pathlib import Path
from uuid import UUID

import pytest
from typer.testing import CliRunner

from router.cli.learning import app
from router.learning.examples import BadExamples, ExampleColumns, read_examples
from router.reading.model_files import read
from router.reading.reader import default_reader, place_tokens
from support.placing import filed, given

CITY, DISTRICT = ("32", "32.73"), ("32", "32.73", "32.73.01")


def places(path: Path, header: str, *rows: str, within: str | None = None) -> list[tuple[str, ...]]:
    names = header.split(",")
    path.write_text(
        "\n".join([f"text,label,{header}", *(f"lampu padam nomor {n},roads,{row}" for n, row in enumerate(rows))])
    )
    return [each.place for each in read_examples(path, ExampleColumns(place=tuple(names), within=within))]


@pytest.mark.parametrize("written", ["32.73", "3273", "3273.0", "Kota Bandung", "KOTA BANDUNG", " kota bandung "])
def test_a_city_is_the_same_place_however_a_file_writes_it(tmp_path: Path, written: str):
    assert places(tmp_path / "a.csv", "region", written) == [CITY]


def test_codes_names_and_empty_cells_may_be_mixed_in_one_column(tmp_path: Path):
    found = places(tmp_path / "a.csv", "region", "32.73.01", "327301", "32.73.01.1001", "Kota Bandung", "", "Wakanda")
    assert found == [DISTRICT, DISTRICT, DISTRICT, CITY, (), ()]


def test_names_of_several_columns_make_one_place_as_precise_as_they_say(tmp_path: Path):
    rows = "Jawa Barat,Kota Bandung,Sukasari", "Jawa Barat,Kota Bandung,", "Jawa Barat,,"
    assert places(tmp_path / "a.csv", "province,city,district", *rows) == [DISTRICT, CITY, ("32",)]


def test_a_district_that_is_not_in_the_named_city_leaves_the_city(tmp_path: Path):
    assert places(tmp_path / "a.csv", "province,city,district", "Jawa Barat,Kota Bandung,Baleendah") == [CITY]


def test_names_of_districts_are_looked_up_in_the_region_of_the_file(tmp_path: Path):
    assert places(tmp_path / "a.csv", "district", "Sukasari", "Atlantis", within="32.73") == [DISTRICT, CITY]


def test_a_replaced_code_becomes_the_present_one_as_it_does_for_a_complaint(tmp_path: Path):
    code = "91.71"
    reading = default_reader().read(given(filed("lampu padam", place={"region": code})))
    assert places(tmp_path / "a.csv", "region", code) == [place_tokens(reading.where.region)]


def test_a_row_without_a_place_has_the_one_that_its_words_name(tmp_path: Path):
    (tmp_path / "a.csv").write_text("text,label\nLampu padam di Kota Bandung,roads\n")
    assert [each.place for each in read_examples(tmp_path / "a.csv", ExampleColumns())] == [CITY]


def test_a_column_of_which_no_place_is_known_is_refused_by_name(tmp_path: Path):
    with pytest.raises(BadExamples, match=r"column region.*'Wakanda'"):
        places(tmp_path / "a.csv", "region", "Wakanda", "")


def test_the_names_of_columns_are_found_in_other_spellings(tmp_path: Path):
    (tmp_path / "a.csv").write_text("Isi Laporan,LABEL,Created At\nlampu padam,roads,14/04/2026\n")
    (found,) = read_examples(tmp_path / "a.csv", ExampleColumns(("isi_laporan",), "label", date="created-at"))
    assert (found.text, found.label, str(found.at)) == ("lampu padam", "roads", "2026-04-14 00:00:00+00:00")


def test_a_date_that_is_none_is_refused_with_its_line_and_column(tmp_path: Path):
    (tmp_path / "a.csv").write_text("text,label,day\nlampu padam,roads,tomorrow\n")
    with pytest.raises(BadExamples, match=r"line 2, column day: 'tomorrow'"):
        read_examples(tmp_path / "a.csv", ExampleColumns(date="day"))


def test_a_field_that_the_first_json_line_lacks_is_found_in_the_others(tmp_path: Path):
    rows = [{"text": "lampu padam", "label": "roads"}, {"text": "lampu mati", "label": "roads", "region": "32.73"}]
    (tmp_path / "a.jsonl").write_text("\n".join(map(json.dumps, rows)))
    found = read_examples(tmp_path / "a.jsonl", ExampleColumns(place=("region",)))
    assert [each.place for each in found] == [(), CITY]


@pytest.mark.parametrize("written", [("32.73.01", "32.73.02"), ("Sukasari", "Coblong")])
def test_a_model_trained_on_places_reacts_to_the_region_code_of_a_complaint(tmp_path: Path, written: tuple[str, str]):
    with (tmp_path / "a.csv").open("w", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(["text", "label", "region"])
        for n in range(20):
            rows.writerow([f"Lampu jalan padam nomor {n}", "street-lighting", written[0]])
            rows.writerow([f"Lampu jalan padam nomor {n}", "parks-trees", written[1]])
    model = tmp_path / "model.npz"
    argv = ["train", str(tmp_path / "a.csv"), "--place", "region", "--within", "32.73", "--no-own", "--out", str(model)]
    done = CliRunner().invoke(app, argv)
    assert done.exit_code == 0, done.output
    reader = default_reader().with_model(read(model)[0])
    states = [
        given(filed("Lampu jalan padam", place={"region": code}), id_=UUID(int=n))
        for n, code in enumerate(("32.73.01", "32.73.02"), 1)
    ]
    predictions = [reading.prediction for reading in reader.read_many(states)]
    assert [each and each.sectors[0].sector for each in predictions] == ["street-lighting", "parks-trees"]
