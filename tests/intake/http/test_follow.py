"""Notices to reporters of joined complaints and to public subscribers, and what these never contain."""

import json
import re
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid5

import httpx
import pytest

from chassis.base.clock import FixedClock
from chassis.project.rebuild import rebuild, table_hash
from intake.context import Intake
from intake.orphans import Orphans
from intake.reaction import follow_up
from intake.storage import relations
from schemas.base.ids import public_number
from schemas.base.values import Clock
from schemas.events.escalation import ComplaintEscalated, DueDateMoved
from schemas.events.intake import ResolutionConfirmed
from schemas.events.registry import AgencyRegistered
from schemas.events.router import ComplaintUnjoined
from schemas.reference.load import policies
from support.inbox import T0, keep_registry
from support.lives import answered, classified, confirmed, joined, lapsed, routed, write

SEED = UUID(int=79)
TEXT = "Lampu jalan padam di depan pasar"
SITI = {"name": "Siti Kenari", "email": "kenari@contoh.id"}
BUDI = {"name": "Budi Merpati", "email": "merpati@contoh.id"}
WATCHER = "tetangga@contoh.id"
File = Callable[..., Awaitable[UUID]]


def key(name: str) -> dict[str, str]:
    return {"Idempotency-Key": str(uuid5(SEED, name))}


@pytest.fixture
async def file(web: httpx.AsyncClient, intake: Intake) -> File:
    await keep_registry(intake.repository.store, intake.repository)

    async def file(name: str, **more: object) -> UUID:
        answer = await web.post("/api/v1/complaints", json={"text": TEXT, **more}, headers=key(name))
        assert answer.status_code == 201, answer.text
        return UUID(answer.json()["id"])

    return file


@pytest.fixture
def told(tmp_path: Path) -> Callable[[str], list[str]]:
    """The notices sent to that address, unordered."""

    def told(address: str) -> list[str]:
        notices = [json.loads(path.read_text()) for path in (tmp_path / "notices").rglob("*.json")]
        return [notice["body"] for notice in notices if notice["to"] == address]

    return told


Read = Callable[[str], list[str]]
CODE = re.compile(r"\b[0-9A-Z]{4}-[0-9A-Z]{5}-[0-9A-Z]{5}\b")


async def react(intake: Intake, *complaints: UUID) -> None:
    await follow_up(intake)([await intake.repository.load(complaint) for complaint in complaints])


async def number_of(intake: Intake, complaint: UUID) -> str:
    return (await intake.repository.load(complaint)).state.public_number


async def follow(web: httpx.AsyncClient, number: str, name: str = "f", **body: object) -> httpx.Response:
    return await web.post(f"/api/v1/reports/{number}/follow", json=body, headers=key(name))


async def confirm(web: httpx.AsyncClient, number: str, code: str, name: str = "c") -> httpx.Response:
    path = f"/api/v1/reports/{number}/follow/confirmation"
    return await web.post(path, json={"follow_code": code}, headers=key(f"{name} {code}"))


def code_in(notice: str) -> str:
    """The code in a notice, which may name it twice: by itself and in a link."""
    [found] = set(CODE.findall(notice))
    return str(found)


async def follows(web: httpx.AsyncClient, told: Read, number: str, address: str, **more: object) -> str:
    """Follow, read the notice, confirm; returns the code."""
    asked = await follow(web, number, f"f {address}", **{"phone" if address[0] == "+" else "email": address}, **more)
    assert asked.status_code == 202
    [notice] = told(address)
    code = code_in(notice)
    assert code not in asked.text, "who typed the address is not yet known to read its messages"
    assert (await confirm(web, number, code)).status_code == 200
    return code


class TestFollowersOfALead:
    async def test_are_notified_of_the_lead_once_each_in_their_language(
        self, intake: Intake, file: File, told: Read
    ) -> None:
        lead, follower = await file("lead", reporter=SITI), await file("follower", reporter=BUDI, language="en")
        await write(intake.repository, follower, joined(lead, 0.5))
        await write(intake.repository, lead, routed(), answered(), confirmed())
        for _ in range(2):
            await react(intake, lead, follower)
        bodies = told(BUDI["email"])
        number = await number_of(intake, lead)
        assert sum("was joined to an earlier one" in body for body in bodies) == 1
        assert sum("gave its answer: “Lubang sudah ditambal" in body for body in bodies) == 1
        assert sum("The reporter says that the matter is settled" in body for body in bodies) == 1
        assert all(f"follows report {number}" in body for body in bodies if "was received" not in body)
        assert all(intake.codes.of(follower, 1) in body for body in bodies)

    async def test_never_get_the_leads_reporter_code_or_texts(self, intake: Intake, file: File, told: Read) -> None:
        lead, follower = await file("lead", reporter=SITI), await file("follower", reporter=BUDI)
        await write(intake.repository, follower, joined(lead, 0.5))
        said = ResolutionConfirmed(at=confirmed().at, rating=2, words="RAHASIA KENARI")
        await write(intake.repository, lead, routed(), answered(), said)
        await react(intake, lead, follower)
        everything = " ".join(told(BUDI["email"]))
        assert "Pelapor menyatakan masalahnya sudah selesai" in everything
        for secret in (*SITI.values(), intake.codes.of(lead, 1), "RAHASIA KENARI", TEXT):
            assert secret not in everything

    async def test_of_a_follower_are_notified_too_and_unjoined_ones_no_longer(
        self, intake: Intake, file: File, told: Read
    ) -> None:
        first, second, third = [
            await file(name, reporter={"email": f"{name}@contoh.id"}) for name in ("one", "two", "three")
        ]
        await write(intake.repository, third, joined(second, 0.5))
        await write(intake.repository, second, joined(first, 0.5))
        await write(intake.repository, first, routed())
        await react(intake, first, second, third)
        assert any("diteruskan kepada" in body for body in told("three@contoh.id"))
        await write(intake.repository, third, ComplaintUnjoined(at=T0, reason="desk"))
        await write(intake.repository, first, answered())
        await react(intake, first, second, third)
        assert any("memberikan jawaban" in body for body in told("two@contoh.id"))
        assert not any("memberikan jawaban" in body for body in told("three@contoh.id"))

    async def test_see_the_one_public_answer_on_their_own_page(
        self, web: httpx.AsyncClient, intake: Intake, file: File
    ) -> None:
        lead, follower = await file("lead"), await file("follower")
        await write(intake.repository, follower, joined(lead, 0.5))
        await write(intake.repository, lead, routed(), answered())
        story = (await web.get(f"/api/v1/complaints/{intake.codes.of(follower, 1)}")).json()
        assert story["response"] == answered().text
        assert story["lead_public_number"] == await number_of(intake, lead)

    async def test_of_a_lead_of_supervision_grade_see_nothing_even_before_they_are_unjoined(
        self, web: httpx.AsyncClient, intake: Intake, file: File, told: Read
    ) -> None:
        lead, follower = await file("lead"), await file("follower", reporter=BUDI, language="en")
        await write(intake.repository, follower, joined(lead, 0.5))
        await write(intake.repository, lead, classified(supervision=True), routed())
        await react(intake, follower, lead)
        path = f"/api/v1/complaints/{intake.codes.of(follower, 1)}"
        story = (await web.get(path, params={"lang": "en"})).json()
        assert (story["holder_name"], story["lead_public_number"]) == ("whoever holds the lead report", None)
        assert (story["due"], (await web.get(f"{path}/explain")).json()["due"]) == ([], [])
        everything = " ".join(told(BUDI["email"]))
        assert "was joined to an earlier one" in everything
        assert await number_of(intake, lead) not in everything
        assert "Kota Bandung" not in everything

    async def test_of_a_closed_lead_see_until_when_they_can_dispute_and_are_refused_after(
        self, web: httpx.AsyncClient, intake: Intake, file: File
    ) -> None:
        lead, follower = await file("lead"), await file("follower")
        await write(intake.repository, follower, joined(lead, 0.5))
        await write(intake.repository, lead, routed(), answered(), confirmed())
        path = f"/api/v1/complaints/{intake.codes.of(follower, 1)}"
        until = datetime.fromisoformat((await web.get(path)).json()["dispute_until"])
        assert until == confirmed().at + timedelta(days=30)
        assert isinstance(intake.clock, FixedClock)
        intake.clock.set(until + timedelta(minutes=1))
        refused = await web.post(f"{path}/dispute", json={"reason": "masih gelap"}, headers=key("late"))
        assert (refused.status_code, refused.json()["code"]) == (409, "not-disputable")


class TestThePublic:
    async def test_follows_a_report_by_its_number_and_gets_each_notice_once(
        self, web: httpx.AsyncClient, intake: Intake, file: File, told: Read
    ) -> None:
        complaint = await file("a", reporter=SITI)
        await write(intake.repository, complaint, classified())
        number = await number_of(intake, complaint)
        code = await follows(web, told, number.lower(), WATCHER, language="en")
        assert (await follow(web, number, "again", email=WATCHER)).status_code == 202
        await write(intake.repository, complaint, routed(), answered(), lapsed())
        for _ in range(2):
            await react(intake, complaint)
        bodies = [body for body in told(WATCHER) if "confirm with the code" not in body]
        told_of = (
            "was forwarded to pu, Kota Bandung",
            "Kota Bandung gave its answer",
            "was closed because the reporter",
        )
        assert [sum(words in body for body in bodies) for words in told_of] == [1, 1, 1]
        assert len(bodies) == 3
        assert len(told(WATCHER)) == 4, "one request to confirm, though it was asked twice"
        assert all(f"To stop following this report: {code}" in body for body in bodies)
        assert all(secret not in " ".join(bodies) for secret in (*SITI.values(), TEXT, intake.codes.of(complaint, 1)))

    async def test_gets_nothing_after_unfollowing_or_the_reporters_erasure(
        self, web: httpx.AsyncClient, intake: Intake, file: File, told: Read
    ) -> None:
        complaint = await file("a")
        await write(intake.repository, complaint, classified())
        number = await number_of(intake, complaint)
        code = await follows(web, told, number, WATCHER)
        await follows(web, told, number, "+6281112345678")
        for name in ("u", "v"):
            gone = await web.post(f"/api/v1/reports/{number}/unfollow", json={"follow_code": code}, headers=key(name))
            assert gone.status_code == 200
        await write(intake.repository, complaint, routed())
        await react(intake, complaint)
        assert len(told(WATCHER)) == 1, "the request to confirm, and nothing since"
        assert len(told("+6281112345678")) == 2
        await web.post(f"/api/v1/complaints/{intake.codes.of(complaint, 1)}/erasure", json={}, headers=key("e"))
        assert await intake.audience.subscribers.asked(complaint) == []
        assert (await confirm(web, number, code, "late")).status_code == 404

    async def test_of_a_joined_report_is_notified_of_its_lead_once(
        self, web: httpx.AsyncClient, intake: Intake, file: File, told: Read
    ) -> None:
        lead, follower = await file("lead", reporter=SITI), await file("follower")
        for complaint in (lead, follower):
            await write(intake.repository, complaint, classified())
        number = await number_of(intake, follower)
        code = await follows(web, told, number, WATCHER, language="en")
        await write(intake.repository, follower, joined(lead, 0.5))
        await write(intake.repository, lead, routed(), answered(), lapsed())
        for _ in range(2):
            await react(intake, lead, follower)
        bodies = [body for body in told(WATCHER) if "confirm with the code" not in body]
        told_of = ("was joined to an earlier one", "was forwarded to", "gave its answer", "was closed because")
        assert [sum(words in body for body in bodies) for words in told_of] == [1, 1, 1, 1]
        assert len(bodies) == 4
        of_the_lead = f"Report {number} follows report {await number_of(intake, lead)}"
        assert sum(of_the_lead in body for body in bodies) == 3
        assert all(f"To stop following this report: {code}" in body for body in bodies)
        assert all(secret not in " ".join(bodies) for secret in (*SITI.values(), TEXT, intake.codes.of(lead, 1)))

    async def test_gets_one_message_with_the_code_before_the_address_is_confirmed(
        self, web: httpx.AsyncClient, intake: Intake, file: File, told: Read
    ) -> None:
        complaint = await file("a")
        await write(intake.repository, complaint, classified())
        number = await number_of(intake, complaint)
        for name in ("f", "g", "h"):
            assert (await follow(web, number, name, email=WATCHER)).status_code == 202
        await write(intake.repository, complaint, routed())
        await react(intake, complaint)
        [notice] = told(WATCHER)
        assert isinstance(intake.clock, FixedClock)
        intake.clock.advance(timedelta(hours=1.5))
        assert f"menerima pemberitahuan tentang laporan {number}" in notice
        assert "setelah 7 hari" in notice
        assert TEXT not in notice
        for name in ("c", "d"):
            assert (await confirm(web, number, code_in(notice), name)).status_code == 200
        await write(intake.repository, complaint, answered())
        await react(intake, complaint)
        told_since = [body for body in told(WATCHER) if body != notice]
        assert len(told_since) == 1, "what happened before it was confirmed is not told afterwards"
        assert "memberikan jawaban" in told_since[0]

    async def test_an_unknown_code_or_one_of_another_report_confirms_nothing(
        self, web: httpx.AsyncClient, intake: Intake, file: File, told: Read
    ) -> None:
        one, other = await file("a"), await file("b", text="Pohon tumbang di taman")
        for complaint in (one, other):
            await write(intake.repository, complaint, classified())
        number = await number_of(intake, one)
        await follow(web, number, email=WATCHER)
        [notice] = told(WATCHER)
        elsewhere = await confirm(web, await number_of(intake, other), code_in(notice))
        assert elsewhere.status_code == 404
        assert (await confirm(web, number, intake.codes.of(one, 1), "own")).status_code == 404
        bad = await confirm(web, number, "not a code", "bad")
        assert (bad.status_code, bad.json()["field"]) == (422, "follow_code")
        await write(intake.repository, one, routed())
        await react(intake, one)
        assert told(WATCHER) == [notice]

    async def test_gets_the_same_answer_and_no_message_if_the_address_follows_already(
        self, web: httpx.AsyncClient, intake: Intake, file: File, told: Read
    ) -> None:
        complaint = await file("a")
        await write(intake.repository, complaint, classified())
        number = await number_of(intake, complaint)
        await follows(web, told, number, WATCHER)
        again, first = (
            await follow(web, number, "x", email=WATCHER),
            await follow(web, number, "y", email="baru@contoh.id"),
        )
        assert (again.status_code, again.json()) == (first.status_code, first.json())
        assert len(told(WATCHER)) == 1

    async def test_cannot_follow_a_report_that_is_being_erased(
        self, web: httpx.AsyncClient, intake: Intake, file: File
    ) -> None:
        complaint = await file("a")
        await write(intake.repository, complaint, classified())
        number = await number_of(intake, complaint)
        await intake.repository.keyring.destroy(complaint)  # while the stream was read before
        assert (await follow(web, number, email=WATCHER)).status_code == 404

    async def test_cannot_follow_or_detect_a_report_that_is_not_public(
        self, web: httpx.AsyncClient, intake: Intake, file: File
    ) -> None:
        secret, graded = await file("a", secret=True), await file("b")
        grade = classified(supervision=True)
        await write(intake.repository, graded, grade)
        missing = public_number(T0.date(), 999)
        numbers = [await number_of(intake, secret), await number_of(intake, graded), missing]
        answers = [await follow(web, number, email=WATCHER) for number in numbers]
        assert [answer.status_code for answer in answers] == [404] * 3
        assert len({answer.json()["detail"] for answer in answers}) == 1
        assert (await follow(web, "SP-2026-000999-0", email=WATCHER)).status_code == 422, "its check digit is wrong"

    async def test_is_not_notified_of_a_report_that_became_supervision_grade(
        self, web: httpx.AsyncClient, intake: Intake, file: File, told: Read
    ) -> None:
        complaint = await file("a")
        await write(intake.repository, complaint, classified())
        number = await number_of(intake, complaint)
        code = await follows(web, told, number, WATCHER)
        grade = classified(supervision=True)
        await write(intake.repository, complaint, grade, routed(), answered())
        await react(intake, complaint)
        assert len(told(WATCHER)) == 1
        assert (await confirm(web, number, code, "now")).status_code == 404

    @pytest.mark.parametrize(
        "body", [{}, {"email": "nobody"}, {"email": WATCHER, "phone": "08111222333"}, {"email": WATCHER, "x": 1}]
    )
    async def test_must_give_exactly_one_address(
        self, web: httpx.AsyncClient, intake: Intake, file: File, body: dict[str, Any]
    ) -> None:
        number = await number_of(intake, await file("a"))
        assert (await follow(web, number, **body)).status_code == 422

    async def test_leaves_no_unsealed_address_in_the_tables(
        self, web: httpx.AsyncClient, intake: Intake, file: File, tmp_path: Path
    ) -> None:
        complaint = await file("a")
        await write(intake.repository, complaint, classified())
        assert (await follow(web, await number_of(intake, complaint), email=WATCHER)).status_code == 202
        written = b"".join(path.read_bytes() for path in tmp_path.glob("*.db*"))
        assert WATCHER.encode() not in written


async def test_an_unconfirmed_address_is_deleted_after_the_policys_days(
    web: httpx.AsyncClient, intake: Intake, file: File, told: Read
) -> None:
    clock = intake.clock
    assert isinstance(clock, FixedClock)
    complaint = await file("a")
    await write(intake.repository, complaint, classified())
    number = await number_of(intake, complaint)
    await follow(web, number, email=WATCHER)
    kept = await follows(web, told, number, "+6281112345678")
    [notice] = told(WATCHER)
    sweep, limit = Orphans(intake), timedelta(days=policies().versions[0].unconfirmed_d)
    clock.advance(limit - timedelta(seconds=1))
    assert await sweep.once() == 0
    clock.advance(timedelta(seconds=1))
    assert [await sweep.once() for _ in range(2)] == [1, 0]
    assert (await confirm(web, number, code_in(notice), "late")).status_code == 404
    assert (await confirm(web, number, kept, "still")).status_code == 200
    await follow(web, number, "anew", email=WATCHER)
    assert len(told(WATCHER)) == 2, "a new request gets a new notice"


class TestTheReporter:
    async def test_is_notified_of_each_higher_level_once_and_of_own_moved_dates(
        self, intake: Intake, file: File, told: Read
    ) -> None:
        complaint = await file("a", reporter=SITI)
        climbs = [(1, 0), (2, 0), (1, 0), (4, 0), (4, 1), (4, 2)]
        facts = [ComplaintEscalated(at=T0, rung=rung, repetition=again) for rung, again in climbs]
        moved = [
            DueDateMoved(at=T0, clock=clock, started_version=0, due_before_at=T0, due_at=T0, calendar="national-2026")
            for clock in (Clock.SETTLE, Clock.ACKNOWLEDGE)
        ]
        await write(intake.repository, complaint, routed(), *facts, *moved)
        await react(intake, complaint)
        bodies = told(SITI["email"])
        assert sum("dinaikkan kepada" in body for body in bodies) == 3
        assert sum("batas waktu penyelesaian laporan berpindah" in body for body in bodies) == 1
        assert sum("berpindah" in body for body in bodies) == 1


async def test_a_notice_has_the_next_date_in_the_holders_zone_and_says_if_it_has_passed(
    intake: Intake, file: File, told: Read
) -> None:
    east = {"agency": "kota-jayapura", "name": "Kota Jayapura", "kind": "city", "level": "regency", "region": "91.71"}
    body = AgencyRegistered.model_validate({"at": T0, "zone": "Asia/Jayapura"} | east)
    await keep_registry(intake.repository.store, intake.repository, body)
    complaint, clock = await file("a", reporter=SITI, language="en"), intake.clock
    assert isinstance(clock, FixedClock)
    await write(intake.repository, complaint, routed(agency="kota-jayapura"))
    await react(intake, complaint)
    clock.advance(timedelta(days=20))
    raised = ComplaintEscalated(at=clock.now(), rung=1, clock=Clock.ACKNOWLEDGE, started_version=1)
    await write(intake.repository, complaint, raised)
    await react(intake, complaint)
    [placed], [late] = [
        [body for body in told(SITI["email"]) if words in body] for words in ("forwarded to", "raised to")
    ]
    assert "The next step is due by 9 March 2026 at 13:00 WIT." in placed
    assert "The next step is late: it was due by 9 March 2026 at 13:00 WIT." in late


async def test_the_relations_are_rebuilt_from_the_store(intake: Intake, file: File) -> None:
    lead, follower = await file("lead"), await file("follower")
    await write(intake.repository, follower, joined(lead, 0.5))
    assert (await intake.audience.followers_of([lead]))[lead] == [follower]
    database = intake.audience.database
    before = await database.read(lambda c: [table_hash(c, table) for table in (relations.REPORT, relations.FOLLOWER)])
    await rebuild(intake.repository.store, database, relations.METADATA, relations.VIEW)
    assert (
        await database.read(lambda c: [table_hash(c, table) for table in (relations.REPORT, relations.FOLLOWER)])
        == before
    )
