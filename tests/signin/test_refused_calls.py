"""Refused calls are in the access log, with the route and never with what was sent."""

import httpx
from fastapi import FastAPI

from chassis.access_log.entry import MemoryAccessLog
from chassis.http.access import AGENCY, ANYONE, TRIAGE, allow
from chassis.http.web import install
from support.signed_in import RoleTokens, role


async def test_each_refusal_by_rule_is_noted_and_nothing_else() -> None:
    app, log = FastAPI(), MemoryAccessLog()
    app.state.access, app.state.access_log = RoleTokens(), log

    @app.get("/desk", dependencies=[allow(TRIAGE)])
    async def desk() -> None: ...

    @app.get("/agencies/{agency}", dependencies=[allow(AGENCY)])
    async def agency() -> None: ...

    @app.get("/codes/{code}", dependencies=[allow(ANYONE)])
    async def code() -> None: ...

    async def ready() -> dict[str, str]:
        return {}

    install(app, ready)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://door") as web:
        await web.get("/desk", headers=role("triage"))
        await web.get("/codes/SECRET")
        await web.get("/nowhere")
        assert log.entries == []
        await web.get("/desk")
        await web.get("/desk", headers=role("operator"))
        await web.get("/agencies/pln", headers=role("officer:x1"))
        await web.get("/codes/SECRET", headers={"Authorization": "Bearer secret"})
    seen = [(entry.kind, entry.roles, entry.about["route"], entry.about["status"]) for entry in log.entries]
    assert seen == [
        ("call-refused", "", "/desk", 401),
        ("call-refused", "operator", "/desk", 403),
        ("call-refused", "officer:x1", "/agencies/{agency}", 404),
        ("call-refused", "", "/codes/{code}", 401),
    ]
    assert "secret" not in repr(log.entries).lower()
