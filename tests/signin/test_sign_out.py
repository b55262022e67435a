"""Signing out, here and everywhere, and forms that others made."""

import pytest

from schemas.access.principal import Principal, grants_of
from support.browser_of_pages import Pages

pytestmark = pytest.mark.usefixtures("officer")


async def test_who_signs_out_is_signed_out_here_and_led_to_the_provider(pages: Pages) -> None:
    await pages.sign_in()
    cookie = pages.web.cookies["satupintu"]
    answer = await pages.post("/keluar", csrf=await pages.csrf())
    assert answer.status_code == 200
    assert "Anda sudah keluar" in answer.text
    assert answer.headers["refresh"].startswith(f"0; url={pages.provider.issuer}")
    assert "satupintu" not in pages.web.cookies
    pages.web.cookies.set("satupintu", cookie, domain="127.0.0.1", path="/")
    assert (await pages.web.get("/saya")).status_code == 303
    assert pages.noted()[-1] == ("signed-out", {"by": "person"})


async def test_the_provider_ends_its_session_and_leads_back(pages: Pages) -> None:
    await pages.sign_in()
    answer = await pages.post("/keluar", csrf=await pages.csrf())
    provider = pages.provider_web.get(answer.headers["refresh"].removeprefix("0; url="))
    assert (provider.status_code, provider.headers["location"]) == (302, "http://127.0.0.1:8000/keluar")


async def test_signing_out_everywhere_ends_the_sessions_of_all_browsers(pages: Pages) -> None:
    await pages.sign_in()
    elsewhere = pages.web.cookies["satupintu"]
    pages.web.cookies.clear()
    await pages.sign_in()
    await pages.post("/keluar/semua", csrf=await pages.csrf())
    pages.web.cookies.set("satupintu", elsewhere, domain="127.0.0.1", path="/")
    assert (await pages.web.get("/saya")).status_code == 303
    assert pages.noted()[-1] == ("signed-out", {"by": "person, everywhere", "sessions": 2})


async def test_a_look_at_the_address_signs_nobody_out(pages: Pages) -> None:
    await pages.sign_in()
    await pages.web.get("/keluar")
    assert (await pages.web.get("/saya")).status_code == 200


async def test_a_form_without_the_sessions_token_is_refused(pages: Pages) -> None:
    await pages.sign_in()
    mine = await pages.csrf()
    cookie = pages.web.cookies["satupintu"]
    pages.web.cookies.clear()
    await pages.sign_in()
    for form in ({}, {"csrf": ""}, {"csrf": "x"}, {"csrf": mine}, {"csrf": cookie}, {"csrf": "\u00e9"}):
        answer = await pages.post("/keluar", **form)
        assert (answer.status_code, "Formulir ini tidak diterima" in answer.text) == (403, True)
    assert (await pages.web.get("/saya")).status_code == 200
    assert pages.noted()[-1] == ("call-refused", {"route": "/keluar", "method": "POST", "status": 403, "why": "csrf"})


async def test_a_form_from_another_site_is_refused_even_with_the_token(pages: Pages) -> None:
    await pages.sign_in()
    for site in ("cross-site", "same-site"):
        answer = await pages.post("/keluar", {"Sec-Fetch-Site": site}, csrf=await pages.csrf())
        assert answer.status_code == 403
    assert (await pages.web.get("/saya")).status_code == 200


async def test_an_operator_sees_who_is_signed_in_and_ends_their_sessions(pages: Pages) -> None:
    assert (await pages.web.get("/operator/akses")).status_code == 303
    await pages.sign_in()
    assert (await pages.web.get("/operator/akses")).status_code == 403, "an officer is no operator"
    officers = pages.web.cookies["satupintu"]
    found = await pages.app.state.signin.sessions.people("", 10)
    assert [(one.newest.name, one.sessions) for one in found] == [("Sari Dewi", 1)]
    operator = Principal(found[0].newest.issuer, "tono", grants_of(["operator"]))
    assert await pages.app.state.signin.sessions.end_by_operator(found[0].newest.subject, operator) == 1
    pages.web.cookies.set("satupintu", officers, domain="127.0.0.1", path="/")
    assert (await pages.web.get("/saya")).status_code == 303
    assert pages.noted()[-1][1] == {"by": "operator", "user": found[0].newest.subject, "sessions": 1}
    assert pages.log.entries[-1].subject == "tono"
