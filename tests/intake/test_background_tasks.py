"""Intake's background tasks: notices, erasures, submissions of gateways; and that secrets stay sealed."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from urllib.parse import quote
from uuid import UUID, uuid5

import httpx
import pytest
from structlog.testing import capture_logs

from chassis.base.clock import FixedClock
from chassis.base.errors import Poison, StoreUnavailable
from chassis.base.message import Message
from chassis.deadletter.port import DeadLetter, MemoryDeadLetters
from chassis.http.rate_limit import RateLimiter
from intake.app import topics_of
from intake.context import Intake
from intake.gateway.submissions import receive
from intake.kafka_health import KafkaProbe
from intake.orphans import Orphans
from intake.reaction import follow_up
from intake.storage.public_numbers import PublicNumbers
from intake.storage.records import Record
from intake.storage.refused_submissions import RefusedSubmissions
from intake.storage.sql import query
from intake.storage.vault import Vault
from schemas.access.principal import grant_of
from schemas.complaint.lifecycle import Status
from schemas.deadlines.policies import Policies
from schemas.events.agency_inbox import ClarificationRequested
from schemas.events.intake import DetailAdded
from schemas.events.router import ComplaintJoined, ComplaintSplit, Part
from schemas.reference.load import policies
from support.inbox import T0, keep_registry
from support.lives import AGENCY, answered, part_of, routed, write
from support.signed_in import role

SEED = UUID(int=78)
TEXT = "Lampu jalan padam di depan pasar"
PERSON = {"name": "Siti Kenari", "email": "kenari@contoh.id", "phone": "+62 812 0000 1111"}
PNG = b"\x89PNG\r\n\x1a\n"
PARTS = [uuid5(SEED, "part 1"), uuid5(SEED, "part 2")]

File = Callable[..., Awaitable[dict[str, str]]]


def key(name: str) -> dict[str, str]:
    return {"Idempotency-Key": str(uuid5(SEED, name))}


@pytest.fixture
def file(web: httpx.AsyncClient) -> File:
    async def file(name: str = "a", **more: object) -> dict[str, str]:
        answer = await web.post("/api/v1/complaints", json={"text": TEXT, **more}, headers=key(name))
        assert answer.status_code == 201, answer.text
        body: dict[str, str] = answer.json()
        return body

    return file


async def react(intake: Intake, *complaints: UUID) -> None:
    """Run the reaction and append, like the guard."""
    loaded = [await intake.repository.load(complaint) for complaint in complaints]
    for each, outcome in zip(loaded, await follow_up(intake)(loaded), strict=True):
        if outcome is not None and outcome[0]:
            append = intake.repository.prepare(each, *outcome)
            await intake.repository.store.append(append.stream, append.expected_version, append.events, append.seen)


async def split(intake: Intake, whole: UUID) -> None:
    """A whole with two parts, both with the same agency."""
    parts = tuple(Part(id=part, agency=AGENCY) for part in PARTS)
    await write(intake.repository, whole, routed(), ComplaintSplit(at=T0, parts=parts))
    for part in PARTS:
        await write(intake.repository, part, part_of(whole), routed())


async def types(intake: Intake, complaint: UUID) -> list[str]:
    return [event.type for event in (await intake.repository.load(complaint)).recorded]


class TestSecrets:
    async def test_the_code_and_the_person_are_in_no_log_not_even_when_everything_fails(
        self, web: httpx.AsyncClient, intake: Intake, file: File, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        async def down(*_: object) -> object:
            raise StoreUnavailable("the disk is full")

        with capture_logs() as logs:
            code = (await file(reporter=PERSON))["tracking_code"]
            await react(intake, UUID((await file(reporter=PERSON))["id"]))
            await web.get(f"/api/v1/complaints/{code}")
            monkeypatch.setattr(intake.repository.store, "read_many", down)
            failed = await web.get(f"/api/v1/complaints/{code}")

        said = json.dumps(logs, default=str)
        assert failed.status_code == 503
        assert "request_failed" in said
        for canary in (*PERSON.values(), code, code.replace("-", ""), TEXT):
            assert canary not in said

    async def test_the_tables_hold_no_word_of_the_person_nor_the_code(
        self, intake: Intake, file: File, tmp_path: Path
    ) -> None:
        code = (await file(reporter=PERSON))["tracking_code"]
        await intake.records.close()
        written = b"".join((tmp_path / name).read_bytes() for name in ("vault.db", "vault.db-wal"))
        for canary in (*PERSON.values(), code, code.replace("-", "")):
            assert canary.encode() not in written


class TestDoor:
    @pytest.mark.parametrize(
        ("body", "field"), [('{"text": "a\\ud800b"}', "text"), ('{"text": "a", "title": "\\u0000"}', "title")]
    )
    async def test_characters_that_cannot_be_stored_are_named(
        self, web: httpx.AsyncClient, body: str, field: str
    ) -> None:
        headers = {**key("x"), "content-type": "application/json"}
        answer = await web.post("/api/v1/complaints", content=body, headers=headers)
        assert (answer.status_code, answer.json()["field"]) == (422, field)

    async def test_an_unsupported_language_is_refused_by_field(self, web: httpx.AsyncClient) -> None:
        answer = await web.post("/api/v1/complaints?lang=fr", json={"text": TEXT}, headers=key("x"))
        assert (answer.status_code, answer.json()["field"]) == (422, "lang")

    async def test_a_repeat_has_the_replayed_header_and_the_present_status(
        self, web: httpx.AsyncClient, intake: Intake, file: File
    ) -> None:
        first = await file()
        await write(intake.repository, UUID(first["id"]), routed())
        again = await web.post("/api/v1/complaints", json={"text": TEXT}, headers=key("a"))

        assert again.status_code == 201
        assert again.headers["idempotent-replayed"] == "true"
        assert again.headers["etag"] == '"1"'
        assert {**again.json(), "status": "routed"} == again.json()
        assert [again.json()[name] for name in ("id", "tracking_code", "public_number")] == [
            first[name] for name in ("id", "tracking_code", "public_number")
        ]

    async def test_too_many_requests_from_one_source_get_429_with_retry_after(
        self, web: httpx.AsyncClient, intake: Intake, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        now = [0.0]
        slow = RateLimiter(2, lambda: now[0])
        monkeypatch.setattr(intake.filings, "wait_s", slow.wait_s)
        answers = [
            await web.post("/api/v1/complaints", json={"text": TEXT}, headers=key(str(number))) for number in range(3)
        ]
        assert [answer.status_code for answer in answers] == [201, 201, 429]
        assert answers[2].headers["content-type"] == "application/problem+json"
        now[0] += float(answers[2].headers["retry-after"])
        assert (await web.post("/api/v1/complaints", json={"text": TEXT}, headers=key("2"))).status_code == 201

    async def test_filing_works_without_kafka_and_the_answer_says_that_forwarding_is_delayed(
        self, web: httpx.AsyncClient, intake: Intake, file: File, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        probe = KafkaProbe("127.0.0.1:1", every_s=0.5)
        await probe.look()
        monkeypatch.setattr(intake.probe, "reachable", probe.reachable)
        body = await file()
        story = (await web.get(f"/api/v1/complaints/{body['tracking_code']}?lang=en")).json()
        assert body["delayed"]
        assert "delayed" in story["notice"]

    async def test_the_code_of_an_unfinished_filing_is_not_found(self, web: httpx.AsyncClient, intake: Intake) -> None:
        complaint = uuid5(SEED, "unfinished")
        await intake.records.keep(Record(intake.codes.row(complaint, intake.codes.of(complaint, 1), 1)))
        url = f"/api/v1/complaints/{intake.codes.of(complaint, 1)}"
        answers = [await web.get(url), await web.get(f"{url}/explain")]
        answers += [await web.post(f"{url}/{route}", json={}, headers=key("w")) for route in ("withdrawal", "erasure")]
        answers += [await web.post(f"{url}/attachments", files={"file": PNG}, headers=key("f"))]
        assert [answer.status_code for answer in answers] == [404] * 5

    async def test_the_codes_are_rebuilt_from_the_store(
        self, web: httpx.AsyncClient, intake: Intake, file: File
    ) -> None:
        code = (await file())["tracking_code"]
        await intake.database.run(lambda connection: connection.exec_driver_sql("delete from codes").close())
        assert (await web.get(f"/api/v1/complaints/{code}")).status_code == 404
        assert await intake.codes.rebuild(intake.repository.store) == 1
        assert (await web.get(f"/api/v1/complaints/{code}")).json()["text"] == TEXT

    async def test_two_processes_never_hand_out_the_same_number(self, intake: Intake) -> None:
        desks = [PublicNumbers(intake.database, at_once=3), PublicNumbers(intake.database, at_once=3)]
        numbers = await asyncio.gather(*(desks[turn % 2].take(T0) for turn in range(20)))
        assert len(set(numbers)) == 20


class TestFiles:
    async def test_the_fifth_file_sent_again_is_the_fifth_file_and_a_sixth_is_refused(
        self, web: httpx.AsyncClient, file: File
    ) -> None:
        url = f"/api/v1/complaints/{(await file())['tracking_code']}/attachments"
        for name in ("1", "2", "3", "4", "5", "5"):
            answer = await web.post(url, files={"file": ("a.png", PNG + name.encode())}, headers=key(name))
            assert answer.status_code == 201
        sixth = await web.post(url, files={"file": ("a.png", PNG + b"6")}, headers=key("6"))
        other = await web.post(url, files={"file": ("a.png", PNG + b"other")}, headers=key("5"))

        assert len(answer.json()["attachments"]) == 5
        assert answer.headers["idempotent-replayed"] == "true"
        assert (sixth.status_code, sixth.json()["field"]) == (422, "file")
        assert (other.status_code, other.json()["code"]) == (422, "request-differs")

    async def test_a_file_that_is_too_large_is_refused_before_it_is_read(
        self, web: httpx.AsyncClient, file: File
    ) -> None:
        url = f"/api/v1/complaints/{(await file())['tracking_code']}/attachments"
        answer = await web.post(url, files={"file": PNG + bytes(11 * 1024 * 1024)}, headers=key("f"))
        assert (answer.status_code, answer.json()["field"]) == (422, "file")

    async def test_a_file_is_sealed_on_the_disk(self, web: httpx.AsyncClient, file: File, tmp_path: Path) -> None:
        url = f"/api/v1/complaints/{(await file())['tracking_code']}/attachments"
        await web.post(url, files={"file": ("kenari.png", PNG + b"a face")}, headers=key("f"))
        [path] = [path for path in (tmp_path / "attachments").rglob("*") if path.is_file()]
        assert b"a face" not in path.read_bytes()
        assert "kenari" not in str(path)


class TestParts:
    async def test_a_detail_goes_to_the_part_that_asks_and_its_repeat_too(
        self, web: httpx.AsyncClient, intake: Intake, file: File
    ) -> None:
        body = await file()
        await split(intake, UUID(body["id"]))
        asked = ClarificationRequested(at=T0, agency=AGENCY, question="Tiang yang mana?")
        await write(intake.repository, PARTS[1], asked)
        url = f"/api/v1/complaints/{body['tracking_code']}"
        asking = (await web.get(url)).json()
        question = asking["question"]
        await web.post(f"{url}/details", json={"text": "Tiang 12"}, headers=key("d"))
        await write(intake.repository, PARTS[0], asked)
        again = await web.post(f"{url}/details", json={"text": "Tiang 12"}, headers=key("d"))

        assert question == "Tiang yang mana?"
        [shown] = [part for part in asking["parts"] if part["question"]]
        due = shown["due"][0]
        assert (due["clock"], due["due_at"]) == ("completion", "2026-04-01T03:00:00Z"), (
            "until when an answer is awaited"
        )
        assert again.headers["idempotent-replayed"] == "true"
        assert [(await types(intake, part)).count("DetailAdded") for part in PARTS] == [0, 1]
        assert (await types(intake, UUID(body["id"]))).count("DetailAdded") == 0

    @pytest.mark.parametrize("route", ["withdrawal", "erasure"])
    async def test_parts_end_with_their_whole_also_one_that_was_opened_late(
        self, web: httpx.AsyncClient, intake: Intake, file: File, route: str
    ) -> None:
        body = await file(reporter=PERSON)
        whole = UUID(body["id"])
        named = tuple(Part(id=part, agency=AGENCY) for part in PARTS)
        await write(intake.repository, whole, routed(), ComplaintSplit(at=T0, parts=named))
        await write(intake.repository, PARTS[0], part_of(whole), routed())
        await web.post(f"/api/v1/complaints/{body['tracking_code']}/{route}", json={}, headers=key("w"))
        for _ in range(2):
            await react(intake, whole)
        if route == "withdrawal":
            await write(intake.repository, PARTS[1], part_of(whole))
            for _ in range(2):
                await react(intake, PARTS[1])

        for part in PARTS if route == "withdrawal" else PARTS[:1]:
            state = (await intake.repository.load(part)).state
            assert (state.status, state.erased) == (Status.CLOSED, route == "erasure")
            assert (await types(intake, part)).count("ComplaintWithdrawn") == 1

    async def test_a_joined_complaint_shows_the_holder_of_the_root_lead(
        self, web: httpx.AsyncClient, intake: Intake, file: File
    ) -> None:
        await keep_registry(intake.repository.store, intake.repository)
        first, second, third = [UUID((await file(name))["id"]) for name in ("1", "2", "3")]
        await write(intake.repository, third, ComplaintJoined(at=T0, lead=second))
        await write(intake.repository, second, ComplaintJoined(at=T0, lead=first))
        await write(intake.repository, first, routed())
        story = (await web.get(f"/api/v1/complaints/{intake.codes.of(third, 1)}")).json()
        assert (story["status"], story["holder"]["agency"]) == ("joined", AGENCY)
        assert story["due_at"]


class TestAJoinedReporter:
    async def test_is_told_what_with_and_undoes_it_in_one_step(
        self, web: httpx.AsyncClient, intake: Intake, file: File
    ) -> None:
        await keep_registry(intake.repository.store, intake.repository)
        lead, mine = await file("1"), await file("2")
        first, second = UUID(lead["id"]), UUID(mine["id"])
        await write(intake.repository, first, routed())
        await write(intake.repository, second, ComplaintJoined(at=T0, lead=first, by="rule", score=0.9))
        here = f"/api/v1/complaints/{mine['tracking_code']}"
        story = (await web.get(here)).json()
        assert story["lead"]["public_number"] == lead["public_number"]
        assert story["lead"]["links"] == {"report": f"/api/v1/reports/{lead['public_number']}"}
        assert story["lead"].keys() == {
            "public_number", "received_at", "sector", "sector_name", "status", "status_text", "links",
        }  # fmt: skip
        assert story["links"]["unjoin"] == f"{here}/unjoin"
        undone = await web.post(story["links"]["unjoin"], headers=key("u"))
        assert undone.status_code == 200
        assert (undone.json()["status"], undone.json()["lead"]) == ("unplaced", None)
        assert "unjoin" not in undone.json()["links"]
        assert (await web.post(f"{here}/unjoin", headers=key("u"))).status_code == 200, "a repeat is not refused"
        assert (await web.post(f"{here}/unjoin", headers=key("v"))).status_code == 409
        assert (await types(intake, second)).count("JoinDeclined") == 1

    async def test_gets_a_notice_that_says_how_to_undo_it(self, intake: Intake, file: File, tmp_path: Path) -> None:
        lead, mine = await file("1"), await file("2", reporter=PERSON)
        await write(intake.repository, UUID(lead["id"]), routed())
        await write(intake.repository, UUID(mine["id"]), ComplaintJoined(at=T0, lead=UUID(lead["id"])))
        await react(intake, UUID(mine["id"]))
        notices = " ".join(path.read_text() for path in (tmp_path / "notices").rglob("*.json"))
        assert lead["public_number"] in notices
        assert "pisahkan laporan Anda" in notices


def test_submissions_are_kept_for_as_many_days_as_the_policy_in_force_says(intake: Intake) -> None:
    [first] = policies().versions
    later = first._replace(effective_at=T0, submissions_d=7)
    [topic] = topics_of(intake, ["submissions.sms"])
    assert (topic.retention_ms, topic.outsiders) == (first.submissions_d * 86_400_000, True)
    changed = replace(intake, policies=Policies((first, later)))
    assert {each.retention_ms for each in topics_of(changed, ["submissions", "submissions.sms"])} == {7 * 86_400_000}


class TestErasures:
    async def test_an_erasure_deletes_notices_and_no_more_are_sent(
        self, web: httpx.AsyncClient, intake: Intake, file: File, tmp_path: Path
    ) -> None:
        body = await file(reporter=PERSON)
        await react(intake, UUID(body["id"]))
        assert list((tmp_path / "notices").rglob("*.json"))
        await web.post(f"/api/v1/complaints/{body['tracking_code']}/erasure", json={}, headers=key("e"))
        await react(intake, UUID(body["id"]))
        assert not list((tmp_path / "notices").rglob("*.json"))

    async def test_the_sweep_completes_an_erasure_after_a_crash(
        self, web: httpx.AsyncClient, intake: Intake, file: File, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        body = await file(reporter=PERSON)
        complaint = UUID(body["id"])
        real = intake.repository.keyring.destroy

        async def crash(_: UUID) -> None:
            raise StoreUnavailable("killed")

        monkeypatch.setattr(intake.repository.keyring, "destroy", crash)
        url = f"/api/v1/complaints/{body['tracking_code']}"
        assert (await web.post(f"{url}/erasure", json={}, headers=key("e"))).status_code == 503
        monkeypatch.setattr(intake.repository.keyring, "destroy", real)
        await react(intake, complaint)

        assert (await web.get(url)).json()["text"] == "[erased]"
        assert (await types(intake, complaint)).count("PersonalDataErased") == 1

    async def test_a_person_whom_no_complaint_names_is_removed_after_a_day_and_only_then(
        self, intake: Intake, file: File
    ) -> None:
        clock, orphan = intake.clock, uuid5(SEED, "orphan")
        assert isinstance(clock, FixedClock)
        await file(reporter=PERSON)
        await intake.records.keep(
            Record(intake.codes.row(orphan, "code", 1), (orphan, uuid5(SEED, "nobody"), "sealed"))
        )
        assert await Orphans(intake).once() == 0
        clock.advance(timedelta(hours=25))
        assert [await Orphans(intake).once() for _ in range(2)] == [1, 0]

    async def test_how_long_an_unfinished_filing_is_kept_follows_the_policy_in_force(self, intake: Intake) -> None:
        clock, orphan = intake.clock, uuid5(SEED, "orphan")
        assert isinstance(clock, FixedClock)
        (first,) = intake.policies.versions
        later = first._replace(id="later", effective_at=clock.now() + timedelta(days=1), unfinished_d=3)
        vault = Vault(intake.database, clock.now, Policies((first, later)))
        await intake.records.keep(
            Record(intake.codes.row(orphan, "code", 1), (orphan, uuid5(SEED, "nobody"), "sealed"))
        )
        sweep = Orphans(replace(intake, vault=vault))
        for hours, removed in ((71, 0), (2, 1)):
            clock.advance(timedelta(hours=hours))
            assert await sweep.once() == removed

    async def test_a_person_is_there_after_a_filing_that_paused_for_a_day(
        self, intake: Intake, file: File, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        clock, take = intake.clock, intake.numbers.take
        assert isinstance(clock, FixedClock)
        swept = 0

        async def asleep(at: datetime) -> str:
            nonlocal swept
            clock.advance(timedelta(hours=25))
            swept += await Orphans(intake).once()
            return await take(at)

        monkeypatch.setattr(intake.numbers, "take", asleep)
        loaded = await intake.repository.load(UUID((await file(reporter=PERSON))["id"]))
        assert swept == 1, "it was taken for one whose filing was never finished"
        assert loaded.state.person is not None
        assert (await intake.vault.read(loaded.state.person, loaded.keys)).name == PERSON["name"]


class TestNotices:
    async def test_contain_status_due_date_and_code_in_the_reporters_language(
        self, intake: Intake, file: File, tmp_path: Path
    ) -> None:
        body = await file(reporter=PERSON, language="en")
        await react(intake, UUID(body["id"]))
        [notice] = [json.loads(path.read_text()) for path in (tmp_path / "notices").rglob("*.json")]
        assert body["public_number"] in notice["subject"]
        assert body["tracking_code"] in notice["body"]
        assert "due by 2" in notice["body"]
        assert notice["to"] == PERSON["email"]

    async def test_of_a_question_or_an_answer_contain_the_reporters_due_date(
        self, intake: Intake, file: File, tmp_path: Path
    ) -> None:
        await keep_registry(intake.repository.store, intake.repository)
        complaint = UUID((await file(reporter=PERSON, language="en"))["id"])
        await write(
            intake.repository, complaint, routed(), ClarificationRequested(at=T0, agency=AGENCY, question="Where?")
        )
        await react(intake, complaint)
        await write(intake.repository, complaint, DetailAdded(at=T0, text="Here"), answered())
        await react(intake, complaint)
        bodies = " ".join(json.loads(path.read_text())["body"] for path in (tmp_path / "notices").rglob("*.json"))
        assert "Your answer is awaited until 1 April 2026" in bodies
        assert "You can confirm or dispute it until" in bodies

    @pytest.mark.parametrize(("short_by", "notices"), [(timedelta(hours=1), 1), (timedelta(), 0)])
    async def test_are_sent_after_an_outage_but_not_for_old_facts(
        self, intake: Intake, file: File, tmp_path: Path, short_by: timedelta, notices: int
    ) -> None:
        complaint, clock = UUID((await file(reporter=PERSON))["id"]), intake.clock
        assert isinstance(clock, FixedClock)
        clock.advance(timedelta(days=policies().versions[0].news_d) - short_by)
        await react(intake, complaint)
        assert len(list((tmp_path / "notices").rglob("*.json"))) == notices


def sent(body: object, gateway: str = "sms-1", key: bytes | None = b"m1") -> Message:
    return Message(f"submissions.{gateway}", 0, 0, key, json.dumps(body).encode())


def sent_before(body: dict[str, object], client: str = "sms-1") -> Message:
    """On the one topic that all gateways wrote, where the record's key and the body named them."""
    return Message("submissions", 0, 0, client.encode(), json.dumps({"client": client, **body}).encode())


def submission(**more: object) -> dict[str, object]:
    return {"key": "m1", "channel": "sms", "text": TEXT, **more}


class TestSubmissions:
    async def test_a_submission_is_filed_once_and_its_result_is_stored(
        self, web: httpx.AsyncClient, intake: Intake
    ) -> None:
        url = "/api/v1/submissions/sms-1/m1"
        assert (await web.get(url)).status_code == 202
        for _ in range(2):
            await receive(intake)(sent(submission(received_at="2026-01-01T00:00:00Z")))
        answer = (await web.get(url)).json()
        story = (await web.get(f"/api/v1/complaints/{answer['tracking_code']}")).json()

        assert len((await intake.repository.store.read_all(None)).events) == 1
        assert story["received_at"].startswith("2026-01-01")

    @pytest.mark.parametrize("kind", [b"complaint.acknowledged", b"\xff"])
    async def test_a_message_of_another_type_is_refused(
        self, web: httpx.AsyncClient, intake: Intake, kind: bytes
    ) -> None:
        message = sent(submission())._replace(headers=(("ce_type", kind),))
        with pytest.raises(Poison, match="unknown-type"):
            await receive(intake)(message)
        assert (await web.get("/api/v1/submissions/sms-1/m1")).json()["field"] == "ce_type"
        assert not (await intake.repository.store.read_all(None)).events

    @pytest.mark.parametrize(
        ("body", "why"),
        [
            (submission(text=""), "text"),
            (submission(colour="red"), "colour"),
            (submission(occurred_on="2999-01-01"), "occurred_on"),
            (submission(received_at="0001-01-01T00:00:00+14:00"), "received_at"),
            (submission(received_at="1970-01-01T00:00:00Z"), "received_at"),
        ],
    )
    async def test_a_refusal_names_the_field_and_is_dead_lettered(
        self, web: httpx.AsyncClient, intake: Intake, body: object, why: str
    ) -> None:
        with pytest.raises(Poison) as poison:
            await receive(intake)(sent(body))
        answer = await web.get("/api/v1/submissions/sms-1/m1")
        assert (answer.status_code, answer.headers["content-type"]) == (422, "application/problem+json")
        assert (answer.json()["field"], why in answer.json()["detail"]) == (why, True)
        assert TEXT not in str(poison.value)

    async def test_the_same_key_with_another_text_does_not_change_the_first_result(
        self, web: httpx.AsyncClient, intake: Intake
    ) -> None:
        await receive(intake)(sent(submission()))
        with pytest.raises(Poison):
            await receive(intake)(sent(submission(text="Lain")))
        assert (await web.get("/api/v1/submissions/sms-1/m1")).status_code == 200

    @pytest.mark.parametrize("value", [None, b"", b"{", b"[]", b'{"client": "sms-1"}', b"\xff", b'{"key": 1'])
    @pytest.mark.parametrize("record_key", [None, b"", b"\xff\xfe", b"x" * 201, b"a\0b", b"m1"])
    async def test_what_cannot_be_read_is_answered_under_the_records_key_if_it_has_one(
        self, web: httpx.AsyncClient, intake: Intake, value: bytes | None, record_key: bytes | None
    ) -> None:
        with pytest.raises(Poison):
            await receive(intake)(Message("submissions.sms-1", 0, 0, record_key, value))
        answer = await web.get("/api/v1/submissions/sms-1/m1")
        assert answer.status_code == (422 if record_key == b"m1" else 202)
        assert (await web.get("/api/v1/submissions/sms-2/m1")).status_code == 202

    @pytest.mark.parametrize("value", [b"", b"{", b"[]", b'{"client": "sms-1"}', b"\xff"])
    async def test_what_cannot_be_read_on_the_former_topic_is_poison(self, intake: Intake, value: bytes) -> None:
        with pytest.raises(Poison):
            await receive(intake)(Message("submissions", 0, 0, b"sms-1", value))

    @pytest.mark.parametrize("client", ["sms-2", "gateway:sms-2", "SMS-1", "sms-1 ", "", 7, None, ["sms-1"]])
    async def test_the_body_names_nobody_else_than_the_topic(
        self, web: httpx.AsyncClient, intake: Intake, client: object
    ) -> None:
        message = sent(submission(client=client))
        if client is None:
            await receive(intake)(message)
        else:
            with pytest.raises(Poison, match="client"):
                await receive(intake)(message)
        assert (await web.get("/api/v1/submissions/sms-2/m1")).status_code == 202, "whose name was taken"
        answer = await web.get("/api/v1/submissions/sms-1/m1")
        assert (answer.status_code, answer.json().get("field")) == ((200, None) if client is None else (422, "client"))

    async def test_two_gateways_with_one_key_have_a_complaint_each(
        self, web: httpx.AsyncClient, intake: Intake
    ) -> None:
        for gateway in ("sms-1", "sms-2"):
            await receive(intake)(sent(submission(client=gateway), gateway))
        found = {(await web.get(f"/api/v1/submissions/{gateway}/m1")).json()["id"] for gateway in ("sms-1", "sms-2")}
        assert len(found) == 2

    async def test_a_gateway_reads_no_other_gateways_results(self, web: httpx.AsyncClient, intake: Intake) -> None:
        await receive(intake)(sent(submission()))
        answer = await web.get("/api/v1/submissions/sms-1/m1", headers=role("gateway:sms-2"))
        unknown = await web.get("/api/v1/submissions/sms-9/m1", headers=role("gateway:sms-2"))
        assert answer.status_code == unknown.status_code == 404
        assert "tracking_code" not in answer.text

    async def test_its_topic_and_its_token_are_one_gateway(self, web: httpx.AsyncClient, intake: Intake) -> None:
        await receive(intake)(sent(submission()))
        answer = await web.get("/api/v1/submissions/sms-1/m1")
        assert "Idempotent-Replayed" not in answer.headers
        headers = {"Idempotency-Key": "m1", **role("gateway:sms-1")}
        again = await web.post("/api/v1/complaints", json={"channel": "sms", "text": TEXT}, headers=headers)
        assert (again.status_code, again.json()["id"]) == (201, answer.json()["id"])
        assert again.headers["Idempotent-Replayed"] == "true"

    async def test_the_result_says_that_the_complaint_was_there_before_the_message(
        self, web: httpx.AsyncClient, intake: Intake
    ) -> None:
        headers = {"Idempotency-Key": "m1", **role("gateway:sms-1")}
        filed = await web.post("/api/v1/complaints", json={"channel": "sms", "text": TEXT}, headers=headers)
        await receive(intake)(sent(submission()))
        answer = await web.get("/api/v1/submissions/sms-1/m1")
        assert (answer.json()["id"], answer.headers["Idempotent-Replayed"]) == (filed.json()["id"], "true")

    @pytest.mark.parametrize("client", ["gateway:sms-1", "principal:x"])
    async def test_no_name_on_the_former_topic_is_that_of_a_gateway(
        self, web: httpx.AsyncClient, intake: Intake, client: str
    ) -> None:
        await receive(intake)(sent_before(submission(), client))
        assert (await web.get("/api/v1/submissions/sms-1/m1")).status_code == 202
        await receive(intake)(sent(submission()))
        assert len((await intake.repository.store.read_all(None)).events) == 2

    @pytest.mark.parametrize("client", ["sms-2", '"sms-1"', "SMS-1", "sms-1 "])
    async def test_a_record_key_of_another_gateway_is_refused_to_that_one_alone(
        self, web: httpx.AsyncClient, intake: Intake, client: str
    ) -> None:
        with pytest.raises(Poison):
            await receive(intake)(sent_before(submission(client="sms-1"), client=client))

        assert (await web.get("/api/v1/submissions/sms-1/m1")).status_code == 202, (
            "whose name was taken is told nothing"
        )
        answer = await web.get(f"/api/v1/submissions/{quote(client)}/m1")
        if grant_of(f"gateway:{client}") is None:
            assert answer.status_code == 401, "there is no gateway of such a name"
        else:
            assert (answer.status_code, answer.json()["field"]) == (422, "client")
        assert not (await intake.repository.store.read_all(None)).events

    @pytest.mark.parametrize("record_key", [None, b"", b"\xff\xfe", b"x" * 201, b"a\0b", "sms-1".encode("utf-16")])
    async def test_a_record_without_a_sender_gets_a_final_answer_that_the_gateway_itself_replaces(
        self, web: httpx.AsyncClient, intake: Intake, record_key: bytes | None
    ) -> None:
        url, unsigned = "/api/v1/submissions/sms-1/m1", sent_before(submission())._replace(key=record_key)
        with pytest.raises(Poison):
            await receive(intake)(unsigned)
        answer = await web.get(url)
        assert (answer.status_code, answer.json()["field"]) == (422, "client")
        assert not (await intake.repository.store.read_all(None)).events

        await receive(intake)(sent_before(submission()))
        with pytest.raises(Poison):
            await receive(intake)(unsigned)
        assert (await web.get(url)).status_code == 200

    @pytest.mark.parametrize(
        ("value", "field"),
        [
            (rb'"text": "lampu \ud800 padam"', "text"),
            (rb'"text": "a", "place": {"address": "\udfff"}', "place.address"),
            (b'"text": "lampu \xff padam"', "text"),
            (rb'"text": "lampu \u0000 padam"', "text"),
            (b'"text": "lampu padam", "text": "lampu nyala"', "text"),
            (b'"text": "lampu padam", "place": {"lat": NaN, "lon": 1}', "place.lat"),
            (b'"text": "lampu padam", "place": {"lat": %s, "lon": 1}' % (b"9" * 5_000), "place.lat"),
            (b'"text": "lampu padam", "place": %s1%s' % (b"[" * 200, b"]" * 200), "place"),
            (rb'"text": "lampu padam", "\ud800": 1', "body"),
            (b'"text": 7', "text"),
        ],
    )
    async def test_a_broken_value_gets_an_answer_that_names_its_field(
        self, web: httpx.AsyncClient, intake: Intake, value: bytes, field: str
    ) -> None:
        body = b'{"key": "m1", "channel": "sms", %s}' % value
        with pytest.raises(Poison):
            await receive(intake)(Message("submissions.sms-1", 0, 0, None, body))
        answer = await web.get("/api/v1/submissions/sms-1/m1")
        assert (answer.status_code, answer.json()["field"]) == (422, field)
        assert answer.json()["detail"].encode()

    async def test_a_key_with_slashes_can_be_looked_up(self, web: httpx.AsyncClient, intake: Intake) -> None:
        await receive(intake)(sent(submission(key="2026/03/m 1")))
        for spelled in ("2026/03/m%201", "2026%2F03%2Fm%201"):
            assert (await web.get(f"/api/v1/submissions/sms-1/{spelled}")).status_code == 200

    async def test_a_uuid_key_is_one_submission_in_every_spelling(self, web: httpx.AsyncClient, intake: Intake) -> None:
        key = "0a1b2c3d-4e5f-6071-8293-a4b5c6d7e8f9"
        spellings = [key, key.upper(), f"{{{key}}}", f"urn:uuid:{key}", key.replace("-", "")]
        for spelled in spellings:
            await receive(intake)(sent(submission(key=spelled)))
        answers = [await web.get(f"/api/v1/submissions/sms-1/{quote(spelled)}") for spelled in spellings]
        assert len({answer.json()["id"] for answer in answers}) == 1
        assert len((await intake.repository.store.read_all(None)).events) == 1

    async def test_a_refused_message_is_in_the_table_and_a_dead_letter(self, intake: Intake) -> None:
        copies = MemoryDeadLetters()
        letter = DeadLetter("intake", sent(submission()), "Poison: malformed")
        for _ in range(2):
            await RefusedSubmissions(intake.database, copies).put(letter)
        [(place, client, reason)] = await query(intake.database, "select place, client, reason from set_aside")
        assert place.startswith("submissions.sms-1/0@0")
        assert (client, reason) == ("sms-1", "Poison: malformed")
        assert copies.letters


async def test_answers_and_ratings_are_on_the_page(web: httpx.AsyncClient, intake: Intake, file: File) -> None:
    body = await file()
    await write(intake.repository, UUID(body["id"]), routed(), answered())
    url = f"/api/v1/complaints/{body['tracking_code']}"
    closed = (await web.post(f"{url}/confirmation", json={"rating": 4}, headers=key("c"))).json()
    assert (closed["rating"], closed["due_at"]) == (4, None)
    again = await web.post(f"{url}/dispute", json={"reason": "Bocor lagi"}, headers=key("again"))
    assert again.json()["rating"] is None, "that outcome stands no longer"
    assert closed["dispute_until"]
