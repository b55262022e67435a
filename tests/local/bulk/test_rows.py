"""Files as people have them: other delimiters and encodings, lists and lines, and lines that hold nothing."""

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
def test_a_table_is_read_with_whatever_parts_its_columns(tmp_path: Path, delimiter: str) -> None:
    file = tmp_path / "rows.csv"
    lines = [delimiter.join(("id", "isi")), *(f'{n}{delimiter}"{words}"' for n, words in enumerate(WORDS))]
    file.write_text("\n".join(lines))
    assert texts(file) == WORDS


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_a_table_is_read_in_the_encoding_it_is_marked_with(tmp_path: Path, encoding: str) -> None:
    file = tmp_path / "rows.csv"
    file.write_bytes("isi\nRusak \u2013 parah\n".encode(encoding))
    assert texts(file) == ["Rusak \u2013 parah"]


def test_an_encoding_that_nothing_tells_is_asked_for(tmp_path: Path) -> None:
    file = tmp_path / "rows.csv"
    file.write_bytes("isi\nRusak \u2013 parah\n".encode("cp1252"))
    with pytest.raises(UnreadableFile, match="name its encoding"):
        texts(file)
    with pytest.raises(UnreadableFile, match="unknown encoding"):
        texts(file, "cp1")
    assert texts(file, "cp1252") == ["Rusak \u2013 parah"]


@pytest.mark.parametrize("name", ["rows.json", "rows.jsonl"])
def test_lines_that_hold_no_row_are_counted_and_the_others_filed(tmp_path: Path, name: str) -> None:
    file = tmp_path / name
    file.write_text('{broken\n{"isi": "Jalan rusak"}\n\n[]\n{"isi": null}\n')
    assert texts(file) == ["the line is no JSON", "Jalan rusak", "it is no JSON object", ""]


def test_a_quotation_mark_that_is_never_closed_is_told_with_its_lines(tmp_path: Path) -> None:
    file = tmp_path / "rows.csv"
    file.write_text('id,isi\n1,"Jalan\nrusak"\n2,Pipa 5" bocor\n3,"Lampu mati\n4,Sampah\n5,Banjir\n')
    why = "a quotation mark in line 5 is never closed: nothing to line 7 is read as rows"
    assert texts(file) == ["Jalan\nrusak", 'Pipa 5" bocor', why]


def test_a_list_in_json_is_as_good_as_lines(tmp_path: Path) -> None:
    file = tmp_path / "rows.json"
    file.write_text('[{"isi": "Jalan rusak"},\n 7, {"isi": "Sampah"}]')
    assert texts(file) == ["Jalan rusak", "it is no JSON object", "Sampah"]


@pytest.mark.parametrize(
    ("name", "content", "why"),
    [
        ("empty.csv", "", "has no column isi; it has nothing"),
        ("other.csv", "id,text\n", "has no column isi; it has id, text"),
        ("book.xlsx", "PK\x03\x04", "has no column isi"),
        ("cut.json", '[{"isi": "Jalan', "is no JSON"),
        ("object.json", '{"rows": [{"isi": "x"}]}', "has no column isi; it has rows"),
        ("words.jsonl", "not json\nat all\n", "has no line that is a JSON object"),
    ],
)
def test_a_file_without_such_rows_is_refused_and_not_taken_for_empty(
    tmp_path: Path, name: str, content: str, why: str
) -> None:
    file = tmp_path / name
    file.write_text(content)
    with pytest.raises(UnreadableFile, match=why):
        texts(file)


def test_a_line_that_cannot_be_read_is_refused_without_asking_anybody(tmp_path: Path) -> None:
    file = tmp_path / "rows.jsonl"
    file.write_text('{"isi": "Jalan rusak"}\n{broken\n')

    async def road(row: FileRow) -> FilingResult:
        return FilingResult(row.number, "filed", "routed")

    rows = list(read_rows(file, FileColumns("isi"), "import"))
    counts = asyncio.run(file_all(road, rows, lambda _: None))
    assert counts == {"filed routed": 1, "refused the line is no JSON": 1}
