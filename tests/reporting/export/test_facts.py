"""Facts as Parquet: each once, without words, continued where the last run ended."""

from datetime import timedelta
from pathlib import Path

import duckdb
import pytest

from chassis.store.memory import MemoryStore
from reporting.context import Reporting
from reporting.export.append import Period, append_facts
from reporting.export.manifest import BadExport
from schemas.base.envelope import NewEvent
from support.inbox import T0
from support.lives import answered, confirmed, filed, named, routed, write


def rows(folder: Path, columns: str) -> list[tuple[object, ...]]:
    return duckdb.sql(f"select {columns} from '{folder}/facts/*.parquet' order by store_position").fetchall()


async def test_each_fact_once_and_no_text(reporting: Reporting, tmp_path: Path) -> None:
    await write(reporting.repository, named("a"), filed(1, text="KENARI di atap", title="KENARI"), routed(), answered())

    manifest = await append_facts(reporting.repository.store, tmp_path)

    assert rows(tmp_path, "type, agency, region") == [
        ("ComplaintFiled", None, "32.73"),
        ("ComplaintRouted", "kota-bandung", "32.73"),
        ("ResponseGiven", "kota-bandung", None),
    ]
    assert manifest.facts == 3
    assert not any("text" in data or "title" in data for (data,) in rows(tmp_path, "data"))
    assert b"KENARI" not in b"".join(file.read_bytes() for file in tmp_path.rglob("*") if file.is_file())


async def test_a_second_run_adds_only_what_is_new(reporting: Reporting, tmp_path: Path) -> None:
    store = reporting.repository.store
    await write(reporting.repository, named("a"), filed(1), routed())
    await append_facts(store, tmp_path, most=2)
    first = next(tmp_path.glob("facts/*.parquet"))
    written = first.stat().st_mtime_ns
    await write(reporting.repository, named("a"), answered(), confirmed())
    await write(reporting.repository, named("b"), filed(2))

    manifest = await append_facts(store, tmp_path, most=2)

    assert [part.facts for part in manifest.parts] == [2, 2, 1]
    assert first.stat().st_mtime_ns == written
    assert [p for (p,) in rows(tmp_path, "store_position")] == [1, 2, 3, 4, 5]


async def test_a_short_file_is_made_longer(reporting: Reporting, tmp_path: Path) -> None:
    await write(reporting.repository, named("a"), filed(1))
    await append_facts(reporting.repository.store, tmp_path)
    await write(reporting.repository, named("a"), routed())

    await append_facts(reporting.repository.store, tmp_path)

    assert [file.name for file in tmp_path.glob("facts/*")] == ["000000000001-000000000002.parquet"]
    assert [t for (t,) in rows(tmp_path, "type")] == ["ComplaintFiled", "ComplaintRouted"]


async def test_what_an_ended_run_left_behind_does_not_count(reporting: Reporting, tmp_path: Path) -> None:
    await write(reporting.repository, named("a"), filed(1), routed())
    await append_facts(reporting.repository.store, tmp_path, most=1)
    (tmp_path / "facts" / "unfinished.part").write_bytes(b"half")
    (tmp_path / "facts" / "000000000003-000000000009.parquet").write_bytes(b"half")

    await append_facts(reporting.repository.store, tmp_path, most=1)

    assert [p for (p,) in rows(tmp_path, "store_position")] == [1, 2]


async def test_only_what_was_known_in_a_period(reporting: Reporting, tmp_path: Path) -> None:
    await write(reporting.repository, named("a"), filed(1), routed(1), answered(2))

    await append_facts(reporting.repository.store, tmp_path, Period(T0 + timedelta(hours=1), T0 + timedelta(hours=2)))

    assert rows(tmp_path, "type") == [("ComplaintRouted",)]


async def test_reading_begins_near_the_first_day(reporting: Reporting, tmp_path: Path) -> None:
    store = reporting.repository.store
    for number in range(200):
        await write(reporting.repository, named(str(number)), filed(number + 1, at=T0 + timedelta(days=number)))

    manifest = await append_facts(store, tmp_path, Period(T0 + timedelta(days=190), None))

    assert len(rows(tmp_path, "type")) == 10
    assert manifest.parts[0].first > 180


async def test_another_store_period_or_past_is_refused(reporting: Reporting, tmp_path: Path) -> None:
    await write(reporting.repository, named("a"), filed(1))
    await append_facts(reporting.repository.store, tmp_path)

    with pytest.raises(BadExport, match="another period"):
        await append_facts(reporting.repository.store, tmp_path, Period(T0, None))
    with pytest.raises(BadExport, match="another store"):
        await append_facts(MemoryStore(lambda: T0, named("other store")), tmp_path)
    next(tmp_path.glob("facts/*.parquet")).write_bytes(b"cut")
    with pytest.raises(BadExport, match="changed"):
        await append_facts(reporting.repository.store, tmp_path)


async def test_a_fact_of_a_newer_version_is_told_without_its_fields(reporting: Reporting, tmp_path: Path) -> None:
    store = reporting.repository.store
    await write(reporting.repository, named("a"), filed(1))
    [old] = (await store.read_all(None)).events
    data = b'{"at":"2026-03-02T00:00:00Z","words":"KENARI"}'
    await store.append("other", -1, [NewEvent(named("x"), "NotKnownYet", data, old.metadata)])

    await append_facts(store, tmp_path)

    assert rows(tmp_path, "type, data")[1] == ("NotKnownYet", None)
