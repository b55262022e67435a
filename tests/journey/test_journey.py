"""The whole platform, used over HTTP and Kafka by citizens, agencies, the triage desk and the Ombudsman."""

from collections import Counter
from datetime import datetime
from itertools import count
from typing import Any

import pytest

from local.demo.story import LongStory
from support.door import Door, Refused, cases, reply, submit, told_of, until
from support.platform import Running, stored

pytestmark = [pytest.mark.journey, pytest.mark.broker]

DARK = "Lampu jalan padam semua sejak Senin, gelap gulita."
WORDS = "Tim kami sudah mengganti lampu dan memeriksa seluruh jaringan di lokasi itu."
CITY, REGION = "kota-bandung", "32.73"
NOBODY = "nobody, since it is closed"
LADDER = {"ReminderSent", "DeadlineMissed", "ComplaintEscalated", "DueDateMoved"}


def due(story: dict[str, Any], clock: str) -> datetime | None:
    """The due date of a clock; None while it is stopped."""
    running = [one for one in story["due"] if one["clock"] == clock and one["state"] == "running"]
    return datetime.fromisoformat(running[0]["due_at"]) if running else None


def happened(story: dict[str, Any]) -> list[str]:
    return [moment["type"] for moment in story["timeline"] if moment["type"] not in LADDER]


async def test_a_complaint_returned_three_times_is_answered_and_closed_by_silence(
    platform: Running, door: Door
) -> None:
    kafka = platform.kafka.cluster
    filed = await door.file(DARK)
    code, complaint = filed["tracking_code"], filed["id"]
    await door.reaches(code, "routed", CITY)
    first = await told_of(kafka, CITY, complaint, "complaint.assigned")
    assert first.content is not None
    assert (first.yours, first.content.text) == (True, DARK)

    await door.agency(CITY, complaint, "return", reason="Tiang ini bukan milik kota.")
    for body in ("provinsi-jawa-barat", "kemenhub"):
        await door.reaches(code, "routed", body)
        await told_of(kafka, body, complaint, "complaint.assigned")
        await reply(kafka, body, "returned", complaint=complaint, reason="Bukan kewenangan kami.")
    await door.reaches(code, "arbitration")
    gone = await told_of(kafka, CITY, complaint, "complaint.unassigned")
    assert (gone.yours, gone.content) == (False, None)

    decision = {"agency": CITY, "reason": "Penerangan jalan kota adalah urusan kota."}
    await door.post(f"/api/v1/arbitration/{complaint}/decision", **decision)
    await door.reaches(code, "routed", CITY)
    with pytest.raises(Refused):
        await door.agency(CITY, complaint, "return", reason="Tetap bukan milik kami.")
    await door.agency(CITY, complaint, "acknowledgement")

    before = due(await door.reaches(code, "in_progress"), "settle")
    await door.agency(CITY, complaint, "clarification", question="Tiang nomor berapa?")
    assert due(await door.reaches(code, "awaiting_reporter"), "settle") is None
    platform.days_pass(14)  # Lebaran takes a week, so two weeks have working days
    await door.reporter(code, "details", text="Tiang nomor tiga, di seberang warung.")
    after = due(await door.reaches(code, "in_progress"), "settle")
    assert before is not None
    assert after is not None
    assert after > before

    await told_of(kafka, CITY, complaint, "complaint.detail-added")
    await door.answer(CITY, complaint, WORDS)
    await door.reporter(code, "dispute", reason="Masih padam, tidak ada yang datang.")
    await told_of(kafka, CITY, complaint, "complaint.disputed")
    await door.answer(CITY, complaint, WORDS)
    await door.reaches(code, "answered")
    platform.days_pass(28)
    story = await door.reaches(code, "closed")
    assert story["closed_reason"] == "silence"
    assert (await told_of(kafka, CITY, complaint, "complaint.closed")).closed == "silence"
    # It is classified again after each return; those events are left out here.
    assert [fact for fact in happened(story) if fact != "ComplaintClassified"] == [
        "ComplaintFiled", "ComplaintRouted", "ComplaintReturned", "ComplaintRouted", "ComplaintReturned",
        "ComplaintRouted", "ComplaintReturned", "ArbitrationOpened", "ArbitrationDecided", "ComplaintRouted", "ComplaintAcknowledged",
        "ClarificationRequested", "DetailAdded", "ResponseGiven", "ResolutionDisputed", "ResponseGiven",
        "ComplaintLapsed",
    ]  # fmt: skip


async def test_one_complaint_passes_every_office_and_its_timeline_has_each_fact_once(
    platform: Running, door: Door
) -> None:
    tale = LongStory(door.session, platform.settings.clock_file, "journey")
    story = await tale.play()
    assert tale.refused == ["binding-placement", "parts-open"]
    assert (story["status"], story["closed_reason"], story["rung"], story["disputes"]) == ("closed", "silence", 3, 1)
    # It is classified again after each return; those events are left out here.
    assert [fact for fact in happened(story) if fact != "ComplaintClassified"] == [
        "ComplaintFiled", "ComplaintReferred", "ReporterAsked", "DetailAdded",
        "ComplaintRouted", "ComplaintReturned", "ComplaintReferred", "ComplaintRouted", "ComplaintReturned",
        "ComplaintReferred", "ComplaintRouted", "ComplaintReturned", "ArbitrationOpened", "ArbitrationDecided",
        "ComplaintRouted", "ComplaintAcknowledged", "ClarificationRequested", "DetailAdded", "ComplaintSplit",
        "ResponseGiven", "ResolutionDisputed", "ResponseGiven", "ComplaintLapsed",
    ]  # fmt: skip
    sentences = Counter(moment["sentence"] for moment in story["timeline"])
    climbed = {sentence: count for sentence, count in sentences.items() if "was raised to" in sentence}
    assert climbed == {
        f"Because the date for settling the report has passed, the report was raised to {who}.": 1
        for who in ("the head of the unit", "the supervising body", "the Ombudsman")
    }
    missed = [moment for moment in story["timeline"] if moment["type"] == "DeadlineMissed"]
    assert len(missed) == len({moment["sentence"] for moment in missed}) == 1
    assert [(part["status"], part["holder_name"]) for part in story["parts"]] == [("closed", NOBODY)] * 2
    again = await LongStory(door.session, platform.settings.clock_file, "journey").play()
    assert again["timeline"] == story["timeline"], "told again, nothing is done again"


async def test_a_submission_that_is_only_acknowledged_is_escalated(platform: Running, door: Door) -> None:
    kafka = platform.kafka.cluster
    words = {"text": DARK, "channel": "sms", "place": {"region": REGION}}
    await submit(kafka, "gateway-1", "sms-1", **words)
    await submit(kafka, "gateway-1", "sms-1", **words)
    filed = await until(lambda: _submission(door, "gateway-1", "sms-1"), "the submission")
    code, complaint = filed["tracking_code"], filed["id"]
    await told_of(kafka, CITY, complaint, "complaint.assigned")
    await reply(kafka, CITY, "acknowledged", complaint=complaint)
    await door.reaches(code, "in_progress", CITY)

    platform.days_pass(60)
    story = await until(lambda: _rung(door, code, 4), "rung 4", lambda: door.story(code))
    assert (story["status"], story["holder"]["agency"]) == ("in_progress", CITY)
    await until(lambda: _listed(door, 4, filed["public_number"]), "it on rung 4's list")
    assert (await told_of(kafka, CITY, complaint, "complaint.reminder")).yours
    steps = [m for m in story["timeline"] if m["type"] == "ReminderSent"]
    assert len(steps) == len({m["sentence"] for m in steps})


async def test_a_second_report_of_one_matter_is_joined_to_the_suggested_first(door: Door) -> None:
    first = await door.file("Lampu jalan di depan Pasar Cihapit padam.")
    await door.reaches(first["tracking_code"], "routed", CITY)
    again = "Tolong perbaiki lampu jalan padam depan pasar Cihapit"
    question = {"text": again, "place": {"region": REGION}}
    [offered] = await until(lambda: _offered(door, question), "the first report being offered")
    assert (offered["public_number"], offered["sure"]) == (first["public_number"], True)
    second = await door.file(again)
    assert second["links"]["duplicates"] == "/api/v1/duplicates"
    story = await door.reaches(second["tracking_code"], "joined")
    assert story["holder"]["agency"] == CITY


async def _offered(door: Door, question: dict[str, Any]) -> list[dict[str, Any]]:
    return (await door.post("/api/v1/duplicates", **question))["duplicates"]


async def test_an_erasure_deletes_the_data_and_notifies_the_agency(platform: Running, door: Door) -> None:
    filed = await door.file(DARK, reporter={"name": "Siti", "email": "siti@example.org"})
    code, complaint = filed["tracking_code"], filed["id"]
    await told_of(platform.kafka.cluster, CITY, complaint, "complaint.assigned")
    await door.reporter(code, "erasure")
    story = await door.reaches(code, "closed")
    assert story["closed_reason"] == "erased"
    assert DARK not in str(story)
    case = await told_of(platform.kafka.cluster, CITY, complaint, "complaint.erased")
    assert (case.erased, case.content) == (True, None)


async def test_an_agency_added_at_run_time_gets_the_next_complaint(platform: Running, door: Door) -> None:
    text, region, owner, body = (
        "Air PDAM tidak mengalir sudah tiga hari.",
        "11.01",
        "kabupaten-aceh-selatan",
        "tirta-naga",
    )
    early = await door.file(text, region)
    assert (await told_of(platform.kafka.cluster, owner, early["id"], "complaint.assigned")).yours
    company = {"kind": "regional-enterprise", "level": "regency", "region": region, "parent": owner}
    await door.post("/api/v1/agencies", id=body, name="Perumda Air Minum Tirta Naga", **company)
    field = {"sector": "water-supply", "level": "regency", "region": region}
    await door.post(f"/api/v1/agencies/{owner}/mandates/withdrawal", **field, valid_until="2020-01-01")
    await door.post(f"/api/v1/agencies/{body}/mandates", **field, valid_from="2020-01-01", source="Perda")
    late = await door.file(text, region)
    assert (await told_of(platform.kafka.cluster, body, late["id"], "complaint.assigned")).yours
    await reply(platform.kafka.cluster, body, "acknowledged", complaint=late["id"])
    await door.reaches(late["tracking_code"], "in_progress", body)


async def test_a_merged_agencys_complaints_go_to_its_successor_and_the_timeline_says_why(
    platform: Running, door: Door
) -> None:
    held = await door.file("Jalan berlubang besar di depan pasar, sudah dua orang jatuh.", "11.02")
    await door.reaches(held["tracking_code"], "routed", "kabupaten-aceh-tenggara")
    merger = {"agencies": ["kabupaten-aceh-tenggara"], "reason": "Penggabungan daerah"}
    await door.post("/api/v1/agencies/kabupaten-gayo-lues/merger", **merger)
    await told_of(platform.kafka.cluster, "kabupaten-gayo-lues", held["id"], "complaint.assigned")
    story = await door.reaches(held["tracking_code"], "routed", "kabupaten-gayo-lues")
    assert "menggantikan instansi yang sudah tidak ada" in str(story["timeline"])


async def test_the_books_balance_and_nothing_is_repeated(platform: Running, door: Door) -> None:
    books = await door.get("/api/v1/books")
    events = await stored(platform)
    filed = [event for event in events if event.type == "ComplaintFiled"]
    assert (books["balanced"], books["filed"]) == (True, len(filed))
    assert filed
    assert max(Counter(event.id for event in events).values()) == 1
    for complaint in {event.stream.removeprefix("complaint-") for event in filed}:
        told = await cases(platform.kafka.cluster, CITY, complaint)
        assert max(Counter(case.version for _, case in told).values(), default=1) == 1


async def _submission(door: Door, client: str, key: str) -> dict[str, Any] | None:
    found = await door.get(f"/api/v1/submissions/{client}/{key}")
    return found if "tracking_code" in found else None


async def _rung(door: Door, code: str, rung: int) -> dict[str, Any] | None:
    story = await door.story(code)
    return story if story["rung"] == rung else None


async def _listed(door: Door, rung: int, number: str) -> bool:
    for page in count():
        items = (await door.get(f"/api/v1/ladder/{rung}?page={page}"))["items"]
        if not items or any(item.get("public_number") == number for item in items):
            return bool(items)
    raise AssertionError("the list has no end")
