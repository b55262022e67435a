"""Every answer has the security headers; other origins may read what anyone may read, and nothing else."""

import re
from typing import Final

import pytest

from chassis.http.headers import EVERY_ANSWER
from support.front import Front

ELSEWHERE: Final = {"Origin": "https://example.org"}
CODE: Final = "A1B2-C3D4E-F5G6H"
PUBLIC: Final = [
    "/api/v1/reports",
    "/api/v1/agencies",
    "/api/v1/calendars",
    "/open311/v2/services.json",
    "/open311/v2/requests.xml",
    "/open311/v2/discovery.json",
]
NOT_PUBLIC: Final = [
    f"/api/v1/complaints/{CODE}",
    f"/api/v1/complaints/{CODE}/explain",
    "/api/v1/agencies/pln/inbox",
    "/api/v1/triage",
    "/api/v1/arbitration",
    "/nowhere",
]


@pytest.mark.parametrize("path", [*PUBLIC, *NOT_PUBLIC, "/openapi.json", "/docs", "/redoc", "/healthz", "/metrics"])
async def test_every_answer_has_the_security_headers(front: Front, path: str) -> None:
    for method in ("GET", "PUT", "OPTIONS"):
        answer = await front.web.request(method, path)
        given = {**answer.headers, "cross-origin-resource-policy": "same-origin"}
        assert EVERY_ANSWER.items() <= given.items()
        assert "server" not in answer.headers


@pytest.mark.parametrize("path", PUBLIC)
async def test_what_anyone_may_read_other_origins_may_read(front: Front, path: str) -> None:
    answer = await front.web.get(path, headers=ELSEWHERE)
    assert answer.status_code == 200
    assert answer.headers["access-control-allow-origin"] == "*"
    assert answer.headers["cross-origin-resource-policy"] == "cross-origin"
    assert "access-control-allow-credentials" not in answer.headers
    asked = {**ELSEWHERE, "Access-Control-Request-Method": "GET"}
    preflight = await front.web.options(path, headers=asked)
    assert (preflight.status_code, preflight.headers["access-control-allow-origin"]) == (204, "*")
    assert preflight.headers["access-control-allow-methods"] == "GET, HEAD"


@pytest.mark.parametrize("path", NOT_PUBLIC)
async def test_what_not_anyone_may_read_no_other_origin_may_read(front: Front, path: str) -> None:
    answer = await front.web.get(path, headers=ELSEWHERE)
    assert not [name for name in answer.headers if name.startswith("access-control-")]
    assert answer.headers["cross-origin-resource-policy"] == "same-origin"
    assert answer.headers["cache-control"] == "no-store"


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE"])
async def test_no_other_origin_may_write(front: Front, method: str) -> None:
    for path in [*PUBLIC, *NOT_PUBLIC, "/api/v1/complaints", "/open311/v2/requests.json"]:
        asked = {**ELSEWHERE, "Access-Control-Request-Method": method}
        answer = await front.web.options(path, headers=asked)
        assert not [name for name in answer.headers if name.startswith("access-control-")], path


async def test_an_error_of_a_public_read_can_be_read_too(front: Front) -> None:
    answer = await front.web.get("/api/v1/reports/SP-2026-000001-0", headers=ELSEWHERE)
    assert answer.status_code in (404, 422)
    assert answer.headers["access-control-allow-origin"] == "*"


async def test_exactly_the_public_reads_of_the_openapi_document_are_open(front: Front) -> None:
    document = front.app.openapi()
    for path, methods in document["paths"].items():
        operation = methods.get("get")
        if operation is None:
            continue
        anyone = operation.get("security") == [{}] and "tracking code in the path" not in operation["description"]
        asked = {**ELSEWHERE, "Access-Control-Request-Method": "GET"}
        answer = await front.web.options(
            path.replace("{kind}", "json").replace("{", "").replace("}", ""), headers=asked
        )
        assert ("access-control-allow-origin" in answer.headers) is anyone, path


async def test_health_and_metrics_are_not_among_the_public_routes(front: Front) -> None:
    for path in ("/healthz", "/readyz", "/metrics"):
        assert (await front.web.get(path)).status_code == 404


async def test_the_page_of_routes_names_each_and_loads_nothing_from_elsewhere(front: Front) -> None:
    page = (await front.web.get("/docs")).text
    for path, methods in front.app.openapi()["paths"].items():
        for method in methods:
            assert f"{method.upper()} {path}</code>" in page
    assert "May be called by the triage desk" in page
    assert "<script" not in page
    assert "src=" not in page
    assert set(re.findall(r'href="([^"]*)"', page)) == {"openapi.json"}
    assert (await front.web.get("/redoc")).status_code == 404
