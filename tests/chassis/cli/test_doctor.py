"""`satupintu doctor` tells what is wrong with a command for each, and is silent about what is well."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from chassis.base.clock import FixedClock
from chassis.base.settings import NoState, read_settings
from chassis.cli import doctor as command
from chassis.service import doctor, findings
from chassis.service import platform as platforms
from chassis.service.findings import Finding
from schemas.base.topics import COMPLAINT_EVENTS, FIXED

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
TOPIC = FIXED[COMPLAINT_EVENTS]
WELL = {"partitions": 12, "copies": 3, "in_sync": 3, "min_insync": 2}


@pytest.mark.parametrize(
    ("found", "count"),
    [
        (findings.view_behind("router.feed", 5_000, 5_900), 0),
        (findings.view_behind("router.feed", None, 5_900), 1),
        (findings.work_late("router", None, NOW), 0),
        (findings.work_late("router", NOW - timedelta(seconds=59), NOW), 0),
        (findings.work_late("router", NOW - timedelta(minutes=5), NOW), 1),
        (findings.books(None), 0),
        (findings.books({"balanced": True}), 0),
        (findings.books({"balanced": False}), 1),
        (findings.topic(TOPIC, WELL, production=True), 0),
        (findings.topic(TOPIC, {**WELL, "copies": 1, "in_sync": 1, "min_insync": 1}, production=False), 0),
        (findings.topic(TOPIC, {**WELL, "copies": 1, "in_sync": 1, "min_insync": 1}, production=True), 1),
        (findings.topic(TOPIC, {**WELL, "in_sync": 2}, production=True), 1),
        (findings.topic(TOPIC, {**WELL, "min_insync": 1}, production=True), 1),
        (findings.topic(TOPIC, {**WELL, "partitions": 6}, production=True), 1),
        (findings.topic(TOPIC, None, production=False), 1),
        (findings.dead_letters("intake", []), 0),
        (findings.dead_letters("intake", [NOW, NOW - timedelta(days=2)]), 1),
        (findings.secret("master.key", NOW - timedelta(days=300), NOW, "x"), 0),
        (findings.secret("master.key", NOW - timedelta(days=400), NOW, "x"), 1),
        (findings.disk("var", 100 * 1024**3, 50 * 1024**3), 0),
        (findings.disk("var", 100 * 1024**3, 5 * 1024**3), 1),
    ],
)
def test_a_number_is_a_finding_from_its_limit_on(found: Any, count: int) -> None:
    told = list(found)
    assert len(told) == count
    assert all(each.do and each.what and each.known for each in told)


def test_of_dead_letters_the_oldest_says_since_when() -> None:
    [one] = findings.dead_letters("intake", [NOW, NOW - timedelta(days=2)])
    assert one.since == NOW - timedelta(days=2)
    assert one.do == "satupintu dead-letters list intake"


class Down:
    """A platform whose store does not answer."""

    clock = FixedClock(NOW)

    class store:  # noqa: N801 - stands for an attribute
        """Refuses."""

        @staticmethod
        async def store_id() -> None:
            raise ConnectionRefusedError("refused")


async def test_without_a_store_that_alone_is_told_and_nothing_else_is_guessed() -> None:
    found = await doctor.examined(Down(), [], lambda: NOW)  # type: ignore[arg-type]
    assert [(each.check, each.known) for each in found] == [("store", False)]
    assert "ConnectionRefusedError" in found[0].what


@pytest.fixture
def empty_state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("SATUPINTU_STATE_DIR", str(tmp_path))
    return tmp_path


def test_a_state_without_keys_is_a_finding_as_any_other_and_nothing_is_loaded_for_it(
    empty_state: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(command, "entry_points", None)
    assert command.run(as_json=True) == 1
    told = json.loads(capsys.readouterr().out)
    assert [(each["check"], each["known"]) for each in told["findings"]] == [("state", False)]
    assert str(empty_state / "secrets/master.key") in told["findings"][0]["what"]
    assert not list(empty_state.iterdir())


async def test_without_keys_no_store_is_opened_that_would_stay_open(
    empty_state: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened = list[str]()
    monkeypatch.setattr(platforms, "open_store", opened.append)
    with pytest.raises(NoState, match=r"master\.key"):
        async with platforms.open_platform(read_settings()):
            pass
    assert (opened, list(empty_state.iterdir())) == ([], [])


@pytest.mark.parametrize("found", [[], [Finding("disk", "var is [full]", "make room", NOW)]])
def test_the_exit_status_and_the_document_say_whether_anything_was_found(
    found: list[Finding], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    async def examined() -> list[Finding]:
        return found

    monkeypatch.setattr(command, "_examined", examined)
    assert command.run(as_json=True) == len(found)
    told = json.loads(capsys.readouterr().out)
    assert (told["healthy"], len(told["findings"])) == (not found, len(found))
    assert command.run(as_json=False) == len(found)
    printed = capsys.readouterr().out
    assert ("var is [full]" in printed, "make room" in printed) == (bool(found), bool(found))


def test_a_secret_and_a_disk_are_looked_at_as_they_are(tmp_path: Path) -> None:
    class Here:
        state_dir = tmp_path
        master_key_file = tmp_path / "master.key"
        code_secret_file = tmp_path / "nothing"

    Here.master_key_file.write_bytes(b"x")
    in_two_years = datetime.now(UTC) + timedelta(days=730)  # noqa: TID251 - real time, as files have it
    told = doctor.of_machine(Here, in_two_years)  # type: ignore[arg-type]
    assert "master.key" in [each.what.split()[0] for each in told if each.check == "secrets"]
