"""Bulk filing of a file over HTTP and Kafka: each row once after interruptions, and every row is reported."""

import asyncio
import csv
import re
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path

import pytest
from click.testing import Result
from typer.testing import CliRunner

from local.bulk.cli import NOT_ALL, app
from local.bulk.client import FilingResult, file_all, open_session, over_http, request
from local.bulk.gateway import over_kafka
from local.bulk.rows import FileColumns, FileSource, read_rows
from support.door import as_needed
from support.platform import Running, stored

pytestmark = [pytest.mark.journey, pytest.mark.broker]

ROWS = 120


class CutOff(Exception):
    """Raised to interrupt a run."""


@pytest.fixture(params=["door", "submissions"])
def road(request: pytest.FixtureRequest) -> str:
    name: str = request.param
    return name


def write_file(file: Path, name: str) -> None:
    """Rows that a rule can place, rows that it cannot, a repeated row, and an empty one."""
    lines = [(f"Lampu jalan padam semua di tikungan {n}, dari berkas {name}.", "32.73") for n in range(ROWS - 20)]
    lines += [(f"Mohon bantuannya, nomor {n} dari berkas {name}.", "") for n in range(17)]
    lines += [lines[0], lines[0], ("", "32.73")]
    with file.open("w", newline="") as out:
        csv.writer(out).writerows([("words", "where"), *lines])


async def counts(platform: Running, file: Path, road: str) -> Counter[str]:
    """The counts in the command's output."""
    columns = ["--text-column", "words", "--region-column", "where", "--batch", road, "--via", road]
    done = await run(platform, file, *columns)
    assert done.exit_code == NOT_ALL, done.output
    assert f"row {ROWS} (line {ROWS + 1}): refused: " in done.stdout
    return counted(done.stdout)


async def run(platform: Running, file: Path, *options: str) -> Result:
    where = ["--address", platform.address, "--kafka", platform.kafka.bootstrap]
    named = ("SATUPINTU_STATE_DIR", "SATUPINTU_OIDC_ISSUER", "SATUPINTU_DEMO_ISSUER_PORT")
    env = {name: platform.env[name] for name in named}
    return await asyncio.to_thread(CliRunner(env=env).invoke, app, [str(file), *options, *where])


def counted(output: str) -> Counter[str]:
    lines = (line.split("│")[1:4] for line in output.splitlines() if line.startswith("│"))
    return Counter({re.sub(r"\s+", " ", f"{kind} {where}").strip(): int(count) for kind, where, count in lines})


async def filed(platform: Running) -> int:
    return sum(event.type == "ComplaintFiled" for event in await stored(platform))


async def cut_off_after(platform: Running, file: Path, road: str, rows: int) -> None:
    """File until this many rows are done, then interrupt."""
    wanted = list(read_rows(FileSource(file, FileColumns("words", region="where"), batch=road)))
    ended: list[FilingResult] = []

    def told(outcome: FilingResult) -> None:
        ended.append(outcome)
        if len(ended) == rows:
            raise CutOff

    with pytest.raises(CutOff):
        async with (
            open_session(platform.address, middlewares=(as_needed,)) as session,
            over_kafka(session, platform.kafka.cluster) as topic,
        ):
            await file_all(over_http(session) if road == "door" else topic, wanted, told)


async def test_an_interrupted_run_adds_only_the_missing_rows_when_repeated(
    platform: Running, road: str, tmp_path: Path
) -> None:
    file, before = tmp_path / "reports.csv", await filed(platform)
    write_file(file, road)
    await cut_off_after(platform, file, road, 10)

    again = await counts(platform, file, road)
    assert again["total"] == ROWS
    assert again["filed before routed"] + again["filed before triage"] >= 9
    assert again["filed now routed"] + again["filed before routed"] == ROWS - 18
    assert again["filed now triage"] + again["filed before triage"] == 17
    assert again["refused invalid-field: text"] == 1
    assert await filed(platform) == before + ROWS - 1

    assert (await counts(platform, file, road))["total"] == ROWS
    assert await filed(platform) == before + ROWS - 1


async def test_rows_are_told_apart_by_their_id_and_what_differs_is_listed_and_not_filed(
    platform: Running, road: str, tmp_path: Path
) -> None:
    file, results, before = tmp_path / "reports.csv", tmp_path / "results.csv", await filed(platform)
    words, other = f"Lampu jalan padam, berkas {road}", "submissions" if road == "door" else "door"
    options = ["--text-column", "isi", "--id-column", "no", "--region-column", "kota", "--results", str(results)]
    file.write_text(f"no;isi;kota\n{road}1;{words};32,73\n{road}2;{words};32,73\n{road}3;;\n", encoding="utf-8")
    first = await run(platform, file, *options, "--via", road)
    assert (first.exit_code, await filed(platform)) == (NOT_ALL, before + 2)
    assert f"row 3 (line 4, id {road}3): refused: " in first.stdout
    with results.open() as lines:
        rows = list(csv.DictReader(lines))
    assert [row["outcome"] for row in rows] == ["filed", "filed", "refused"]
    assert len({row["tracking_code"] for row in rows[:2]}) == 2
    assert results.stat().st_mode & 0o777 == 0o600

    file.write_text(f"no;isi;kota\n{road}2;{words};32,73\n{road}1;{words} parah;32,73\n", encoding="utf-8")
    for via in (road, other):
        again = await run(platform, file, *options, "--via", via)
        assert (again.exit_code, await filed(platform)) == (NOT_ALL, before + 2)
        assert f"row 2 (line 3, id {road}1): changed, not filed: " in again.stdout
        there = [name for name in counted(again.stdout) if name.startswith("filed ")]
        assert len(there) == 1
        assert there[0].startswith("filed before"), via

    file.write_text(f"no;isi;kota\n{road}3;{words} lagi;32,73\n", encoding="utf-8")
    mended = await run(platform, file, *options, "--via", road)
    assert (mended.exit_code, await filed(platform)) == (0, before + 3)


async def test_the_date_of_receipt_starts_the_clocks_and_a_changed_one_is_listed(
    platform: Running, tmp_path: Path
) -> None:
    file, results = tmp_path / "reports.csv", tmp_path / "results.csv"
    options = ["--text-column", "isi", "--id-column", "no", "--received-column", "terima", "--results", str(results)]
    file.write_text("no;isi;terima\nr1;Lampu jalan padam;14/04/2026 08:30\n", encoding="utf-8")
    for outcome in ("filed", "known"):
        assert (await run(platform, file, *options)).exit_code == 0
        with results.open() as lines:
            [row] = csv.DictReader(lines)
        assert row["outcome"] == outcome
    async with open_session(platform.address, middlewares=(as_needed,)) as session:
        _, _, page = await request(session, "GET", f"/api/v1/complaints/{row['tracking_code']}")
    assert datetime.fromisoformat(page["received_at"]) == datetime(2026, 4, 14, 1, 30, tzinfo=UTC)
    file.write_text("no;isi;terima\nr1;Lampu jalan padam;13/04/2026\n", encoding="utf-8")
    assert "row 1 (line 2, id r1): changed, not filed: " in (await run(platform, file, *options)).stdout


def test_without_an_id_column_or_a_batch_nothing_is_read(tmp_path: Path) -> None:
    file = tmp_path / "reports.csv"
    write_file(file, "nowhere")
    done = CliRunner().invoke(app, [str(file), "--text-column", "words"])
    assert done.exit_code == 2
    assert "--batch NAME" in done.output


def test_an_unreachable_kafka_is_reported_in_one_sentence(tmp_path: Path) -> None:
    file = tmp_path / "reports.csv"
    write_file(file, "nowhere")
    done = CliRunner(env={"SATUPINTU_KAFKA_SECURITY": "plaintext"}).invoke(
        app, [str(file), "--text-column", "words", "--batch", "b", "--via", "submissions", "--kafka", "127.0.0.1:1"]
    )
    assert done.exit_code == 1
    assert "Kafka at 127.0.0.1:1 does not answer" in done.output
