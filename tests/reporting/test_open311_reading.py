"""Open311 GeoReport v2: what a client of that standard reads here, in JSON and in XML."""

from xml.etree.ElementTree import fromstring

import httpx
import pytest

from chassis.project.from_store import StoreProjection
from reporting import queries
from reporting.context import Reporting
from reporting.views import reports_view
from schemas.contract.open311 import OTHER
from schemas.wording.sectors import SECTORS
from support.lives import answered, classified, confirmed, filed, named, number_of, routed, write

FIELDS = {
    "service_request_id", "status", "status_notes", "service_name", "service_code", "description", "agency_responsible",
    "service_notice", "requested_datetime", "updated_datetime", "expected_datetime", "address", "address_id", "zipcode",
    "lat", "long", "media_url",
}  # fmt: skip


@pytest.fixture
async def told(reporting: Reporting) -> None:
    """One is answered, one is closed, one is not read yet, one is secret, one is examined."""
    repository = reporting.repository
    await write(repository, named("open"), filed(1), classified(), routed(), answered())
    await write(repository, named("closed"), filed(2), classified(), routed(), answered(), confirmed())
    await write(repository, named("new"), filed(3))
    await write(repository, named("secret"), filed(4, secret=True), classified(), routed())
    await write(repository, named("examined"), filed(5), classified(supervision=True), routed())
    view = reports_view(repository)
    await StoreProjection(repository.store, reporting.database, queries.METADATA, view).catch_up()


async def ids(web: httpx.AsyncClient, query: str = "") -> set[str]:
    answer = await web.get(f"/open311/v2/requests.json{query}")
    assert answer.status_code == 200, answer.text
    return {each["service_request_id"] for each in answer.json()}


async def test_discovery_names_where_it_is_served(web: httpx.AsyncClient) -> None:
    said = (await web.get("/open311/v2/discovery.json")).json()
    assert said["endpoints"][0]["url"] == "http://door/open311/v2"
    root = fromstring((await web.get("/open311/v2/discovery.xml")).content)
    assert (root.tag, root.findtext("endpoints/endpoint/url")) == ("discovery", "http://door/open311/v2")
    assert [each.text for each in root.iterfind("endpoints/endpoint/formats/format")] == [
        "application/json",
        "text/xml",
    ]


async def test_every_field_of_public_service_can_be_reported_under_and_one_for_who_cannot_tell(
    web: httpx.AsyncClient,
) -> None:
    answer = await web.get("/open311/v2/services.xml?lang=en")
    assert answer.headers["content-type"].startswith("application/xml")
    services = fromstring(answer.content)
    assert {each.findtext("service_code") for each in services.iterfind("service")} == {*SECTORS, OTHER}
    assert {each.findtext("metadata") for each in services.iterfind("service")} == {"false"}
    definition = (await web.get("/open311/v2/services/roads.json")).json()
    assert definition == {"service_code": "roads", "attributes": []}


@pytest.mark.usefixtures("told")
async def test_a_request_tells_what_the_standard_names_and_of_its_place_the_region_alone(
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
async def test_requests_are_found_by_what_is_asked_and_none_that_the_public_may_not_see(web: httpx.AsyncClient) -> None:
    both = {number_of(1), number_of(2)}
    assert await ids(web) == both
    assert await ids(web, "?status=closed") == {number_of(2)}
    assert await ids(web, "?service_code=roads&status=open") == {number_of(1)}
    assert await ids(web, "?service_code=waste") == set()
    every = ",".join(number_of(n) for n in range(1, 6))
    assert await ids(web, f"?service_request_id={every},nonsense") == both
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
        ("requests.yaml", 404),
    ],
)
async def test_a_refusal_is_a_list_of_code_and_description(web: httpx.AsyncClient, path: str, status: int) -> None:
    answer = await web.get(f"/open311/v2/{path}")
    [error] = answer.json()
    assert (answer.status_code, error["code"]) == (status, status)
    assert set(error) == {"code", "description"}
    assert error["description"]


async def test_a_refusal_in_xml_is_one_too(web: httpx.AsyncClient) -> None:
    answer = await web.get("/open311/v2/requests/nonsense.xml")
    root = fromstring(answer.content)
    assert (answer.status_code, root.tag, root.findtext("error/code")) == (404, "errors", "404")
