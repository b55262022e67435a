"""Every refusal is a sentence in the reader's language, names the field if there is one, and has a stable code."""

import json
import re
from typing import Any
from uuid import UUID, uuid5

import httpx
import pytest

from chassis.base.errors import Busy, Poison, StoreUnavailable
from chassis.base.message import Message
from intake.context import Intake
from intake.gateway.submissions import receive
from support.inbox import keep_registry
from support.lives import routed, write

SEED = UUID(int=81)
TEXT = "Lampu jalan padam di depan pasar"
PROGRAMMERS = re.compile(r"Input should|String should|Value error|Field required|valid |\bNone\b|Error\b|[{}_]|<")
"""Technical words that must not reach a reader."""


def key(name: str = "k") -> dict[str, str]:
    return {"Idempotency-Key": str(uuid5(SEED, name))}


@pytest.fixture
async def code(web: httpx.AsyncClient, intake: Intake) -> str:
    """The code of a complaint that an agency holds and has not answered."""
    await keep_registry(intake.repository.store, intake.repository)
    filed = (await web.post("/api/v1/complaints", json={"text": TEXT}, headers=key("filed"))).json()
    await write(intake.repository, UUID(filed["id"]), routed())
    return str(filed["tracking_code"])


def is_a_sentence(answer: httpx.Response, lang: str) -> dict[str, Any]:
    """The problem of an answer; checks that its texts have no technical words."""
    assert answer.headers["content-type"] == "application/problem+json"
    told: dict[str, Any] = answer.json()
    assert told["status"] == answer.status_code
    detail = re.sub(r"(Isian|field) [\w.-]+", "", told["detail"])
    assert detail.endswith(".")
    assert not PROGRAMMERS.search(detail), detail
    english = re.search(r"\b(the|this|please|cannot|must|at most|is|not)\b", detail, re.IGNORECASE)
    assert bool(english) == (lang == "en"), detail
    return told


@pytest.mark.parametrize("lang", ["id", "en"])
@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"class": "party"}, "class"),
        ({"text": ""}, "text"),
        ({"text": "   "}, "text"),
        ({"text": "a" * 10_001}, "text"),
        ({"text": 5}, "text"),
        ({"title": "a" * 201}, "title"),
        ({"place": {"lat": 91, "lon": 100}}, "place.lat"),
        ({"place": {"lat": -6}}, "place"),
        ({"place": {"region": "zz"}}, "place.region"),
        ({"occurred_on": "2999-01-01"}, "occurred_on"),
        ({"occurred_on": "2026-02-30"}, "occurred_on"),
        ({"language": "fr"}, "language"),
        ({"anonymous": "maybe"}, "anonymous"),
        ({"reporter": {"email": ["x"]}}, "reporter.email"),
        ({"colour": "red"}, "colour"),
    ],
)
async def test_a_refused_form_names_its_field_in_the_readers_language(
    web: httpx.AsyncClient, body: dict[str, object], field: str, lang: str
) -> None:
    answer = await web.post(f"/api/v1/complaints?lang={lang}", json={"text": TEXT} | body, headers=key())
    assert answer.status_code == 422
    told = is_a_sentence(answer, lang)
    assert (told["code"], told["field"]) == ("invalid-field", field)


@pytest.mark.parametrize("lang", ["id", "en"])
@pytest.mark.parametrize(("move", "body"), [("confirmation", {"rating": 5}), ("dispute", {"reason": "Belum apa-apa"})])
async def test_a_move_that_is_too_early_is_refused_with_the_status(
    web: httpx.AsyncClient, code: str, move: str, body: dict[str, object], lang: str
) -> None:
    answer = await web.post(f"/api/v1/complaints/{code}/{move}?lang={lang}", json=body, headers=key())
    told = is_a_sentence(answer, lang)
    assert (answer.status_code, told["code"], told["complaint_status"]) == (409, "wrong-status", "routed")


@pytest.mark.parametrize("lang", ["id", "en"])
@pytest.mark.parametrize("rating", [0, 6, -1, 2.5, "5"])
async def test_an_invalid_rating_is_refused_by_field(
    web: httpx.AsyncClient, code: str, rating: object, lang: str
) -> None:
    body = {"rating": rating}
    answer = await web.post(f"/api/v1/complaints/{code}/confirmation?lang={lang}", json=body, headers=key())
    assert (answer.status_code, is_a_sentence(answer, lang)["field"]) == (422, "rating")


@pytest.mark.parametrize("lang", ["id", "en"])
@pytest.mark.parametrize(
    ("method", "path", "sent", "status", "code"),
    [
        ("GET", "/nothing", {}, 404, "not-found"),
        ("PUT", "/complaints", {"json": {"text": TEXT}}, 405, "method-not-allowed"),
        ("POST", "/complaints", {"content": b"{" + b" " * 1_100_000}, 413, "request-entity-too-large"),
        ("POST", "/complaints", {"content": b'{"text": "a"'}, 400, "invalid-field"),
        ("GET", "/complaints/hello", {}, 422, "invalid-field"),
        ("GET", "/complaints/E560-NV3PF-859YW", {}, 422, "invalid-field"),
    ],
)
async def test_refusals_of_http_are_sentences_too(
    web: httpx.AsyncClient, method: str, path: str, sent: dict[str, Any], status: int, code: str, lang: str
) -> None:
    headers = key() | {"accept-language": lang}
    answer = await web.request(method, f"/api/v1{path}", headers=headers, **sent)
    assert (answer.status_code, is_a_sentence(answer, lang)["code"]) == (status, code)


@pytest.mark.parametrize("lang", ["id", "en"])
async def test_a_gateways_refusal_is_in_the_reporters_language(
    web: httpx.AsyncClient, intake: Intake, lang: str
) -> None:
    body = {"client": "sms-1", "key": "m1", "channel": "sms", "text": "", "language": lang}
    with pytest.raises(Poison):
        await receive(intake)(Message("submissions", 0, 0, b"sms-1", json.dumps(body).encode()))
    told = is_a_sentence(await web.get("/api/v1/submissions/sms-1/m1"), lang)
    assert (told["field"], told["code"]) == ("text", "invalid-field")


SENT = {"client": "sms-1", "key": "m1", "channel": "sms", "text": "Lampu padam"}


@pytest.mark.parametrize(
    ("value", "field"),
    [
        (json.dumps(SENT)[:-10].encode(), "body"),
        (json.dumps(SENT).encode("utf-16"), "body"),
        (json.dumps(SENT)[:-1].encode() + b',"x":' + b"[" * 100_000 + b"]" * 100_000 + b"}", "body"),
        (json.dumps(SENT)[:-1].encode() + b',"x":"\xff","x":"y"}', "body"),
        (json.dumps(SENT | {"key": 5}).encode(), "key"),
    ],
    ids=["cut off", "UTF-16", "deep", "broken and twice", "number as key"],
)
async def test_a_submission_that_cannot_be_read_is_refused_under_its_key(
    web: httpx.AsyncClient, intake: Intake, value: bytes, field: str
) -> None:
    with pytest.raises(Poison):
        await receive(intake)(Message("submissions", 0, 0, b"sms-1", value))
    told = is_a_sentence(await web.get(f"/api/v1/submissions/sms-1/{5 if field == 'key' else 'm1'}"), "id")
    assert (told["field"], told["title"]) == (field, "Isian tidak dapat diterima")


@pytest.mark.parametrize(("lang", "why"), [("id", "muncul dua kali"), ("en", "occurs twice")])
async def test_the_reason_beside_the_sentence_is_in_its_language(web: httpx.AsyncClient, lang: str, why: str) -> None:
    headers = key() | {"accept-language": lang}
    answer = await web.post("/api/v1/complaints", content='{"text": "a", "text": "b"}', headers=headers)
    assert answer.json()["why"] == why


@pytest.mark.parametrize("lang", ["id", "en"])
@pytest.mark.parametrize(("fault", "code"), [(StoreUnavailable("disk full"), "unavailable"), (Busy(3), "busy")])
async def test_an_unavailable_store_gives_retry_after_and_no_reason(
    web: httpx.AsyncClient, intake: Intake, monkeypatch: pytest.MonkeyPatch, fault: Exception, code: str, lang: str
) -> None:
    async def down(*_: object) -> object:
        raise fault

    monkeypatch.setattr(intake.repository.store, "read_many", down)
    monkeypatch.setattr(intake.repository.store, "append", down)
    answer = await web.post(f"/api/v1/complaints?lang={lang}", json={"text": TEXT}, headers=key())
    assert (answer.status_code, is_a_sentence(answer, lang)["code"]) == (503, code)
    assert int(answer.headers["retry-after"]) >= 1
    assert "disk" not in answer.text
