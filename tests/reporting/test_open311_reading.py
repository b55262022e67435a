"""Open311 GeoReport v2, the reading side, in JSON and XML."""

from datetime import datetime, timedelta
from typing import Any, cast
from xml.etree.ElementTree import fromstring
from zoneinfo import ZoneInfo

import httpx
import pytest

from chassis.base.clock import FixedClock
from reporting.context import Reporting
from schemas.base.values import Place
from schemas.contract.open311 import OTHER
from schemas.wording.sectors import SECTORS
from support.inbox import T0
from support.lives import answered, classified, confirmed, filed, named, number_of, routed, write
from support.public_views import fill_public

FIELDS = {
    "service_request_id", "status", "status_notes", "service_name", "service_code", "description", "agency_responsible",
    "service_notice", "requested_datetime", "updated_datetime", "expected_datetime", "address", "address_id", "zipcode",
    "lat", "long", "media_url",
}  # fmt: skip


@pytest.fixture
async def told(reporting: Reporting) -> None:
    """Answered, closed, unclassified, secret and supervision grade: one complaint each."""
    repository = reporting.repository
    await write(repository, named("open"), filed(1), classified(), routed(), answered())
    await write(repository, named("closed"), filed(2), classified(), routed(), answered(), confirmed())
    await write(repository, named("new"), filed(3))
    await write(repository, named("secret"), filed(4, secret=True), classified(), routed())
    await write(repository, named("examined"), filed(5), classified(supervision=True), routed())
    await fill_public(reporting)


async def ids(web: httpx.AsyncClient, query: str = "") -> set[str]:
    answer = await web.get(f"/open311/v2/requests.json{query}")
    assert answer.status_code == 200, answer.text
    return {each["service_request_id"] for each in answer.json()}


async def test_discovery_has_the_address_and_formats(web: httpx.AsyncClient) -> None:
    said = (await web.get("/open311/v2/discovery.json")).json()
    assert said["endpoints"][0]["url"] == "http://door/open311/v2"
    root = fromstring((await web.get("/open311/v2/discovery.xml")).content)
    assert (root.tag, root.findtext("endpoints/endpoint/url")) == ("discovery", "http://door/open311/v2")
    assert [each.text for each in root.iterfind("endpoints/endpoint/formats/format")] == [
        "application/json",
        "text/xml",
    ]


async def test_every_sector_is_a_service_and_one_is_for_other_matters(
    web: httpx.AsyncClient,
) -> None:
    answer = await web.get("/open311/v2/services.xml?lang=en")
    assert answer.headers["content-type"] == "text/xml; charset=utf-8"
    services = fromstring(answer.content)
    assert {each.findtext("service_code") for each in services.iterfind("service")} == {*SECTORS, OTHER}
    assert {each.findtext("metadata") for each in services.iterfind("service")} == {"false"}
    definition = (await web.get("/open311/v2/services/roads.json")).json()
    assert definition == {"service_code": "roads", "attributes": []}


@pytest.mark.usefixtures("told")
async def test_a_request_has_the_standards_fields_and_only_the_region_of_its_place(
    web: httpx.AsyncClient,
) -> None:
    [found] = (await web.get(f"/open311/v2/requests/{number_of(1)}.json?lang=en")).json()
    assert set(found) == FIELDS
    assert (found["status"], found["service_code"], found["description"]) == ("open", "roads", "Jalan berlubang besar")
    assert (found["address"], found["lat"], found["long"]) == ("32.73", None, None)
    assert found["requested_datetime"].endswith("+00:00")
    [same] = fromstring((await web.get(f"/open311/v2/requests/{number_of(1)}.xml")).content).iterfind("request")
    assert {each.tag for each in same} == FIELDS
    assert same.findtext("service_request_id") == number_of(1)


@pytest.mark.usefixtures("told")
async def test_requests_match_the_filters_and_are_public(web: httpx.AsyncClient) -> None:
    both = {number_of(1), number_of(2)}
    assert await ids(web) == both
    assert await ids(web, "?status=closed") == {number_of(2)}
    assert await ids(web, "?service_code=roads&status=open") == {number_of(1)}
    assert await ids(web, "?service_code=waste") == set()
    every = ",".join(number_of(n) for n in range(1, 6))
    assert await ids(web, f"?service_request_id={every},nonsense") == both
    assert await ids(web, f"?service_request_id={number_of(1)}&service_request_id={number_of(2)}&status=closed") == both
    assert await ids(web, f"?service_request_id={number_of(1)},,&page=3") == {number_of(1)}
    assert await ids(web, "?service_code=waste,roads") == both
    assert await ids(web, "?service_code=waste&service_code=roads") == both
    assert await ids(web, "?service_code=waste&service_code=housing") == set()
    assert await ids(web, "?status=open,closed") == both
    assert await ids(web, "?status=open&status=CLOSED") == both
    empty = (
        "service_request_id=&service_code=&start_date=&end_date=&status=&page=&page_size=&extensions=&jurisdiction_id="
    )
    assert await ids(web, f"?{empty}") == both
    assert await ids(web, "?colour=red&api_key=x") == both
    assert await ids(web, "?end_date=2020-01-01T00:00:00Z") == set()
    assert len(await ids(web, "?page_size=1")) == 1
    assert await ids(web, "?page_size=1&page=3") == set()


@pytest.mark.usefixtures("told")
@pytest.mark.parametrize(
    ("path", "status"),
    [
        (f"requests/{number_of(4)}.json", 404),
        ("requests/nonsense.json", 404),
        ("services/nonsense.json", 404),
        ("tokens/nonsense.json", 404),
        ("requests.json?status=ajar", 400),
        ("requests.json?start_date=yesterday", 400),
        ("requests.json?page=0", 400),
        ("requests.json?page_size=1001", 400),
        ("servicerequestupdates.json?end_date=soon", 400),
        ("nonsense.json", 404),
        ("requests/a/b.json", 404),
        ("requests.yaml", 404),
    ],
)
async def test_a_refusal_is_a_list_of_code_and_description(web: httpx.AsyncClient, path: str, status: int) -> None:
    answer = await web.get(f"/open311/v2/{path}")
    [error] = answer.json()
    assert (answer.status_code, error["code"]) == (status, status)
    assert set(error) == {"code", "description"}
    assert error["description"]


async def test_xml_is_ascii_for_clients_that_decode_it_once_too_often(
    web: httpx.AsyncClient, reporting: Reporting
) -> None:
    await write(
        reporting.repository, named("café"), filed(1, text="Lubang — dekat café “Kenari” \U0001f6b2"), classified()
    )
    await tell(reporting)
    answer = await web.get("/open311/v2/requests.xml")
    assert answer.content.startswith(b'<?xml version="1.0" encoding="utf-8"?>')
    assert answer.content.isascii()
    assert fromstring(answer.content).findtext("request/description") == "Lubang — dekat café “Kenari” \U0001f6b2"


async def test_a_refusal_in_xml_is_one_too(web: httpx.AsyncClient) -> None:
    answer = await web.get("/open311/v2/requests/nonsense.xml")
    root = fromstring(answer.content)
    assert (answer.status_code, root.tag, root.findtext("error/code")) == (404, "errors", "404")


HERE = Place(region="32.73", lat=-6.914744, lon=107.609811, address="Jalan Kenari 5, telepon 0812 3456 7890")


async def tell(reporting: Reporting) -> None:
    await fill_public(reporting)


async def only(web: httpx.AsyncClient, number: str, query: str = "") -> dict[str, Any]:
    [found] = (await web.get(f"/open311/v2/requests/{number}.json?lang=en{query}")).json()
    return dict(found)


async def test_a_road_is_shown_where_it_is_and_a_home_only_by_its_grid_and_region(
    web: httpx.AsyncClient, reporting: Reporting
) -> None:
    text = "Air mati di Jl. Kenari No. 5 RT 03/RW 05, -6.914744, 107.609811."
    home, roads = [classified().model_copy(update={"sector": one}) for one in ("water-supply", "roads")]
    repository, shown = reporting.repository, {"place": HERE, "public_position": "policy"}
    await write(repository, named("road"), filed(1, **shown), roads)
    await write(repository, named("home"), filed(2, text=text, **shown), home)
    await write(repository, named("old"), filed(3, place=HERE), roads)
    await write(repository, named("coarser"), filed(4, place=HERE, public_position="rounded"), roads)
    await tell(reporting)
    road, house, old, coarser = [await only(web, number_of(n), "&extensions=true") for n in range(1, 5)]

    assert (road["lat"], road["long"], road["address"]) == (-6.914744, 107.609811, "Jalan Kenari 5, telepon [phone]")
    assert (house["lat"], house["long"], house["address"]) == (-6.91425, 107.61075, "32.73")
    assert house["description"] == "Air mati di Jl. Kenari [address] [address], [position]."
    assert (old["lat"], old["long"], old["address"]) == (None, None, "32.73")
    assert (coarser["lat"], coarser["long"], coarser["address"]) == (house["lat"], house["long"], "32.73")
    said = [each["extended_attributes"]["position"] for each in (road, house, old, coarser)]
    assert said == ["exact", "rounded", "none", "rounded"]
    card = (await web.get(f"/api/v1/reports/{number_of(2)}")).json()
    assert card["position"] == {"lat": -6.91425, "lon": 107.61075, "precision": "rounded"}
    assert "RT 03" not in card["text"]


@pytest.mark.usefixtures("told")
async def test_extensions_give_notes_and_what_geo_report_has_no_field_for(web: httpx.AsyncClient) -> None:
    found = await only(web, number_of(2), "&extensions=true")
    assert [note["type"] for note in found["notes"]][-2:] == ["ResponseGiven", "ResolutionConfirmed"]
    assert "ditambal" in found["notes"][-2]["summary"]
    assert found["extended_attributes"]["class"] == "complaint"
    root = fromstring((await web.get("/open311/v2/requests.xml?extensions=true")).content)
    assert root.findtext("request/extended_attributes/class") == "complaint"
    assert len(root.findall("request/notes/note")) >= 2
    assert set(await only(web, number_of(2))) == FIELDS


@pytest.mark.usefixtures("told")
@pytest.mark.parametrize(
    ("dates", "found"),
    [
        ("start_date=2026-01-01", True),
        ("start_date=2026-01-01T00:00:00", True),
        ("end_date=2026-12-31", True),
        ("start_date={day}&end_date={day}", True),
        ("start_date={local}&end_date={utc}", True),
        ("start_date={day}T00:00:00+09:00", True),
        ("start_date=0001-01-01&end_date=9999-12-31", True),
        ("end_date=0001-01-01T00:00:00Z", False),
        ("start_date=9999-12-31T23:59:59-12:00", False),
        ("end_date=2026-01-01", False),
        ("start_date=2026-01-01T00:00:00Z&end_date=2026-01-31T00:00:00Z", False),
    ],
)
async def test_dates_with_and_without_a_zone(web: httpx.AsyncClient, dates: str, found: bool) -> None:
    local, utc = T0.astimezone(ZoneInfo("Asia/Jakarta")), T0
    texts = {"day": utc.date(), "local": f"{local:%Y-%m-%dT%H:%M:%S}", "utc": f"{utc:%Y-%m-%dT%H:%M:%S}"}
    assert bool(await ids(web, "?" + dates.format(**texts))) is found


async def test_a_range_is_at_most_its_newest_90_days_and_the_answer_says_so(
    web: httpx.AsyncClient, reporting: Reporting
) -> None:
    for index, days in enumerate((0, 80, 100), start=1):
        at = T0 - timedelta(days=days)
        await write(reporting.repository, named(str(days)), filed(index, received_at=at), classified())
    await tell(reporting)
    recent = {number_of(1), number_of(2)}
    assert await ids(web) == recent
    assert await ids(web, "?start_date=2020-01-01T00:00:00Z") == recent
    assert await ids(web, "?start_date=2020-01-01T00:00:00Z&end_date=2100-01-01T00:00:00Z") == recent
    end = (T0 - timedelta(days=90)).isoformat().replace("+", "%2B")
    assert await ids(web, f"?end_date={end}") == {number_of(3)}
    answer = await web.get("/open311/v2/requests.json?start_date=2020-01-01T00:00:00Z")
    begin, _, until = answer.headers["satupintu-range"].partition("/")
    assert datetime.fromisoformat(until) - datetime.fromisoformat(begin) <= timedelta(days=90, hours=1)


async def test_no_page_shifts_while_reports_arrive(web: httpx.AsyncClient, reporting: Reporting) -> None:
    clock, seen, page = cast("FixedClock", reporting.clock), list[str](), 0

    async def arrive(*indices: int) -> None:
        for index in indices:
            clock.advance(timedelta(minutes=7))
            at = clock.now()
            await write(reporting.repository, named(str(index)), filed(index, at=at, received_at=at), classified())
        await tell(reporting)

    await arrive(*range(1, 8))
    while True:
        page += 1
        found = (await web.get(f"/open311/v2/requests.json?page={page}&page_size=2")).json()
        seen += [each["service_request_id"] for each in found]
        if not found:
            break
        if page < 4:
            await arrive(10 * page, 10 * page + 1)
    assert seen == [number_of(n) for n in (*range(1, 8), 10, 11, 20, 21, 30, 31)]
    newest = (await web.get("/open311/v2/requests.json")).json()[0]
    assert newest["service_request_id"] == number_of(31)


@pytest.mark.usefixtures("told")
async def test_updates_tell_what_happened_in_a_range_of_time(web: httpx.AsyncClient, reporting: Reporting) -> None:
    cast("FixedClock", reporting.clock).advance(timedelta(days=1))

    async def updates(query: str = "") -> list[dict[str, Any]]:
        answer = await web.get(f"/open311/v2/servicerequestupdates.json?lang=en&api_key={query}")
        assert answer.status_code == 200, answer.text
        return list(answer.json())

    told = await updates()
    assert {each["service_request_id"] for each in told} == {number_of(1), number_of(2)}
    assert [each["updated_datetime"] for each in told] == sorted(each["updated_datetime"] for each in told)
    assert len({each["update_id"] for each in told}) == len(told)
    last = told[-1]
    assert (last["service_request_id"], last["status"]) == (number_of(2), "closed")
    assert {each["status"] for each in told[:-1]} == {"open"}
    hours = [f"{T0 + timedelta(hours=after):%Y-%m-%dT%H:%M:%SZ}" for after in (1.5, 2.5)]
    between = await updates(f"&start_date={hours[0]}&end_date={hours[1]}")
    assert len(between) == 2
    assert all("ditambal" in each["description"] for each in between)
    assert await updates("&start_date=2020-01-01T00:00:00Z&end_date=2020-01-02T00:00:00Z") == []
    root = fromstring((await web.get("/open311/v2/servicerequestupdates.xml")).content)
    assert root.tag == "service_request_updates"
    assert [each.findtext("update_id") for each in root.iterfind("request_update")] == [
        each["update_id"] for each in told
    ]


@pytest.mark.usefixtures("told")
async def test_rows_of_an_earlier_version_have_updates_too(web: httpx.AsyncClient, reporting: Reporting) -> None:
    await reporting.database.run(lambda connection: connection.exec_driver_sql("update reports set changed_at = null"))
    cast("FixedClock", reporting.clock).advance(timedelta(days=1))
    assert len((await web.get("/open311/v2/servicerequestupdates.json")).json()) >= 4


@pytest.mark.usefixtures("told")
@pytest.mark.parametrize("path", ["requests.json", f"requests/{number_of(1)}.xml", "services.xml", "nonsense.xml"])
async def test_pages_of_other_origins_read_and_head_answers_like_get(web: httpx.AsyncClient, path: str) -> None:
    asked = {"Origin": "https://contoh.id"}
    got, head = (
        await web.get(f"/open311/v2/{path}", headers=asked),
        await web.head(f"/open311/v2/{path}", headers=asked),
    )
    assert got.headers["access-control-allow-origin"] == "*"
    assert (head.status_code, head.content) == (got.status_code, b"")
    assert head.headers["content-length"] == got.headers["content-length"] == str(len(got.content))
    preflight = {**asked, "Access-Control-Request-Method": "GET"}
    allowed = await web.options(f"/open311/v2/{path}", headers=preflight)
    assert (allowed.status_code, allowed.headers["access-control-allow-origin"]) == (204, "*")


async def test_pages_of_other_origins_do_not_write(web: httpx.AsyncClient) -> None:
    answer = await web.post("/open311/v2/requests.json", data={}, headers={"Origin": "https://contoh.id"})
    assert "access-control-allow-origin" not in answer.headers
