"""`satupintu calendar`: the file that a person reviews, and decrees. A newer package changes no date by itself."""

import asyncio
import json
import sys
from pathlib import Path
from typing import Any

import holidays
import pytest
from typer.testing import CliRunner

from chassis.access_log.local import local_actor
from chassis.base.settings import read_settings
from chassis.service.platform import open_platform
from router.cli.calendar import calendar
from schemas.base.envelope import Actor
from schemas.base.streams import REGISTRY
from schemas.events.codec import metadata_of
from schemas.reference.load import calendars_folder
from support.commands import own_state

HEAD = '"calendar": "national", "year": 2026, "source": "x", "sureness": "C"'
DAY = '{"on": "2026-02-03", "name": "Cuti", "kind": "national"}'
RUN = CliRunner(env={"COLUMNS": "160"})


@pytest.fixture
def state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    return own_state(tmp_path, monkeypatch)


async def last_actor() -> Actor | None:
    async with open_platform(read_settings()) as platform:
        return metadata_of((await platform.store.read(REGISTRY))[-1]).actor


def imported(folder: Path, year: int, *more: str) -> dict[str, Any]:
    done = RUN.invoke(calendar, ["import", str(year), "--to", str(folder), *more])
    assert done.exit_code == 0, done.output
    found: dict[str, Any] = json.loads((folder / f"national-{year}.json").read_bytes())
    return found


def test_an_imported_year_tells_holidays_and_joint_leave_apart_and_marks_estimates(tmp_path: Path) -> None:
    found = imported(tmp_path, 2027)
    days = {day["on"]: day for day in found["days"]}
    assert days["2027-03-10"] == {
        "on": "2027-03-10", "name": "Hari Raya Idul Fitri", "kind": "national", "estimated": True,
    }  # fmt: skip
    assert days["2027-03-12"]["kind"] == "joint_leave"
    assert "estimated" not in days["2027-08-17"]
    assert (found["sureness"], list(days)) == ("C", sorted(days))
    assert "belum dicocokkan" in found["source"]


@pytest.mark.parametrize("year", [2024, 2025, 2026, 2027])
def test_the_reviewed_files_are_what_the_import_writes(tmp_path: Path, year: int) -> None:
    reviewed = calendars_folder() / f"national-{year}.json"
    source = json.loads(reviewed.read_bytes())["source"]
    assert imported(tmp_path, year, "--source", source)["days"] == json.loads(reviewed.read_bytes())["days"]


def test_a_newer_package_changes_no_reviewed_file_unless_asked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = imported(tmp_path, 2026)
    real = holidays.country_holidays
    fewer = lambda *a, **k: {on: name for on, name in real(*a, **k).items() if "Nyepi" not in name}  # noqa: E731
    monkeypatch.setattr(holidays, "country_holidays", fewer)
    done = RUN.invoke(calendar, ["import", "2026", "--to", str(tmp_path)])
    assert done.exit_code == 1
    assert "2026-03-19: Hari Suci Nyepi -> a working day" in done.output
    assert "stays as it is; --replace writes over it" in done.output
    assert json.loads((tmp_path / "national-2026.json").read_bytes()) == before
    assert len(imported(tmp_path, 2026, "--replace")["days"]) == len(before["days"]) - 2


def test_another_source_alone_does_not_write_over_a_reviewed_file_either(tmp_path: Path) -> None:
    before = imported(tmp_path, 2026, "--source", "SKB 1497/2025")
    assert imported(tmp_path, 2026, "--source", "SKB 1497/2025") == before
    done = RUN.invoke(calendar, ["import", "2026", "--to", str(tmp_path), "--source", "dari koran"])
    assert done.exit_code == 1
    assert "was reviewed (SKB 1497/2025) and stays as it is" in done.output
    assert json.loads((tmp_path / "national-2026.json").read_bytes()) == before
    assert imported(tmp_path, 2026, "--source", "dari koran", "--replace")["source"] == "dari koran"


def test_a_year_of_which_the_package_knows_nothing_is_refused_and_one_without_a_decree_says_so(tmp_path: Path) -> None:
    done = RUN.invoke(calendar, ["import", "1945", "--to", str(tmp_path)])
    assert (done.exit_code, list(tmp_path.iterdir())) == (2, [])
    assert "knows no day off of 1945" in done.output
    told = RUN.invoke(calendar, ["import", "2035", "--to", str(tmp_path)]).output
    assert "no joint leave (cuti bersama) of 2035 is known" in told
    assert "days are estimates" in told


def test_without_the_package_it_says_what_is_missing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "holidays", None)
    done = RUN.invoke(calendar, ["import", "2026", "--to", str(tmp_path)])
    assert done.exit_code == 2
    assert "holidays" in done.output
    assert not list(tmp_path.iterdir())


def test_a_decree_is_published_once_and_shown_with_what_it_changed(state: Path) -> None:
    imported(state, 2026)
    file = state / "national-2026.json"
    assert "is decreed" in RUN.invoke(calendar, ["decree", str(file)]).output
    assert asyncio.run(last_actor()) == local_actor(), "who decreed it is stored"
    assert "in force already" in RUN.invoke(calendar, ["decree", str(file)]).output
    changed = json.loads(file.read_bytes())
    changed["days"].append({"on": "2026-12-28", "name": "Cuti Bersama Natal", "kind": "joint_leave"})
    file.write_text(json.dumps(changed))
    assert "2026-12-28: a working day -> Cuti Bersama Natal" in RUN.invoke(calendar, ["decree", str(file)]).output
    assert "Cuti Bersama Natal" in RUN.invoke(calendar, ["show", "2026"]).output
    assert RUN.invoke(calendar, ["show"]).output.startswith("national 2026: 26 days")
    assert RUN.invoke(calendar, ["show", "2031"]).exit_code == 2


@pytest.mark.usefixtures("state")
@pytest.mark.parametrize(
    ("body", "named"),
    [
        ("no json", "calendar.json"),
        ('{"calendar": "national", "year": 2026, "source": "x", "sureness": "C"}', "days"),
        ('{"calendar": "bali", "year": 2026, "source": "x", "sureness": "C", "days": []}', "calendar"),
        (
            '{"calendar": "99.99", "year": 2026, "source": "x", "sureness": "C", "days": []}',
            "no body lies in that region",
        ),
        (f'{{{HEAD}, "days": [{DAY}, {DAY}]}}', "2026-02-03 is named twice"),
        (f'{{{HEAD}, "days": [{DAY.replace("2026", "2027")}]}}', "2027-02-03 does not lie in 2026"),
        (f'{{{HEAD}, "days": [{DAY.replace("2026", "soon")}]}}', "days.0.on must be a date such as"),
    ],
)
def test_a_file_that_is_no_calendar_is_refused_and_decrees_nothing(tmp_path: Path, body: str, named: str) -> None:
    file = tmp_path / "calendar.json"
    file.write_text(body)
    done = RUN.invoke(calendar, ["decree", str(file)])
    assert done.exit_code == 2
    assert named in done.output
    assert RUN.invoke(calendar, ["show"]).output == ""
