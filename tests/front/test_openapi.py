"""The OpenAPI document declares every answer: the client of `front` checks each against it, so these tests ask widely."""

import json
from typing import Any
from uuid import uuid4  # noqa: TID251 - a client makes its own keys

import httpx
import pytest

from support.front import Front

VALUES = {"tracking_code": ["0000-00000-00000", "x"], "complaint": ["x", "00000000-0000-0000-0000-000000000001"]}
BODIES: list[bytes] = [
    b"", b"{", b"[]", b"null", b"{}", b'{"text": 7}', b'{"text": "a", "text": "b"}', rb'{"text": "\ud800"}', b"\xff",
    b'{"text": "' + b"x" * 10_001 + b'"}', b"[" * 100_000, b'{"seen_version": ' + b"9" * 5_000 + b"}",
]  # fmt: skip
HEADERS: list[dict[str, str]] = [
    {}, {"Idempotency-Key": "no-uuid"}, {"Idempotency-Key": "x" * 201}, {"If-Match": "x"}, {"If-Match": '"7"'},
    {"If-None-Match": "x"}, {"Accept-Language": "en"}, {"Satupintu-Client": "x"},
]  # fmt: skip


def operations(front: Front) -> list[tuple[str, str, Any]]:
    paths = front.app.openapi()["paths"]
    return [(method.upper(), path, one) for path, methods in paths.items() for method, one in methods.items()]


def filled(path: str, number: int) -> str:
    for name in ("tracking_code", "complaint", "attachment", "public_number", "agency", "client", "key", "calendar"):
        values = VALUES.get(name, ["x", "pln", "SP-2026-000001-8"])
        path = path.replace(f"{{{name}}}", values[number % len(values)])
    return path.replace("{year}", "2026").replace("{rung}", "9").replace("{kind}", "json")


@pytest.mark.parametrize("number", range(3))
async def test_every_answer_to_a_wrong_request_is_declared(front: Front, number: int) -> None:
    for method, path, _ in operations(front):
        if path.startswith("/open311"):
            continue
        target = filled(path, number)
        for query in ("", "?lang=xx", "?page=-1", "?page=99999999999", "?agency=%00", "?by=x&agency=x"):
            await front.web.request(method, target + query, headers={"Idempotency-Key": str(uuid4())})
        if method == "POST":
            for body in BODIES:
                await send(front.web, target, body, {"Idempotency-Key": str(uuid4())})
            for headers in HEADERS:
                await send(front.web, target, b"{}", {"Idempotency-Key": str(uuid4()), **headers})


async def send(web: httpx.AsyncClient, target: str, body: bytes, headers: dict[str, str]) -> None:
    answer = await web.post(target, content=body, headers={"Content-Type": "application/json", **headers})
    assert answer.status_code < 500, f"{target} {body[:40]!r} {answer.text}"


async def test_every_write_needs_a_key_and_every_operation_has_a_name_and_a_success_of_its_own(front: Front) -> None:
    every = operations(front)
    for name in ("operationId", "summary"):
        assert len({one[name] for _, _, one in every}) == len(every), name
    for method, path, one in every:
        if path.startswith("/open311"):
            continue
        success = [answer for status, answer in one["responses"].items() if status.startswith("2")]
        shapes = [content["schema"] for answer in success for content in answer["content"].values()]
        assert shapes, path
        assert all(set(shape) == {"$ref"} or shape.get("type") == "string" for shape in shapes), path
        keys = [given for given in one.get("parameters", ()) if given["name"] == "Idempotency-Key"]
        assert path.endswith(
            ("/duplicates", "/inbox/search", "/due-dates/preview", "/due-dates/policy-preview")
        ) or bool(keys) is (method == "POST"), path
        assert all(given["required"] for given in keys)


async def test_the_document_is_json(front: Front) -> None:
    assert json.loads((await front.web.get("/openapi.json")).content) == front.app.openapi()
