"""Signing in on pages at a real provider, and everything that must not work."""

from dataclasses import replace
from datetime import timedelta

import pytest

from chassis.http.access import SIGNED_IN, allow
from chassis.signin.pages import SignIn
from chassis.signin.session_table import SessionTable
from chassis.signin.sessions import Sessions
from support.browser_of_pages import Pages, query_of
from support.signed_in import RoleTokens, role

pytestmark = pytest.mark.usefixtures("officer")


async def test_the_request_to_the_provider_has_state_nonce_and_pkce(pages: Pages) -> None:
    answer = await pages.web.get("/masuk?lanjut=/petugas")
    asked = query_of(answer.headers["location"])
    assert (asked["response_type"], asked["client_id"], asked["code_challenge_method"]) == ("code", "satupintu", "S256")
    assert asked["redirect_uri"] == "http://127.0.0.1:8000/masuk/kembali"
    assert {len(asked[name]) >= 43 for name in ("state", "nonce", "code_challenge")} == {True}
    assert asked["scope"].split()[0] == "openid"
    assert "petugas" not in answer.headers["location"]


async def test_a_person_signs_in_sees_their_roles_and_returns_where_they_began(pages: Pages) -> None:
    answer = await pages.sign_in("/masuk?lanjut=/petugas?urut=tenggat")
    assert (answer.status_code, answer.headers["location"]) == (303, "/petugas?urut=tenggat")
    own = await pages.web.get("/saya")
    assert own.status_code == 200
    for shown in ("Sari Dewi", "petugas (pln)", "meja triase"):
        assert shown in own.text
    assert "triage desk" in (await pages.web.get("/saya", headers={"Accept-Language": "en"})).text
    assert pages.noted() == [("signed-in", {})]
    assert pages.log.entries[0].roles == "officer:pln triage"


async def test_whoever_asked_for_no_page_begins_at_their_own_work(pages: Pages) -> None:
    # An officer who also works at the desk begins at the inbox.
    assert (await pages.sign_in("/masuk")).headers["location"] == "/petugas"
    assert (await pages.web.get("/masuk")).headers["location"] == "/petugas"


async def test_sign_in_renews_the_sessions_id_and_ends_the_old_one(pages: Pages) -> None:
    pages.web.cookies.set("satupintu", "planted-by-somebody", domain="127.0.0.1", path="/")
    await pages.sign_in()
    first = pages.web.cookies["satupintu"]
    assert first != "planted-by-somebody"
    again = await pages.begin_anew()
    await pages.web.get(again)
    second = pages.web.cookies["satupintu"]
    assert second != first
    pages.web.cookies.set("satupintu", first, domain="127.0.0.1", path="/")
    assert (await pages.web.get("/saya")).status_code == 303


async def test_the_cookie_is_for_this_host_unreadable_to_scripts_and_not_sent_with_foreign_forms(pages: Pages) -> None:
    [cookie] = [
        line for line in (await pages.sign_in()).headers.get_list("set-cookie") if line.startswith("satupintu=")
    ]
    parts = {part.strip().lower() for part in cookie.split(";")[1:]}
    assert parts == {"httponly", "samesite=lax", "path=/"}  # Secure is absent over http, which is this machine


async def test_over_tls_cookies_are_secure_and_bound_to_the_host(pages: Pages) -> None:
    answer = await pages.web.get("https://lapor.go.id/masuk")
    [cookie] = answer.headers.get_list("set-cookie")
    assert cookie.startswith("__Host-satupintu-masuk-")
    assert {"Secure", "HttpOnly", "SameSite=lax", "Path=/"} <= {part.strip() for part in cookie.split(";")}
    assert query_of(answer.headers["location"])["redirect_uri"] == "https://lapor.go.id/masuk/kembali"


async def test_two_tabs_can_sign_in_at_the_same_time(pages: Pages) -> None:
    await pages.begin()
    await pages.begin()
    assert [name[:15] for name in pages.web.cookies] == ["satupintu-masuk", "satupintu-masuk"]


@pytest.mark.parametrize("address", ["https://evil.test/", "//evil.test", "/\\evil.test", "/%09/evil.test", "/keluar"])
async def test_a_foreign_address_is_never_returned_to(pages: Pages, address: str) -> None:
    assert (await pages.sign_in(f"/masuk?lanjut={address}")).headers["location"] in ("/saya", "/%09/evil.test")


async def refused(pages: Pages, callback: str, why: str) -> None:
    answer = await pages.web.get(callback, headers={"Accept-Language": "id"})
    assert answer.status_code == 400
    assert answer.headers["content-type"].startswith("text/html")
    assert "<h1>Silakan masuk sekali lagi</h1>" in answer.text or "<h1>Anda tidak dapat masuk</h1>" in answer.text
    assert (await pages.web.get("/saya")).status_code == 303, "nobody is signed in"
    assert pages.noted()[-1] == ("sign-in-refused", {"why": why})


async def test_a_forged_state_is_refused(pages: Pages) -> None:
    callback = await pages.begin()
    await refused(pages, callback.replace(query_of(callback)["state"], "forged"), "state")
    await refused(pages, "/masuk/kembali?code=1", "state")
    await refused(pages, "/masuk/kembali?state=a&code=1", "state")


async def test_a_callback_in_another_browser_is_refused(pages: Pages) -> None:
    callback = await pages.begin()
    pages.web.cookies.clear()
    await refused(pages, callback, "state")


async def test_a_replayed_callback_is_refused_though_the_browser_kept_its_cookie(pages: Pages) -> None:
    callback = await pages.begin()
    kept = dict(pages.web.cookies)
    assert (await pages.web.get(callback)).status_code == 303
    await pages.sign_out()
    for name, value in kept.items():
        pages.web.cookies.set(name, value, domain="127.0.0.1", path="/")
    await refused(pages, callback, "replayed")


async def test_a_sign_in_that_took_too_long_is_refused(pages: Pages) -> None:
    callback = await pages.begin()
    pages.clock.ahead = timedelta(minutes=15)
    await refused(pages, callback, "state")


async def test_an_answer_in_the_name_of_another_provider_is_refused(pages: Pages) -> None:
    await refused(pages, f"{await pages.begin()}&iss=https://evil.test", "issuer")


async def test_who_cancels_at_the_provider_is_told_so(pages: Pages) -> None:
    state = query_of(await pages.begin())["state"]
    answer = await pages.web.get(f"/masuk/kembali?state={state}&error=access_denied&error_description=<script>")
    assert (answer.status_code, "Proses masuk dibatalkan" in answer.text) == (400, True)
    assert "<script>" not in answer.text


async def test_pages_lead_to_the_sign_in_and_back_and_forms_say_that_nothing_was_saved(pages: Pages) -> None:
    assert (await pages.web.get("/saya?x=1")).headers["location"] == "/masuk?lanjut=%2Fsaya%3Fx%3D1"
    answer = await pages.post("/keluar")
    assert (answer.status_code, "belum disimpan" in answer.text) == (401, True)


async def test_pages_ignore_access_tokens_and_the_api_ignores_cookies(pages: Pages) -> None:
    @pages.app.get("/api", dependencies=[allow(SIGNED_IN)])
    async def api() -> None: ...

    pages.app.state.access = RoleTokens()
    await pages.sign_in()
    cookie = pages.web.cookies["satupintu"]
    assert (await pages.web.get("/api")).status_code == 401
    assert (await pages.web.get("/api", headers={"Authorization": f"Bearer {cookie}"})).status_code == 401
    pages.web.cookies.clear()
    assert (await pages.web.get("/api", headers=role("triage"))).status_code == 200
    assert (await pages.web.get("/saya", headers=role("triage"))).status_code == 303


async def test_pages_are_kept_by_no_cache_and_may_be_framed_by_nobody(pages: Pages) -> None:
    await pages.sign_in()
    for path in ("/saya", "/keluar", "/masuk", "/masuk/kembali"):
        headers = (await pages.web.get(path)).headers
        assert headers["cache-control"] == "no-store"
        assert "frame-ancestors 'none'" in headers["content-security-policy"]
        assert "access-control-allow-origin" not in headers


async def test_secrets_are_in_no_log(pages: Pages, capsys: pytest.CaptureFixture[str]) -> None:
    callback = await pages.begin()
    await pages.web.get(callback)
    await pages.web.get(callback)
    written = capsys.readouterr()
    for secret in (query_of(callback)["code"], query_of(callback)["state"], pages.web.cookies["satupintu"]):
        assert secret not in written.out + written.err + repr(pages.log.entries)


async def test_without_a_provider_the_page_says_what_to_set(pages: Pages) -> None:
    pages.app.state.signin = None
    answer = await pages.web.get("/masuk")
    assert (answer.status_code, "SATUPINTU_OIDC_ISSUER" in answer.text) == (503, True)
    pages.web.cookies.set("satupintu", "x", domain="127.0.0.1", path="/")
    assert (await pages.web.get("/saya")).status_code == 303


async def test_without_the_database_of_sessions_the_page_says_so(pages: Pages) -> None:
    await pages.sign_in()
    here: SignIn = pages.app.state.signin
    away = SessionTable("postgresql+psycopg://nobody@127.0.0.1:1/sessions", bytes(32))
    pages.app.state.signin = replace(here, sessions=Sessions(away, here.flow, here.access_log, here.clock))
    answer = await pages.web.get("/saya")
    assert (answer.status_code, "Untuk sementara tidak tersedia" in answer.text) == (503, True)
    await away.close()
