"""Files with various delimiters, encodings and formats, and with lines that are not rows."""

import asyncio
from datetime import UTC, date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from openpyxl import Workbook

from local.bulk import values
from local.bulk.client import FilingResult, file_all
from local.bulk.rows import FileColumns, FileRow, FileSource, read_rows
from local.bulk.table import UnreadableFile

WORDS = ["Jalan rusak", "Sampah menumpuk, bau"]


def texts(file: Path, encoding: str | None = None) -> list[str]:
    rows = read_rows(FileSource(file, FileColumns("isi"), encoding=encoding))
    return [row.fault or row.body["text"] for row in rows]


def rows_of(file: Path, text: str, batch: str = "", **columns: str) -> list[FileRow]:
    file.write_text(text)
    return list(read_rows(FileSource(file, FileColumns("isi", **columns), batch=batch)))


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_a_table_is_read_with_any_supported_delimiter(tmp_path: Path, delimiter: str) -> None:
    file = tmp_path / "rows.csv"
    lines = [delimiter.join(("id", "isi")), *(f'{n}{delimiter}"{words}"' for n, words in enumerate(WORDS))]
    file.write_text("\n".join(lines))
    assert texts(file) == WORDS


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_a_table_is_read_in_the_encoding_of_its_byte_order_mark(tmp_path: Path, encoding: str) -> None:
    file = tmp_path / "rows.csv"
    file.write_bytes("isi\nRusak \u2013 parah\n".encode(encoding))
    assert texts(file) == ["Rusak \u2013 parah"]


def test_an_unknown_encoding_must_be_given(tmp_path: Path) -> None:
    file = tmp_path / "rows.csv"
    file.write_bytes("isi\nRusak \u2013 parah\n".encode("cp1252"))
    with pytest.raises(UnreadableFile, match="give its encoding"):
        texts(file)
    with pytest.raises(UnreadableFile, match="unknown encoding"):
        texts(file, "cp1")
    assert texts(file, "cp1252") == ["Rusak \u2013 parah"]


@pytest.mark.parametrize("name", ["rows.json", "rows.jsonl"])
def test_lines_that_are_not_rows_become_faults_and_the_others_rows(tmp_path: Path, name: str) -> None:
    file = tmp_path / name
    file.write_text('{broken\n{"isi": "Jalan rusak"}\n\n[]\n{"isi": null}\n')
    assert texts(file) == ["the line is not JSON", "Jalan rusak", "it is not a JSON object", ""]


def test_every_line_behind_an_unclosed_quotation_mark_is_reported(tmp_path: Path) -> None:
    file = tmp_path / "rows.csv"
    file.write_text('id,isi\n1,"Jalan\nrusak"\n2,Pipa 5" bocor\n3,"Lampu mati\n4,Sampah\n5,Banjir\n')
    assert [row.line for row in read_rows(FileSource(file, FileColumns("isi")))] == [2, 4, 5, 6, 7]
    why = "a quotation mark in line 5 is not closed, or not doubled inside its cell"
    assert texts(file) == ["Jalan\nrusak", 'Pipa 5" bocor', *[why] * 3]


def test_rows_between_two_stray_quotation_marks_are_not_one_row(tmp_path: Path) -> None:
    head, rest = 'no,isi\n1,Lampu\n2,"Jalan', '\n3,Sampah\n4,"Banjir"\n5,"Macet"\n6,Bising\n'
    found = rows_of(tmp_path / "rows.csv", head + rest, batch="b")
    why = "a quotation mark in line 3 is not closed, or not doubled inside its cell"
    assert [row.fault or row.body["text"] for row in found] == ["Lampu", why, why, why, "Macet", "Bising"]
    mended = rows_of(tmp_path / "rows.csv", f'{head}"{rest}', batch="b")
    assert [row.key for row in mended] == [row.key for row in found]


def test_a_json_list_is_read_like_lines(tmp_path: Path) -> None:
    file = tmp_path / "rows.json"
    file.write_text('[{"isi": "Jalan rusak"},\n 7, {"isi": "Sampah"}]')
    assert texts(file) == ["Jalan rusak", "it is not a JSON object", "Sampah"]


@pytest.mark.parametrize(
    ("name", "content", "why"),
    [
        ("empty.csv", "", "has no column isi; it has none"),
        ("other.csv", "id,text\n", "has no column isi; it has id, text"),
        ("book.xlsx", "PK\x03\x04", "no spreadsheet that can be read .* save it as CSV in UTF-8"),
        ("cut.json", '[{"isi": "Jalan', "is not JSON"),
        ("object.json", '{"rows": [{"isi": "x"}]}', "has no column isi; it has rows"),
        ("words.jsonl", "not json\nat all\n", "has no line that is a JSON object"),
    ],
)
def test_a_file_without_rows_is_refused_and_not_treated_as_empty(
    tmp_path: Path, name: str, content: str, why: str
) -> None:
    file = tmp_path / name
    file.write_text(content)
    with pytest.raises(UnreadableFile, match=why):
        texts(file)


def test_a_line_that_cannot_be_read_is_refused_without_a_request(tmp_path: Path) -> None:
    file = tmp_path / "rows.jsonl"
    file.write_text('{"isi": "Jalan rusak"}\n{broken\n')

    async def file_row(row: FileRow) -> FilingResult:
        return FilingResult(row, "filed", "routed")

    rows = list(read_rows(FileSource(file, FileColumns("isi"))))
    outcomes = asyncio.run(file_all(file_row, rows, lambda _: None))
    assert [(each.kind, each.why) for each in outcomes] == [("filed", ""), ("refused", "the line is not JSON")]


def test_the_key_is_the_id_and_never_the_words(tmp_path: Path) -> None:
    file, header = tmp_path / "rows.csv", "no,isi,judul\n"
    first = rows_of(file, header + "a,Jalan rusak,\nb,Jalan rusak,\n", id="no", title="judul")
    assert first[0].key != first[1].key
    mended = rows_of(file, header + "b,Jalan rusak,\na,Jalan rusak,Lubang\n", id="no", title="judul")
    assert [row.key for row in mended] == [first[1].key, first[0].key]


def test_without_an_id_the_key_is_batch_and_row_number(tmp_path: Path) -> None:
    file, text = tmp_path / "rows.csv", "isi\nJalan rusak\nJalan rusak\n"
    first, second = rows_of(file, text, "2026-04")
    assert first.key != second.key
    assert [row.key for row in rows_of(file, "isi\nJalan rusak\nLampu mati\n", "2026-04")] == [first.key, second.key]
    assert {row.key for row in rows_of(file, text, "2026-05")}.isdisjoint({first.key, second.key})


def test_a_batch_parts_equal_ids_of_two_sources(tmp_path: Path) -> None:
    file, text = tmp_path / "rows.csv", "no,isi\n1,Jalan rusak\n"
    assert rows_of(file, text, "kota", id="no")[0].key != rows_of(file, text, "dinas", id="no")[0].key


def test_a_row_without_an_id_or_with_that_of_another_row_is_a_fault(tmp_path: Path) -> None:
    rows = rows_of(tmp_path / "rows.csv", "no,isi\n1,Jalan\n ,Lampu\n1,Jalan\n1,Sampah\n", id="no")
    assert [row.fault for row in rows] == [
        "",
        "no: the row has no id",
        "",
        "no: '1' stands in row 1 with other content",
    ]
    assert rows[2].key == rows[0].key


def test_titles_and_a_sep_line_above_the_header_and_empty_rows_are_left_out(tmp_path: Path) -> None:
    text = 'sep=;\nDaftar pengaduan 2026\n;\nno;isi\n1;"Jalan; rusak"\n;\n2;Lampu mati\n'
    rows = rows_of(tmp_path / "rows.csv", text, id="no")
    assert [(row.number, row.line, row.body["text"]) for row in rows] == [(1, 5, "Jalan; rusak"), (2, 7, "Lampu mati")]


def test_a_row_with_surplus_or_missing_cells_is_refused_alone(tmp_path: Path) -> None:
    text = "no,isi,judul\n1,Jalan rusak, parah,Jalan\n2,Lampu mati,Lampu,\n3\n4,Sampah\n"
    rows = rows_of(tmp_path / "rows.csv", text, id="no")
    assert [row.fault for row in rows] == [
        "it has 4 cells, the header has 3: a cell that contains the delimiter needs quotation marks",
        "",
        "it has 1 cells, the header has 3: a cell that contains a line break needs quotation marks",
        "",
    ]


def test_each_record_is_judged_on_its_own(tmp_path: Path) -> None:
    file = tmp_path / "rows.jsonl"
    text = '{"no": 1}\n{"no": 2, "isi": "Lampu mati", "kota": "32.73"}\n{"no": 3, "isi": {"a": 1}}\n{"isi": "x"}\n'
    rows = rows_of(file, text, id="no", region="kota")
    assert [row.fault for row in rows] == [
        "isi: the record has no such field", "", "isi: is not a text", "no: the row has no id",
    ]  # fmt: skip
    with pytest.raises(UnreadableFile, match="has no column kota; it has no, isi"):
        rows_of(file, '{"no": 1, "isi": "Lampu"}\n', id="no", region="kota")


EVERY = {
    "id": "no", "region": "wilayah", "address": "alamat", "lat": "lintang", "lon": "bujur", "received": "terima",
    "occurred": "kejadian", "name": "nama", "email": "surel", "phone": "telepon", "anonymous": "anonim",
    "secret": "rahasia", "class_": "jenis", "addressed_to": "tujuan",
}  # fmt: skip


def test_every_column_reaches_the_form_as_what_it_holds(tmp_path: Path) -> None:
    header = "no;isi;wilayah;alamat;lintang;bujur;terima;kejadian;nama;surel;telepon;anonim;rahasia;jenis;tujuan\n"
    line = "7;Jalan rusak;32,73;Jl. Merdeka 1;-6,914;107,61;14/04/2026 08:30;13 April 2026;Sari;s@example.org;"
    [row] = rows_of(tmp_path / "rows.csv", header + line + "0812-345;ya;tidak;complaint;Dinas PU\n", **EVERY)
    assert row.fault == ""
    assert row.body == {
        "text": "Jalan rusak", "channel": "import", "class": "complaint", "addressed_to": "Dinas PU",
        "occurred_on": "2026-04-13", "anonymous": True,
        "place": {"region": "32.73", "lat": -6.914, "lon": 107.61, "address": "Jl. Merdeka 1"},
        "reporter": {"name": "Sari", "email": "s@example.org", "phone": "0812-345"},
    }  # fmt: skip
    assert row.received_at == datetime(2026, 4, 14, 8, 30, tzinfo=ZoneInfo("Asia/Jakarta"))


@pytest.mark.parametrize(
    ("column", "cell", "why"),
    [
        ("lat", "enam", "'enam' is not a number"),
        ("occurred", "31/02/2026", "is not a date such as"),
        ("received", "kemarin", "is not a date such as"),
        ("received", "2999-01-01", "lies in the future"),
        ("anonymous", "mungkin", "is neither yes nor no"),
    ],
)
def test_a_cell_that_cannot_be_read_is_named_with_its_column(tmp_path: Path, column: str, cell: str, why: str) -> None:
    file = tmp_path / "rows.csv"
    file.write_text(f"isi,k\nJalan rusak,{cell}\n")
    columns, now = FileColumns("isi", **{column: "k"}), datetime(2026, 5, 1, tzinfo=UTC)
    [row] = read_rows(FileSource(file, columns, now=now))
    assert row.fault.startswith("k: ")
    assert why in row.fault


@pytest.mark.parametrize(
    ("cell", "code"),
    [("32.73", "32.73"), ("32,73", "32.73"), (32.7, "32.70"), (32.0, "32"), ("3273", "32.73"), ("32.73.01.1001", "32.73.01.1001"),
     ("3273011001", "32.73.01.1001"), ("Kota Bandung", "32.73"), ("KAB. BANDUNG", "32.04"), ("Kodya Bandung", "32.73"),
     ("Banyuwangi", "35.10"), ("Jakarta Pusat", "31.71"), ("Kota Adm. Jakarta Pusat", "31.71"), ("DKI Jakarta", "31"),
     ("D.I. Yogyakarta", "34"), ("Prov. Jawa Barat", "32")],
)  # fmt: skip
def test_a_region_code_is_read_as_spreadsheets_write_it(cell: object, code: str) -> None:
    assert values.region_code(cell) == code


@pytest.mark.parametrize("cell", ["Bandung", "Atlantis", "Kota"])
def test_a_name_of_no_or_of_several_regions_is_refused(cell: str) -> None:
    with pytest.raises(ValueError, match="not the name of one"):
        values.region_code(cell)


@pytest.mark.parametrize(
    ("cell", "moment"),
    [
        ("2026-04-14", "2026-04-14T00:00:00+07:00"),
        ("2026-04-14 08:30:05", "2026-04-14T08:30:05+07:00"),
        ("2026-04-14T01:30:00Z", "2026-04-14T01:30:00+00:00"),
        ("14/04/2026", "2026-04-14T00:00:00+07:00"),
        ("4-4-2026 08.30 WIB", "2026-04-04T08:30:00+07:00"),
        ("2026/04/14", "2026-04-14T00:00:00+07:00"),
        ("14 Agustus 2026", "2026-08-14T00:00:00+07:00"),
        (date(2026, 4, 14), "2026-04-14T00:00:00+07:00"),
    ],
)
def test_a_date_is_read_as_people_write_it(cell: object, moment: str) -> None:
    assert values.moment_of(cell, ZoneInfo("Asia/Jakarta")).isoformat() == moment


def test_a_spreadsheet_is_read_with_its_numbers_and_dates(tmp_path: Path) -> None:
    rows = [["Daftar pengaduan"], [], ["no", "isi", "wilayah", "terima"], [1, "Jalan rusak", 32.73, date(2026, 4, 14)]]
    file = tmp_path / "export.csv"  # whatever its name says
    workbook(file, {"Petunjuk": [["Isi lembar berikut"]], "Data": rows})
    columns = FileColumns("isi", id="no", region="wilayah", received="terima")
    [row] = read_rows(FileSource(file, columns))
    assert (row.id, row.line, row.body["place"]["region"]) == ("1", 4, "32.73")
    assert row.received_at == datetime(2026, 4, 14, tzinfo=ZoneInfo("Asia/Jakarta"))
    with pytest.raises(UnreadableFile, match="has no sheet Lembar9; it has Petunjuk, Data"):
        list(read_rows(FileSource(file, columns, sheet="Lembar9")))


def workbook(file: Path, sheets: dict[str, list[list[object]]]) -> None:
    book = Workbook()
    book.remove(book.active)
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(row)
    book.save(file)


@pytest.mark.parametrize("name", ["rows.csv", "rows.jsonl"])
@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be", "utf-32"])
def test_a_file_in_utf_16_or_32_is_read_also_without_a_mark(tmp_path: Path, name: str, encoding: str) -> None:
    content = "isi\nRusak \u2013 parah\n" if name.endswith("csv") else '{"isi": "Rusak \u2013 parah"}\n'
    (tmp_path / name).write_bytes(content.encode(encoding))
    assert texts(tmp_path / name) == ["Rusak \u2013 parah"]


@pytest.mark.parametrize(
    ("record", "why"),
    [
        ('{"no": [1], "isi": "x"}', "no: is not a text"),
        ('{"no": NaN, "isi": "x"}', "no: is not a finite number"),
        ('{"no": "1\\u0000", "isi": "x"}', "no: holds a NUL or a broken character"),
        ('{"no": 1, "isi": "\\ud800"}', "isi: holds a NUL or a broken character"),
        ('{"no": 1, "isi": "x", "isi": "y"}', "isi: the record has two fields of that name"),
        ('{"no": 1, "isi": "x", "lat": NaN}', "lat: is not a finite number"),
        ('{"no": 1, "isi": "x", "lat": "inf"}', "lat: 'inf' is not a number such as -6.914 or -6,914"),
        ('{"no": 1, "isi": "x", "tgl": "0001-01-01"}', "tgl: '0001-01-01' must not lie before the year 1900"),
    ],
)
def test_a_broken_record_is_refused_and_the_next_one_is_read(tmp_path: Path, record: str, why: str) -> None:
    content = record + '\n{"no": 2, "isi": "Jalan", "lat": -6.9, "tgl": "2026-04-14"}\n'
    found = rows_of(tmp_path / "rows.jsonl", content, id="no", lat="lat", received="tgl")
    assert [row.fault for row in found] == [why, ""]


@pytest.mark.parametrize("name", ["rows.JSON", "rows.jsonl"])
def test_a_json_list_is_read_whatever_the_name(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_text('[{"isi": "Jalan"},\n {"isi": "Sampah"}]\n')
    assert texts(tmp_path / name) == ["Jalan", "Sampah"]


def test_a_huge_cell_costs_its_own_row_alone(tmp_path: Path) -> None:
    found = rows_of(tmp_path / "rows.csv", f"isi\n{'a' * 11_000_000}\nJalan\n", batch="b")
    assert [len(row.body["text"]) for row in found] == [11_000_000, 5]


@pytest.mark.parametrize("id_", ["1,23457E+15", "1.23457e+15"])
def test_an_id_that_a_spreadsheet_rounded_is_refused(tmp_path: Path, id_: str) -> None:
    [row] = rows_of(tmp_path / "rows.csv", f"no;isi\n{id_};Jalan\n", id="no")
    assert "format the column as text" in row.fault


def test_ids_of_more_than_15_digits_in_a_spreadsheet_are_refused_unless_they_are_text(tmp_path: Path) -> None:
    book = Workbook()
    assert book.active is not None
    for cells in (["no", "isi"], [3273011234567890, "Jalan"], ["3273011234567891", "Jalan"], [12, "Jalan"]):
        book.active.append(cells)
    book.save(tmp_path / "rows.xlsx")
    found = list(read_rows(FileSource(tmp_path / "rows.xlsx", FileColumns("isi", id="no"))))
    assert [row.id for row in found] == ["", "3273011234567891", "12"]
    assert "format the column as text" in found[0].fault


def test_a_hidden_sheet_is_read_last(tmp_path: Path) -> None:
    book = Workbook()
    assert book.active is not None
    for cells in (["isi"], ["Jalan"]):
        book.active.append(cells)
    hidden = book.create_sheet("Lama", 0)
    hidden.sheet_state = "hidden"
    for cells in (["isi"], ["Sampah"]):
        hidden.append(cells)
    book.save(tmp_path / "rows.xlsx")
    assert texts(tmp_path / "rows.xlsx") == ["Jalan"]


def test_a_web_page_named_xls_is_refused_with_advice(tmp_path: Path) -> None:
    (tmp_path / "rows.xls").write_text("\ufeff <html><table><tr><td>isi</td></tr></table></html>")
    with pytest.raises(UnreadableFile, match="open it in a spreadsheet program and save it as XLSX or CSV"):
        texts(tmp_path / "rows.xls")


@pytest.mark.parametrize(
    ("cell", "at"),
    [
        ("2026-04-14T08:30:00Z", "2026-04-14T08:30:00+00:00"),
        ("2026-04-14 08:30 WIB", "2026-04-14T08:30:00+07:00"),
        ("14 Apr 2026 08:30 WITA", "2026-04-14T08:30:00+08:00"),
        ("Jum'at, 17 April 2026 pukul 08.30 WIT", "2026-04-17T08:30:00+09:00"),
        ("Selasa, 14 April 2026", "2026-04-14T00:00:00+08:00"),
    ],
)
def test_a_date_is_read_as_people_write_it_and_its_zone_as_named(cell: str, at: str) -> None:
    assert values.moment_of(cell, ZoneInfo("Asia/Makassar")) == datetime.fromisoformat(at)
