"""A tracking code opens a complaint: it is in no log, no metric and no file of the platform, and in no Referer."""

from typing import Final

import aiohttp
import pytest

from schemas.base.ids import parse_tracking_code
from support.door import Door, Refused
from support.platform import Running

pytestmark = [pytest.mark.broker, pytest.mark.journey]
TEXT: Final = "Jalan berlubang di depan pasar, sudah dua orang jatuh."


async def test_a_tracking_code_is_in_no_log_and_in_no_file(platform: Running, door: Door) -> None:
    code = (await door.file(TEXT))["tracking_code"]
    await door.reaches(code, "routed")
    await door.reporter(code, "details", text="Dekat lampu merah.")
    for asked in (f"/api/v1/complaints/{code}/explain", f"/api/v1/complaints/{code}/nowhere", f"/api/v1/{code}"):
        await _ask(door, "GET", asked)
    for method in ("PATCH", "DELETE", "OPTIONS"):
        await _ask(door, method, f"/api/v1/complaints/{code}")
    with pytest.raises(Refused):
        await door.reporter(code, "confirmation")
    await _ask(door, "POST", f"/api/v1/complaints/{code}/details", data=b"{no json")
    written = [code.encode(), parse_tracking_code(code).replace("-", "").encode()]
    files = [
        path
        for path in platform.state.rglob("*")
        if path.is_file() and not path.is_relative_to(platform.state / "notices")
    ]
    assert len([path for path in files if path.suffix == ".log"]) > 6
    assert [path for path in files if any(each in path.read_bytes() for each in written)] == []


async def test_no_answer_lets_a_browser_tell_the_code_to_another_site(door: Door) -> None:
    code = (await door.file(TEXT))["tracking_code"]
    for path in (f"/api/v1/complaints/{code}", f"/api/v1/complaints/{code}/nowhere"):
        async with door.session.get(path) as answer:
            assert answer.headers["Referrer-Policy"] == "no-referrer"
            assert answer.headers["Cache-Control"] == "no-store"


async def _ask(door: Door, method: str, path: str, data: bytes | None = None) -> aiohttp.ClientResponse:
    async with door.session.request(method, path, data=data, headers={"Idempotency-Key": "k"}) as answer:
        await answer.read()
        return answer
