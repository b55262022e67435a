"""The desk decides by forms about public reports whose content people reported."""

from uuid import uuid4  # noqa: TID251 - a client makes its own keys

import httpx
import pytest
from selectolax.lexbor import LexborHTMLParser

from router.http.content import content_feed
from schemas.events.agency_inbox import ComplaintAcknowledged
from schemas.events.base import Fact
from schemas.events.reporting import ContentReported
from schemas.wording.public_text import public_text, public_title
from support.front import Front
from support.inbox import CITY, keep, report_content
from support.signed_in import sign_in
from support.stage import Staged

pytestmark = pytest.mark.asyncio(loop_scope="module")
PATH = "/meja/aduan-isi"
WORDS = "Nomor rumah saya disebut."
NOTE = "Nomor rumah orang lain disebut."


async def report(front: Front, one: Staged, reason: str, words: str | None = None) -> None:
    """Report its content as anybody."""
    at = front.app.state.intake.clock.now()
    fact = ContentReported.model_validate({"at": at, "reason": reason, "words": words, "sender": "x"})
    await report_content(front.repository.store, front.repository, one.id, fact)
    await catch_up(front)


async def catch_up(front: Front) -> None:
    """Let the desk's lists know what happened."""
    router = front.app.state.router
    await content_feed(router).catch_up()
    await router.feed.catch_up()


async def send(front: Front, one: Staged, decision: str, **fields: str) -> httpx.Response:
    """Send a form of the report's page as the desk sees it now."""
    hidden = sign_in(front.app, front.web, "triage")
    version = str((await front.repository.load(one.id)).state.version)
    form = {"versi": version, "kunci": str(uuid4()), **hidden, "tindakan": decision, **fields}
    answer = await front.web.post(f"{PATH}/{one.id}", data=form)
    await catch_up(front)
    return answer


async def waiting(front: Front) -> list[str]:
    """The numbers of the reports in the list, read by leafing through its pages."""
    sign_in(front.app, front.web, "triage")
    answer = await front.web.get("/api/v1/triage/content-reports")
    return [one["public_number"] for one in answer.json()["reports"]]


async def test_the_list_begins_with_what_waits_longest_and_says_what_was_reported(
    front: Front, stage: dict[str, Staged]
) -> None:
    sign_in(front.app, front.web, "triage")
    first = (await front.web.get(PATH)).text
    assert stage["wide"].number in first
    skip = LexborHTMLParser(first).css_first(".desk-turn a")
    second = (await front.web.get(str(skip.attributes["href"]))).text
    assert stage["located"].number in second
    assert WORDS in second
    assert "memuat data pribadi seseorang" in second
    assert "Aduan isi (2)" in (await front.web.get("/meja")).text


@pytest.mark.parametrize(
    ("decision", "fields", "hidden", "told"),
    [
        ("biarkan", {}, None, "dibiarkan seperti adanya"),
        ("sembunyikan", {"sebab": "personal_data", "pesan_sembunyikan": NOTE}, "personal_data", "tidak lagi dibaca publik"),
        ("rumuskan", {"kata": "Lampu padam di muka pasar.", "pesan_rumuskan": NOTE}, None, "rumusan baru"),
    ],
)  # fmt: skip
async def test_each_decision_is_a_form_after_which_the_report_waits_no_more(
    front: Front, stage: dict[str, Staged], decision: str, fields: dict[str, str], hidden: str | None, told: str
) -> None:
    one = stage["answered"]
    await report(front, one, "insult")
    assert one.number in await waiting(front)
    answer = await send(front, one, decision, **fields)
    assert answer.status_code == 303, answer.text
    assert (await front.repository.load(one.id)).state.hidden == hidden
    assert one.number not in await waiting(front)
    page = (await front.web.get(answer.headers["location"])).text
    assert told in page
    assert f'href="{PATH}/{one.id}"' in page


async def test_a_hidden_report_is_shown_again_from_its_own_page(front: Front, stage: dict[str, Staged]) -> None:
    one = stage["hidden"]
    sign_in(front.app, front.web, "triage")
    page = (await front.web.get(f"{PATH}/{one.id}")).text
    assert "Sedang disembunyikan" in page
    assert 'value="sembunyikan"' not in page
    assert (await send(front, one, "tampilkan")).status_code == 303
    assert (await front.repository.load(one.id)).state.hidden is None


@pytest.mark.parametrize(
    ("decision", "fields", "field"),
    [
        ("sembunyikan", {"pesan_sembunyikan": NOTE}, "sebab"),
        ("sembunyikan", {"sebab": "insult", "pesan_sembunyikan": " ", "kata": NOTE}, "pesan_sembunyikan"),
        ("sembunyikan", {"sebab": "gajah", "pesan_sembunyikan": NOTE}, "sebab"),
        ("rumuskan", {"kata": " ", "pesan_rumuskan": NOTE}, "kata"),
        ("biarkan", {"pesan_biarkan": NOTE * 200}, "pesan_biarkan"),
    ],
)
async def test_a_refused_form_names_the_field_and_keeps_what_was_written(
    front: Front, stage: dict[str, Staged], decision: str, fields: dict[str, str], field: str
) -> None:
    one = stage["located"]
    answer = await send(front, one, decision, **fields)
    assert answer.status_code == 422
    assert f'id="f-{field}-error"' in answer.text
    assert f'href="#f-{field}"' in answer.text
    assert NOTE in answer.text


async def test_unchanged_words_are_not_said_to_be_saved(front: Front, stage: dict[str, Staged]) -> None:
    one = stage["long_placed"]
    before = (await front.repository.load(one.id)).state
    shown = {"judul": public_title(before) or "", "kata": public_text(before) or ""}
    answer = await send(front, one, "rumuskan", **shown, pesan_rumuskan=NOTE)
    assert (answer.status_code, 'id="f-kata-error"' in answer.text) == (422, True), answer.text
    assert "Belum berubah" in answer.text
    assert (await front.repository.load(one.id)).state.version == before.version


async def test_the_page_says_whose_turn_the_report_is(front: Front, stage: dict[str, Staged]) -> None:
    sign_in(front.app, front.web, "triage")
    page = (await front.web.get(f"{PATH}/{stage['located'].id}")).text
    assert "Pemegang: Kota Bandung" in page
    assert "Tenggatnya:" in page


async def test_a_closed_report_is_not_reworded_and_the_page_says_so(front: Front, stage: dict[str, Staged]) -> None:
    sign_in(front.app, front.web, "triage")
    page = (await front.web.get(f"{PATH}/{stage['closed'].id}")).text
    assert "tidak dapat lagi dirumuskan ulang" in page
    assert 'value="rumuskan"' not in page
    assert (await send(front, stage["closed"], "sembunyikan", sebab="other", pesan_sembunyikan=NOTE)).status_code == 303


async def test_whoever_was_slower_loses_nothing_of_what_they_wrote(front: Front, stage: dict[str, Staged]) -> None:
    one = stage["routed"]
    await report(front, one, "insult")
    before = (await front.repository.load(one.id)).state
    fact: Fact = ComplaintAcknowledged(at=front.app.state.intake.clock.now(), agency=CITY)
    await keep(front.repository.store, front.repository, one.id, [fact])
    answer = await send(
        front, one, "sembunyikan", sebab="insult", pesan_sembunyikan=NOTE, versi=str(before.version)
    )  # fmt: skip
    assert answer.status_code == 409
    assert "berubah sementara Anda menulis" in answer.text
    assert NOTE in answer.text
    assert (await front.repository.load(one.id)).state.hidden is None


async def test_the_key_of_the_place_in_the_list_goes_along(front: Front, stage: dict[str, Staged]) -> None:
    one = stage["answered"]
    await report(front, one, "insult")
    answer = await send(front, one, "biarkan", sesudah="7")
    assert answer.headers["location"].startswith(f"{PATH}?sesudah=7&")
    last = await front.web.get(f"{PATH}?sesudah=999999999999999999")
    assert "Mulai lagi dari yang paling lama menunggu" in last.text


async def test_only_the_desk_reads_it_and_only_what_may_be_public(front: Front, stage: dict[str, Staged]) -> None:
    for path in (PATH, f"{PATH}/{stage['located'].id}"):
        sign_in(front.app, front.web, "arbiter")
        assert (await front.web.get(path)).status_code == 403
    sign_in(front.app, front.web, "triage")
    for about in (stage["secret"].id, uuid4()):
        assert (await front.web.get(f"{PATH}/{about}")).status_code == 404
    assert (await send(front, stage["secret"], "biarkan")).status_code == 404
    assert (await send(front, stage["located"], "hapus")).status_code == 404
