"""If-Match on every route that takes it: of several commands sent with one entity tag, one is carried out."""

import asyncio
from collections.abc import Callable, Sequence
from typing import Any, Final, NamedTuple
from uuid import UUID, uuid4  # noqa: TID251 - a client makes its own keys

import httpx
import pytest

from schemas.events.agency_inbox import CaseAssigned, ClarificationRequested, ResponseGiven
from schemas.events.base import Fact
from schemas.events.intake import ErasureRequested
from schemas.events.router import (
    ArbitrationOpened,
    ComplaintClassified,
    ComplaintJoined,
    ComplaintReferred,
    ComplaintSplit,
    Part,
    PartOpened,
    ReportHidden,
)
from support import lives
from support.front import Front
from support.inbox import ANSWER, BASIS, CITY, PLN, T0, routed
from support.lives import number_of, write

API = "/api/v1"
RACERS = 6
PNG: Final = b"\x89PNG\r\n\x1a\n"


class Case(NamedTuple):
    """A command that is legal after these facts: its body, where to read the entity tag, what it uploads."""

    facts: Sequence[Fact]
    body: dict[str, Any] | None
    read: str
    files: dict[str, Any] | None = None


LEAD = UUID(int=71)
TRACKED, TRIAGE, INBOX = (
    f"{API}/complaints/{{tracking_code}}",
    f"{API}/triage/{{complaint}}",
    f"{API}/agencies/pln/inbox/{{complaint}}",
)
ARBITRATION, AGENCY, AGENCIES = f"{API}/arbitration/{{complaint}}", f"{API}/agencies/{{agency}}", f"{API}/agencies"
ANSWERED = [routed(), ResponseGiven(at=T0, agency=PLN, text=ANSWER)]
REFERRED = [ComplaintReferred(at=T0, reason="no_mandate")]
JOINED = [*REFERRED, ComplaintJoined(at=T0, lead=LEAD)]
CONTESTED = [*REFERRED, ArbitrationOpened(at=T0, reason="desk")]
FIELD = {"sector": "electricity", "level": "national"}
SHARES = [{"agency": CITY, "task": "Periksa"}]
OFFICE = {"name": "Kantor", "kind": "ministry", "level": "national"}
DECREE = {
    "calendar": "national",
    "year": 2031,
    "source": "SKB",
    "days": [{"on": "2031-01-01", "name": "x", "kind": "national"}],
}
PERIODS = {"source": "Permen", "periods": [{"rule": "triage", "amount": 2, "unit": "wd"}]}

EXAMINED = [
    ComplaintClassified(at=T0, **{"class": "complaint"}, supervision=True, basis=BASIS),
    routed(),
    ErasureRequested(at=T0),
]

ASSIGNED = [routed(), CaseAssigned(at=T0, agency=PLN, officer=UUID(int=1))]
PUBLIC = [ComplaintClassified(at=T0, **{"class": "complaint"}, basis=BASIS), routed()]
HIDDEN = [*PUBLIC, ReportHidden(at=T0, reason="insult", note="Kata kasar.")]

CASES: dict[str, Case] = {
    f"{TRACKED}/details": Case([], {"text": "Sudah tiga malam."}, TRACKED),
    f"{TRACKED}/attachments": Case([], None, TRACKED, {"file": ("a.png", PNG + b"\0" * 9, "image/png")}),
    f"{TRACKED}/withdrawal": Case([], {}, TRACKED),
    f"{TRACKED}/confirmation": Case(ANSWERED, {}, TRACKED),
    f"{TRACKED}/dispute": Case(ANSWERED, {"reason": "Masih padam."}, TRACKED),
    f"{TRACKED}/unjoin": Case(JOINED, {}, TRACKED),
    f"{TRACKED}/ombudsman": Case([], {"reason": "Terlalu lama."}, TRACKED),
    f"{TRACKED}/data": Case([], {}, TRACKED),
    f"{TRACKED}/erasure": Case([], {}, TRACKED),
    f"{AGENCY}/inbox/{{complaint}}/acknowledgement": Case([routed()], {}, INBOX),
    f"{AGENCY}/inbox/{{complaint}}/return": Case([routed()], {"reason": "Bukan urusan kami."}, TRIAGE),
    f"{AGENCY}/inbox/{{complaint}}/progress": Case([routed()], {"text": "Sedang diperiksa."}, INBOX),
    f"{AGENCY}/inbox/{{complaint}}/clarification": Case([routed()], {"question": "Tiang yang mana?"}, INBOX),
    f"{AGENCY}/inbox/{{complaint}}/response": Case([routed()], {"text": ANSWER, "seen_version": 1}, INBOX),
    f"{AGENCY}/inbox/{{complaint}}/split": Case([routed()], {"parts": SHARES}, INBOX),
    f"{AGENCY}/inbox/{{complaint}}/notes": Case([routed()], {"text": "Catatan {n}."}, INBOX),
    f"{AGENCY}/inbox/{{complaint}}/assignment": Case(ASSIGNED, {"officer": None}, INBOX),
    f"{TRIAGE}/hiding": Case(PUBLIC, {"reason": "insult", "note": "Kata {n}."}, TRIAGE),
    f"{TRIAGE}/showing": Case(HIDDEN, {"note": "Keliru {n}."}, TRIAGE),
    f"{TRIAGE}/content-kept": Case(PUBLIC, {"note": "Pantas {n}."}, TRIAGE),
    f"{TRIAGE}/public-wording": Case(PUBLIC, {"text": "Lampu padam {n}.", "reason": "Ada nama."}, TRIAGE),
    f"{API}/persons/{{complaint}}/readings": Case([routed()], {"reason": "Bertanya."}, INBOX),
    f"{API}/persons/{{complaint}}/erasure": Case(EXAMINED, {"decision": "keep", "reason": "Saksi."}, INBOX),
    f"{TRIAGE}/placement": Case(REFERRED, {"agency": PLN}, TRIAGE),
    f"{TRIAGE}/question": Case(REFERRED, {"question": "Di mana?"}, TRIAGE),
    f"{TRIAGE}/restatement": Case(REFERRED, {"text": "Lampu padam."}, TRIAGE),
    f"{TRIAGE}/join": Case(REFERRED, {"lead": str(LEAD)}, TRIAGE),
    f"{TRIAGE}/unjoin": Case(JOINED, {}, TRIAGE),
    f"{TRIAGE}/split": Case(REFERRED, {"lead": {"agency": PLN}, "parts": SHARES}, TRIAGE),
    f"{TRIAGE}/arbitration": Case(REFERRED, {}, TRIAGE),
    f"{TRIAGE}/archive": Case(REFERRED, {"reason": "content", "note": "Bukan laporan."}, TRIAGE),
    f"{ARBITRATION}/decision": Case(CONTESTED, {"agency": PLN, "reason": "Urusan PLN."}, ARBITRATION),
    AGENCIES: Case([], {"id": "kantor-{n}", **OFFICE}, AGENCIES),
    f"{AGENCY}/mandates": Case([], {**FIELD, "valid_from": "20{n}-01-01", "source": "UU"}, AGENCY),
    f"{AGENCY}/mandates/withdrawal": Case([], {**FIELD, "valid_until": "20{n}-01-01"}, AGENCY),
    f"{AGENCY}/name": Case([], {"name": "Nama {n}"}, AGENCY),
    f"{AGENCY}/merger": Case([], {"agencies": [CITY], "reason": "Penggabungan {n}"}, AGENCY),
    f"{AGENCY}/dissolution": Case([], {"reason": "Penutupan {n}"}, AGENCY),
    f"{API}/calendars": Case([], DECREE, f"{API}/calendars"),
    f"{API}/policies": Case([], {**PERIODS, "effective_on": "20{n}-01-01"}, f"{API}/policies"),
}


def conditional(app: Any) -> list[str]:
    """The routes whose documentation names If-Match."""
    return [
        path
        for path, methods in app.openapi()["paths"].items()
        for operation in methods.values()
        if any(given["name"].lower() == "if-match" for given in operation.get("parameters", ()))
    ]


async def test_every_command_on_something_with_a_version_takes_if_match_and_has_a_case_here(front: Front) -> None:
    assert sorted(conditional(front.app)) == sorted(CASES)


async def begun(front: Front, case: Case) -> Callable[[str], str]:
    """Write the facts of a case; a function that fills a route's template."""
    answer = await front.web.post(
        f"{API}/complaints", json={"text": "Lampu padam sejak Senin", "reporter": {"name": "Sari"}}, headers=key()
    )
    filed = answer.json()
    complaint = UUID(filed["id"])
    other = await front.repository.load(LEAD)
    if not other.recorded and (case.facts == JOINED or "lead" in (case.body or {})):
        await write(front.repository, LEAD, lives.filed(9), routed(CITY))
    await write(front.repository, complaint, *case.facts)
    values = {"tracking_code": filed["tracking_code"], "complaint": filed["id"], "agency": PLN}
    return lambda route: route.format(**values)


def key() -> dict[str, str]:
    return {"Idempotency-Key": str(uuid4())}


async def race(front: Front, route: str, case: Case, tag: str, count: int = RACERS) -> list[httpx.Response]:
    def sent(n: int) -> Any:
        # Different bodies, so that the race does not end because all want the same.
        body = None if case.body is None else {k: numbered(v, 50 + n) for k, v in case.body.items()}
        more = {"files": case.files} if case.files else {"json": body}
        return front.web.post(route, headers={**key(), "If-Match": tag}, **more)

    return list(await asyncio.gather(*(sent(n) for n in range(count))))


def numbered(value: Any, n: int) -> Any:
    return value.replace("{n}", str(n)) if isinstance(value, str) else value


async def tag_now(front: Front, fill: Callable[[str], str], case: Case) -> str:
    """The present entity tag. An office may not read what it has given away, so of its complaints the store is asked."""
    if "{complaint}" in case.read:
        return f'"{(await front.repository.load(UUID(fill("{complaint}")))).state.version}"'
    return str((await front.web.get(fill(case.read))).headers["ETag"])


@pytest.mark.parametrize("route", CASES)
async def test_of_six_commands_with_one_entity_tag_one_is_carried_out(front: Front, route: str) -> None:
    case = CASES[route]
    fill = await begun(front, case)
    if route.endswith("mandates/withdrawal"):
        body = {**FIELD, "valid_from": "2020-01-01", "source": "UU"}
        await front.web.post(f"{API}/agencies/pln/mandates", json=body, headers=key())
    tag = await tag_now(front, fill, case)

    answers = await race(front, fill(route), case, tag)

    assert sorted(answer.status_code for answer in answers)[1:] == [412] * (RACERS - 1), [a.text for a in answers]
    [done] = [answer for answer in answers if answer.is_success]
    assert done.headers["ETag"] not in ("", tag), "the answer has the new entity tag"
    assert await tag_now(front, fill, case) == done.headers["ETag"]
    late = [answer for answer in answers if not answer.is_success]
    assert {answer.json()["code"] for answer in late} == {"version-mismatch"}


@pytest.mark.parametrize(
    ("given", "status"),
    [
        ('"{v}"', 200),
        ("*", 200),
        (' "9" , "{v}" ,', 200),
        ('"0", W/"x", "{v}"', 200),
        ('W/"{v}"', 412),
        ('"9"', 412),
        ('"00{v}"', 412),
        ('"x,{v}"', 412),
        ('"x, {v}"', 422),
        ('""', 412),
        ("{v}", 422),
        ('"{v}', 422),
        ('w/"{v}"', 422),
        ('*, "{v}"', 422),
        ('"0" "{v}"', 422),
        ("", 422),
    ],
)
async def test_if_match_is_read_as_rfc_9110_says(front: Front, given: str, status: int) -> None:
    fill = await begun(front, CASES[f"{TRACKED}/details"])
    version = (await front.web.get(fill(TRACKED))).headers["ETag"].strip('"')
    headers = {**key(), "If-Match": given.replace("{v}", version)}

    answer = await front.web.post(fill(f"{TRACKED}/details"), json={"text": "Masih padam."}, headers=headers)

    assert answer.status_code == status, answer.text
    assert status != 422 or answer.json()["field"] == "If-Match"


async def test_an_if_match_on_two_lines_is_one_list(front: Front) -> None:
    fill = await begun(front, CASES[f"{TRACKED}/details"])
    tag = (await front.web.get(fill(TRACKED))).headers["ETag"]
    headers = [*key().items(), ("If-Match", '"9"'), ("If-Match", tag)]
    answer = await front.web.post(fill(f"{TRACKED}/details"), json={"text": "Masih padam."}, headers=headers)
    assert answer.status_code == 200, answer.text


@pytest.mark.parametrize(("given", "status"), [("*", 412), ("{tag}", 412), ("W/{tag}", 412), ('"99"', 200), ("x", 422)])
async def test_if_none_match_refuses_the_present_version(front: Front, given: str, status: int) -> None:
    fill = await begun(front, CASES[f"{TRACKED}/details"])
    tag = (await front.web.get(fill(TRACKED))).headers["ETag"]
    headers = {**key(), "If-None-Match": given.replace("{tag}", tag)}
    answer = await front.web.post(fill(f"{TRACKED}/details"), json={"text": "Masih padam."}, headers=headers)
    assert answer.status_code == status, answer.text


@pytest.mark.parametrize("route", CASES)
async def test_a_retry_of_what_was_done_gets_its_answer_although_the_version_is_another_now(
    front: Front, route: str
) -> None:
    case = CASES[route]
    fill = await begun(front, case)
    if route.endswith("mandates/withdrawal"):
        body = {**FIELD, "valid_from": "2020-01-01", "source": "UU"}
        await front.web.post(f"{API}/agencies/pln/mandates", json=body, headers=key())
    headers = {**key(), "If-Match": await tag_now(front, fill, case)}
    body = {name: numbered(value, 50) for name, value in (case.body or {}).items()}
    more: dict[str, Any] = {"files": case.files} if case.files else {"json": body}

    # The same UUID in another spelling is the same key.
    spelled = [headers["Idempotency-Key"], f"urn:uuid:{headers['Idempotency-Key'].upper()}"]
    first, again = [
        await front.web.post(fill(route), headers={**headers, "Idempotency-Key": one}, **more) for one in spelled
    ]

    assert (first.status_code, again.status_code) in [(200, 200), (201, 201)], again.text
    assert again.headers["ETag"] == first.headers["ETag"]


async def test_a_version_tells_nobody_of_a_complaint_that_is_not_theirs(front: Front) -> None:
    fill = await begun(front, CASES[f"{AGENCY}/inbox/{{complaint}}/progress"])
    foreign = fill(f"{AGENCY}/inbox/{{complaint}}/progress").replace("/pln/", "/pu/")
    for tag in ('"0"', '"1"', '"99"'):
        answer = await front.web.post(foreign, json={"text": "Apa ini?"}, headers={**key(), "If-Match": tag})
        assert (answer.status_code, answer.json()["code"]) == (404, "not-found")


async def test_answers_to_a_parts_question_with_one_entity_tag_are_one(front: Front) -> None:
    """A detail goes to the part that asks, so the whole's own version alone would not tell that it was answered."""
    fill = await begun(front, Case([routed()], None, TRACKED))
    whole, parts = UUID(fill("{complaint}")), [UUID(int=81), UUID(int=82)]
    named = tuple(Part(id=part, agency=CITY) for part in parts)
    await write(front.repository, whole, ComplaintSplit(at=T0, parts=named))
    for part in parts:
        await write(front.repository, part, opened_part(whole), routed(CITY), asking(CITY))
    tag = (await front.web.get(fill(TRACKED))).headers["ETag"]
    assert tag.count(".") == 2, "the versions of both parts count"

    answers = await race(front, fill(f"{TRACKED}/details"), Case([], {"text": "Tiang ketiga {n}"}, ""), tag)

    assert sorted(answer.status_code for answer in answers) == [200] + [412] * (RACERS - 1)
    stale = await front.web.post(fill(f"{TRACKED}/withdrawal"), json={}, headers={**key(), "If-Match": tag})
    assert stale.status_code == 412, "a command on the whole also counts what its parts were told"


def opened_part(whole: UUID) -> PartOpened:
    said = {"at": T0, "whole": whole, "mandatory": True, "received_at": T0, "class": "complaint", "channel": "web"}
    return PartOpened.model_validate({**said, "text": "Lampu padam", "public_number": number_of(1)})


def asking(agency: str) -> ClarificationRequested:
    return ClarificationRequested(at=T0, agency=agency, question="Tiang yang mana?")
