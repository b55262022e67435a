"""Old cases of another system: kept once each, outside books and clocks; refused rows by number and reason."""

import csv
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

import pytest

from audit.audit import Audit
from audit.books import read_books
from chassis.keys.keyring import MemoryKeyRing
from chassis.store.memory import MemoryStore
from chassis.write.repository import Repository
from local.bulk.table import UnreadableFile
from local.imports.mapping import BadMapping, read_mapping
from local.imports.rows import CaseRow, ImportSource, read_cases
from local.imports.write import ImportResult, import_cases
from reporting.analysis.database import open_export
from reporting.export.append import append_facts
from reporting.export.write_cases import CaseWalk, Until, write_cases
from router.history.replay import examples, imported
from schemas.reference.load import policies
from support.inbox import keep_registry

NOW = datetime(2026, 3, 20, 5, tzinfo=UTC)
MAPPING = """
source = "lapor-lama"
[columns]
id = "no"
text = "isi"
received = "masuk"
closed = "selesai"
answer = "jawaban"
status = "status"
class = "jenis"
office = "opd"
region = "kode"
[status]
Selesai = "closed"
Diproses = "open"
[class]
Pengaduan = "complaint"
[office]
"Dinas PU" = "pu"
"""
HEADER = ("no", "isi", "masuk", "selesai", "jawaban", "status", "jenis", "opd", "kode")
FIRST = ("A-1", "Jalan KENARI berlubang", "02/05/2024 08:00", "12/05/2024", "Sudah ditambal", "Selesai", "Pengaduan",
         "Dinas PU", "32,73")  # fmt: skip


def source_of(folder: Path, *rows: tuple[str, ...]) -> ImportSource:
    mapping, file = folder / "mapping.toml", folder / "lama.csv"
    mapping.write_text(MAPPING)
    with file.open("w", newline="") as lines:
        csv.writer(lines).writerows([HEADER, *rows])
    return ImportSource(file, read_mapping(mapping), NOW)


@pytest.fixture
async def repository() -> Repository:
    store = MemoryStore(lambda: NOW, UUID(int=5))
    keyring = MemoryKeyRing()
    await keep_registry(store, Repository(store, keyring, "router"))
    return Repository(store, keyring, "intake")


async def run(repository: Repository, source: ImportSource) -> list[ImportResult]:
    return [each async for each in import_cases(repository, list(read_cases(source)))]


async def test_a_closed_case_is_kept_once_with_its_text_sealed(repository: Repository, tmp_path: Path) -> None:
    source = source_of(tmp_path, FIRST)

    first, again = await run(repository, source), await run(repository, source)

    assert ([each.kind for each in first], [each.kind for each in again]) == (["imported"], ["known"])
    [case] = [each async for each in imported(repository)]
    assert (case.text, case.answer, case.agency, case.office) == (FIRST[1], FIRST[4], "pu", "Dinas PU")
    assert case.received_at.isoformat() == "2024-05-02T08:00:00+07:00"
    stored = (await repository.store.read_all(None, ("imported-",))).events
    assert len(stored) == 1
    assert b"KENARI" not in stored[0].data + stored[0].metadata


async def test_a_row_that_stands_twice_is_kept_once_and_said_once(repository: Repository, tmp_path: Path) -> None:
    found = await run(repository, source_of(tmp_path, FIRST, FIRST))
    assert [each.kind for each in found] == ["imported", "known"]


async def test_a_changed_row_is_told_and_not_kept(repository: Repository, tmp_path: Path) -> None:
    await run(repository, source_of(tmp_path, FIRST))

    changed = await run(repository, source_of(tmp_path, (FIRST[0], "Lain sekali", *FIRST[2:])))

    assert [each.kind for each in changed] == ["changed"]
    assert [each.text async for each in imported(repository)] == [FIRST[1]]


@pytest.mark.parametrize(
    ("column", "value", "told"),
    [
        ("no", "", "no: the row has no id"),
        ("isi", "", "isi: is empty"),
        ("isi", "x" * 10_001, "at most 10000"),
        ("masuk", "kemarin", "masuk: 'kemarin' is not a date"),
        ("masuk", "02/05/2027", "masuk: 2027-05-02T00:00:00+07:00 lies in the future"),
        ("selesai", "01/05/2024", "lies before the case was received"),
        ("status", "Entah", "status: 'Entah' is not in the table [status]"),
        ("jenis", "Entah", "jenis: 'Entah' is not in the table [class]"),
        ("kode", "Bandung", "kode"),
    ],
)
async def test_a_row_that_cannot_be_kept_is_refused_by_its_column(
    repository: Repository, tmp_path: Path, column: str, value: str, told: str
) -> None:
    wrong = [value if name == column else cell for name, cell in zip(HEADER, FIRST, strict=True)]
    good = ("A-2", *FIRST[1:])

    refused, kept = await run(repository, source_of(tmp_path, tuple(wrong), good))

    assert (refused.kind, kept.kind) == ("refused", "imported")
    assert told in refused.why
    assert refused.row.number == 1


async def test_an_open_case_is_not_history(repository: Repository, tmp_path: Path) -> None:
    still_open = ("A-3", *FIRST[1:5], "diproses", *FIRST[6:])

    [found] = await run(repository, source_of(tmp_path, still_open))

    assert found.kind == "open"
    assert [each async for each in imported(repository)] == []
    filed = found.row.to_file()
    assert filed.body == {
        "text": FIRST[1], "class": "complaint", "place": {"region": "32.73"}, "channel": "import",
    }  # fmt: skip
    assert filed.received_at == datetime.fromisoformat("2024-05-02T08:00:00+07:00")


async def test_one_id_with_two_contents_is_refused(repository: Repository, tmp_path: Path) -> None:
    found = await run(repository, source_of(tmp_path, FIRST, (FIRST[0], "Lain", *FIRST[2:]), FIRST))

    assert [each.kind for each in found] == ["imported", "refused", "known"]


async def test_no_book_counts_it_and_the_audit_finds_nothing_wrong(repository: Repository, tmp_path: Path) -> None:
    await run(repository, source_of(tmp_path, FIRST))

    books = await read_books(repository)
    walk = Audit(repository, policies(), NOW, tolerance=NOW - NOW)

    assert books["filed"] == 0
    assert [each async for each in walk.violations()] == []


async def test_it_is_a_series_of_its_own_in_an_export(repository: Repository, tmp_path: Path) -> None:
    await run(repository, source_of(tmp_path, FIRST))
    folder = tmp_path / "history"
    manifest = await append_facts(repository.store, folder)
    await write_cases(folder, manifest, CaseWalk(repository.store, policies(), Until(manifest.position)))

    with open_export(folder) as database:
        told = database.execute("select source, source_id, agency, received_at from imported").fetchall()
        [(complaints,)] = database.execute("select count(*) from complaints").fetchall()

    assert told == [("lapor-lama", "A-1", "pu", datetime(2024, 5, 2, 1))]  # noqa: DTZ001
    assert complaints == 0


async def test_the_reading_model_learns_from_it(repository: Repository, tmp_path: Path) -> None:
    await run(repository, source_of(tmp_path, FIRST, ("A-9", *FIRST[1:7], "Dinas Lain", FIRST[8])))

    labels = [each async for each in examples(repository)]

    assert [(each.text, each.agency, each.source, each.region) for each in labels] == [
        (FIRST[1], "pu", "imported", "32.73")
    ]


async def test_an_erased_case_is_not_brought_back(repository: Repository, tmp_path: Path) -> None:
    source = source_of(tmp_path, FIRST)
    [found] = await run(repository, source)
    await repository.keyring.destroy(found.row.case)

    [again] = await run(repository, source)

    assert (again.kind, again.why) == ("refused", "its text was erased here")
    assert [each async for each in imported(repository)] == []


def test_a_wrong_mapping_names_its_field(tmp_path: Path) -> None:
    file = tmp_path / "mapping.toml"
    for text, told in (
        (MAPPING.replace('source = "lapor-lama"', ""), "source"),
        (MAPPING.replace('"closed"', '"done"'), "status"),
        (MAPPING + "[more]\n", "more"),
        ("[[[", "mapping.toml"),
        (MAPPING.replace('"pu"', '"Dinas PU"'), "office"),
    ):
        file.write_text(text)
        with pytest.raises(BadMapping, match=told):
            read_mapping(file)


def test_a_missing_column_names_what_there_is(tmp_path: Path) -> None:
    source = source_of(tmp_path, FIRST)
    source.file.write_text("no,isi\n1,x\n")
    with pytest.raises(UnreadableFile, match="masuk"):
        list[CaseRow](read_cases(source))
