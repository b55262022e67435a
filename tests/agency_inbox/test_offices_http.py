"""Answer templates and saved views over HTTP: who reads them, what is refused, and what somebody else changed."""

from typing import Any
from uuid import uuid4  # noqa: TID251 - a client makes its own keys

import httpx
import pytest

from support.inbox import CITY, PLN
from support.signed_in import role

TEMPLATES, VIEWS = f"/api/v1/agencies/{CITY}/templates", f"/api/v1/agencies/{CITY}/saved-views"
WORDS = {"name": "Lampu", "text": "Laporan {nomor} sudah selesai."}


async def post(web: httpx.AsyncClient, path: str, body: Any, who: str = f"officer:{CITY}", key: str = "") -> Any:
    headers = role(who) | {"Idempotency-Key": key or str(uuid4())}
    return await web.post(path, json=body, headers=headers)


async def names(web: httpx.AsyncClient, who: str = f"officer:{CITY}") -> list[str]:
    return [each["name"] for each in (await web.get(TEMPLATES, headers=role(who))).json()["templates"]]


async def test_a_template_is_added_once_changed_and_deleted_by_the_version_that_was_read(
    web: httpx.AsyncClient,
) -> None:
    key = str(uuid4())
    first, again = [await post(web, TEMPLATES, WORDS, key=key) for _ in range(2)]
    assert (first.status_code, first.json()) == (200, again.json())
    assert await names(web) == ["Lampu"]
    one = f"{TEMPLATES}/{first.json()['id']}"
    changed = await post(web, one, {"name": "Jalan", "text": "{tanggal}", "version": 1})
    assert changed.json() == {"id": first.json()["id"], "version": 2, "name": "Jalan", "text": "{tanggal}"}
    late = await post(web, one, {"name": "Lain", "text": "x", "version": 1})
    assert (late.status_code, late.json()["actual"]) == (412, "2")
    late = await post(web, f"{one}/deletion", {"version": 1})
    assert (late.status_code, await names(web)) == (412, ["Jalan"])
    assert (await post(web, f"{one}/deletion", {"version": 2})).json() == {"deleted": True}
    assert (await post(web, f"{one}/deletion", {"version": 2})).status_code == 200, "the same again"
    assert await names(web) == []
    gone = await post(web, one, {"name": "Lain", "text": "x", "version": 2})
    assert (gone.status_code, gone.json()["actual"]) == (412, "0")


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"name": " ", "text": "x"}, "name"),
        ({"name": "A", "text": "Yth. {pelapor}"}, "text"),
        ({"name": "A", "text": "{nomor"}, "text"),
        ({"name": "A" * 101, "text": "x"}, "name"),
        ({"name": "A", "text": "x", "more": 1}, "more"),
    ],
)
async def test_a_wrong_template_is_refused_by_its_field(
    web: httpx.AsyncClient, body: dict[str, Any], field: str
) -> None:
    refused = await post(web, TEMPLATES, body)
    assert (refused.status_code, refused.json()["field"]) == (422, field)
    assert await names(web) == []


async def test_only_people_of_the_agency_read_and_write_them(web: httpx.AsyncClient) -> None:
    for who in (f"officer:{PLN}", "triage", "operator", "inspectorate"):
        for path in (TEMPLATES, VIEWS):
            assert (await web.get(path, headers=role(who))).status_code in (403, 404), who
        assert (await post(web, TEMPLATES, WORDS, who)).status_code in (403, 404), who
    assert await names(web, f"unit-head:{CITY}/jalan") == []
    unknown = await web.get("/api/v1/agencies/tiada/templates", headers=role("officer:tiada"))
    assert unknown.status_code == 404


async def test_a_saved_view_is_the_officers_own_and_is_what_the_page_shows(web: httpx.AsyncClient) -> None:
    filters = {"status": "routed", "officer": "me", "due": "overdue", "region": "nobody"}
    kept = await post(web, VIEWS, {"name": " Milik  saya ", "filters": filters})
    assert kept.json() == {"name": "Milik saya", "filters": filters}
    assert (await web.get(VIEWS, headers=role(f"officer:{CITY}"))).json()["views"] == [kept.json()]
    other = await web.get(VIEWS, headers=role(f"officer:{CITY}", "officer:pln"))
    assert other.json()["views"] == []
    await post(web, VIEWS, {"name": "Milik saya", "filters": {"sector": "roads"}})
    views = (await web.get(VIEWS, headers=role(f"officer:{CITY}"))).json()["views"]
    assert views == [{"name": "Milik saya", "filters": {"sector": "roads"}}], "in place of the one of that name"
    await post(web, f"{VIEWS}/deletion", {"name": "Milik saya"})
    assert (await web.get(VIEWS, headers=role(f"officer:{CITY}"))).json()["views"] == []


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"name": "A", "filters": {}}, "filters"),
        ({"name": " ", "filters": {"status": "routed"}}, "name"),
        ({"name": "A", "filters": {"due": "kapan"}}, "filters.due"),
        ({"name": "A", "filters": {"warna": "merah"}}, "filters.warna"),
    ],
)
async def test_a_wrong_view_is_refused_by_its_field(web: httpx.AsyncClient, body: dict[str, Any], field: str) -> None:
    refused = await post(web, VIEWS, body)
    assert (refused.status_code, refused.json()["field"]) == (422, field)
