"""Who besides the reporter is told, of what, how often, and what they never learn."""

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
from intake.context import Context
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
async def file(web: httpx.AsyncClient, intake: Context) -> File:
    await keep_registry(intake.repository.store, intake.repository)

    async def file(name: str, **more: object) -> UUID:
        answer = await web.post("/api/v1/complaints", json={"text": TEXT, **more}, headers=key(name))
        assert answer.status_code == 201, answer.text
        return UUID(answer.json()["id"])

    return file


@pytest.fixture
def told(tmp_path: Path) -> Callable[[str], list[str]]:
    """What was sent to that address, in no order."""

    def told(address: str) -> list[str]:
        notices = [json.loads(path.read_text()) for path in (tmp_path / "notices").rglob("*.json")]
        return [notice["body"] for notice in notices if notice["to"] == address]

    return told


Read = Callable[[str], list[str]]
CODE = re.compile(r"\b[0-9A-Z]{4}-[0-9A-Z]{5}-[0-9A-Z]{5}\b")


async def react(intake: Context, *complaints: UUID) -> None:
    await follow_up(intake)([await intake.repository.load(complaint) for complaint in complaints])


async def number_of(intake: Context, complaint: UUID) -> str:
    return (await intake.repository.load(complaint)).state.public_number


async def follow(web: httpx.AsyncClient, number: str, name: str = "f", **body: object) -> httpx.Response:
    return await web.post(f"/api/v1/reports/{number}/follow", json=body, headers=key(name))


async def confirm(web: httpx.AsyncClient, number: str, code: str, name: str = "c") -> httpx.Response:
    path = f"/api/v1/reports/{number}/follow/confirmation"
    return await web.post(path, json={"follow_code": code}, headers=key(f"{name} {code}"))


def code_in(letter: str) -> str:
    """The code that a letter names."""
    [found] = CODE.findall(letter)
    return str(found)


async def follows(web: httpx.AsyncClient, told: Read, number: str, address: str, **more: object) -> str:
    """Ask, read the letter that came, confirm: the code."""
    asked = await follow(web, number, f"f {address}", **{"phone" if address[0] == "+" else "email": address}, **more)
    assert asked.status_code == 202
    [letter] = told(address)
    code = code_in(letter)
    assert code not in asked.text, "who typed the address is not yet known to read its letters"
    assert (await confirm(web, number, code)).status_code == 200
    return code


class TestFollowersOfALead:
    async def test_are_told_what_becomes_of_it_once_each_in_their_own_language(
        self, intake: Context, file: File, told: Read
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
        assert all(intake.codes.of(follower) in body for body in bodies)

    async def test_never_learn_who_reported_the_lead_nor_its_code_nor_words(
        self, intake: Context, file: File, told: Read
    ) -> None:
        lead, follower = await file("lead", reporter=SITI), await file("follower", reporter=BUDI)
        await write(intake.repository, follower, joined(lead, 0.5))
        said = ResolutionConfirmed(at=confirmed().at, rating=2, words="RAHASIA KENARI")
        await write(intake.repository, lead, routed(), answered(), said)
        await react(intake, lead, follower)
        everything = " ".join(told(BUDI["email"]))
        assert "Pelapor menyatakan masalahnya sudah selesai" in everything
        for secret in (*SITI.values(), intake.codes.of(lead), "RAHASIA KENARI", TEXT):
            assert secret not in everything

    async def test_of_a_follower_are_told_too_and_who_left_is_told_no_more(
        self, intake: Context, file: File, told: Read
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
        self, web: httpx.AsyncClient, intake: Context, file: File
    ) -> None:
        lead, follower = await file("lead"), await file("follower")
        await write(intake.repository, follower, joined(lead, 0.5))
        await write(intake.repository, lead, routed(), answered())
        story = (await web.get(f"/api/v1/complaints/{intake.codes.of(follower)}")).json()
        assert story["response"] == answered().text
        assert story["lead_public_number"] == await number_of(intake, lead)

    async def test_of_a_lead_that_is_examined_now_learn_nothing_even_before_they_are_let_go(
        self, web: httpx.AsyncClient, intake: Context, file: File, told: Read
    ) -> None:
        lead, follower = await file("lead"), await file("follower", reporter=BUDI, language="en")
        await write(intake.repository, follower, joined(lead, 0.5))
        await write(intake.repository, lead, classified(supervision=True), routed())
        await react(intake, follower, lead)
        path = f"/api/v1/complaints/{intake.codes.of(follower)}"
        story = (await web.get(path, params={"lang": "en"})).json()
        assert (story["holder_name"], story["lead_public_number"]) == ("whoever holds the lead report", None)
        assert (story["due"], (await web.get(f"{path}/explain")).json()["due"]) == ([], [])
        everything = " ".join(told(BUDI["email"]))
        assert "was joined to an earlier one" in everything
        assert await number_of(intake, lead) not in everything
        assert "Kota Bandung" not in everything

    async def test_of_a_closed_lead_see_until_when_they_can_dispute_and_are_refused_after(
        self, web: httpx.AsyncClient, intake: Context, file: File
    ) -> None:
        lead, follower = await file("lead"), await file("follower")
        await write(intake.repository, follower, joined(lead, 0.5))
        await write(intake.repository, lead, routed(), answered(), confirmed())
        path = f"/api/v1/complaints/{intake.codes.of(follower)}"
        until = datetime.fromisoformat((await web.get(path)).json()["dispute_until"])
        assert until == confirmed().at + timedelta(days=30)
        assert isinstance(intake.clock, FixedClock)
        intake.clock.set(until + timedelta(minutes=1))
        refused = await web.post(f"{path}/dispute", json={"reason": "masih gelap"}, headers=key("late"))
        assert (refused.status_code, refused.json()["code"]) == (409, "not-disputable")


class TestThePublic:
    async def test_follows_a_report_by_its_number_and_is_told_of_it_once_each(
        self, web: httpx.AsyncClient, intake: Context, file: File, told: Read
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
        assert len(told(WATCHER)) == 4, "one letter to confirm, though it was asked for twice"
        assert all(f"To stop following this report: {code}" in body for body in bodies)
        assert all(secret not in " ".join(bodies) for secret in (*SITI.values(), TEXT, intake.codes.of(complaint)))

    async def test_follows_no_longer_once_it_says_so_or_the_reporter_is_forgotten(
        self, web: httpx.AsyncClient, intake: Context, file: File, told: Read
    ) -> None:
        complaint = await file("a")
        await write(intake.repository, complaint, classified())
        number = await number_of(intake, complaint)
        code = await follows(web, told, number, WATCHER)
        await follows(web, told, number, "+62 811 1234 5678")
        for name in ("u", "v"):
            gone = await web.post(f"/api/v1/reports/{number}/unfollow", json={"follow_code": code}, headers=key(name))
            assert gone.status_code == 200
        await write(intake.repository, complaint, routed())
        await react(intake, complaint)
        assert len(told(WATCHER)) == 1, "the letter to confirm, and nothing since"
        assert len(told("+62 811 1234 5678")) == 2
        await web.post(f"/api/v1/complaints/{intake.codes.of(complaint)}/erasure", json={}, headers=key("e"))
        assert intake.audience is not None
        assert await intake.audience.subscribers.asked(complaint) == []
        assert (await confirm(web, number, code, "late")).status_code == 404

    async def test_of_a_report_that_joined_another_hears_what_becomes_of_that_one_once(
        self, web: httpx.AsyncClient, intake: Context, file: File, told: Read
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
        assert all(secret not in " ".join(bodies) for secret in (*SITI.values(), TEXT, intake.codes.of(lead)))

    async def test_hears_nothing_but_one_letter_before_the_address_is_confirmed(
        self, web: httpx.AsyncClient, intake: Context, file: File, told: Read
    ) -> None:
        complaint = await file("a")
        await write(intake.repository, complaint, classified())
        number = await number_of(intake, complaint)
        for name in ("f", "g", "h"):
            assert (await follow(web, number, name, email=WATCHER)).status_code == 202
        await write(intake.repository, complaint, routed())
        await react(intake, complaint)
        [letter] = told(WATCHER)
        assert isinstance(intake.clock, FixedClock)
        intake.clock.advance(timedelta(hours=1.5))
        assert f"menerima pemberitahuan tentang laporan {number}" in letter
        assert "setelah 7 hari" in letter
        assert TEXT not in letter
        for name in ("c", "d"):
            assert (await confirm(web, number, code_in(letter), name)).status_code == 200
        await write(intake.repository, complaint, answered())
        await react(intake, complaint)
        told_since = [body for body in told(WATCHER) if body != letter]
        assert len(told_since) == 1, "what happened before it was confirmed is not told afterwards"
        assert "memberikan jawaban" in told_since[0]

    async def test_a_code_of_nobody_s_or_of_another_report_confirms_nothing(
        self, web: httpx.AsyncClient, intake: Context, file: File, told: Read
    ) -> None:
        one, other = await file("a"), await file("b", text="Pohon tumbang di taman")
        for complaint in (one, other):
            await write(intake.repository, complaint, classified())
        number = await number_of(intake, one)
        await follow(web, number, email=WATCHER)
        [letter] = told(WATCHER)
        elsewhere = await confirm(web, await number_of(intake, other), code_in(letter))
        assert elsewhere.status_code == 404
        assert (await confirm(web, number, intake.codes.of(one), "own")).status_code == 404
        bad = await confirm(web, number, "not a code", "bad")
        assert (bad.status_code, bad.json()["field"]) == (422, "follow_code")
        await write(intake.repository, one, routed())
        await react(intake, one)
        assert told(WATCHER) == [letter]

    async def test_gives_an_address_that_follows_already_no_other_answer_and_no_letter(
        self, web: httpx.AsyncClient, intake: Context, file: File, told: Read
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

    async def test_cannot_follow_what_is_being_erased_at_this_very_moment(
        self, web: httpx.AsyncClient, intake: Context, file: File
    ) -> None:
        complaint = await file("a")
        await write(intake.repository, complaint, classified())
        number = await number_of(intake, complaint)
        await intake.repository.keyring.destroy(complaint)  # what was read of its stream is from before
        assert (await follow(web, number, email=WATCHER)).status_code == 404

    async def test_cannot_follow_what_it_may_not_know_of_nor_probe_for_it(
        self, web: httpx.AsyncClient, intake: Context, file: File
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

    async def test_hears_no_more_of_a_report_that_is_examined_now(
        self, web: httpx.AsyncClient, intake: Context, file: File, told: Read
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
    async def test_gives_one_address(
        self, web: httpx.AsyncClient, intake: Context, file: File, body: dict[str, Any]
    ) -> None:
        number = await number_of(intake, await file("a"))
        assert (await follow(web, number, **body)).status_code == 422

    async def test_leaves_no_address_in_the_open(
        self, web: httpx.AsyncClient, intake: Context, file: File, tmp_path: Path
    ) -> None:
        complaint = await file("a")
        await write(intake.repository, complaint, classified())
        assert (await follow(web, await number_of(intake, complaint), email=WATCHER)).status_code == 202
        written = b"".join(path.read_bytes() for path in tmp_path.glob("*.db*"))
        assert WATCHER.encode() not in written


async def test_an_address_that_is_never_confirmed_is_forgotten_after_the_days_of_the_policy(
    web: httpx.AsyncClient, intake: Context, file: File, told: Read
) -> None:
    clock = intake.clock
    assert isinstance(clock, FixedClock)
    complaint = await file("a")
    await write(intake.repository, complaint, classified())
    number = await number_of(intake, complaint)
    await follow(web, number, email=WATCHER)
    kept = await follows(web, told, number, "+62 811 1234 5678")
    [letter] = told(WATCHER)
    sweep, limit = Orphans(intake), timedelta(days=policies().versions[0].unconfirmed_d)
    clock.advance(limit - timedelta(seconds=1))
    assert await sweep.once() == 0
    clock.advance(timedelta(seconds=1))
    assert [await sweep.once() for _ in range(2)] == [1, 0]
    assert (await confirm(web, number, code_in(letter), "late")).status_code == 404
    assert (await confirm(web, number, kept, "still")).status_code == 200
    await follow(web, number, "anew", email=WATCHER)
    assert len(told(WATCHER)) == 2, "who asks anew gets a letter anew"


class TestTheReporter:
    async def test_is_told_of_each_higher_rung_once_and_of_moved_dates_that_are_theirs(
        self, intake: Context, file: File, told: Read
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


async def test_a_notice_tells_the_next_date_in_the_holder_s_zone_and_that_it_has_passed(
    intake: Context, file: File, told: Read
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


async def test_the_relations_are_made_again_from_the_store(intake: Context, file: File) -> None:
    lead, follower = await file("lead"), await file("follower")
    await write(intake.repository, follower, joined(lead, 0.5))
    assert intake.audience is not None
    assert (await intake.audience.followers_of([lead]))[lead] == [follower]
    database = intake.audience.database
    before = await database.read(lambda c: [table_hash(c, table) for table in (relations.REPORT, relations.FOLLOWER)])
    await rebuild(intake.repository.store, database, relations.METADATA, relations.VIEW)
    assert (
        await database.read(lambda c: [table_hash(c, table) for table in (relations.REPORT, relations.FOLLOWER)])
        == before
    )
