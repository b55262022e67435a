"""Files with various delimiters, encodings and formats, and with lines that are not rows."""

import asyncio
from pathlib import Path

import pytest

from local.bulk.client import FilingResult, file_all
from local.bulk.rows import FileColumns, FileRow, UnreadableFile, read_rows

WORDS = ["Jalan rusak", "Sampah menumpuk, bau"]


def texts(file: Path, encoding: str | None = None) -> list[str]:
    rows = read_rows(file, FileColumns("isi"), "import", encoding)
    return [row.fault or row.body["text"] for row in rows]


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


def test_an_unclosed_quotation_mark_is_reported_with_its_lines(tmp_path: Path) -> None:
    file = tmp_path / "rows.csv"
    file.write_text('id,isi\n1,"Jalan\nrusak"\n2,Pipa 5" bocor\n3,"Lampu mati\n4,Sampah\n5,Banjir\n')
    why = "a quotation mark in line 5 is never closed: lines 5 to 7 are not read"
    assert texts(file) == ["Jalan\nrusak", 'Pipa 5" bocor', why]


def test_a_json_list_is_read_like_lines(tmp_path: Path) -> None:
    file = tmp_path / "rows.json"
    file.write_text('[{"isi": "Jalan rusak"},\n 7, {"isi": "Sampah"}]')
    assert texts(file) == ["Jalan rusak", "it is not a JSON object", "Sampah"]


@pytest.mark.parametrize(
    ("name", "content", "why"),
    [
        ("empty.csv", "", "has no column isi; it has none"),
        ("other.csv", "id,text\n", "has no column isi; it has id, text"),
        ("book.xlsx", "PK\x03\x04", "has no column isi"),
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
        return FilingResult(row.number, "filed", "routed")

    rows = list(read_rows(file, FileColumns("isi"), "import"))
    counts = asyncio.run(file_all(file_row, rows, lambda _: None))
    assert counts == {"filed routed": 1, "refused the line is not JSON": 1}
