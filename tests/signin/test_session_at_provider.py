"""While somebody is signed in: roles given and taken at the provider, and a provider that is away or says no."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest
from pytest_iam import Server

from support.browser_of_pages import Pages

TRIAGE = "meja triase"


async def own(pages: Pages, minutes: float) -> str:
    """One's own page, so many minutes after the start. Empty: nobody is signed in."""
    pages.clock.ahead = timedelta(minutes=minutes)
    answer = await pages.web.get("/saya")
    return answer.text if answer.status_code == 200 else ""


def take_role(iam: Server, user: Any, name: str) -> None:
    with iam.app.app_context():
        [group] = iam.backend.query(iam.models.Group, display_name=name)
        group.members = [member for member in group.members if member.id != user.id]
        iam.backend.save(group)
        iam.backend.reload(user)


async def test_a_role_taken_away_is_gone_within_five_minutes(pages: Pages, iam_server: Server, officer: Any) -> None:
    await pages.sign_in()
    take_role(iam_server, officer, "triage")
    assert TRIAGE in await own(pages, 4.9)
    assert TRIAGE not in await own(pages, 5.1)
    assert "petugas (pln)" in await own(pages, 5.2)
    assert pages.noted()[-1] == ("roles-changed", {"from": "officer:pln triage", "to": "officer:pln"})


async def test_who_lost_the_last_role_is_told(pages: Pages, iam_server: Server, officer: Any) -> None:
    await pages.sign_in()
    for name in ("triage", "officer:pln"):
        take_role(iam_server, officer, name)
    assert "tidak mempunyai peran" in await own(pages, 6)


@pytest.mark.usefixtures("officer")
async def test_many_requests_at_once_use_the_refresh_token_once(pages: Pages) -> None:
    await pages.sign_in()
    pages.clock.ahead, pages.wire.asked[:] = timedelta(minutes=6), []
    answers = await asyncio.gather(*(pages.web.get("/saya") for _ in range(12)))
    assert {answer.status_code for answer in answers} == {200}
    assert len([path for path in pages.wire.asked if path.endswith("token")]) == 1


async def test_a_session_that_ended_at_the_provider_ends_here(pages: Pages, iam_server: Server, officer: Any) -> None:
    await pages.sign_in()
    with iam_server.app.app_context():
        for token in iam_server.backend.query(iam_server.models.Token, subject=officer):
            iam_server.backend.delete(token)
    assert await own(pages, 4)
    assert not await own(pages, 6)
    assert pages.noted()[-1] == ("signed-out", {"by": "provider"})
    assert not await own(pages, 4)


@pytest.mark.usefixtures("officer")
async def test_while_the_provider_is_away_roles_hold_for_an_hour_and_come_back_with_it(pages: Pages) -> None:
    await pages.sign_in()
    pages.wire.away = True
    for minutes in (6, 30, 55, 59.9):
        assert TRIAGE in await own(pages, minutes)
    page = await own(pages, 60.1)
    assert "Sari Dewi" in page
    assert TRIAGE not in page
    assert "satu jam tidak dapat dibaca" in page
    pages.wire.away = False
    assert TRIAGE in await own(pages, 61)


@pytest.mark.usefixtures("officer")
async def test_a_provider_that_is_away_is_not_asked_by_every_request(pages: Pages) -> None:
    await pages.sign_in()
    pages.wire.away = True
    tries = pages.wire.tried
    for seconds in range(0, 60, 5):
        await own(pages, 6 + seconds / 60)
    assert pages.wire.tried - tries == 2


@pytest.mark.usefixtures("officer")
async def test_a_session_ends_after_half_an_hour_without_use_and_twelve_hours_in_all(pages: Pages) -> None:
    await pages.sign_in()
    assert await own(pages, 28)
    assert await own(pages, 56)
    assert not await own(pages, 87)
    assert pages.noted()[-1] == ("session-ended", {"why": "idle"})
    pages.clock.ahead = timedelta(0)
    await pages.sign_in()
    pages.wire.away = True
    for minutes in range(20, 12 * 60, 20):
        assert await own(pages, minutes)
    assert not await own(pages, 12 * 60)
    assert pages.noted()[-1] == ("session-ended", {"why": "too-old"})


@pytest.mark.usefixtures("officer")
async def test_signing_in_while_the_provider_is_away_says_so(pages: Pages) -> None:
    callback = await pages.begin()
    pages.wire.away = True
    answer = await pages.web.get(callback)
    assert (answer.status_code, "Penyedia akun tidak menjawab" in answer.text) == (503, True)
    assert pages.noted()[-1] == ("sign-in-refused", {"why": "provider-away"})
