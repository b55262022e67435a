"""The demo provider as a real process: its tokens at our routes, and what it refuses."""

import json
import os
import re
import secrets
import stat
import subprocess
import sys
from base64 import urlsafe_b64encode
from collections.abc import AsyncIterator, Iterator, Mapping
from hashlib import sha256
from urllib.parse import parse_qs, urlsplit

import httpx2
import pytest
from joserfc import jwt
from joserfc.jwk import KeySet, RSAKey

from chassis.base.settings import read_settings
from chassis.signin.addresses import CALLBACK, SIGNED_OUT
from chassis.signin.jws import Verifier
from chassis.signin.provider import RETRY_S, STALE_S, Provider
from chassis.signin.tokens import AccessTokens
from local.issuer import state
from local.issuer.cli import credentials_for, token_for
from local.issuer.people import PEOPLE
from schemas.access.principal import Grant, Role
from schemas.base.refusals import NotSignedIn
from signin.conftest import FRONT, DemoIssuer

RETURNS = f"http://localhost:{FRONT}{CALLBACK}"
VERIFIER = secrets.token_urlsafe(32)
CHALLENGE = urlsplit(urlsafe_b64encode(sha256(VERIFIER.encode()).digest()).rstrip(b"=").decode()).path
REQUEST = {
    "client_id": "satupintu", "redirect_uri": RETURNS, "response_type": "code", "scope": "openid profile roles",
    "state": "st-1", "nonce": "n-1", "code_challenge": CHALLENGE, "code_challenge_method": "S256",
}  # fmt: skip


@pytest.fixture
def web(demo: DemoIssuer) -> Iterator[httpx2.Client]:
    with httpx2.Client(base_url=demo.address, timeout=60) as client:
        yield client


@pytest.fixture
def secret(demo: DemoIssuer) -> str:
    return (demo.state / "secrets" / "oidc-client.secret").read_text().strip()


@pytest.fixture
async def tokens(demo: DemoIssuer) -> AsyncIterator[AccessTokens]:
    opened = AccessTokens(Verifier(Provider(demo.address)), "satupintu-api", "roles")
    yield opened
    await opened.close()


@pytest.fixture
def settings(demo: DemoIssuer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SATUPINTU_STATE_DIR", str(demo.state))
    monkeypatch.setenv("SATUPINTU_DEMO_ISSUER_PORT", str(demo.port))


def code(web: httpx2.Client, person: str = "dewi", **changed: str) -> str:
    answer = web.post("/authorize", data={**REQUEST, "person": person, **changed})
    assert answer.status_code == 303, answer.text
    return parse_qs(urlsplit(answer.headers["location"]).query)["code"][0]


def exchange(web: httpx2.Client, secret: str, code: str, **changed: str) -> httpx2.Response:
    fields = {
        "grant_type": "authorization_code", "code": code, "redirect_uri": RETURNS, "code_verifier": VERIFIER,
    }  # fmt: skip
    return web.post("/token", data=fields | changed, auth=("satupintu", secret))


def refresh(web: httpx2.Client, secret: str, token: str) -> httpx2.Response:
    return web.post("/token", data={"grant_type": "refresh_token", "refresh_token": token}, auth=("satupintu", secret))


async def why(tokens: AccessTokens, token: str) -> str:
    with pytest.raises(NotSignedIn) as refused:
        await tokens.bearer(token)
    return str(refused.value.data["why"])


async def test_every_demo_person_can_sign_in_and_has_their_roles(
    web: httpx2.Client, secret: str, tokens: AccessTokens
) -> None:
    for person in PEOPLE:
        answer = exchange(web, secret, code(web, person.id)).json()
        who = await tokens.bearer(answer["access_token"])
        assert (who.subject, who.name) == (person.id, person.name)
        assert {str(grant) for grant in who.grants} == set(person.roles)
        assert await why(tokens, answer["id_token"]) == "audience"
        userinfo = web.get("/userinfo", headers={"Authorization": f"Bearer {answer['access_token']}"}).json()
        assert userinfo["sub"] == person.id


def test_every_role_of_people_has_a_demo_person() -> None:
    had = {role.split(":")[0] for person in PEOPLE for role in person.roles}
    assert had == {role.value for role in Role} - {"agency", "gateway"}


def test_the_page_names_everybody_and_no_value_of_the_request_becomes_html(web: httpx2.Client) -> None:
    answer = web.get("/authorize", params={**REQUEST, "state": '"><script>alert(1)</script>', "nonce": "'<b>"})
    assert answer.status_code == 200
    assert all(person.name in answer.text for person in PEOPLE)
    assert "<script" not in answer.text
    assert "<b>" not in answer.text
    policy = answer.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["x-content-type-options"] == "nosniff"


@pytest.mark.parametrize(
    "address",
    [
        "https://evil.example/masuk/kembali",
        RETURNS + "/",
        RETURNS + "?x=1",
        RETURNS.upper(),
        f"http://localhost:{FRONT}@evil.example{CALLBACK}",
        f"http://localhost:{FRONT + 1}{CALLBACK}",
        "javascript:alert(1)",
        "",
    ],
)
def test_nobody_is_sent_to_an_address_that_is_not_registered(web: httpx2.Client, address: str) -> None:
    for answer in (
        web.get("/authorize", params={**REQUEST, "redirect_uri": address}),
        web.post("/authorize", data={**REQUEST, "redirect_uri": address, "person": "dewi"}),
    ):
        assert answer.status_code == 400
        assert "location" not in answer.headers
        assert "evil" not in answer.text


@pytest.mark.parametrize(
    ("changed", "error"),
    [
        ({"code_challenge": ""}, "invalid_request"),
        ({"code_challenge": "short"}, "invalid_request"),
        ({"code_challenge_method": "plain"}, "invalid_request"),
        ({"code_challenge_method": ""}, "invalid_request"),
        ({"response_type": "token"}, "unsupported_response_type"),
        ({"scope": "profile"}, "invalid_scope"),
        ({"prompt": "none"}, "login_required"),
        ({"request": "x"}, "request_not_supported"),
        ({"response_mode": "fragment"}, "invalid_request"),
    ],
)
def test_a_request_that_is_not_for_a_code_with_pkce_is_sent_back(
    web: httpx2.Client, changed: Mapping[str, str], error: str
) -> None:
    answer = web.get("/authorize", params={**REQUEST, **changed})
    assert answer.headers["location"].startswith(RETURNS + "?")
    back = parse_qs(urlsplit(answer.headers["location"]).query)
    assert (back["error"], back["state"]) == ([error], ["st-1"])
    assert web.post("/authorize", data={**REQUEST, **changed, "person": "dewi"}).status_code == 400


def test_a_form_of_another_site_chooses_nobody(web: httpx2.Client) -> None:
    answer = web.post("/authorize", data={**REQUEST, "person": "dewi"}, headers={"Sec-Fetch-Site": "cross-site"})
    assert answer.status_code == 400


@pytest.mark.parametrize("who", ["nobody", "agency:pln", "gateway:wa", "officer", "<b>", ""])
def test_only_people_can_be_chosen(web: httpx2.Client, who: str) -> None:
    answer = web.post("/authorize", data={**REQUEST, "person": who})
    assert answer.status_code == 400
    assert "<b>" not in answer.text


def test_a_code_is_used_once_by_its_own_request_and_a_second_use_ends_the_first(
    web: httpx2.Client, secret: str
) -> None:
    for wrong in ({"code_verifier": "x" * 43}, {"redirect_uri": RETURNS.replace("localhost", "127.0.0.1")}):
        assert exchange(web, secret, code(web), **wrong).json()["error"] == "invalid_grant"
    given = code(web)
    first = exchange(web, secret, given)
    assert first.status_code == 200
    assert first.headers["cache-control"] == "no-store"
    assert exchange(web, secret, given).json()["error"] == "invalid_grant"
    assert refresh(web, secret, first.json()["refresh_token"]).json()["error"] == "invalid_grant"


async def test_a_refresh_token_is_used_once(web: httpx2.Client, secret: str, tokens: AccessTokens) -> None:
    first = exchange(web, secret, code(web, "maya")).json()
    second = refresh(web, secret, first["refresh_token"]).json()
    assert (await tokens.bearer(second["access_token"])).subject == "maya"
    assert "nonce" not in jwt.decode(second["id_token"], _keys(web)).claims
    assert refresh(web, secret, first["refresh_token"]).status_code == 400
    assert refresh(web, secret, second["refresh_token"]).status_code == 400  # somebody has a copy: all end


def test_signing_out_ends_the_refresh_tokens_and_goes_back_to_us_only(web: httpx2.Client, secret: str) -> None:
    for address in (f"http://localhost:{FRONT}{SIGNED_OUT}", "https://evil.example/"):
        signed_in = exchange(web, secret, code(web)).json()
        answer = web.get(
            "/end-session", params={"id_token_hint": signed_in["id_token"], "post_logout_redirect_uri": address}
        )
        assert answer.headers.get("location") == (address if "localhost" in address else None)
        assert refresh(web, secret, signed_in["refresh_token"]).status_code == 400


def test_the_id_token_is_for_the_client_and_this_request(web: httpx2.Client, secret: str) -> None:
    answer = exchange(web, secret, code(web)).json()
    claims = jwt.decode(answer["id_token"], _keys(web)).claims
    half = urlsafe_b64encode(sha256(answer["access_token"].encode()).digest()[:16]).rstrip(b"=").decode()
    assert (claims["aud"], claims["nonce"], claims["at_hash"]) == ("satupintu", "n-1", half)


def test_clients_need_their_secret(web: httpx2.Client, secret: str) -> None:
    for auth in (("satupintu", "x"), ("satupintu", ""), ("stranger", secret), ("agency:pln", secret)):
        answer = web.post("/token", data={"grant_type": "client_credentials"}, auth=auth)
        assert (answer.status_code, answer.json()["error"]) == (401, "invalid_client")
    answer = web.post("/token", data={"grant_type": "client_credentials"}, auth=("satupintu", secret))
    assert answer.json()["error"] == "unsupported_grant_type"


@pytest.mark.usefixtures("settings")
async def test_a_system_gets_its_own_role_by_its_credentials(web: httpx2.Client, tokens: AccessTokens) -> None:
    told = dict(line.split(": ") for line in credentials_for(read_settings(), "agency:kota-bandung"))
    answer = web.post(
        told["token endpoint"],
        data={"grant_type": "client_credentials"},
        auth=(told["client id"].replace(":", "%3A"), told["client secret"]),
    )
    who = await tokens.bearer(answer.json()["access_token"])
    assert who.grants == {Grant(Role.AGENCY, "kota-bandung")}
    assert "refresh_token" not in answer.json()


@pytest.mark.usefixtures("settings")
@pytest.mark.parametrize("who", ["dewi", "triage", "officer:pln", "unit-head:pln/up3", "agency:pln", "gateway:wa"])
async def test_the_command_prints_a_token(tokens: AccessTokens, who: str) -> None:
    got = await tokens.bearer(token_for(read_settings(), who))
    assert {str(grant) for grant in got.grants} == {"triage" if who == "dewi" else who}


@pytest.mark.parametrize(
    ("argv", "env", "said"),
    [
        (["nobody"], {}, "nobody is neither a role such as officer:pln nor one of sari,"),
        (["dewi", "--credentials"], {}, "dewi is no system"),
        (["dewi"], {"SATUPINTU_PRODUCTION": "1"}, "no demo people in production"),
        (["dewi"], {"SATUPINTU_OIDC_ISSUER": "https://id.go.id"}, "tokens come from https://id.go.id"),
        (["dewi"], {"SATUPINTU_DEMO_ISSUER_PORT": "1"}, "is `make run` running?"),
        (["dewi"], {"SATUPINTU_PORT": "8999"}, "set SATUPINTU_PORT"),
    ],
)
def test_the_command_says_what_is_wrong_in_one_line(
    demo: DemoIssuer, argv: list[str], env: Mapping[str, str], said: str
) -> None:
    ours = {"SATUPINTU_STATE_DIR": str(demo.state), "SATUPINTU_DEMO_ISSUER_PORT": str(demo.port)}
    run = [sys.executable, "-m", "chassis.cli.main", "token", *argv]
    done = subprocess.run(run, env=os.environ | ours | env, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert said in done.stderr
    assert done.stderr.count("\n") == 1
    assert not done.stdout


@pytest.mark.parametrize("env", [{"SATUPINTU_PRODUCTION": "1"}, {"SATUPINTU_HOST": "0.0.0.0"}])
def test_it_does_not_start_in_production_or_for_others(demo: DemoIssuer, env: Mapping[str, str]) -> None:
    ours = {"SATUPINTU_STATE_DIR": str(demo.state), "SATUPINTU_DEMO_ISSUER_PORT": "0"}
    run = [sys.executable, "-m", "local", "issuer"]
    done = subprocess.run(run, env=os.environ | ours | env, capture_output=True, text=True, check=False, timeout=120)
    assert done.returncode == 2
    assert re.search("demo issuer|loopback", done.stderr)


def test_its_keys_are_its_owners_alone_and_only_public_ones_are_published(demo: DemoIssuer, web: httpx2.Client) -> None:
    for path in (state.keys_file(demo.state), demo.state / "secrets" / "oidc-client.secret"):
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert all("d" not in key for key in web.get("/keys").json()["keys"])


def test_it_answers_under_the_names_of_this_machine_only(web: httpx2.Client) -> None:
    assert web.get("/authorize", params=REQUEST, headers={"Host": "demo.example.go.id"}).status_code == 421
    assert web.get("/authorize", params=REQUEST, headers={"X-Forwarded-For": "203.0.113.9"}).status_code == 403


def test_a_request_is_limited_in_size(web: httpx2.Client) -> None:
    assert web.post("/token", content=b"a=" + b"b" * 20_000).status_code == 413


async def test_keys_rotate_and_known_ones_go_on_while_it_is_away(demo: DemoIssuer, web: httpx2.Client) -> None:
    clock = [0.0]
    tokens = AccessTokens(
        Verifier(Provider(demo.address, monotonic=lambda: clock[0])), "satupintu-api", "roles"
    )  # fmt: skip
    kept = state.read(demo.state, demo.state / "secrets" / "oidc-client.secret")
    old = exchange(web, kept.secret, code(web)).json()["access_token"]
    await tokens.bearer(old)
    demo.process.stop(10)
    clock[0] += STALE_S + 1
    await tokens.bearer(old)
    new_key = RSAKey.generate_key(2048, {"use": "sig", "alg": "RS256"}, auto_kid=True)
    state.keys_file(demo.state).write_text(json.dumps(KeySet([new_key, *kept.keys.keys]).as_dict(private=True)))
    demo.start()
    clock[0] += RETRY_S
    new = exchange(web, kept.secret, code(web)).json()["access_token"]
    await tokens.bearer(new)
    await tokens.bearer(old)
    await tokens.close()


def _keys(web: httpx2.Client) -> KeySet:
    return KeySet.import_key_set(web.get("/keys").json())
