"""Regions are found by a name or by a position; the picture is drawn for whoever marks one."""

import httpx
import pytest


async def codes(web: httpx.AsyncClient, **query: str) -> list[str]:
    answer = await web.get("/api/v1/regions", params=query)
    assert answer.status_code == 200, answer.text
    return [each["code"] for each in answer.json()["regions"]]


async def test_a_position_is_in_the_nearest_district(web: httpx.AsyncClient) -> None:
    assert (await codes(web, lat="-6.8853", lon="107.6137"))[0].startswith("32.73")


async def test_codes_are_named_and_a_village_by_its_district(web: httpx.AsyncClient) -> None:
    answer = await web.get("/api/v1/regions", params={"code": ["32.73", "32.73.05.1001", "99.99", "x"]})
    assert [each["code"] for each in answer.json()["regions"]] == ["32.73", "32.73.05"]
    assert "Bandung" in answer.json()["regions"][0]["name"]
    assert (await web.get("/api/v1/regions", params={"code": ["32.73"] * 101})).status_code == 422


async def test_a_position_near_a_border_names_both_sides(web: httpx.AsyncClient) -> None:
    found = await codes(web, lat="-6.872", lon="107.5555")
    assert len({code[:5] for code in found}) == len(found)
    assert found


async def test_the_open_sea_and_other_countries_are_in_no_region(web: httpx.AsyncClient) -> None:
    assert await codes(web, lat="-20", lon="100") == []
    assert await codes(web, lat="1.352", lon="103.82") == []


@pytest.mark.parametrize(
    ("query", "field"), [({"lat": "-6.9"}, "lon"), ({"lon": "107"}, "lat"), ({"lat": "91", "lon": "1"}, "lat")]
)
async def test_half_a_position_is_refused(web: httpx.AsyncClient, query: dict[str, str], field: str) -> None:
    answer = await web.get("/api/v1/regions", params=query)
    assert answer.status_code == 422
    assert field in answer.text


async def test_the_picture_is_drawn_for_a_position(web: httpx.AsyncClient) -> None:
    asked = {"lat": "-6.9", "lon": "107.6", "width": "0.5", "size": "320", "pin": "-6.91,107.62"}
    answer = await web.get("/peta.svg", params=asked)
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "image/svg+xml"
    assert "public" not in answer.headers["cache-control"]
    for wrong in ({"size": "5000"}, {"width": "0"}, {"lat": "nan"}, {"pin": "di sini"}, {"lon": "inf"}):
        refused = await web.get("/peta.svg", params=asked | wrong)
        assert refused.status_code == 422, wrong
