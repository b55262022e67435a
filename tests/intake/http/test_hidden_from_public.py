"""The reporter is told what others do not see of the report, and reads the own words as written."""

from datetime import timedelta
from typing import Any
from uuid import UUID, uuid5

import httpx
import pytest

from intake.context import Intake
from schemas.events.agency_inbox import ResponseGiven
from schemas.events.intake import NoteAdded
from support.inbox import T0
from support.lives import AGENCY, filed, joined, named, routed, write

KEY = {"Idempotency-Key": str(uuid5(UUID(int=91), "a"))}
TEXT = "Lampu padam. WA saya 0812-3456-7890, NIK 3273 0101 0190 0001, jam 08.00-16.00"


async def report(web: httpx.AsyncClient, **said: Any) -> dict[str, Any]:
    answer = await web.post("/api/v1/complaints?lang=en", json={"text": TEXT, **said}, headers=KEY)
    assert answer.status_code == 201, answer.text
    body: dict[str, Any] = answer.json()
    return body


async def test_the_answer_to_a_filing_and_the_page_tell_what_is_hidden(web: httpx.AsyncClient) -> None:
    receipt = await report(web)

    page = (await web.get(f"/api/v1/complaints/{receipt['tracking_code']}?lang=id")).json()

    assert receipt["hidden_from_public"]["kinds"] == ["NIK", "phone"]
    assert "telephone numbers" in receipt["hidden_from_public"]["message"]
    assert "nomor telepon" in page["hidden_from_public"]["message"]
    assert page["text"] == TEXT


@pytest.mark.parametrize("said", [{"text": "Lampu padam sejak 12-03-2026, jam 18.00-22.00"}, {"secret": True}])
async def test_nothing_is_told_where_nothing_is_hidden_or_nobody_reads(
    web: httpx.AsyncClient, said: dict[str, Any]
) -> None:
    assert "hidden_from_public" not in await report(web, **said)


async def test_title_and_address_count_too(web: httpx.AsyncClient) -> None:
    receipt = await report(
        web,
        text="Lampu padam",
        title="Hubungi budi@contoh.id",
        place={"region": "32.73", "address": "Pasar, 081234567890"},
    )
    assert receipt["hidden_from_public"]["kinds"] == ["phone", "e-mail"]


async def test_open311_tells_it_in_its_notice(web: httpx.AsyncClient) -> None:
    form = {"service_code": "roads", "description": TEXT, "lat": "-6.9147", "long": "107.6098"}
    answer = await web.post("/open311/v2/requests.json", data=form, headers=KEY | {"Accept-Language": "en"})
    assert "telephone numbers" in answer.json()[0]["service_notice"]


async def test_a_reporter_reads_the_note_of_somebody_else_masked(web: httpx.AsyncClient, intake: Intake) -> None:
    receipt = await report(web)
    note = NoteAdded(at=T0, text="saya tahu, telepon 0857 1234 5678", channel="open311")
    await write(intake.repository, UUID(receipt["id"]), note)

    page = (await web.get(f"/api/v1/complaints/{receipt['tracking_code']}")).json()

    assert "saya tahu, telepon [phone]" in page["timeline"][-1]["sentence"]


async def test_the_reporter_of_a_joined_report_reads_the_leads_answer_masked(
    web: httpx.AsyncClient, intake: Intake
) -> None:
    mine = await report(web)
    lead, later = named("lead"), T0 + timedelta(hours=2)
    answer = ResponseGiven(at=later, agency=AGENCY, text="Bu Ani, 0857 1234 5678, sudah kami hubungi jam 08.00-09.00")
    await write(intake.repository, UUID(mine["id"]), routed(), joined(lead))
    await write(intake.repository, lead, filed(7, text="Lampu padam, hubungi 0857 1234 5678"), routed(), answer)

    page = await web.get(f"/api/v1/complaints/{mine['tracking_code']}")

    assert page.json()["response"] == "Bu Ani, [phone], sudah kami hubungi jam 08.00-09.00"
    assert "1234" not in page.text
