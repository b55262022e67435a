"""The desk and the arbiter open the reporter's files as copies without hidden data."""

from collections.abc import AsyncIterator
from uuid import UUID

import httpx
import pytest

from chassis.attachments.store import Copy, FileId
from router.context import Router
from schemas.base.refusals import NotFound
from schemas.events.intake import AttachmentAdded, AttachmentChecked, OmbudsmanRequested
from support.lives import write
from support.placing import T0, Country, filed
from support.signed_in import role

ONE, FILE = UUID(int=1), UUID(int=9)


@pytest.fixture
async def with_file(router: Router, land: Country) -> None:
    del land
    added = AttachmentAdded(at=T0, attachment=FILE, media_type="image/png", size_bytes=3, name="Kenari.png")
    checked = AttachmentChecked(at=T0, attachment=FILE, outcome="cleaned", media_type="image/png", size_bytes=6)
    called = OmbudsmanRequested(at=T0, reason="Terlalu lama.")  # so that the arbiter reads it too
    await write(router.repository, ONE, filed(anonymous=True), added, checked, called)
    keys = (await router.repository.load(ONE)).keys
    await router.attachments.keep(FileId(ONE, FILE, Copy.CLEANED, 6), once(b"bersih"), keys)


async def once(content: bytes) -> AsyncIterator[bytes]:
    yield content


@pytest.mark.usefixtures("with_file")
@pytest.mark.parametrize("place", ["triage", "arbitration"])
async def test_a_file_is_listed_and_opened(web: httpx.AsyncClient, place: str) -> None:
    [shown] = (await web.get(f"/api/v1/{place}/{ONE}")).json()["attachments"]
    assert (shown["name"], shown["state"]) == ("lampiran-1.png", "cleaned")
    answer = await web.get(f"/api/v1/{place}/{ONE}/attachments/{FILE}")
    assert (answer.content, answer.headers["x-content-type-options"]) == (b"bersih", "nosniff")


@pytest.mark.usefixtures("with_file")
async def test_others_do_not_open_it(web: httpx.AsyncClient) -> None:
    path = f"/api/v1/triage/{ONE}/attachments/{FILE}"
    assert (await web.get(path, headers=role("analyst"))).status_code == 403
    assert (await web.get(path, headers={"Authorization": "Bearer nobody"})).status_code == 401
    missing = await web.get(f"/api/v1/triage/{UUID(int=2)}/attachments/{FILE}")
    assert (missing.status_code, missing.json()["code"]) == (404, NotFound.code())
