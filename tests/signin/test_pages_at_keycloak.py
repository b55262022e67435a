"""Signing in on pages at a real Keycloak."""

import asyncio
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from queue import Queue

import pytest

from support.browser_of_pages import Pages, query_of
from support.keycloak import PEOPLE, Keycloak

pytestmark = [pytest.mark.keycloak, pytest.mark.slow]


FORM = {"Content-Type": "application/x-www-form-urlencoded"}


async def own(pages: Pages, minutes: float = 0) -> str:
    """One's own page, so many minutes after the start. Empty: nobody is signed in."""
    pages.clock.ahead = timedelta(minutes=minutes)
    answer = await pages.web.get("/saya")
    return answer.text if answer.status_code == 200 else ""


async def test_a_person_signs_in_with_the_roles_of_the_realm_and_out_again(pages_at_keycloak: Pages) -> None:
    pages = pages_at_keycloak
    assert (await pages.sign_in("/masuk?lanjut=/meja")).headers["location"] == "/meja"
    page = await own(pages)
    for shown in ("Maya Uji", "meja triase", "analis"):
        assert shown in page
    answer = await pages.post("/keluar", csrf=await pages.csrf())
    ended = pages.provider_web.get(answer.headers["refresh"].removeprefix("0; url="))
    assert (ended.status_code, ended.headers["location"]) == (302, "http://127.0.0.1:8000/keluar")
    assert not await own(pages)
    asked = pages.provider_web.ask("GET", (await pages.web.get("/masuk")).headers["location"])
    assert asked.status_code == 200, "Keycloak asks for the password again"


async def test_roles_are_read_again_and_one_taken_away_is_gone(keycloak: Keycloak, pages_at_keycloak: Pages) -> None:
    pages = pages_at_keycloak
    await pages.sign_in()
    try:
        keycloak.set_roles("maya", "analyst")
        assert "meja triase" in await own(pages, 4)
        page = await own(pages, 6)
        assert "meja triase" not in page
        assert "analis" in page
        keycloak.set_roles("maya")
        assert "tidak mempunyai peran" in await own(pages, 12)
    finally:
        keycloak.set_roles("maya", *PEOPLE["maya"])
    assert "meja triase" in await own(pages, 18)


async def test_who_is_signed_out_everywhere_at_the_provider_is_signed_out_here(
    keycloak: Keycloak, pages_at_keycloak: Pages
) -> None:
    pages = pages_at_keycloak
    await pages.sign_in()
    keycloak.end_sessions("maya")
    assert await own(pages, 4)
    assert not await own(pages, 6)
    assert pages.noted()[-1] == ("signed-out", {"by": "provider"})


async def test_signing_out_everywhere_here_ends_both_browsers(pages_at_keycloak: Pages) -> None:
    pages = pages_at_keycloak
    await pages.sign_in()
    first = pages.web.cookies["satupintu"]
    pages.web.cookies.clear()
    pages.provider_web.forget()
    await pages.sign_in()
    await pages.post("/keluar/semua", csrf=await pages.csrf())
    pages.web.cookies.set("satupintu", first, domain="127.0.0.1", path="/")
    assert not await own(pages)


async def test_a_disabled_account_is_signed_out(keycloak: Keycloak, pages_at_keycloak: Pages) -> None:
    pages = pages_at_keycloak
    await pages.sign_in()
    user = keycloak.admin("GET", f"/users/{keycloak.user_id('maya')}")
    try:
        keycloak.admin("PUT", f"/users/{user['id']}", user | {"enabled": False})
        assert not await own(pages, 6)
    finally:
        keycloak.admin("PUT", f"/users/{user['id']}", user | {"enabled": True})


async def test_keys_change_while_somebody_is_signed_in(keycloak: Keycloak, pages_at_keycloak: Pages) -> None:
    pages = pages_at_keycloak
    await pages.sign_in()
    keycloak.new_key()
    assert "meja triase" in await own(pages, 6)
    keycloak.withdraw_old_keys()
    pages.provider_web.forget()
    pages.web.cookies.clear()
    assert (await pages.sign_in()).status_code == 303


async def test_a_provider_that_hangs_keeps_nobody_waiting_for_long_and_roles_hold(
    keycloak: Keycloak, pages_at_keycloak: Pages
) -> None:
    pages = pages_at_keycloak
    await pages.sign_in()
    keycloak.pause()
    try:
        assert "meja triase" in await own(pages, 6)
        assert "meja triase" in await own(pages, 35)
        assert "satu jam tidak dapat dibaca" in await own(pages, 61)
    finally:
        keycloak.resume()
    assert "meja triase" in await own(pages, 62)


async def refused(pages: Pages, callback: str, why: str) -> None:
    assert (await pages.web.get(callback)).status_code == 400
    assert not await own(pages)
    assert pages.noted()[-1] == ("sign-in-refused", {"why": why})


async def test_a_replayed_code_is_refused(pages_at_keycloak: Pages) -> None:
    pages = pages_at_keycloak
    callback = await pages.begin()
    assert (await pages.web.get(callback)).status_code == 303
    pages.web.cookies.delete("satupintu")
    await refused(pages, callback, "state")
    second = await pages.begin()
    await refused(pages, second.replace(query_of(second)["code"], query_of(callback)["code"]), "code")


async def test_a_code_of_one_tab_does_not_sign_in_another_and_each_its_own(pages_at_keycloak: Pages) -> None:
    pages = pages_at_keycloak
    one, other, third = [await pages.begin(f"/masuk?lanjut=/{name}") for name in "abc"]
    await refused(pages, one.replace(query_of(one)["code"], query_of(other)["code"]), "code")
    assert (await pages.web.get(third)).headers["location"] == "/c"


async def test_a_forged_state_is_refused(pages_at_keycloak: Pages) -> None:
    callback = await pages_at_keycloak.begin()
    await refused(pages_at_keycloak, callback.replace(query_of(callback)["state"], "forged"), "state")


async def test_keycloak_ends_our_session_over_the_back_channel(keycloak: Keycloak, pages_at_keycloak: Pages) -> None:
    pages = pages_at_keycloak
    [client] = keycloak.admin("GET", "/clients", clientId="satupintu")
    with listening() as (address, received):
        told = client["attributes"] | {"backchannel.logout.url": address, "backchannel.logout.session.required": "true"}
        keycloak.admin("PUT", f"/clients/{client['id']}", client | {"attributes": told, "frontchannelLogout": False})
        try:
            await pages.sign_in()
            assert (await pages.web.post("/keluar/dari-penyedia", data={"logout_token": "x"})).status_code == 400
            assert await own(pages)
            keycloak.end_sessions("maya")
            while await own(pages):  # one token for each of her sessions, also those of other tests
                form = await asyncio.to_thread(received.get, True, 60)
                assert (await pages.web.post("/keluar/dari-penyedia", content=form, headers=FORM)).status_code == 200
        finally:
            keycloak.admin("PUT", f"/clients/{client['id']}", client)
    assert pages.noted()[-1] == ("signed-out", {"by": "provider", "sessions": 1})


@contextmanager
def listening() -> Iterator[tuple[str, "Queue[bytes]"]]:
    """An address, and the bodies that are posted to it."""
    received: Queue[bytes] = Queue()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            received.put(self.rfile.read(int(self.headers["Content-Length"])))
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_: object) -> None: ...

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/", received
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
