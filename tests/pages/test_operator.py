"""The operator's first page, dead letters and the test clock."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta

import pytest

from chassis.base.message import Message
from chassis.deadletter.port import DeadLetter
from chassis.deadletter.replay import NoSuchDeadLetter, OpenDeadLetter
from pages.test_desk import at_desk, text_of
from support.front import Front
from support.inbox import keep, routed
from support.signed_in import sign_in

pytestmark = pytest.mark.asyncio(loop_scope="module")


class Letters:
    """One open letter of router at offset 7."""

    def __init__(self) -> None:
        self.replayed: list[int] = []

    async def open(self) -> list[OpenDeadLetter]:
        message = Message("complaint-events", 3, 41, b"key", b"words of a citizen", [], 1_000)
        return [] if self.replayed else [OpenDeadLetter(7, DeadLetter("router", message, "<b>no such field</b>", 5))]

    async def replay(self, offset: int) -> None:
        if offset != 7 or self.replayed:
            raise NoSuchDeadLetter(str(offset))
        self.replayed.append(offset)


@pytest.fixture
def letters(front: Front) -> Letters:
    found, none = Letters(), Letters()
    none.replayed.append(7)

    @asynccontextmanager
    async def opened(service: str) -> AsyncIterator[Letters]:
        yield found if service == "router" else none

    front.app.state.router = replace(front.app.state.router, dead_letters=opened)
    return found


async def test_the_first_page_tells_books_and_processes(front: Front) -> None:
    one, at = await at_desk(front), front.app.state.intake.clock.now()
    await keep(front.repository.store, front.repository, one.id, [routed("kota-bandung", at)])
    sign_in(front.app, front.web, "operator")
    words = ""
    async with asyncio.timeout(60):
        while "Seimbang" not in words:  # the books are another service's: a page waits 300 ms for them at most
            page = await front.web.get("/operator")
            assert page.status_code == 200, page.text
            words = text_of(page)
    assert "Semua berjalan" in words
    assert "agency:" not in words
    assert "Penempatan: penyimpanan peristiwa" in words


async def test_a_dead_letter_is_shown_without_its_content_and_replayed_once(front: Front, letters: Letters) -> None:
    hidden = sign_in(front.app, front.web, "operator")
    page = await front.web.get("/operator/surat-mati")
    assert "&lt;b&gt;no such field&lt;/b&gt;" in page.text
    assert "citizen" not in page.text
    sent = await front.web.post("/operator/surat-mati", data={**hidden, "layanan": "router", "letak": "7"})
    assert (sent.status_code, letters.replayed) == (303, [7])
    assert "Pesan sudah dikirim lagi" in text_of(await front.web.get(sent.headers["location"]))
    again = await front.web.post("/operator/surat-mati", data={**hidden, "layanan": "router", "letak": "7"})
    assert (again.status_code, letters.replayed) == (409, [7])
    assert "sudah diproses ulang" in text_of(again)


async def test_the_page_says_that_kafka_does_not_answer(front: Front) -> None:
    front.app.state.router = replace(front.app.state.router, dead_letters=None)
    sign_in(front.app, front.web, "operator")
    page = await front.web.get("/operator/surat-mati")
    assert page.status_code == 200
    assert "Kafka tidak menjawab" in text_of(page)


async def test_the_test_clock_moves_forwards(front: Front) -> None:
    hidden, clock = sign_in(front.app, front.web, "operator"), front.app.state.router.clock
    before = clock.now()
    for wrong in ("0", "-1", "x", "9999"):
        page = await front.web.post("/operator/jam", data={**hidden, "hari": wrong})
        assert page.status_code == 422
        assert f'value="{wrong}"' in page.text
    assert (await front.web.post("/operator/jam", data={**hidden, "hari": "2"})).status_code == 303
    front.app.state.router = replace(front.app.state.router, test_clock=None)
    assert (await front.web.post("/operator/jam", data={**hidden, "hari": "2"})).status_code == 404
    assert "Jam uji" not in text_of(await front.web.get("/operator"))
    clock._check()  # noqa: SLF001 - it looks at the file ten times a second
    assert clock.now() - before >= timedelta(days=2)


@pytest.mark.parametrize("role", ["triage", "analyst", "officer:pln"])
async def test_nobody_else_operates(front: Front, role: str) -> None:
    hidden = sign_in(front.app, front.web, role)
    for path in ("/operator", "/operator/surat-mati"):
        assert (await front.web.get(path)).status_code == 403
    assert (await front.web.post("/operator/jam", data={**hidden, "hari": "2"})).status_code == 403
