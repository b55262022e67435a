"""The commands of an analyst, as they are typed: no secret is needed for any of them."""

import asyncio
import json
import shutil
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from chassis.keys.keyring import MemoryKeyRing
from chassis.store import open_store
from chassis.write.repository import Repository
from reporting.analysis.cli import app as analysis
from reporting.export.cli import app as exporting
from support.inbox import T0, keep_registry
from support.lives import answered, confirmed, filed, named, number_of, routed, write

run = CliRunner()


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A store with three complaints of which one came late; no secrets beside it."""
    state = tmp_path / "state"
    state.mkdir()
    monkeypatch.setenv("SATUPINTU_STATE_DIR", str(state))
    url = f"sqlite:///{state / 'store.db'}"
    monkeypatch.setenv("SATUPINTU_STORE_URL", url)

    async def fill() -> None:
        store = open_store(url)
        repository = Repository(store, MemoryKeyRing(), "test")
        await keep_registry(store, repository)
        await write(repository, named("a"), filed(1), routed(), answered(), confirmed())
        await write(repository, named("b"), filed(2), routed(1))
        late = filed(3, at=T0 + timedelta(days=9), received_at=T0 + timedelta(hours=1))
        await write(repository, named("c"), late)
        await store.close()

    asyncio.run(fill())
    return tmp_path / "history"


def asked(*words: str) -> Any:
    result = run.invoke(analysis, words)
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout)


def export(folder: Path, *options: str) -> Result:
    return run.invoke(exporting, [str(folder), *options])


def test_an_export_is_asked_in_sql_and_by_number(folder: Path) -> None:
    assert export(folder).exit_code == 0

    [row] = asked("sql", str(folder), "select count(*) as n from complaints", "--as", "json")
    by_number = asked("sql", str(folder), "9", "--as", "json")

    assert row == {"n": 3}
    assert by_number == [{"ending": "confirmed", "closed": 1, "share": None}]
    assert "What share was answered in time?" in run.invoke(analysis, ["sql", str(folder)]).stdout
    assert "# Data dictionary" in (folder / "dictionary.md").read_text()
    assert {file.name for file in folder.iterdir()} >= {"facts", "manifest.json", "dictionary.md"}


def test_mistakes_are_told_by_name(folder: Path) -> None:
    assert "must be a folder" in export(folder.with_suffix(".parquet")).output
    assert "ISO 8601" in export(folder, "--from", "2026-02-30").output
    assert "ISO 8601" in export(folder, "--to", "yesterday").output
    assert not folder.exists()
    assert "ends before" in export(folder, "--from", "2026-05-01", "--to", "2026-01-01").output
    assert "run `satupintu export" in run.invoke(analysis, ["sql", str(folder), "1"]).output
    export(folder)
    assert "questions 1 to 20" in run.invoke(analysis, ["sql", str(folder), "21"]).output
    assert "nothing" in run.invoke(analysis, ["sql", str(folder), "select nothing"]).output
    assert "ISO 8601" in run.invoke(analysis, ["as-of", "yesterday", "books"]).output
    shutil.rmtree(folder / "facts")
    assert "missing or was changed" in export(folder).output


def test_books_of_a_past_moment_by_what_was_known_or_had_happened(folder: Path) -> None:
    before = (T0 + timedelta(hours=1.5)).isoformat()

    known, happened = asked("as-of", before, "books"), asked("as-of", "--what", "happened", before, "books")
    now = asked("as-of", (T0 + timedelta(days=20)).isoformat(), "books")

    assert known["filed"] == 2
    assert known["open"] == {"agency:kota-bandung": 2}
    assert happened["filed"] == 3
    assert now["closed"] == {"confirmed": 1}
    assert now["balanced"]


def test_an_inbox_counts_and_a_complaint_of_a_past_moment(folder: Path) -> None:
    before = (T0 + timedelta(hours=1.5)).isoformat()

    held = asked("as-of", before, "inbox", "kota-bandung")
    counted = asked("as-of", before, "counts", "--by", "status")
    one = asked("as-of", before, "complaint", number_of(1))

    assert [row["public_number"] for row in held] == [number_of(1), number_of(2)]
    assert counted == [{"status": "routed", "open": 2, "closed": 0}]
    assert (one["status"], one["answered_at"]) == ("routed", None)
    assert run.invoke(analysis, ["as-of", before, "complaint", number_of(3)]).exit_code == 2


def test_common_figures_as_of_a_moment(folder: Path) -> None:
    rows = asked("figures", "--as-of", (T0 + timedelta(days=300)).isoformat(), "--by", "agency", "--as", "json")

    [bandung] = [row for row in rows if row["group"] == "kota-bandung"]
    assert (bandung["filed"], bandung["open"], bandung["on_time"], bandung["late"]) == (2, 1, 1, 1)
    assert bandung["on_time_share"] is None
