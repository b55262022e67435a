"""Analysts ask over HTTP how the platform stood at a past moment; the answer comes in the background."""

import json
import sys
from datetime import timedelta
from pathlib import Path

import httpx
import pytest

from chassis.base.clock import SystemClock
from reporting.context import Reporting
from reporting.past import jobs
from reporting.past.worker import PastJobs
from support.commands import own_state
from support.signed_in import role

API = "/api/v1/as-of"
ECHO = (sys.executable, "-c", "import json, sys; print(json.dumps(sys.argv[1:]))")
BOOKS = {"at": "2026-03-01", "what": "books"}
ANALYST = role("analyst")


async def ask(web: httpx.AsyncClient, body: dict[str, object], key: str = "k", who: str = "analyst") -> httpx.Response:
    return await web.post(API, json=body, headers={"Idempotency-Key": key, **role(who)})


@pytest.mark.parametrize(
    ("body", "arguments"),
    [
        (BOOKS, ["--what=known", "2026-03-01", "books"]),
        ({"at": "2026-03-01T10:00:00Z", "what": "counts", "by": "region", "counted": "happened"},
         ["--what=happened", "2026-03-01T10:00:00+00:00", "counts", "--by=region"]),
        ({"at": "2026-03-01", "what": "inbox", "agency": "pln"}, ["--what=known", "2026-03-01", "inbox", "pln"]),
        ({"at": "2026-03-01", "what": "complaint", "complaint": "SP-2026-000001-1"},
         ["--what=known", "2026-03-01", "complaint", "SP-2026-000001-1"]),
    ],
)  # fmt: skip
async def test_a_question_is_answered_by_the_command(
    reporting: Reporting, web: httpx.AsyncClient, body: dict[str, object], arguments: list[str]
) -> None:
    asked = await ask(web, body)
    assert asked.status_code == 202, asked.text
    assert (asked.json()["status"], asked.json()["result"]) == ("waiting", None)
    assert (await ask(web, body)).json()["id"] == asked.json()["id"], "the same key is the same question"

    worker = PastJobs(reporting.database, ECHO)
    assert await worker.work()
    assert not await worker.work()

    answer = await web.get(asked.headers["location"], headers=ANALYST)
    assert (answer.json()["status"], answer.json()["result"]) == ("done", arguments)


async def test_the_command_itself_answers(
    reporting: Reporting, web: httpx.AsyncClient, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    own_state(tmp_path / "state", monkeypatch)
    asked = await ask(web, BOOKS)
    await PastJobs(reporting.database).work()
    answer = (await web.get(asked.headers["location"], headers=ANALYST)).json()
    assert answer["status"] == "done", answer["why"]
    assert answer["result"]["filed"] == 0


async def test_a_failure_says_why(reporting: Reporting, web: httpx.AsyncClient) -> None:
    asked = await ask(web, BOOKS)
    await PastJobs(reporting.database, (sys.executable, "-c", "raise SystemExit('no such complaint')")).work()
    answer = (await web.get(asked.headers["location"], headers=ANALYST)).json()
    assert (answer["status"], answer["why"], answer["result"]) == ("failed", "no such complaint", None)


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"what": "books"}, "at"),
        ({"at": "yesterday", "what": "books"}, "at"),
        ({"at": "2026-03-01", "what": "people"}, "what"),
        ({"at": "2026-03-01", "what": "inbox"}, "agency"),
        ({"at": "2026-03-01", "what": "complaint"}, "complaint"),
        ({"at": "2026-03-01", "what": "complaint", "complaint": "--help me"}, "complaint"),
        ({"at": "2026-03-01", "what": "counts", "by": "name"}, "by"),
    ],
)
async def test_a_wrong_question_names_what_is_wrong(
    web: httpx.AsyncClient, body: dict[str, object], field: str
) -> None:
    refused = await ask(web, body)
    assert refused.status_code == 422, refused.text
    assert field in json.dumps(refused.json())


async def test_only_analysts_ask_and_only_whoever_asked_reads(web: httpx.AsyncClient) -> None:
    asked = await ask(web, BOOKS)
    assert (await ask(web, BOOKS, "other", "triage")).status_code == 403
    path = asked.headers["location"]
    assert (await web.get(path, headers=role("analyst", "triage"))).status_code == 404
    assert (await web.get(path, headers=role("operator"))).status_code == 403
    different = await ask(web, {**BOOKS, "at": "2026-03-02"})
    assert different.status_code == 422, different.text


async def test_an_analyst_has_at_most_ten_open_questions(web: httpx.AsyncClient) -> None:
    for number in range(jobs.MOST_OPEN):
        assert (await ask(web, BOOKS, f"key-{number}")).status_code == 202
    refused = await ask(web, BOOKS, "one more")
    assert refused.status_code == 503
    assert refused.headers["retry-after"] == "60"


async def test_a_job_that_nobody_works_on_any_more_is_taken_again_and_old_ones_go(reporting: Reporting) -> None:
    now, database = SystemClock().now(), reporting.database
    await database.run(lambda c: jobs.ask(c, "one", "somebody", ["2026-03-01", "books"], now))
    taken = await database.run(lambda c: jobs.take(c, now))
    assert taken is not None
    assert await database.run(lambda c: jobs.take(c, now + timedelta(seconds=30))) is None
    await database.run(lambda c: jobs.beat(c, "one", now + timedelta(seconds=30)))
    assert await database.run(lambda c: jobs.take(c, now + timedelta(seconds=80))) is None
    again = await database.run(lambda c: jobs.take(c, now + timedelta(seconds=100)))
    assert again is not None
    assert again.id == "one"
    later = now + timedelta(days=8)
    await database.run(lambda c: jobs.ask(c, "two", "somebody", ["2026-03-01", "books"], later))
    assert await database.read(lambda c: jobs.find(c, "one")) is None
