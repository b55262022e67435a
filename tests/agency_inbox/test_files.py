"""The holder opens the reporter's files as copies without hidden data; nobody else does."""

from collections.abc import AsyncIterator
from typing import Any
from uuid import UUID

import httpx
import pytest

from agency_inbox.context import Inbox
from chassis.attachments.store import Copy, FileId
from schemas.events.base import Fact
from schemas.events.intake import AttachmentAdded, AttachmentChecked, PersonalDataErased
from schemas.events.router import ComplaintSplit, Part
from support.given import part_opened
from support.inbox import PLN, ROADS, T0, complaint, filed, keep, routed
from support.lives import write
from support.signed_in import role

FILE = UUID(int=9)
ADDED = AttachmentAdded(at=T0, attachment=FILE, media_type="image/heic", size_bytes=5, name="Kenari di rumah.heic")
ORIGINAL, CLEANED = b"asli!", b"bersih"


def checked(outcome: Any = "cleaned") -> AttachmentChecked:
    copy = ("image/jpeg", len(CLEANED)) if outcome == "cleaned" else (ADDED.media_type, ADDED.size_bytes)
    return AttachmentChecked(at=T0, attachment=FILE, outcome=outcome, media_type=copy[0], size_bytes=copy[1])


async def given(inbox: Inbox, *facts: Fact, anonymous: bool = False, index: int = 0) -> None:
    first = filed().model_copy(update={"anonymous": anonymous})
    await keep(inbox.repository.store, inbox.repository, complaint(index), (first, routed(), *facts))
    keys = (await inbox.repository.load(complaint(index))).keys
    for copy, content in ((Copy.ORIGINAL, ORIGINAL), (Copy.CLEANED, CLEANED)):
        file = FileId(complaint(index), FILE, copy, len(content))
        await inbox.attachments.keep(file, once(content), keys)


async def once(content: bytes) -> AsyncIterator[bytes]:
    yield content


def at(agency: str = PLN, of: UUID | None = None, file: UUID = FILE) -> str:
    return f"/api/v1/agencies/{agency}/inbox/{of or complaint(0)}/attachments/{file}"


async def test_the_holder_opens_the_copy_without_hidden_data(inbox: Inbox, web: httpx.AsyncClient) -> None:
    await given(inbox, ADDED, checked())
    answer = await web.get(at())
    assert (answer.status_code, answer.content) == (200, CLEANED)
    assert answer.headers["content-type"] == "image/jpeg"
    assert 'filename="Kenari_di_rumah.jpg"' in answer.headers["content-disposition"]
    assert answer.headers["content-security-policy"] == "sandbox; default-src 'none'"
    [shown] = (await web.get(at().partition("/attachments")[0])).json()["attachments"]
    assert (shown["state"], shown["media_type"], shown["size_bytes"]) == ("cleaned", "image/jpeg", len(CLEANED))
    assert shown["name"] == "Kenari di rumah.jpg"


async def test_the_names_of_an_anonymous_reporters_files_are_neutral(inbox: Inbox, web: httpx.AsyncClient) -> None:
    await given(inbox, ADDED, checked(), anonymous=True)
    answer, page = await web.get(at()), await web.get(at().partition("/attachments")[0])
    assert 'filename="lampiran-1.jpg"' in answer.headers["content-disposition"]
    assert "Kenari" not in page.text + str(answer.headers)


@pytest.mark.parametrize(
    ("facts", "status", "code"),
    [
        ((ADDED,), 409, "file-waiting"),
        ((ADDED, checked("withheld")), 409, "file-withheld"),
        ((ADDED, checked("infected")), 409, "file-withheld"),
        ((ADDED, checked(), PersonalDataErased(at=T0)), 410, "data-erased"),
        ((), 404, "not-found"),
    ],
)
async def test_what_may_not_be_opened_is_not(
    inbox: Inbox, web: httpx.AsyncClient, facts: tuple[Fact, ...], status: int, code: str
) -> None:
    await given(inbox, *facts)
    answer = await web.get(at())
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert ORIGINAL not in answer.content


async def test_a_file_that_cannot_be_cleaned_of_a_reporter_who_is_not_anonymous_is_opened_as_sent(
    inbox: Inbox, web: httpx.AsyncClient
) -> None:
    await given(inbox, ADDED, checked("original"))
    answer = await web.get(at())
    assert (answer.content, answer.headers["content-type"]) == (ORIGINAL, "image/heic")


async def test_nobody_but_the_holder_opens_it_or_learns_of_it(inbox: Inbox, web: httpx.AsyncClient) -> None:
    await given(inbox, ADDED, checked())
    others = [
        await web.get(at(ROADS)),
        await web.get(at(), headers=role(f"officer:{ROADS}")),
        await web.get(at(of=complaint(7))),
        await web.get(at("nobody")),
    ]
    assert [answer.status_code for answer in others] == [404] * 4
    assert {answer.json()["code"] for answer in others} == {"not-found"}
    assert (await web.get(at(), headers={"Authorization": "Bearer nobody"})).status_code == 401


async def test_the_holder_of_a_part_opens_the_files_of_the_whole(inbox: Inbox, web: httpx.AsyncClient) -> None:
    part = UUID(int=77)
    share = Part(id=part, agency=ROADS, mandatory=True)
    await given(inbox, ADDED, checked(), ComplaintSplit(at=T0, parts=(share,), by="agency"))
    await write(inbox.repository, part, part_opened(complaint(0)), routed(ROADS))
    assert (await web.get(at(ROADS, part))).content == CLEANED
    [shown] = (await web.get(f"/api/v1/agencies/{ROADS}/inbox/{part}")).json()["attachments"]
    assert shown["id"] == str(FILE)
    assert (await web.get(at(ROADS))).status_code == 404, "the whole is another agency's"
