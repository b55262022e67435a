"""The table of cases against a plain recount of random histories, and without any key."""

from datetime import UTC
from pathlib import Path
from random import Random

import duckdb
import pytest

from reporting.context import Reporting
from reporting.export.append import append_facts
from reporting.export.cases import CASES, MEANINGS
from reporting.export.facts import FACTS
from reporting.export.facts import MEANINGS as FACT_MEANINGS
from reporting.export.manifest import Manifest
from reporting.export.write_cases import CaseWalk, Until, write_cases
from schemas.reference.load import policies
from support import recount
from support.figures import fill


async def exported(reporting: Reporting, folder: Path) -> Manifest:
    store = reporting.repository.store
    manifest = await append_facts(store, folder)
    return await write_cases(folder, manifest, CaseWalk(store, policies(), Until(manifest.position)))


@pytest.mark.parametrize("seed", range(4))
async def test_each_case_says_what_a_recount_says(reporting: Reporting, tmp_path: Path, seed: int) -> None:
    histories = await fill(reporting, Random(seed), 40)

    await exported(reporting, tmp_path)

    rows = duckdb.sql(f"select * from '{tmp_path}/cases-*.parquet'").fetchall()
    names = [field.name for field in CASES]
    found = {row[names.index("complaint")]: dict(zip(names, row, strict=True)) for row in rows}
    told = {str(each.state.id): each for each in recount.everything(histories)}
    assert found.keys() == told.keys()
    for each, case in found.items():
        assert case["status"] == told[each].state.status.value
        assert case["agency"] == told[each].agency
        assert case["region"] == told[each].region
        assert case["is_public"] == told[each].seen
        assert case["received_at"].replace(tzinfo=UTC) == told[each].state.received_at
        assert case["disputes"] == told[each].state.disputes
        assert case["held"][-1]["holder"] == told[each].state.holder.kind.value
        assert [one["until_at"] for one in case["held"][:-1]] == [one["from_at"] for one in case["held"][1:]]
        assert len(case["misses"]) == sum(type(one.fact).__name__ == "DeadlineMissed" for one in told[each].history)


async def test_on_time_and_late_as_the_charts_count_them(reporting: Reporting, tmp_path: Path) -> None:
    histories = await fill(reporting, Random(7), 80)
    registry = await reporting.registry.current()

    await exported(reporting, tmp_path)

    now = max(each.history[-1].fact.at for each in recount.everything(histories))
    shown = duckdb.sql(
        f"""select complaint, case when timely = 'waiting' and settle_due_at < ? then 'late' else timely end
        from '{tmp_path}/cases-*.parquet'""",
        params=[now.astimezone(UTC).replace(tzinfo=None)],
    ).fetchall()
    expected = {str(t.state.id): recount.timely(t, registry, now) for t in recount.everything(histories)}
    assert dict(shown) == expected


async def test_a_second_table_replaces_the_first(reporting: Reporting, tmp_path: Path) -> None:
    await fill(reporting, Random(1), 10)
    await exported(reporting, tmp_path)
    await fill(reporting, Random(2), 10)

    manifest = await exported(reporting, tmp_path)

    assert [file.name for file in tmp_path.glob("cases*")] == [manifest.cases and manifest.cases.file]


def test_every_column_has_a_meaning_and_no_reserved_name() -> None:
    reserved = {
        name for (name,) in duckdb.sql(
            "select keyword_name from duckdb_keywords() where keyword_category = 'reserved'"
        ).fetchall()
    }  # fmt: skip
    for schema, meanings in ((FACTS, FACT_MEANINGS), (CASES, MEANINGS)):
        names = {field.name for field in schema}
        assert names == meanings.keys()
        assert not names & reserved
