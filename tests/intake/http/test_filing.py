"""Filing and the reporter's moves over HTTP: each request takes effect once, and refusals name the field."""

import asyncio
import json
from pathlib import Path
from typing import Any
from uuid import UUID, uuid5

import httpx
import pytest
from fastapi import FastAPI

from intake.context import Intake
from intake.reaction import follow_up
from support.lives import answered, routed, write

SEED = UUID(int=77)
TEXT = "Lampu jalan padam di depan pasar"
PERSON = {"name": "Siti Kenari", "email": "kenari@contoh.id", "phone": "+62 812 0000 1111"}


def key(name: str) -> dict[str, str]:
    return {"Idempotency-Key": str(uuid5(SEED, name))}


async def filed(web: httpx.AsyncClient, name: str = "a", **more: object) -> dict[str, Any]:
    answer = await web.post("/api/v1/complaints", json={"text": TEXT, **more}, headers=key(name))
    assert answer.status_code == 201, answer.text
    body: dict[str, Any] = answer.json()
    return body


async def test_only_a_text_is_needed_and_the_answer_says_what_happens_next(web: httpx.AsyncClient) -> None:
    body = await filed(web)

    assert body["status"] == "unplaced"
    assert body["holder"] == {"kind": "router", "agency": None, "unit": None}
    assert body["due_at"]
    assert len(body["tracking_code"]) == 16
    assert body["public_number"].startswith("SP-2026-")


async def test_the_code_is_accepted_however_it_is_typed(web: httpx.AsyncClient) -> None:
    code = (await filed(web))["tracking_code"]

    story = (await web.get(f"/api/v1/complaints/{code.lower().replace('-', '')}?lang=en")).json()

    assert story["text"] == TEXT
    assert [moment["type"] for moment in story["timeline"]] == ["ComplaintFiled"]
    assert story["due"][0]["explanation"]


@pytest.mark.parametrize("times", [2, 20])
async def test_the_same_request_at_the_same_moment_files_one(
    web: httpx.AsyncClient, intake: Intake, times: int
) -> None:
    answers = await asyncio.gather(*(filed(web, "same") for _ in range(times)))

    assert len({answer["id"] for answer in answers}) == 1
    assert len({answer["public_number"] for answer in answers}) == 1
    assert len((await intake.repository.store.read_all(None)).events) == 1


async def test_two_clients_with_the_same_key_file_two(web: httpx.AsyncClient) -> None:
    ids = set()
    for device in ("one", "two"):
        headers = {"Idempotency-Key": "1", "Satupintu-Client": str(uuid5(SEED, device))}
        ids.add((await web.post("/api/v1/complaints", json={"text": TEXT}, headers=headers)).json()["id"])
    assert len(ids) == 2


async def test_the_same_key_with_another_text_is_refused(web: httpx.AsyncClient) -> None:
    await filed(web, "k")
    answer = await web.post("/api/v1/complaints", json={"text": "Lain sama sekali"}, headers=key("k"))
    assert (answer.status_code, answer.json()["code"]) == (422, "request-differs")


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "text"),
        ({"text": ""}, "text"),
        ({"text": "   \n "}, "text"),
        ({"text": "x" * 10_001}, "text"),
        ({"text": TEXT, "class": "rant"}, "class"),
        ({"text": TEXT, "place": {"lat": 91, "lon": 0}}, "place.lat"),
        ({"text": TEXT, "place": {"lat": 1}}, "place"),
        ({"text": TEXT, "place": {"region": "Bandung"}}, "place.region"),
        ({"text": TEXT, "occurred_on": "2026-03-04"}, "occurred_on"),
        ({"text": TEXT, "colour": "red"}, "colour"),
        ({"text": TEXT, "reporter": {"email": ["a@contoh.id"]}}, "reporter.email"),
        ({"text": "a\u0000b"}, "text"),
        ({"text": "\u200b\u200b\u0001"}, "text"),
        ({"text": TEXT, "place": {"region": "\u0663\u0662"}}, "place.region"),
        ({"text": TEXT, "occurred_on": 0}, "occurred_on"),
        ({"text": TEXT, "occurred_on": "99.99"}, "occurred_on"),
        ({"text": TEXT, "occurred_on": "2026-02-29"}, "occurred_on"),
    ],
)
async def test_a_wrong_field_is_named(web: httpx.AsyncClient, body: dict[str, object], field: str) -> None:
    answer = await web.post("/api/v1/complaints", json=body, headers=key("bad"))
    assert (answer.status_code, answer.json()["field"]) == (422, field)
    assert answer.headers["content-type"] == "application/problem+json"


async def test_a_coordinate_that_is_no_number_is_refused_by_field(web: httpx.AsyncClient) -> None:
    body = b'{"text": "Lampu padam", "place": {"lat": NaN, "lon": 1}}'
    answer = await web.post("/api/v1/complaints?lang=en", content=body, headers=key("nan"))
    assert (answer.status_code, answer.json()["errors"]) == (422, [{"field": "place.lat", "why": "must be a number"}])


@pytest.mark.parametrize("version", ["\u00b2", '"' + "9" * 5_000, "-1", ""])
async def test_an_invalid_version_is_refused_by_header_name(web: httpx.AsyncClient, version: str) -> None:
    code = (await filed(web))["tracking_code"]
    headers = {**key("d"), "If-Match": version.encode("latin-1")}
    answer = await web.post(f"/api/v1/complaints/{code}/details", json={"text": "Lagi"}, headers=headers)  # type: ignore[arg-type]
    assert (answer.status_code, answer.json()["field"]) == (422, "If-Match")


async def test_an_internal_error_is_answered_as_a_problem(
    intake: Intake, app: FastAPI, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> str:
        raise ZeroDivisionError

    monkeypatch.setattr(intake.codes, "of", broken)
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://door") as client:
        answer = await client.post("/api/v1/complaints", json={"text": TEXT}, headers=key("broken"))
    assert (answer.status_code, answer.json()["code"]) == (500, "internal")
    assert answer.headers["content-type"] == "application/problem+json"


async def test_invalid_json_and_too_large_bodies_are_refused(web: httpx.AsyncClient) -> None:
    headers = {**key("x"), "content-type": "application/json"}
    broken = await web.post("/api/v1/complaints", content=b'{"text": "a"', headers=headers)
    large = await web.post("/api/v1/complaints", content=b'"' + b"x" * 1_100_000 + b'"', headers=headers)
    assert (broken.status_code, large.status_code) == (400, 413)


async def test_without_a_key_nothing_is_filed(web: httpx.AsyncClient, intake: Intake) -> None:
    answer = await web.post("/api/v1/complaints", json={"text": TEXT})
    assert (answer.status_code, answer.json()["field"]) == (422, "Idempotency-Key")
    assert not (await intake.repository.store.read_all(None)).events


@pytest.mark.parametrize(("code", "status"), [("7K3M-9QX2A-TB4C8", {404, 422}), ("hello", {422})])
async def test_an_unknown_code_is_not_found(web: httpx.AsyncClient, code: str, status: set[int]) -> None:
    assert (await web.get(f"/api/v1/complaints/{code}")).status_code in status


async def test_details_withdrawal_and_their_repeats(web: httpx.AsyncClient, intake: Intake) -> None:
    code = (await filed(web))["tracking_code"]
    for _ in range(2):
        await web.post(f"/api/v1/complaints/{code}/details", json={"text": "Tiang nomor 12"}, headers=key("d"))
        answer = await web.post(f"/api/v1/complaints/{code}/withdrawal", json={}, headers=key("w"))
    types = [event.type for event in (await intake.repository.store.read_all(None)).events]

    assert types == ["ComplaintFiled", "DetailAdded", "ComplaintWithdrawn"]
    assert answer.json()["closed_reason"] == "withdrawn"
    again = await web.post(f"/api/v1/complaints/{code}/withdrawal", json={}, headers=key("other"))
    assert (again.status_code, again.json()["code"]) == (409, "already-closed")


async def test_an_answer_is_confirmed_or_disputed(web: httpx.AsyncClient, intake: Intake) -> None:
    body = await filed(web)
    code, complaint = body["tracking_code"], UUID(body["id"])
    await write(intake.repository, complaint, routed(), answered())

    disputed = await web.post(f"/api/v1/complaints/{code}/dispute", json={"reason": "Belum"}, headers=key("x"))
    await write(intake.repository, complaint, answered(5))
    confirmed = await web.post(f"/api/v1/complaints/{code}/confirmation", json={"rating": 4}, headers=key("c"))

    assert (disputed.json()["status"], confirmed.json()["status"]) == ("in_progress", "closed")
    assert confirmed.json()["closed_reason"] == "confirmed"


async def test_the_person_and_the_code_are_in_no_event(web: httpx.AsyncClient, intake: Intake) -> None:
    body = await filed(web, reporter=PERSON)
    written = b"".join(event.data + event.metadata for event in (await intake.repository.store.read_all(None)).events)
    for canary in (*PERSON.values(), body["tracking_code"], body["tracking_code"].replace("-", ""), TEXT):
        assert canary.encode() not in written


async def test_an_erasure_deletes_text_person_and_files_and_no_notice_follows(
    web: httpx.AsyncClient, intake: Intake, tmp_path: Path
) -> None:
    body = await filed(web, reporter=PERSON)
    code = body["tracking_code"]
    png = b"\x89PNG\r\n\x1a\n" + b"\0" * 40
    attached = await web.post(
        f"/api/v1/complaints/{code}/attachments", files={"file": ("foto.png", png, "image/png")}, headers=key("f")
    )
    for _ in range(2):
        erased = (await web.post(f"/api/v1/complaints/{code}/erasure", json={}, headers=key("e"))).json()

    assert attached.status_code == 201
    assert (erased["text"], erased["closed_reason"], erased["erased"]) == ("[erased]", "erased", True)
    assert not [path for path in (tmp_path / "attachments").rglob("*") if path.is_file()]
    later = await web.post(f"/api/v1/complaints/{code}/details", json={"text": "Lagi"}, headers=key("l"))
    again = await web.post("/api/v1/complaints", json={"text": TEXT, "reporter": PERSON}, headers=key("a"))
    assert (later.status_code, again.status_code) == (410, 410)


async def test_a_file_is_downloaded_unchanged_and_never_inline(web: httpx.AsyncClient) -> None:
    code = (await filed(web))["tracking_code"]
    png = b"\x89PNG\r\n\x1a\n" + b"\1" * 40
    url = f"/api/v1/complaints/{code}/attachments"
    story = (await web.post(url, files={"file": ("x.exe", png)}, headers=key("f"))).json()
    got = await web.get(f"{url}/{story['attachments'][0]['id']}")
    refused = await web.post(url, files={"file": ("x.png", b"MZ not a picture")}, headers=key("g"))

    assert got.content == png
    assert got.headers["content-disposition"].startswith("attachment")
    assert (refused.status_code, refused.json()["field"]) == (422, "file")


async def test_a_reporter_gets_each_notice_once(web: httpx.AsyncClient, intake: Intake, tmp_path: Path) -> None:
    complaint = UUID((await filed(web, reporter=PERSON))["id"])
    await write(intake.repository, complaint, routed())
    for _ in range(3):
        await follow_up(intake)([await intake.repository.load(complaint)])

    notices = [json.loads(path.read_text()) for path in (tmp_path / "notices").rglob("*.json")]
    assert len(notices) == 2
    assert {notice["to"] for notice in notices} == {PERSON["email"]}


class Broken(Exception):
    """Raised in place of a step, like a crash."""


@pytest.mark.parametrize("step", ["keyring.ensure", "records.keep", "numbers.take", "store.append"])
@pytest.mark.parametrize("done", [False, True])
async def test_a_crash_between_any_two_steps_loses_nothing_and_adds_nothing(
    web: httpx.AsyncClient, intake: Intake, monkeypatch: pytest.MonkeyPatch, step: str, *, done: bool
) -> None:
    holder, name = step.split(".")
    owner = getattr(intake.repository, holder) if holder in ("keyring", "store") else getattr(intake, holder)
    real = getattr(owner, name)

    async def crash(*args: object, **kwargs: object) -> object:
        if done:
            await real(*args, **kwargs)
        raise Broken

    monkeypatch.setattr(owner, name, crash)
    with pytest.raises(Broken):
        await filed(web, reporter=PERSON)
    monkeypatch.setattr(owner, name, real)
    body = await filed(web, reporter=PERSON)

    events = (await intake.repository.store.read_all(None)).events
    assert [event.type for event in events] == ["ComplaintFiled"]
    assert (await web.get(f"/api/v1/complaints/{body['tracking_code']}")).json()["text"] == TEXT


async def test_a_contact_that_cannot_be_used_costs_nothing_and_the_answer_says_so(web: httpx.AsyncClient) -> None:
    odd = {"name": "Sari", "email": "sari(at)contoh.id", "phone": "tidak punya"}
    request = {"json": {"text": TEXT, "reporter": odd}, "headers": key("odd")}
    first, again = (
        await web.post("/api/v1/complaints?lang=en", **request),
        await web.post("/api/v1/complaints?lang=en", **request),
    )  # type: ignore[arg-type]
    assert first.status_code == 201
    contact = first.json()["contact"]
    assert contact["unusable"] == ["email", "phone"]
    assert "e-mail address and telephone number cannot be read" in contact["message"]
    assert again.json() == first.json()
    assert "contact" not in await filed(web, reporter=PERSON)
