"""An agency's complaints and moves over HTTP, and that other agencies' complaints stay hidden."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import httpx
import pytest

from agency_inbox import queries
from agency_inbox.context import Inbox
from chassis.base.clock import FixedClock
from schemas.events.agency_inbox import ComplaintReturned, ResponseGiven
from schemas.events.base import Fact
from schemas.events.intake import AttachmentAdded, ComplaintWithdrawn
from schemas.events.router import ComplaintSplit, Part
from support.given import part_opened
from support.inbox import (
    ANSWER,
    CITY,
    PLN,
    ROADS,
    T0,
    WORDS,
    acknowledged,
    complaint,
    detail,
    filed,
    keep,
    keep_registry,
    merged,
    routed,
)
from support.lives import write
from support.signed_in import role

from .conftest import Feed

HELD = (filed(person=UUID(int=5)), routed())
KEY = "11111111-1111-4111-8111-111111111111"
OTHER_KEY = "22222222-2222-4222-8222-222222222222"


async def given(inbox: Inbox, *facts: Fact, index: int = 0) -> None:
    await keep(inbox.repository.store, inbox.repository, complaint(index), facts)


def at(agency: str = PLN, index: int = 0, move: str = "") -> str:
    return f"/api/v1/agencies/{agency}/inbox/{complaint(index)}" + (f"/{move}" if move else "")


async def post(web: httpx.AsyncClient, move: str, body: dict[str, Any] | None = None, **more: Any) -> httpx.Response:
    agency, key = more.pop("agency", PLN), more.pop("key", KEY)
    return await web.post(at(agency, move=move), json=body or {}, headers={"Idempotency-Key": key, **more})


async def test_an_agency_reads_the_whole_complaint_without_the_reporter(inbox: Inbox, web: httpx.AsyncClient) -> None:
    file = AttachmentAdded(at=T0, attachment=UUID(int=9), media_type="image/jpeg", size_bytes=10, name="lampu.jpg")
    await given(inbox, *HELD, detail(), file)
    answer = await web.get(at())
    body = answer.json()
    assert answer.headers["etag"] == '"3"'
    assert (body["text"], body["details"][0]["text"], body["detail_version"]) == (WORDS, "Sudah tiga malam gelap.", 2)
    assert (body["version"], body["status"], body["holder"]) == (3, "routed", "agency:pln")
    assert body["attachments"][0]["name"] == "lampu.jpg"
    assert {due["clock"] for due in body["dues"]} == {"acknowledge", "settle"}
    assert all(due["explanation"] for due in body["dues"])
    assert [moment["type"] for moment in body["timeline"]][:2] == ["ComplaintFiled", "ComplaintRouted"]
    assert all(moment["sentence"] for moment in body["timeline"])
    assert not {"person", "reporter", "name", "email", "phone", "tracking_code"} & body.keys()
    assert str(UUID(int=5)) not in answer.text


async def test_sentences_come_in_the_readers_language(inbox: Inbox, web: httpx.AsyncClient) -> None:
    await given(inbox, *HELD)
    indonesian, english = (await web.get(at())).json(), (await web.get(at(), params={"lang": "en"})).json()
    assert indonesian["timeline"][0]["sentence"] != english["timeline"][0]["sentence"]


async def test_another_agencys_complaint_and_a_missing_one_get_the_same_answer(
    inbox: Inbox, web: httpx.AsyncClient
) -> None:
    await given(inbox, *HELD)
    answers = [await web.get(at(ROADS)), await web.get(at(index=7)), await web.get(at("nobody"))]
    assert [answer.status_code for answer in answers] == [404, 404, 404]
    assert len({answer.json()["code"] for answer in answers}) == 1
    moved = [await post(web, "acknowledgement", agency=agency) for agency in (ROADS, "nobody")]
    assert [answer.status_code for answer in moved] == [404, 404]


async def test_an_agency_that_returned_a_complaint_reads_what_it_was_until_then(
    inbox: Inbox, web: httpx.AsyncClient
) -> None:
    await given(inbox, *HELD)
    assert (await post(web, "return", {"reason": "jalan nasional", "suggested_agency": ROADS})).status_code == 200
    await given(inbox, routed(ROADS), detail("Baru saja padam lagi."))
    past = await web.get(at())
    assert (past.status_code, past.headers["etag"], past.json()["status"]) == (200, '"1"', "routed")
    assert (past.json()["text"], past.json()["details"]) == (WORDS, [])
    assert [moment["version"] for moment in past.json()["timeline"]] == [0, 1]
    again = await post(web, "return", {"reason": "jalan nasional", "suggested_agency": ROADS})
    assert (again.json()["version"], again.json()["holder"]) == (2, "router"), "the answer to a repeat is that of then"


async def test_an_agency_still_reads_what_it_held_when_closed(inbox: Inbox, web: httpx.AsyncClient, feed: Feed) -> None:
    await given(inbox, *HELD, ComplaintWithdrawn(at=T0))
    await feed()
    assert (await web.get(at())).json()["closed_reason"] == "withdrawn"
    listed = (await web.get(f"/api/v1/agencies/{PLN}/inbox", params={"status": "closed"})).json()
    assert listed["total"] == 1


@pytest.mark.parametrize(
    ("move", "body", "status"),
    [
        ("acknowledgement", {}, "in_progress"),
        ("return", {"reason": "bukan bidang kami"}, "unplaced"),
        ("progress", {"text": "petugas di lokasi"}, "routed"),
        ("clarification", {"question": "tiang mana?"}, "awaiting_reporter"),
        ("response", {"text": ANSWER, "seen_version": 1}, "answered"),
    ],
)
async def test_each_move_is_accepted_once(
    inbox: Inbox, web: httpx.AsyncClient, move: str, body: dict[str, Any], status: str
) -> None:
    await given(inbox, *HELD)
    first, second = await post(web, move, body), await post(web, move, body)
    assert (first.status_code, first.json()["status"], first.headers["etag"]) == (200, status, '"2"')
    assert second.json() == first.json()
    assert (await inbox.repository.load(complaint())).state.version == 2


async def test_the_same_key_with_another_request_is_refused(inbox: Inbox, web: httpx.AsyncClient) -> None:
    await given(inbox, *HELD)
    await post(web, "progress", {"text": "satu"})
    assert (await post(web, "progress", {"text": "dua"})).json()["code"] == "request-differs"


async def test_a_move_needs_a_key(inbox: Inbox, web: httpx.AsyncClient) -> None:
    await given(inbox, *HELD)
    assert (await web.post(at(move="acknowledgement"), json={})).json()["field"] == "Idempotency-Key"


async def test_if_match_of_an_older_version_is_refused(inbox: Inbox, web: httpx.AsyncClient) -> None:
    await given(inbox, *HELD, acknowledged())
    late = await post(web, "progress", {"text": "satu"}, **{"If-Match": '"1"'})
    assert (late.status_code, late.json()["actual"]) == (412, "2")


async def test_a_former_holders_refusal_names_the_present_holder(inbox: Inbox, web: httpx.AsyncClient) -> None:
    back = ComplaintReturned(at=T0, agency=PLN, reason="jalan nasional")
    await given(inbox, *HELD, back, routed(ROADS))
    answer = await post(web, "acknowledgement")
    assert (answer.status_code, answer.json()["code"], answer.json()["holder"]) == (409, "not-the-holder", "agency:pu")


async def test_an_answer_typed_before_the_new_detail_was_seen_is_refused(inbox: Inbox, web: httpx.AsyncClient) -> None:
    await given(inbox, *HELD, detail())
    blind = await post(web, "response", {"text": ANSWER, "seen_version": 1})
    assert (blind.status_code, blind.json()["code"], blind.json()["version"]) == (409, "unseen-detail", 2)
    assert (await post(web, "response", {"text": ANSWER, "seen_version": 2}, key=OTHER_KEY)).status_code == 200


async def test_a_whole_is_not_answered_before_its_mandatory_parts(inbox: Inbox, web: httpx.AsyncClient) -> None:
    part = Part(id=complaint(1), agency=CITY)
    await given(inbox, *HELD, ComplaintSplit(at=T0, parts=(part,)))
    answer = await post(web, "response", {"text": ANSWER, "seen_version": 2})
    assert (answer.json()["code"], answer.json()["parts"]) == ("parts-open", [str(complaint(1))])
    [named] = (await web.get(at())).json()["parts"]
    assert (named["agency"], named["status"], named["holder"]) == (CITY, None, None), "its stream is not there yet"


async def test_the_lead_agency_sees_the_status_of_each_part(inbox: Inbox, web: httpx.AsyncClient) -> None:
    part = Part(id=complaint(1), agency=CITY)
    await given(inbox, *HELD, ComplaintSplit(at=T0, parts=(part,)))
    back = ComplaintReturned(at=T0, agency=CITY, reason="bukan bidang kami")
    opened = part_opened(complaint(0), T0)
    await write(
        inbox.repository, complaint(1), opened, routed(CITY, cause="part"), back, routed(ROADS, cause="mandate")
    )
    [told] = (await web.get(at(), params={"lang": "en"})).json()["parts"]
    assert (told["agency"], told["status"], told["holder"]) == (CITY, "routed", f"agency:{ROADS}")
    assert told["status_text"] == "forwarded, waiting for the agency to begin"


async def test_only_the_lead_agency_reads_the_answers_of_parts(inbox: Inbox, web: httpx.AsyncClient) -> None:
    await given(inbox, *HELD, ComplaintSplit(at=T0, parts=(Part(id=complaint(1), agency=CITY),)))
    said = ResponseGiven(at=T0, agency=CITY, text=ANSWER)
    await write(inbox.repository, complaint(1), part_opened(complaint(0), T0), routed(CITY, cause="part"), said)
    [told] = (await web.get(at())).json()["parts"]
    assert (told["status"], told["response"]) == ("closed", ANSWER)
    assert ANSWER not in (await web.get(f"/api/v1/agencies/{CITY}/inbox/{complaint(0)}")).text


@pytest.mark.parametrize(
    ("move", "body", "field"),
    [
        ("response", {"text": ANSWER}, "seen_version"),
        ("response", {"text": "sudah", "seen_version": 1}, "text"),
        ("response", {"text": ANSWER, "seen_version": 1, "closed": True}, "closed"),
        ("return", {"reason": "  "}, "reason"),
        ("return", {"reason": "x", "suggested_agency": "Tidak Ada!"}, "suggested_agency"),
        ("clarification", {}, "question"),
        ("acknowledgement", {"unit": 7}, "unit"),
    ],
)
async def test_a_wrong_field_is_named(
    inbox: Inbox, web: httpx.AsyncClient, move: str, body: dict[str, Any], field: str
) -> None:
    await given(inbox, *HELD)
    answer = await post(web, move, body)
    assert (answer.status_code, answer.json()["field"]) == (422, field)
    assert answer.headers["content-type"] == "application/problem+json"


async def test_the_inbox_lists_an_agencys_own_the_most_urgent_first(
    inbox: Inbox, web: httpx.AsyncClient, feed: Feed, clock: FixedClock
) -> None:
    for index in range(3):
        age = timedelta(days=2 * index)
        await given(inbox, filed(T0 - age), routed(at=T0 - age), index=index)
    await given(inbox, filed(), routed(ROADS), index=3)
    await given(inbox, filed(), index=4)
    await feed()
    body = (await web.get(f"/api/v1/agencies/{PLN}/inbox")).json()
    assert [row["id"] for row in body["complaints"]] == [str(complaint(index)) for index in (2, 1, 0)]
    assert (body["total"], body["next"], body["page_size"]) == (3, None, 100)
    row = body["complaints"][0]
    assert (row["status"], row["title"], row["class"], row["overdue"]) == ("routed", "Lampu padam", "complaint", False)

    clock.advance(timedelta(days=60))
    late = (await web.get(f"/api/v1/agencies/{PLN}/inbox", params={"overdue": True})).json()
    assert [row["overdue"] for row in late["complaints"]] == [True, True, True]
    in_time = (await web.get(f"/api/v1/agencies/{PLN}/inbox", params={"overdue": False})).json()
    assert in_time["complaints"] == []


async def test_the_inbox_can_be_asked_for_a_status_and_no_longer_for_a_numbered_page(
    inbox: Inbox, web: httpx.AsyncClient, feed: Feed
) -> None:
    await given(inbox, *HELD)
    await given(inbox, *HELD, acknowledged(), index=1)
    await feed()
    working = (await web.get(f"/api/v1/agencies/{PLN}/inbox", params={"status": "in_progress"})).json()
    assert [row["id"] for row in working["complaints"]] == [str(complaint(1))]
    for name, value in (("page", 1), ("after", "x"), ("region", "Bandung"), ("officer", "Sari"), ("due", "soon")):
        refused = await web.get(f"/api/v1/agencies/{PLN}/inbox", params={name: value})
        assert (refused.status_code, refused.json()["field"].split(".")[0]) == (422, name)
    wrong = await web.get(f"/api/v1/agencies/{PLN}/inbox", params={"status": "lost"})
    assert (wrong.status_code, wrong.json()["field"]) == (422, "status")


async def test_a_merged_bodys_complaints_are_in_its_successors_inbox(
    inbox: Inbox, web: httpx.AsyncClient, feed: Feed
) -> None:
    await given(inbox, *HELD)
    await feed()
    await keep_registry(inbox.repository.store, inbox.repository, merged(PLN, successor=ROADS))
    assert (await web.get(f"/api/v1/agencies/{ROADS}/inbox")).json()["total"] == 1
    assert (await web.get(f"/api/v1/agencies/{PLN}/inbox")).json()["total"] == 0
    assert (await web.get(at(ROADS))).status_code == 200
    assert (await web.get(at(PLN))).status_code == 404
    assert (await post(web, "acknowledgement", agency=ROADS)).status_code == 200


async def test_rebuilt_rows_are_equal(inbox: Inbox, feed: Feed) -> None:
    from agency_inbox import views
    from chassis.project.rebuild import rebuild, table_hash

    for index in range(5):
        await given(inbox, *HELD, index=index)
        await feed()
    before = await inbox.database.read(lambda connection: table_hash(connection, views.INBOX))
    view = views.inbox_view(inbox.repository, inbox.registry, inbox.policies)
    await rebuild(inbox.repository.store, inbox.database, views.METADATA, view)
    assert await inbox.database.read(lambda connection: table_hash(connection, views.INBOX)) == before


async def test_the_holder_reads_numbers_as_the_reporter_wrote_them(inbox: Inbox, web: httpx.AsyncClient) -> None:
    said = "Telepon saya 0812-3456-7890, NIK 3273010101900001"
    await given(inbox, filed(text=said), routed(), detail(text=said))
    body = (await web.get(at())).json()
    assert (body["text"], body["details"][0]["text"]) == (said, said)


async def test_the_default_inbox_is_what_is_open_and_closed_ones_are_asked_for(
    inbox: Inbox, web: httpx.AsyncClient, feed: Feed
) -> None:
    await given(inbox, *HELD)
    await given(inbox, *HELD, ComplaintWithdrawn(at=T0), index=1)
    await feed()
    shown = (await web.get(f"/api/v1/agencies/{PLN}/inbox")).json()
    assert ([row["id"] for row in shown["complaints"]], shown["total"]) == ([str(complaint(0))], 1)
    closed = (await web.get(f"/api/v1/agencies/{PLN}/inbox", params={"status": "closed"})).json()
    assert ([row["id"] for row in closed["complaints"]], closed["total"]) == ([str(complaint(1))], 1)


async def test_counts_stand_beside_the_filters_and_equal_what_these_show(
    inbox: Inbox, web: httpx.AsyncClient, feed: Feed, clock: FixedClock
) -> None:
    await given(inbox, filed(place={"region": "32.73.05.1001"}), routed(CITY, unit="jalan"))
    await given(inbox, filed(), routed(CITY), acknowledged(CITY), index=1)
    await given(inbox, filed(), routed(CITY), ComplaintWithdrawn(at=T0), index=2)
    await feed()
    clock.advance(timedelta(days=8))
    counts = (await web.get(f"/api/v1/agencies/{CITY}/inbox/counts")).json()
    assert (counts["open"], counts["closed"]) == (2, 1)
    assert counts["status"] == {"routed": 1, "in_progress": 1}
    assert counts["unit"] == {"jalan": 1, "none": 1}
    assert counts["region"] == {"32.73.05.1001": 1, "none": 1}
    asked = [("status", "routed", 1), ("new", "true", 1), ("awaiting", "true", 0), ("unit", "jalan", 1),
             ("region", "32.73", 1), ("region", "32.73.05", 1), ("region", "32.7", 0), ("officer", "nobody", 2),
             ("officer", "me", 0), ("due", "overdue", counts["due"]["overdue"])]  # fmt: skip
    for name, value, number in asked:
        found = await web.get(f"/api/v1/agencies/{CITY}/inbox", params={name: value})
        if value == "32.7":
            assert found.status_code == 422
            continue
        assert (found.json()["total"], len(found.json()["complaints"])) == (number, number), (name, value)
    unit = (await web.get(f"/api/v1/agencies/{CITY}/inbox/counts", headers=role(f"officer:{CITY}/jalan"))).json()
    assert (unit["open"], unit["closed"], unit["unit"]) == (1, 0, {"jalan": 1})


async def test_a_search_opens_open_cases_and_says_whether_it_saw_them_all(
    inbox: Inbox, web: httpx.AsyncClient, feed: Feed, monkeypatch: pytest.MonkeyPatch
) -> None:
    await given(inbox, filed(text="Lampu padam di muka Pasar Cihapit"), routed(), detail("tiang nomor 17"))
    await given(inbox, filed(text="Lampu padam di simpang lima"), routed(), index=1)
    await given(inbox, filed(text="Lampu padam di Pasar Cihapit"), routed(), ComplaintWithdrawn(at=T0), index=2)
    await given(inbox, filed(text="Lampu padam di Pasar Cihapit"), routed(ROADS), index=3)
    await feed()

    async def found(text: str, **more: Any) -> dict[str, Any]:
        answer = await web.post(f"/api/v1/agencies/{PLN}/inbox/search", json={"text": text}, **more)
        assert answer.status_code == 200, answer.text
        body: dict[str, Any] = answer.json()
        return body | {"ids": {row["id"] for row in body.pop("complaints")}}

    assert await found("pasar LAMPU") == {"ids": {str(complaint(0))}, "looked_at": 2, "complete": True}
    assert (await found("nomor 17"))["ids"] == {str(complaint(0))}
    assert (await found("Atlantis"))["ids"] == set()
    assert (await found(" "))["ids"] == set()
    monkeypatch.setattr(queries, "SEARCHED_CASES", 1)
    assert (await found("Atlantis")) == {"ids": set(), "looked_at": 1, "complete": False}
    for wrong in ({"text": ""}, {"text": "x" * 201}, {"words": "x"}):
        assert (await web.post(f"/api/v1/agencies/{PLN}/inbox/search", json=wrong)).status_code == 422


async def test_notes_and_assignments_are_read_by_the_agency_that_made_them_alone(
    inbox: Inbox, web: httpx.AsyncClient, feed: Feed
) -> None:
    await given(inbox, *HELD)
    noted = await post(web, "notes", {"text": "Regu malam sudah tahu."})
    assert noted.status_code == 200, noted.text
    repeated = await post(web, "notes", {"text": "Regu malam sudah tahu."})
    assert repeated.json() == noted.json()
    me = (await web.get(f"/api/v1/agencies/{PLN}/officers")).json()["me"]
    assert (await post(web, "assignment", {"officer": me}, key=OTHER_KEY)).status_code == 200
    body = (await web.get(at())).json()
    assert ([note["text"] for note in body["notes"]], body["officer"]) == (["Regu malam sudah tahu."], me)
    assert "Regu malam" not in str(body["timeline"])
    await feed()
    mine = (await web.get(f"/api/v1/agencies/{PLN}/inbox", params={"officer": "me"})).json()
    assert [row["id"] for row in mine["complaints"]] == [str(complaint())]

    await given(inbox, ComplaintReturned(at=T0, agency=PLN, reason="bukan kami"), routed(ROADS))
    of_others = (await web.get(at(ROADS))).json()
    assert (of_others["notes"], of_others["officer"]) == ([], None)
    former = (await web.get(at())).json()
    assert [note["text"] for note in former["notes"]] == ["Regu malam sudah tahu."]
    assert (await post(web, "notes", {"text": "masih"}, key=str(UUID(int=8)))).status_code == 409


async def test_a_case_is_assigned_to_officers_who_were_here(inbox: Inbox, web: httpx.AsyncClient) -> None:
    await given(inbox, *HELD)
    sari = UUID(int=77)
    unknown = await post(web, "assignment", {"officer": str(sari)})
    assert (unknown.status_code, unknown.json()["field"]) == (422, "officer")
    await inbox.offices.saw(PLN, sari, "Sari", T0)
    assert (await post(web, "assignment", {"officer": str(sari)})).status_code == 200
    known = (await web.get(f"/api/v1/agencies/{PLN}/officers")).json()["officers"]
    assert known == [{"id": str(sari), "name": "Sari"}]
    assert (await post(web, "assignment", {"officer": None}, key=OTHER_KEY)).status_code == 200
    assert (await web.get(at())).json()["officer"] is None
