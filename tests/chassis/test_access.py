"""Who may call a route: by its rule, before its body, with an answer that tells no more than it must."""

import httpx
import pytest
from fastapi import FastAPI
from pydantic import BaseModel

from chassis.http.access import AGENCY, ANYONE, ARBITER, TRIAGE, Caller, allow
from chassis.http.web import install
from support.signed_in import RoleTokens, role


class Body(BaseModel):
    word: str


def app() -> FastAPI:
    app = FastAPI()
    app.state.access = RoleTokens()

    @app.get("/open", dependencies=[allow(ANYONE)])
    async def open_(who: Caller) -> dict[str, str]:
        return {"subject": who.subject}

    @app.post("/desk", dependencies=[allow(TRIAGE | ARBITER)])
    async def desk(body: Body) -> str:
        return body.word

    @app.get("/agencies/{agency}", dependencies=[allow(AGENCY)])
    async def agency(agency: str) -> str:
        return agency

    async def ready() -> dict[str, str]:
        return {}

    install(app, ready)
    return app


@pytest.fixture
def web() -> httpx.AsyncClient:
    return httpx.AsyncClient(transport=httpx.ASGITransport(app()), base_url="http://door")


async def test_whoever_has_one_of_the_roles_may_call(web: httpx.AsyncClient) -> None:
    for who in ("triage", "arbiter", "analyst,arbiter"):
        assert (await web.post("/desk", json={"word": "a"}, headers=role(who))).status_code == 200


async def test_nobody_signed_in_gets_401_and_how_to_sign_in_before_the_body_is_looked_at(
    web: httpx.AsyncClient,
) -> None:
    answer = await web.post("/desk", json={})
    assert (answer.status_code, answer.json()["code"]) == (401, "not-signed-in")
    assert answer.headers["www-authenticate"] == "Bearer"


async def test_the_wrong_role_gets_403_which_names_the_right_one(web: httpx.AsyncClient) -> None:
    answer = await web.post("/desk", json={}, headers=role("operator"))
    assert (answer.status_code, answer.json()["code"]) == (403, "not-allowed")
    assert answer.json()["who"] == "the triage desk, or the arbiter"


async def test_another_agencys_officer_learns_as_much_as_of_an_unknown_agency(web: httpx.AsyncClient) -> None:
    assert (await web.get("/agencies/pln", headers=role("officer:pln"))).json() == "pln"
    foreign, unknown = [await web.get(f"/agencies/{id_}", headers=role("officer:x1")) for id_ in ("pln", "nobody")]
    assert foreign.status_code == unknown.status_code == 404
    assert foreign.text.replace("pln", "nobody") == unknown.text


@pytest.mark.parametrize("header", ["Bearer nonsense", "Bearer ", "Bearer", "Basic dXNlcjpwYXNz", "triage"])
async def test_a_token_that_is_not_valid_is_refused_also_where_anyone_may_call(
    web: httpx.AsyncClient, header: str
) -> None:
    assert (await web.get("/open")).json() == {"subject": ""}
    assert (await web.get("/open", headers={"Authorization": header})).status_code == 401


def test_openapi_names_who_may_call() -> None:
    document = app().openapi()
    desk = document["paths"]["/desk"]["post"]
    assert desk["security"] == [{"bearer": []}]
    assert "May be called by the triage desk, or the arbiter." in desk["description"]
    assert {"401", "403"} <= set(desk["responses"])
    assert document["paths"]["/open"]["get"]["security"] == [{}]
    assert "bearer" in document["components"]["securitySchemes"]
