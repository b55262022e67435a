"""Open311 GeoReport v2: filing by form."""

from typing import Any
from uuid import UUID, uuid5
from xml.etree.ElementTree import fromstring

import httpx
import pytest

from intake.context import Intake
from schemas.base.ids import complaint_id
from schemas.complaint.state import Complaint

HERE = {"lat": "-6.9147", "long": "107.6098"}
POTHOLE = {"service_code": "roads", "description": "Lubang besar di depan pasar", **HERE}
KEY = {"Idempotency-Key": str(uuid5(UUID(int=3), "a")), "Accept-Language": "en"}


async def post(web: httpx.AsyncClient, kind: str = "json", **form: str) -> httpx.Response:
    return await web.post(f"/open311/v2/requests.{kind}", data=form, headers=KEY)


async def state(intake: Intake, client: str = "") -> Complaint:
    return (await intake.repository.load(complaint_id("open311", client, KEY["Idempotency-Key"]))).state


async def test_a_report_is_filed_with_its_place_its_reporter_and_the_name_of_its_service(
    web: httpx.AsyncClient, intake: Intake
) -> None:
    person = {"first_name": "Siti", "last_name": "Kenari", "email": "kenari@contoh.id", "phone": "+628120000111"}
    answer = await post(web, **POTHOLE, **person, address_string="Depan pasar", media_url="https://contoh.id/1.jpg")

    assert answer.status_code == 201, answer.text
    [receipt] = answer.json()
    filed = await state(intake)
    assert (receipt["service_request_id"], receipt["account_id"]) == (filed.public_number, None)
    assert filed.text == "Lubang besar di depan pasar\n\nhttps://contoh.id/1.jpg"
    assert (filed.title, filed.channel) == ("Jalan dan jembatan", "open311")
    assert filed.place is not None
    assert (filed.place.lat, filed.place.lon, filed.place.address) == (-6.9147, 107.6098, "Depan pasar")
    assert filed.person is not None
    loaded = await intake.repository.load(filed.id)
    known = await intake.vault.read(filed.person, loaded.keys)
    assert known is not None
    assert (known.name, known.email, known.phone) == ("Siti Kenari", "kenari@contoh.id", "+628120000111")


async def test_the_notice_contains_the_tracking_code(web: httpx.AsyncClient) -> None:
    [receipt] = (await post(web, **POTHOLE)).json()
    code = receipt["service_notice"].partition(": ")[2].partition(".")[0]
    story = (await web.get(f"/api/v1/complaints/{code}")).json()
    assert story["public_number"] == receipt["service_request_id"]


async def test_the_same_key_files_one_report_and_without_a_key_each_request_is_one(web: httpx.AsyncClient) -> None:
    first, again = await post(web, **POTHOLE), await post(web, **POTHOLE)
    assert first.json() == again.json()
    keyless = [(await web.post("/open311/v2/requests.json", data=POTHOLE)).json()[0] for _ in range(2)]
    assert len({each["service_request_id"] for each in [*keyless, first.json()[0]]}) == 3


async def test_xml_is_answered_in_xml(web: httpx.AsyncClient) -> None:
    root = fromstring((await post(web, "xml", service_code="other", address_string="Jalan Braga")).content)
    assert root.tag == "service_requests"
    assert str(root.findtext("request/service_request_id")).startswith("SP-2026-")


@pytest.mark.parametrize(
    ("form", "status", "field"),
    [
        ({"description": "Lubang", **HERE}, 400, "service_code"),
        ({**POTHOLE, "service_code": "dragons"}, 404, ""),
        ({"service_code": "roads", "description": "Lubang"}, 400, "lat and long, or address_string"),
        ({**POTHOLE, "lat": "95"}, 400, "lat"),
        ({"service_code": "roads", "lat": "-6.9"}, 400, "lat and lon"),
        ({**POTHOLE, "description": "x" * 10_001}, 400, "text"),
        ({**POTHOLE, "colour": "red"}, 400, "colour"),
    ],
)
async def test_an_invalid_report_is_refused_by_field(
    web: httpx.AsyncClient, form: dict[str, Any], status: int, field: str
) -> None:
    answer = await post(web, **form)
    [error] = answer.json()
    assert (answer.status_code, error["code"]) == (status, status)
    assert field in error["description"]


async def test_a_refusal_is_in_the_language_of_the_request(web: httpx.AsyncClient) -> None:
    answer = await web.post("/open311/v2/requests.json?lang=id", data={"service_code": "roads"})
    assert "perlu lat dan long, atau address_string" in answer.json()[0]["description"]


async def test_a_body_that_is_no_form_is_refused(web: httpx.AsyncClient) -> None:
    answer = await web.post("/open311/v2/requests.xml", json=POTHOLE, headers=KEY)
    assert answer.status_code == 400
    assert "Content-Type" in str(fromstring(answer.content).findtext("error/description"))
