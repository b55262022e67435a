"""Whoever must look at what climbed sees it, the longest climbed first, and nobody else does."""

import re
from html import unescape

import pytest

from pages.test_desk import at_desk, text_of
from schemas.events.escalation import ComplaintEscalated, DeadlineMissed
from support.front import Front
from support.inbox import CITY, keep, routed
from support.signed_in import sign_in
from support.stage import Staged

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def climbed(front: Front, rung: int, **more: object) -> Staged:
    """A report of the city that is late, and that climbed to this rung."""
    one, at = await at_desk(front, **more), front.app.state.intake.clock.now()
    repository = front.repository
    await keep(repository.store, repository, one.id, [routed(CITY, at)])
    version = (await repository.load(one.id)).state.stage.version
    step = {"at": at, "clock": "acknowledge", "started_version": version, "agency": CITY}
    missed = DeadlineMissed.model_validate({**step, "due_at": at})
    up = [ComplaintEscalated.model_validate({**step, "cause": "deadline", "rung": r}) for r in range(1, rung + 1)]
    await keep(repository.store, repository, one.id, [missed, *up])
    await front.app.state.escalation.ladder.catch_up()
    return one


async def seen_by(front: Front, role: str, path: str = "/pengawas") -> str:
    sign_in(front.app, front.web, role)
    page = await front.web.get(path)
    assert page.status_code == 200, page.text
    return text_of(page) + page.text


async def test_each_office_sees_what_climbed_to_it(front: Front) -> None:
    low, high = await climbed(front, 1), await climbed(front, 3)
    ombudsman = await seen_by(front, "arbiter")
    assert high.number in ombudsman
    assert low.number not in ombudsman
    assert f'href="/arbiter/{high.id}"' in ombudsman
    city = await seen_by(front, f"officer:{CITY}")
    assert low.number in city
    assert high.number in city
    assert low.number not in await seen_by(front, f"officer:{CITY}", "/pengawas?jenjang=3")
    assert high.number not in await seen_by(front, "officer:pln")


async def test_what_is_on_the_public_list_is_said_to_be_there(front: Front) -> None:
    listed, seen = await climbed(front, 4), await climbed(front, 3)
    page = await seen_by(front, "arbiter", "/pengawas?jenjang=3")
    of_listed = page.partition(listed.number)[2].partition("SP-")[0]
    assert "Di daftar publik laporan yang diabaikan sejak" in of_listed
    assert "Dilihat oleh" in page.partition(seen.number)[2].partition("SP-")[0]


async def test_a_list_goes_on_after_its_last_row(front: Front, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("escalation.pages.SIZE", 1)
    ones = [await climbed(front, 3) for _ in range(2)]
    found, path = [], "/pengawas?jenjang=3"
    while path:
        page = await seen_by(front, "arbiter", path)
        found += [one.number for one in ones if one.number in page]
        further = re.search(r'href="([^"]+)"[^>]*><span>Halaman berikutnya', page)
        path = unescape(further[1]) if further else ""
    assert found == [one.number for one in ones]


@pytest.mark.parametrize(("role", "status"), [(None, 303), ("gateway:sms-7", 403)])
async def test_nobody_else_sees_it(front: Front, role: str | None, status: int) -> None:
    if role is not None:
        sign_in(front.app, front.web, role)
    assert (await front.web.get("/pengawas")).status_code == status
