"""A file of complaints goes in by either road: each row once, whatever was cut off, and every row accounted for."""

import asyncio
import csv
import re
from collections import Counter
from pathlib import Path

import pytest
from typer.testing import CliRunner

from local.bulk.cli import app
from local.bulk.client import FilingResult, file_all, open_session, over_http
from local.bulk.gateway import over_kafka
from local.bulk.rows import FileColumns, read_rows
from support.platform import Running, stored

pytestmark = [pytest.mark.journey, pytest.mark.broker]

ROWS = 120


class CutOff(Exception):
    """The line breaks."""


@pytest.fixture(params=["door", "submissions"])
def road(request: pytest.FixtureRequest) -> str:
    name: str = request.param
    return name


def write_file(file: Path, name: str) -> None:
    """Rows that a rule can place, rows that it cannot, the same row twice, and one with nothing to say."""
    lines = [(f"Lampu jalan padam semua di tikungan {n}, dari berkas {name}.", "32.73") for n in range(ROWS - 20)]
    lines += [(f"Mohon bantuannya, nomor {n} dari berkas {name}.", "") for n in range(17)]
    lines += [lines[0], lines[0], ("", "32.73")]
    with file.open("w", newline="") as out:
        csv.writer(out).writerows([("words", "where"), *lines])


async def counts(platform: Running, file: Path, road: str) -> Counter[str]:
    """What the command says became of the rows."""
    columns = ["--text-column", "words", "--region-column", "where", "--via", road]
    where = ["--address", platform.address, "--kafka", platform.kafka.bootstrap]
    done = await asyncio.to_thread(CliRunner().invoke, app, [str(file), *columns, *where])
    assert done.exit_code == 0, done.output
    lines = (line.split("│")[1:4] for line in done.stdout.splitlines() if line.startswith("│"))
    return Counter({re.sub(r"\s+", " ", f"{kind} {where}").strip(): int(count) for kind, where, count in lines})


async def filed(platform: Running) -> int:
    return sum(event.type == "ComplaintFiled" for event in await stored(platform))


async def cut_off_after(platform: Running, file: Path, road: str, rows: int) -> None:
    """File, until so many rows have ended; the others are left wherever they are."""
    wanted = list(read_rows(file, FileColumns("words", region="where"), "import"))
    ended: list[FilingResult] = []

    def told(outcome: FilingResult) -> None:
        ended.append(outcome)
        if len(ended) == rows:
            raise CutOff

    with pytest.raises(CutOff):
        async with open_session(platform.address) as session, over_kafka(session, platform.kafka.bootstrap) as topic:
            await file_all(over_http(session) if road == "door" else topic, wanted, told)


async def test_a_run_that_was_cut_off_is_run_again_and_adds_only_what_was_missing(
    platform: Running, road: str, tmp_path: Path
) -> None:
    file, before = tmp_path / "reports.csv", await filed(platform)
    write_file(file, road)
    await cut_off_after(platform, file, road, 10)

    again = await counts(platform, file, road)
    assert again["together"] == ROWS
    assert again["filed before routed"] + again["filed before triage"] >= 9
    assert again["filed now routed"] + again["filed before routed"] == ROWS - 18
    assert again["filed now triage"] + again["filed before triage"] == 17
    assert again["refused invalid-field: text"] == 1
    assert await filed(platform) == before + ROWS - 1

    for other in (road, "submissions" if road == "door" else "door"):
        assert (await counts(platform, file, other))["together"] == ROWS
        assert await filed(platform) == before + ROWS - 1


def test_a_kafka_that_is_not_there_is_said_in_one_sentence(tmp_path: Path) -> None:
    file = tmp_path / "reports.csv"
    write_file(file, "nowhere")
    done = CliRunner().invoke(
        app, [str(file), "--text-column", "words", "--via", "submissions", "--kafka", "127.0.0.1:1"]
    )
    assert done.exit_code == 1
    assert "Kafka at 127.0.0.1:1 does not answer" in done.output
