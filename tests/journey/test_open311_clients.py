"""Open311 by clients that other people wrote, unmodified, over HTTP; and by the exact requests of FixMyStreet's client
(mysociety/fixmystreet, perllib/Open311.pm), whose answers are read as its XML::Simple does.
"""

import asyncio
from datetime import datetime, timedelta
from typing import Any
from xml.etree.ElementTree import Element, fromstring

import aiohttp
import pytest
from georeport import GeoReport

from support.door import Door, until
from support.platform import Running

pytestmark = [pytest.mark.journey, pytest.mark.broker]

AT = {"lat": "-6.914744", "long": "107.609811"}
FORCED = ("service", "attribute", "value", "request", "error", "request_update")


class FixMyStreet:
    """Its client: `endpoint` ends in a slash, every request names the jurisdiction, every POST the key."""

    def __init__(self, session: aiohttp.ClientSession) -> None:
        self._session, self._endpoint = session, "/open311/v2/"

    async def get(self, path: str, **params: str) -> Any:
        async with self._session.get(
            self._endpoint + path, params={**params, "jurisdiction_id": "contoh.id"}
        ) as answer:
            return parsed(answer, await answer.read())

    async def post(self, path: str, **params: Any) -> Any:
        sent = [
            (name, one) for name, value in params.items() for one in (value if isinstance(value, list) else [value])
        ]
        data = [*sent, ("jurisdiction_id", "contoh.id"), ("api_key", "key")]
        async with self._session.post(self._endpoint + path, data=data) as answer:
            return parsed(answer, await answer.read())


def parsed(answer: aiohttp.ClientResponse, body: bytes) -> Any:
    assert answer.ok, body
    assert answer.headers["content-type"] == "text/xml; charset=utf-8"
    return simple(fromstring(body))


def simple(element: Element) -> Any:
    """XML::Simple with ForceArray and SuppressEmpty => undef."""
    if not len(element):
        return element.text
    found: dict[str, Any] = {}
    for child in element:
        if child.tag in FORCED:
            found.setdefault(child.tag, []).append(simple(child))
        else:
            found[child.tag] = simple(child)
    return found


def w3c(at: datetime) -> str:
    return f"{at:%Y-%m-%dT%H:%M:%SZ}"


def problem(title: str) -> dict[str, Any]:
    """As `_populate_service_request_params` fills it, with several photos."""
    return {
        "description": f"{title}\n\nSejak Senin.\n\nhttps://fms.contoh.id/report/7\n", "service_code": "roads",
        "first_name": "Siti", "last_name": "Kenari", "phone": "+62 812 0000 111", "email": "kenari@contoh.id", **AT,
        "media_url": ["https://fms.contoh.id/photo/7.0.jpeg", "https://fms.contoh.id/photo/7.1.jpeg"],
        "deviceid": "iPhone", "attribute[easting]": "788", "attribute[report_title]": title, "attribute[empty]": "",
    }  # fmt: skip


async def reported(fms: FixMyStreet, title: str) -> str:
    sent = await fms.post("requests.xml", **problem(title))
    return str(sent["request"][0]["service_request_id"])


async def test_georeport_reads_services_and_requests_in_both_formats(platform: Running, door: Door) -> None:
    number = await reported(FixMyStreet(door.session), "Jalan berlubang besar di depan pasar")
    since = w3c(await received_at(door, number) - timedelta(days=30))
    for kind in ("json", "xml"):
        client = GeoReport(f"{platform.address}/open311/v2", jurisdiction="contoh.id", output_format=kind)
        services = await asyncio.to_thread(client.get_service_list)
        assert {"roads", "other"} <= {each["service_code"] for each in services}
        definition = await asyncio.to_thread(client.get_service_definition, "roads")
        assert definition["service_code"] == "roads"
        one = await asyncio.to_thread(client.get_service_request, number)
        assert (one["service_request_id"], float(one["lat"]), float(one["long"])) == (number, -6.914744, 107.609811)
        some = await asyncio.to_thread(client.get_service_requests, None, "roads,waste", since, None, "open,closed")
        assert number in {each["service_request_id"] for each in ([some] if isinstance(some, dict) else some)}


async def test_fix_my_street_sends_reports_and_imports_them(door: Door) -> None:
    fms = FixMyStreet(door.session)
    services = (await fms.get("services.xml"))["service"]
    assert all(each["service_code"] and each["service_name"] and each["metadata"] == "false" for each in services)
    number = await reported(fms, "Jalan berlubang dalam di tikungan")
    begun = await received_at(door, number) - timedelta(hours=1)
    window = {"start_date": w3c(begun), "end_date": w3c(begun + timedelta(hours=2))}
    [request] = [each for each in (await fms.get("requests.xml", **window))["request"] if found(each, number)]
    # What GetServiceRequests.pm needs to make a problem of it.
    assert (request["lat"], request["long"]) == ("-6.914744", "107.609811")
    for field in ("updated_datetime", "requested_datetime"):
        assert begun < datetime.fromisoformat(request[field]) < begun + timedelta(hours=2)
    assert (request["status"], request["service_code"]) == ("open", "roads")
    assert request["description"].startswith("Jalan berlubang dalam")
    assert "easting" not in request["description"]
    assert request["media_url"] is None
    both = await fms.get("requests.xml", service_request_id=f"{number},SP-2026-000000-0")
    assert [each["service_request_id"] for each in both["request"]] == [number]
    assert (await fms.get(f"tokens/{number}.xml"))["request"][0]["service_request_id"] == number


async def test_fix_my_street_sends_an_update_and_reads_it_again(door: Door) -> None:
    fms = FixMyStreet(door.session)
    number = await reported(fms, "Jalan berlubang panjang dekat jembatan")
    now = await received_at(door, number)
    comment = {
        "updated_datetime": w3c(now), "service_request_id": number, "status": "OPEN", "description": "Masih berlubang.",
        "last_name": "Kenari", "first_name": "Siti", "phone": "+62 812 0000 111", "email": "kenari@contoh.id",
        "update_id": "7001",
    }  # fmt: skip
    update_id = (await fms.post("servicerequestupdates.xml", **comment))["request_update"][0]["update_id"]
    window = {"api_key": "", "start_date": w3c(now - timedelta(hours=2)), "end_date": w3c(now + timedelta(minutes=5))}

    async def told() -> Any:
        updates = (await fms.get("servicerequestupdates.xml", **window))["request_update"]
        return next((each for each in updates if each["update_id"] == update_id), None)

    update = await until(told, "the update read again")
    assert (update["service_request_id"], update["status"]) == (number, "open")
    assert datetime.fromisoformat(update["updated_datetime"]) <= now + timedelta(minutes=5)


async def received_at(door: Door, number: str) -> datetime:
    """When the report was received, by the platform's clock, once it is public."""

    async def public() -> Any:
        async with door.session.get(f"/open311/v2/requests/{number}.json") as answer:
            return (await answer.json())[0] if answer.ok else None

    shown = await until(public, "the report among the public ones")
    return datetime.fromisoformat(shown["requested_datetime"])


def found(request: dict[str, Any], number: str) -> bool:
    return bool(request["service_request_id"] == number)
