"""An analyst sees what was known then, and takes the history home without anybody's words."""

from collections.abc import AsyncIterator, Sequence
from datetime import timedelta
from pathlib import Path

import duckdb
import pytest

from reporting import timeline
from reporting.context import Reporting
from reporting.export import export
from schemas.base.envelope import RecordedEvent
from schemas.complaint.lifecycle import Status
from support.inbox import T0
from support.lives import answered, confirmed, filed, named, routed, write


async def pages(reporting: Reporting) -> AsyncIterator[Sequence[RecordedEvent]]:
    yield (await reporting.repository.store.read_all(None)).events


@pytest.mark.parametrize(
    ("hours", "status"), [(0.5, Status.UNPLACED), (1.5, Status.ROUTED), (2.5, Status.ANSWERED), (9, Status.CLOSED)]
)
async def test_a_complaint_stands_as_it_did_then(reporting: Reporting, hours: float, status: Status) -> None:
    await write(reporting.repository, named("a"), filed(1), routed(), answered(), confirmed())
    loaded = await reporting.repository.load(named("a"))

    known = timeline.until(loaded.facts(), T0 + timedelta(hours=hours))

    assert timeline.state_at(loaded.state, known).status is status


def test_a_date_is_the_end_of_that_day_where_the_reader_lives() -> None:
    assert timeline.instant("2026-03-02").isoformat() == "2026-03-02T23:59:59.999999+07:00"
    assert timeline.beginning("2026-03-02").isoformat() == "2026-03-02T00:00:00+07:00"
    assert timeline.instant("2026-03-02T10:00").isoformat() == "2026-03-02T10:00:00+07:00"


async def test_an_export_has_each_fact_once_and_no_words(reporting: Reporting, tmp_path: Path) -> None:
    target = tmp_path / "history.parquet"
    await write(reporting.repository, named("a"), filed(1, text="KENARI di atap", title="KENARI"), routed(), answered())

    count = await export(pages(reporting), target, None, None)

    rows = duckdb.sql(f"select type, agency, region, data from '{target}' order by position").fetchall()
    assert count == len(rows) == 3
    assert [row[:3] for row in rows] == [
        ("ComplaintFiled", None, "32.73"),
        ("ComplaintRouted", "kota-bandung", "32.73"),
        ("ResponseGiven", "kota-bandung", None),
    ]
    assert b"KENARI" not in target.read_bytes()
    assert not any("text" in row[3] or "title" in row[3] for row in rows)


async def test_an_export_keeps_to_its_dates(reporting: Reporting, tmp_path: Path) -> None:
    target = tmp_path / "history.parquet"
    await write(reporting.repository, named("a"), filed(1), routed(1), answered(2))

    count = await export(pages(reporting), target, T0 + timedelta(hours=1), T0 + timedelta(hours=2))

    assert count == 1
    assert duckdb.sql(f"select type from '{target}'").fetchall() == [("ComplaintRouted",)]
