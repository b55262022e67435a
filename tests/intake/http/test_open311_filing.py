"""Open311 GeoReport v2: filing by form."""

from dataclasses import replace
from typing import Any
from uuid import UUID, uuid5
from xml.etree.ElementTree import fromstring

import httpx
import pytest
from fastapi import FastAPI

from chassis.base.errors import StoreUnavailable
from chassis.http.rate_limit import RateLimiter
from intake.context import Intake
from schemas.base.ids import complaint_id
from schemas.complaint.state import Complaint
from schemas.wording.public_text import public_text

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


async def test_the_answer_has_the_tracking_code_in_a_field_and_in_its_notice(web: httpx.AsyncClient) -> None:
    [receipt] = (await post(web, **POTHOLE)).json()
    code = receipt["tracking_code"]
    assert code in receipt["service_notice"]
    story = (await web.get(f"/api/v1/complaints/{code}")).json()
    assert story["public_number"] == receipt["service_request_id"]


async def test_the_same_key_files_one_report_and_a_report_without_a_key_is_another_one(web: httpx.AsyncClient) -> None:
    first, again = await post(web, **POTHOLE), await post(web, **POTHOLE)
    assert first.json() == again.json()
    [keyless] = (await web.post("/open311/v2/requests.json", data=POTHOLE)).json()
    assert keyless["service_request_id"] != first.json()[0]["service_request_id"]


async def test_xml_is_answered_in_xml(web: httpx.AsyncClient) -> None:
    root = fromstring((await post(web, "xml", service_code="other", address_string="Jalan Braga")).content)
    assert root.tag == "service_requests"
    assert str(root.findtext("request/service_request_id")).startswith("SP-2026-")


@pytest.mark.parametrize(
    ("form", "status", "field"),
    [
        ({"description": "Lubang", **HERE}, 400, "service_code"),
        ({**POTHOLE, "service_code": "dragons"}, 404, ""),
        ({"service_code": "roads", "description": "Lubang"}, 400, "lat and long, or address_string, or address_id"),
        ({**POTHOLE, "lat": "95"}, 400, "lat"),
        ({"service_code": "roads", "lat": "-6.9"}, 400, "lat and lon"),
        ({**POTHOLE, "lat": "abc", "address_string": "Jalan Braga"}, 400, "lat"),
        ({**POTHOLE, "lat": "nan"}, 400, "lat"),
        ({**POTHOLE, "public_position": "finer"}, 400, "public_position"),
        ({**POTHOLE, "description": "x" * 10_001}, 400, "text"),
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
    assert "perlu lat dan long, atau address_string, atau address_id" in answer.json()[0]["description"]


async def test_a_body_that_is_no_form_is_refused(web: httpx.AsyncClient) -> None:
    answer = await web.post("/open311/v2/requests.xml", json=POTHOLE, headers=KEY)
    assert answer.status_code == 400
    assert "Content-Type" in str(fromstring(answer.content).findtext("error/description"))


async def test_unknown_fields_are_ignored_and_empty_ones_are_absent(web: httpx.AsyncClient, intake: Intake) -> None:
    empty = dict.fromkeys(
        ("email", "phone", "first_name", "media_url", "device_id", "address_string", "address_id"), ""
    )
    answer = await post(web, **POTHOLE, **empty, colour="red")
    assert answer.status_code == 201, answer.text
    filed = await state(intake)
    assert (filed.text, filed.person) == ("Lubang besar di depan pasar", None)


async def test_every_picture_s_address_is_kept(web: httpx.AsyncClient, intake: Intake) -> None:
    urls = [f"https://contoh.id/{n}.jpg" for n in range(1, 6)]
    odd = "https://contoh.id/size,400/6.jpg"
    form = {
        **POTHOLE,
        "media_url": [urls[0], f"{urls[1]},{urls[2]}"],
        "media_url[]": [urls[3]],
        "media_url[1]": urls[4],
    }
    form["media_url[2]"] = odd
    answer = await web.post("/open311/v2/requests.json", data=form, headers=KEY)
    assert answer.status_code == 201, answer.text
    assert (await state(intake)).text.splitlines()[2:] == [*urls, odd]


@pytest.mark.parametrize("place", [{"address_id": "#NOTPINPOINTED#"}, {"address_string": "40115 Bandung"}])
async def test_a_report_that_fix_my_street_could_not_put_on_the_map_is_filed_with_what_it_says(
    web: httpx.AsyncClient, intake: Intake, place: dict[str, str]
) -> None:
    form = {"service_code": "roads", "description": "Lubang besar", "first_name": "Siti", "last_name": "", **place}
    assert (await post(web, **form, api_key="key", jurisdiction_id="contoh.id")).status_code == 201
    filed = await state(intake)
    assert filed.place is not None
    assert filed.place.lat is None
    assert str(filed.place.address).endswith(*place.values())


async def test_an_address_id_is_a_place(web: httpx.AsyncClient, intake: Intake) -> None:
    answer = await post(web, service_code="roads", description="Lubang", address_id="BDG-0042")
    assert answer.status_code == 201, answer.text
    place = (await state(intake)).place
    assert place is not None
    assert place.address == "address_id: BDG-0042"


@pytest.mark.parametrize(
    ("fields", "lines"),
    [
        ({"attribute[WHISHETN]": "123"}, ["WHISHETN: 123"]),
        ({"attribute[side]": ["left", "right"]}, ["side: left, right"]),
        ({"attribute[side][]": ["left", "right"]}, ["side: left, right"]),
        ({"attribute[easting]": "7", "attribute[empty]": ""}, ["easting: 7"]),
        ({"attribute": '{"depth": 30, "tags": ["a", "b"]}'}, ["depth: 30", "tags: a, b"]),
        ({"attributes": '[{"code": "depth", "value": "30"}]'}, ["depth: 30"]),
        ({"attributes": "just words"}, ["attributes: just words"]),
        ({"attribute[x]": '{"a": 1}'}, ['x: {"a": 1}']),
        ({"address_id": "BDG-1", "address_string": "Jalan Braga"}, ["address_id: BDG-1"]),
    ],
)
async def test_attributes_are_kept_as_words_that_the_public_does_not_read(
    web: httpx.AsyncClient, intake: Intake, fields: dict[str, Any], lines: list[str]
) -> None:
    answer = await web.post("/open311/v2/requests.json", data={**POTHOLE, **fields}, headers=KEY)
    assert answer.status_code == 201, answer.text
    filed = await state(intake)
    assert filed.text.splitlines() == ["Lubang besar di depan pasar", "", "[Open311]", *lines]
    assert public_text(filed) == "Lubang besar di depan pasar"


@pytest.mark.parametrize("name", ["device_id", "deviceid"])
async def test_a_device_is_the_client_under_both_of_its_names(
    web: httpx.AsyncClient, intake: Intake, name: str
) -> None:
    assert (await post(web, **POTHOLE, **{name: "hp-7"})).status_code == 201
    assert (await state(intake, "hp-7")).version == 0


async def test_the_reporter_can_hide_the_position_and_not_sharpen_it(web: httpx.AsyncClient, intake: Intake) -> None:
    await post(web, **POTHOLE, public_position="none")
    assert (await state(intake)).public_position == "none"
    await web.post(
        "/open311/v2/requests.json", data={**POTHOLE, "device_id": "b", "public_position": "exact"}, headers=KEY
    )
    assert (await state(intake, "b")).public_position == "policy"


JPEG, PNG = b"\xff\xd8\xff\xe0" + b"\0" * 64, b"\x89PNG\r\n\x1a\n" + b"\0" * 64


def photo(content: bytes = JPEG, name: str = "a.jpg") -> tuple[str, bytes]:
    return name, content


async def test_photos_of_any_field_become_attachments(web: httpx.AsyncClient, intake: Intake) -> None:
    files = [("photo1", photo()), ("file_2", photo(PNG, "b.png")), ("media[]", photo(JPEG + b"1", "c.jpg"))]
    answer = await web.post("/open311/v2/requests.xml", data=POTHOLE, files=files, headers=KEY)
    assert answer.status_code == 201, answer.text
    code = fromstring(answer.content).findtext("request/tracking_code")
    page = (await web.get(f"/api/v1/complaints/{code}")).json()
    assert [each["media_type"] for each in page["attachments"]] == ["image/jpeg", "image/png", "image/jpeg"]
    content = await web.get(f"/api/v1/complaints/{code}/attachments/{page['attachments'][1]['id']}")
    assert content.content == PNG

    again = await web.post("/open311/v2/requests.xml", data=POTHOLE, files=files, headers=KEY)
    assert again.status_code == 200
    assert (await state(intake)).attachments == 3


async def test_a_file_that_cannot_be_kept_does_not_cost_the_report(web: httpx.AsyncClient, intake: Intake) -> None:
    pictures = [("photo", photo(JPEG + bytes([n]), f"{n}.jpg")) for n in range(6)]
    files = [
        ("photo", ("tool.exe", b"MZ and so on")),
        ("photo", ("large.jpg", JPEG + bytes(10 * 1024 * 1024))),
        *pictures,
    ]
    answer = await web.post("/open311/v2/requests.json", data=POTHOLE, files=files, headers=KEY)
    assert answer.status_code == 201, answer.text
    assert (await state(intake)).attachments == 5
    notice = answer.json()[0]["service_notice"]
    assert "tool.exe" in notice
    assert "large.jpg" in notice
    assert "5.jpg" in notice
    assert "0.jpg" not in notice


async def test_a_multipart_body_over_its_limit_is_refused_in_geo_reports_form(web: httpx.AsyncClient) -> None:
    headers = {"Content-Type": "multipart/form-data; boundary=x", "Content-Length": str(60 * 1024 * 1024)}
    answer = await web.post("/open311/v2/requests.json", content=b"", headers=headers)
    assert (answer.status_code, answer.json()[0]["code"]) == (413, 413)


async def test_a_broken_multipart_body_is_refused_in_geo_reports_form(web: httpx.AsyncClient) -> None:
    headers = {"Content-Type": "multipart/form-data; boundary=x"}
    answer = await web.post("/open311/v2/requests.xml", content=b"nothing of the kind", headers=headers)
    assert (answer.status_code, fromstring(answer.content).findtext("error/code")) == (400, "400")


async def test_too_many_requests_are_refused_in_geo_reports_form(
    web: httpx.AsyncClient, app: FastAPI, intake: Intake
) -> None:
    app.state.intake = replace(intake, filings=RateLimiter(1))
    answers = [await web.post("/open311/v2/requests.xml", data=POTHOLE) for _ in range(2)]
    assert [each.status_code for each in answers] == [201, 429]
    assert answers[1].headers["retry-after"]
    assert fromstring(answers[1].content).findtext("error/code") == "429"


@pytest.mark.parametrize("path", ["nonsense.xml", "requests.xml/x.xml", "requests/none/of/this.xml"])
async def test_an_unknown_path_is_refused_in_geo_reports_form(web: httpx.AsyncClient, path: str) -> None:
    answer = await web.get(f"/open311/v2/{path}")
    assert (answer.status_code, fromstring(answer.content).findtext("error/code")) == (404, "404")


async def test_a_wrong_method_is_refused_in_geo_reports_form(web: httpx.AsyncClient) -> None:
    answer = await web.put("/open311/v2/requests.json", json={})
    assert (answer.status_code, answer.json()[0]["code"]) == (405, 405)
    assert answer.headers["allow"]


async def test_a_failure_of_the_server_is_told_in_geo_reports_form(
    web: httpx.AsyncClient, intake: Intake, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def fail(*_: object) -> None:
        raise StoreUnavailable("away")

    monkeypatch.setattr(type(intake.repository.store), "append", fail)
    answer = await web.post("/open311/v2/requests.xml", data=POTHOLE)
    assert (answer.status_code, fromstring(answer.content).findtext("error/code")) == (503, "503")
    assert answer.headers["retry-after"]


async def test_a_contact_that_nobody_can_write_to_does_not_cost_the_report(web: httpx.AsyncClient) -> None:
    answer = await post(web, **POTHOLE, email="nobody", device_id="x" * 300, first_name="y" * 300)
    assert answer.status_code == 201, answer.text
    assert "cannot be read" in answer.json()[0]["service_notice"]
