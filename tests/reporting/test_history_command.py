"""`satupintu history` shows an operator no words, unless they give a reason, which the access log keeps."""

import asyncio
import json
import os
import pwd
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from chassis.access_log.entry import Entry
from chassis.base.settings import read_settings
from chassis.service.platform import open_platform
from reporting.cli import app
from schemas.events.intake import DetailAdded
from schemas.events.router import ComplaintRestated
from support.commands import own_state
from support.inbox import T0
from support.lives import answered, filed, named, routed, write

RUN = CliRunner(env={"COLUMNS": "200"})
WORDS = ("KENARI", "MERPATI", "GELATIK", "ditambal")
WHY = ("--reason", "pelapor bertanya lewat telepon", "--as", "Dewi")


@pytest.fixture
def life(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """A secret complaint whose reporter, desk and agency wrote something; its id."""
    own_state(tmp_path, monkeypatch)
    asyncio.run(_lived())
    return str(named("a"))


async def _lived() -> None:
    async with open_platform(read_settings()) as platform:
        restated = ComplaintRestated(at=T0, text="GELATIK di jalan")
        detail = DetailAdded(at=T0, text="MERPATI juga")
        facts = (filed(1, text="KENARI di atap", secret=True), restated, routed(), detail, answered())
        await write(platform.repository("test"), named("a"), *facts)


def shown(*argv: str) -> dict[str, Any]:
    done = RUN.invoke(app, ["history", *argv, "--json"])
    assert done.exit_code == 0, done.output
    # The entry point sends the log to standard error; a runner of commands has the log before the answer.
    found: dict[str, Any] = json.loads(done.stdout[done.stdout.index("{\n") :])
    return found


def logged() -> list[Entry]:
    async def read() -> list[Entry]:
        async with open_platform(read_settings()) as platform:
            return await platform.access_log.read()

    return asyncio.run(read())


def test_without_a_reason_every_fact_is_told_and_no_word(life: str) -> None:
    found = shown(life)
    assert [moment["type"] for moment in found["timeline"]] == [
        "ComplaintFiled", "ComplaintRestated", "ComplaintRouted", "DetailAdded", "ResponseGiven",
    ]  # fmt: skip
    assert not any(word in json.dumps(found) for word in WORDS)
    assert logged() == []


def test_with_a_reason_the_words_are_told_and_the_access_log_says_who_asked_and_why(life: str) -> None:
    told = json.dumps(shown(life, *WHY))
    assert all(word in told for word in WORDS[1:])
    [entry] = logged()
    account = pwd.getpwuid(os.getuid()).pw_name
    assert (entry.kind, entry.issuer, entry.subject, entry.roles) == ("words-read", "local", account, "operator")
    assert entry.about == {"reason": WHY[1], "by": "Dewi", "command": "history", "complaint": life}


@pytest.mark.parametrize("given", [WHY[:2], WHY[2:], ("--reason", " ", "--as", "Dewi"), (*WHY[:3], "x" * 301)])
def test_a_reason_needs_a_name_and_both_have_a_length(life: str, given: tuple[str, ...]) -> None:
    done = RUN.invoke(app, ["history", life, *given])
    assert done.exit_code == 2
    assert "--reason and --as are given together" in done.output
    assert logged() == []


def test_a_code_may_come_from_standard_input(life: str) -> None:
    done = RUN.invoke(app, ["history", "-", "--json"], input=f"{life}\n")
    assert json.loads(done.stdout)["version"] == 4
