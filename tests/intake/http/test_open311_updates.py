"""Updates of reports as FixMyStreet posts them."""

from typing import Any
from uuid import UUID
from xml.etree.ElementTree import fromstring

import httpx
import pytest

from intake.context import Intake
from schemas.base.limits import PUBLIC_NOTES
from schemas.complaint.lifecycle import Status
from schemas.complaint.state import Complaint
from schemas.events.intake import DetailAdded, NoteAdded
from schemas.events.router import ReporterAsked
from support.given import REFERRED
from support.inbox import T0
from support.lives import classified, filed, named, number_of, part_of, routed, write

REPORT = {"service_code": "roads", "description": "Lubang besar", "lat": "-6.9147", "long": "107.6098"}


def update(number: str, **more: str) -> dict[str, str]:
    """The fields that FixMyStreet's client sends (perllib/Open311.pm, `_populate_service_request_update_params`)."""
    sent = {
        "updated_datetime": "2026-03-02T10:00:00+07:00", "service_request_id": number, "status": "OPEN",
        "description": "Masih berlubang.", "last_name": "Kenari", "first_name": "Siti", "email": "kenari@contoh.id",
        "update_id": "7001",
    }  # fmt: skip
    return sent | more


async def post(web: httpx.AsyncClient, form: dict[str, str], kind: str = "json") -> httpx.Response:
    return await web.post(f"/open311/v2/servicerequestupdates.{kind}?lang=en", data=form)


async def file(web: httpx.AsyncClient, **more: Any) -> dict[str, Any]:
    receipt: dict[str, Any] = (await web.post("/open311/v2/requests.json", data={**REPORT, **more})).json()[0]
    return receipt


async def loaded(intake: Intake, code: str) -> Any:
    return await intake.repository.load(await intake.codes.open(code))


async def test_an_update_is_a_note_that_its_holder_reads_and_its_id_is_given_back(
    web: httpx.AsyncClient, intake: Intake
) -> None:
    receipt = await file(web)
    answer = await post(web, update(receipt["service_request_id"]), "xml")
    assert answer.status_code == 201, answer.text
    root = fromstring(answer.content)
    assert root.tag == "service_request_updates"
    last = (await loaded(intake, receipt["tracking_code"])).facts()[-1]
    assert isinstance(last.fact, NoteAdded)
    assert last.fact.text == "Masih berlubang."
    assert root.findtext("request_update/update_id") == str(last.event_id)


STATUSES = (
    "OPEN", "CLOSED", "FIXED", "IN_PROGRESS", "ACTION_SCHEDULED", "INVESTIGATING", "DUPLICATE",
    "NOT_COUNCILS_RESPONSIBILITY", "NO_FURTHER_ACTION", "INTERNAL_REFERRAL", "REOPEN",
)  # fmt: skip
"""What FixMyStreet's client says of a report with and without `extended_statuses`."""


async def test_an_update_says_any_status_without_words_and_with_a_picture_and_changes_none(
    web: httpx.AsyncClient, intake: Intake
) -> None:
    receipt = await file(web)
    before = (await loaded(intake, receipt["tracking_code"])).state.status
    more = {"title": "Ibu", "email_alerts_requested": "TRUE", "media_url": "https://fms.contoh.id/photo/c/1.jpeg"}
    for number, status in enumerate(STATUSES):
        form = update(receipt["service_request_id"], status=status, description="", update_id=str(number), **more)
        assert (await post(web, form)).status_code == 201, status
    story = (await loaded(intake, receipt["tracking_code"])).state
    assert (story.notes, story.status) == (len(STATUSES), before)


async def test_an_equal_update_is_taken_once(web: httpx.AsyncClient, intake: Intake) -> None:
    receipt = await file(web)
    form = update(receipt["service_request_id"])
    first, again, other = await post(web, form), await post(web, form), await post(web, {**form, "update_id": "7002"})
    assert (first.status_code, again.status_code, other.status_code) == (201, 200, 201)
    assert first.json() == again.json() != other.json()
    assert (await loaded(intake, receipt["tracking_code"])).state.notes == 2


@pytest.mark.parametrize("as_id", [True, False])
async def test_with_the_tracking_code_it_is_the_reporter_s_own_detail(
    web: httpx.AsyncClient, intake: Intake, as_id: bool
) -> None:
    receipt = await file(web)
    code = receipt["tracking_code"]
    form = update(code) if as_id else update(receipt["service_request_id"], tracking_code=code)
    answer = await post(web, form)
    assert answer.status_code == 201, answer.text
    last = (await loaded(intake, code)).facts()[-1]
    assert isinstance(last.fact, DetailAdded)
    assert answer.json() == [{"update_id": str(last.event_id)}]


async def test_a_code_of_another_report_proves_nothing(web: httpx.AsyncClient) -> None:
    one, other = await file(web), await file(web, description="Lampu mati")
    answer = await post(web, update(one["service_request_id"], tracking_code=other["tracking_code"]))
    assert (answer.status_code, answer.json()[0]["code"]) == (404, 404)


async def test_what_fix_my_street_says_beside_the_words_is_kept(web: httpx.AsyncClient, intake: Intake) -> None:
    receipt = await file(web)
    more = {"status": "NO_FURTHER_ACTION", "media_url": "https://contoh.id/1.jpg", "attribute[x]": "1"}
    await post(web, update(receipt["service_request_id"], **more))
    [(_, text)] = (await loaded(intake, receipt["tracking_code"])).state.details
    assert text.endswith("Masih berlubang.\n\nhttps://contoh.id/1.jpg\n\n[Open311]\nx: 1\nstatus: NO_FURTHER_ACTION")


async def test_a_note_answers_no_question_and_is_no_word_of_the_reporter(
    intake: Intake, web: httpx.AsyncClient
) -> None:
    asked = ReporterAsked(at=T0, question="Di mana?")
    await write(intake.repository, named("asked"), filed(1), classified(), REFERRED, asked)
    before = (await intake.repository.load(named("asked"))).state
    assert (await post(web, update(number_of(1)))).status_code == 201
    after: Complaint = (await intake.repository.load(named("asked"))).state
    assert (after.status, after.question, after.detail_version, after.moves) == (
        Status.AWAITING_REPORTER, "Di mana?", before.detail_version, before.moves,
    )  # fmt: skip


async def test_nobody_learns_of_a_protected_report_by_writing_to_it(intake: Intake, web: httpx.AsyncClient) -> None:
    await write(intake.repository, named("secret"), filed(1, secret=True), classified(), routed())
    await write(intake.repository, named("examined"), filed(2), classified(supervision=True), routed())
    await write(intake.repository, named("part"), part_of(UUID(int=1), 3))
    answers = [await post(web, update(number)) for number in (*map(number_of, range(1, 5)), "nonsense")]
    assert [each.status_code for each in answers] == [404] * 5


async def test_an_ended_report_takes_no_note(web: httpx.AsyncClient) -> None:
    receipt = await file(web)
    key = {"Idempotency-Key": str(UUID(int=1))}
    await web.post(f"/api/v1/complaints/{receipt['tracking_code']}/withdrawal", json={}, headers=key)
    answer = await post(web, update(receipt["service_request_id"]))
    assert (answer.status_code, answer.json()[0]["code"]) == (400, 400)


async def test_strangers_cannot_use_up_the_reporter_s_own_limit(web: httpx.AsyncClient, intake: Intake) -> None:
    receipt = await file(web)
    form = update(receipt["service_request_id"])
    answers = [await post(web, {**form, "update_id": str(n)}) for n in range(PUBLIC_NOTES + 1)]
    assert [each.status_code for each in answers] == [201] * PUBLIC_NOTES + [429]
    assert (await loaded(intake, receipt["tracking_code"])).state.moves == 0


@pytest.mark.parametrize(
    ("changes", "field"),
    [({"service_request_id": ""}, "service_request_id"), ({"description": ""}, "description")],
)
async def test_an_invalid_update_is_refused_by_field(
    web: httpx.AsyncClient, changes: dict[str, str], field: str
) -> None:
    receipt = await file(web)
    answer = await post(web, update(receipt["service_request_id"], **changes))
    assert answer.status_code == 400
    assert field in answer.json()[0]["description"]
