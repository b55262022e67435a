"""The files of open data hold each public report and nothing else, and every published figure follows from them alone."""

import csv
import json
from collections.abc import AsyncIterator
from datetime import timedelta
from hashlib import sha256
from pathlib import Path
from random import Random
from typing import Any

import httpx
import pytest
import pytest_asyncio

from chassis.base.clock import FixedClock
from chassis.write.repository import Repository
from reporting.app import open_data_projection
from reporting.context import Reporting
from reporting.open_data.files import make_files
from reporting.open_data.line import COLUMNS, csv_row, line_in, line_of
from reporting.open_data.verify import BadOpenData, Checked, read_lines, verify
from reporting.statistics.figures import FIGURES
from schemas.events import OWNER
from schemas.events.intake import PersonalDataErased
from schemas.events.router import ReportHidden
from schemas.reference.load import policies
from support import recount
from support.figures import fill, newest
from support.inbox import CITY, PLN, keep
from support.recount import Histories

FILTERS: list[dict[str, str]] = [
    {}, {"agency": CITY}, {"agency": PLN, "region": "32"}, {"region": "32"}, {"region": "32.73"},
    {"from": "2026-03-20", "to": "2026-05-01", "agency": CITY, "region": "32.73"},
    {"from": "2026-04-01", "to": "2026-04-30", "region": "31.71", "step": "week"},
]  # fmt: skip
API = "/api/v1/open-data"


@pytest_asyncio.fixture(params=[*range(2), *(pytest.param(seed, marks=pytest.mark.slow) for seed in range(2, 8))])
async def found(reporting: Reporting, request: pytest.FixtureRequest) -> AsyncIterator[Histories]:
    histories = await fill(reporting, Random(request.param), 120)
    assert isinstance(reporting.clock, FixedClock)
    reporting.clock.set(newest(histories) + timedelta(hours=30))
    await publish(reporting)
    yield histories


async def publish(reporting: Reporting) -> None:
    """Bring figures, lines and files up to date."""
    await reporting.figures.catch_up()
    await open_data_projection(reporting).catch_up()
    while await reporting.database.run(make_files):
        pass


async def download(web: httpx.AsyncClient, folder: Path, filters: dict[str, str]) -> dict[str, Any]:
    """What `satupintu open-data` gets; the index."""
    index: dict[str, Any] = (await web.get(f"{API}/datapackage.json")).json()
    for each in index["resources"]:
        (folder / each["path"]).write_bytes((await web.get(f"{API}/{each['path']}")).content)
    (folder / "SHA256SUMS").write_bytes((await web.get(f"{API}/SHA256SUMS")).content)
    figures = [(await web.get(f"/api/v1/statistics/{name}", params=filters)).json() for name in FIGURES]
    (folder / "figures.json").write_text(json.dumps(figures))
    return index


async def test_every_published_figure_follows_from_the_files(
    found: Histories, web: httpx.AsyncClient, tmp_path: Path
) -> None:
    for filters in FILTERS:
        await download(web, tmp_path, filters)
        assert verify(tmp_path) == [Checked(name, ()) for name in FIGURES], filters


async def test_the_files_hold_each_report_that_the_public_may_read(
    found: Histories, web: httpx.AsyncClient, tmp_path: Path
) -> None:
    index = await download(web, tmp_path, {})
    lines = read_lines(tmp_path)
    seen = {each.state.public_number: each for each in recount.everything(found) if each.seen and not each.state.whole}
    assert {line.public_number for line in lines} == seen.keys()
    assert len(lines) == len(seen) == sum(each["rows"] for each in index["resources"])
    for line in lines:
        told = seen[line.public_number]
        assert (line.status, line.last_agency, line.received_at) == (
            told.state.status, told.agency, told.state.received_at,
        )  # fmt: skip
        assert line.disputes == told.state.disputes
    for each in index["resources"]:
        body = (tmp_path / each["path"]).read_bytes()
        assert each["hash"] == f"sha256:{sha256(body).hexdigest()}"
        assert each["bytes"] == len(body)
        assert {row["received_on"] for row in csv.DictReader(body.decode().splitlines())} == {each["name"]}
    assert index["version"] == sha256((tmp_path / "SHA256SUMS").read_bytes()).hexdigest()


@pytest.mark.parametrize("how", ["erased", "hidden"])
async def test_a_report_that_is_erased_or_hidden_leaves_the_files_and_the_figures(
    how: str, reporting: Reporting, found: Histories, web: httpx.AsyncClient, tmp_path: Path
) -> None:
    before = await download(web, tmp_path, {})
    gone = next(each for each in recount.everything(found) if each.seen and not each.state.whole)
    at = reporting.clock.now()
    fact = PersonalDataErased(at=at) if how == "erased" else ReportHidden(at=at, reason="insult", note="x")
    repository = Repository(reporting.repository.store, reporting.repository.keyring, OWNER[type(fact).__name__])
    await keep(repository.store, repository, gone.state.id, [fact])

    await publish(reporting)
    for old in tmp_path.glob("*.csv"):
        old.unlink()
    after = await download(web, tmp_path, {})

    assert gone.state.public_number not in {line.public_number for line in read_lines(tmp_path)}
    assert after["version"] != before["version"]
    rows = [sum(each["rows"] for each in index["resources"]) for index in (before, after)]
    assert rows[1] == rows[0] - 1
    assert verify(tmp_path) == [Checked(name, ()) for name in FIGURES]


async def test_a_changed_file_and_a_changed_figure_are_named(
    found: Histories, web: httpx.AsyncClient, tmp_path: Path
) -> None:
    await download(web, tmp_path, {})
    published = json.loads((tmp_path / "figures.json").read_text())
    published[0]["totals"]["filed"] += 1
    (tmp_path / "figures.json").write_text(json.dumps(published))
    [flow, *rest] = verify(tmp_path)
    assert flow.name == "flow"
    assert flow.differences[0].startswith("filed: published")
    assert not any(each.differences for each in rest)

    file = next(tmp_path.glob("????-??-??.csv"))
    file.write_bytes(file.read_bytes() + b"x")
    with pytest.raises(BadOpenData, match=file.name):
        verify(tmp_path)
    file.unlink()
    with pytest.raises(BadOpenData, match=file.name):
        verify(tmp_path)


async def test_figures_of_other_files_are_refused(
    found: Histories, reporting: Reporting, web: httpx.AsyncClient, tmp_path: Path
) -> None:
    await download(web, tmp_path, {})
    published = json.loads((tmp_path / "figures.json").read_text())
    published[2]["data"]["sha256"] = "0" * 64
    (tmp_path / "figures.json").write_text(json.dumps(published))
    with pytest.raises(BadOpenData, match="was published for the files 000"):
        verify(tmp_path)


async def test_a_row_is_read_as_it_was_written(found: Histories, reporting: Reporting) -> None:
    registry, seen = await reporting.registry.current(), 0
    for each in recount.everything(found):
        line = line_of(await reporting.repository.load(each.state.id), registry, policies())
        if line is not None:
            [row] = csv.reader([csv_row(line)])
            assert line_in(dict(zip(COLUMNS, row, strict=True))) == line.model_copy(update={"version": 0})
            seen += 1
    assert seen > 10


async def test_a_file_of_no_day_is_unknown(reporting: Reporting, web: httpx.AsyncClient) -> None:
    assert (await web.get(f"{API}/2026-01-01.csv")).status_code == 404
    assert (await web.get(f"{API}/heute.csv")).status_code == 422
    assert (await web.get(f"{API}/datapackage.json")).json()["resources"] == []


async def test_the_schema_describes_every_column(web: httpx.AsyncClient) -> None:
    fields = (await web.get(f"{API}/schema.json")).json()["fields"]
    assert tuple(each["name"] for each in fields) == COLUMNS
    assert all(each["description"] for each in fields)
