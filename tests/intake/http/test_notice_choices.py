"""The reporter chooses what is told by which contact, in which language; a lost code goes to no other contact."""

import json
import re
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any, NamedTuple
from uuid import UUID, uuid5

import httpx
import pytest

from chassis.http.rate_limit import RateLimiter
from intake.context import Intake
from intake.notices.choices import GROUP_OF, GROUPS, NoticeChoices, Recipients
from intake.notices.news import AUDIENCE_KINDS, KINDS
from intake.reaction import follow_up
from schemas.base.ids import public_number
from support.inbox import keep_registry
from support.lives import answered, routed, write

SEED = UUID(int=80)
MAIL, PHONE = "Kenari@contoh.id", "+6281234567890"
SITI = {"name": "Siti", "email": "Kenari@contoh.id", "phone": "0812-3456-7890"}
CODE = re.compile(r"\b[0-9A-Z]{4}-[0-9A-Z]{5}-[0-9A-Z]{5}\b")


class Filed(NamedTuple):
    id: UUID
    code: str
    number: str


def key(name: str) -> dict[str, str]:
    return {"Idempotency-Key": str(uuid5(SEED, name))}


@pytest.fixture
async def one(web: httpx.AsyncClient, intake: Intake) -> Filed:
    await keep_registry(intake.repository.store, intake.repository)
    body = {"text": "Lampu padam", "reporter": SITI}
    filed = (await web.post("/api/v1/complaints", json=body, headers=key("one"))).json()
    return Filed(UUID(filed["id"]), filed["tracking_code"], filed["public_number"])


@pytest.fixture
def told(tmp_path: Path) -> Callable[[], list[tuple[str, str]]]:
    """Address and words of every notice."""

    def told() -> list[tuple[str, str]]:
        notices = [json.loads(path.read_text()) for path in sorted((tmp_path / "notices").rglob("*.json"))]
        return [(notice["to"], notice["body"]) for notice in notices]

    return told


Told = Callable[[], list[tuple[str, str]]]


async def choose(web: httpx.AsyncClient, one: Filed, **chosen: object) -> httpx.Response:
    return await web.post(f"/api/v1/complaints/{one.code}/notices", json=chosen, headers=key(str(chosen)))


async def react(intake: Intake, one: Filed) -> None:
    await follow_up(intake)([await intake.repository.load(one.id)])


def test_every_kind_of_news_belongs_to_a_group() -> None:
    assert set(GROUP_OF) >= {*KINDS.values(), *AUDIENCE_KINDS.values()}
    assert set(GROUP_OF.values()) == set(GROUPS)


@pytest.mark.parametrize(
    ("recipients", "kind", "addresses"),
    [
        (Recipients("m", "p"), "placed", ["m"]),
        (Recipients(None, "p"), "placed", ["p"]),
        (Recipients("m", "p", NoticeChoices(language="id", email=("answers",), phone=("questions",))), "asked", ["p"]),
        (Recipients("m", "p", NoticeChoices(language="id", email=("answers",), phone=("answers",))), "closed", ["m", "p"]),
        (Recipients("m", "p", NoticeChoices(language="id", email=("answers",), phone=())), "placed", []),
        (Recipients(None, "p", NoticeChoices(language="id", email=("answers",), phone=())), "answered", ["p"]),
        (Recipients("m", None, NoticeChoices(language="id", email=(), phone=("questions",))), "asked", ["m"]),
    ],
)  # fmt: skip
def test_where_a_fact_goes(recipients: Recipients, kind: Any, addresses: list[str]) -> None:
    assert recipients.of(kind) == addresses


async def test_without_a_choice_everything_goes_to_the_mail_address(web: httpx.AsyncClient, one: Filed) -> None:
    page = (await web.get(f"/api/v1/complaints/{one.code}")).json()
    assert page["notices"] == {
        "language": "id", "email": list(GROUPS), "phone": [], "contacts": ["email", "phone"],
    }  # fmt: skip


async def test_a_choice_holds_for_the_notices_that_follow(
    web: httpx.AsyncClient, intake: Intake, one: Filed, told: Told
) -> None:
    answer = await choose(web, one, language="en", email=["answers"], phone=["answers", "questions"])
    assert answer.status_code == 200, answer.text
    assert answer.json()["notices"]["email"] == ["answers"]
    await write(intake.repository, one.id, routed(), answered())
    await react(intake, one)
    found = told()
    assert sorted(to for to, _ in found) == sorted([MAIL, PHONE])
    assert all("Your tracking code" in words for _, words in found)
    await react(intake, one)
    assert len(told()) == 2, "told once"
    await choose(web, one, language="en", email=list(GROUPS), phone=[])
    await react(intake, one)
    assert len(told()) == 2, "what was not wanted then is not sent later"


@pytest.mark.parametrize("wrong", [{}, {"language": "fr"}, {"language": "id", "email": ["everything"]}])
async def test_a_wrong_choice_is_refused_by_its_field(
    web: httpx.AsyncClient, one: Filed, wrong: dict[str, Any]
) -> None:
    answer = await choose(web, one, **wrong)
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["field"].startswith(("language", "email")), answer.text


async def test_an_erasure_deletes_the_choice(web: httpx.AsyncClient, intake: Intake, one: Filed) -> None:
    await choose(web, one, language="en")
    await web.post(f"/api/v1/complaints/{one.code}/erasure", headers=key("erase"))
    assert await intake.choices.of(one.id) is None
    assert (await choose(web, one, language="id")).status_code == 410


async def lost(web: httpx.AsyncClient, number: str, **contact: str) -> httpx.Response:
    return await web.post("/api/v1/lost-codes", json={"public_number": number, **contact}, headers=key(str(contact)))


@pytest.mark.parametrize("contact", [{"email": "KENARI@contoh.id"}, {"phone": "+62 812 3456 7890"}])
async def test_a_lost_code_is_sent_to_the_reporters_own_contact_once(
    web: httpx.AsyncClient, one: Filed, told: Told, contact: dict[str, str]
) -> None:
    for _ in range(2):
        answer = await lost(web, one.number, **contact)
        assert answer.status_code == 202
        assert one.code not in answer.text
    [(to, words)] = told()
    assert to.lower() in (MAIL.lower(), PHONE)
    assert set(CODE.findall(words)) == {one.code}  # as words, and for mails in the link


async def test_the_answer_is_the_same_whether_it_matches_or_not(web: httpx.AsyncClient, one: Filed, told: Told) -> None:
    right = await lost(web, one.number, email=MAIL)
    sent = told()
    others = [
        await lost(web, one.number, email="lain@contoh.id"),
        await lost(web, public_number(date(2026, 3, 1), 999_999), email=MAIL),
    ]
    assert told() == sent
    for other in others:
        assert (other.status_code, other.headers.keys()) == (202, right.headers.keys())
        assert other.json()["message"] == right.json()["message"]


async def test_asking_for_lost_codes_is_limited(web: httpx.AsyncClient, intake: Intake, one: Filed) -> None:
    object.__setattr__(intake, "filings", RateLimiter(2))
    answers = [await lost(web, one.number, email=f"a{n}@contoh.id") for n in range(4)]
    assert [each.status_code for each in answers] == [202, 202, 429, 429]
