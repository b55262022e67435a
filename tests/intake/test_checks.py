"""A reporter's files are scanned and cleaned behind the answer, and nobody opens them before."""

import asyncio
import io
import json
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import timedelta
from itertools import count
from pathlib import Path
from typing import IO, Any
from uuid import UUID

import httpx
import pytest
from fastapi import FastAPI
from PIL import Image
from prometheus_client import generate_latest

from chassis.attachments.objects import Objects
from chassis.attachments.store import Attachments
from chassis.base.clock import FixedClock
from chassis.base.errors import StoreUnavailable
from intake.checks import AttachmentChecks, plan, plan_scans
from intake.cleaning.cleaner import Cleaned, Cleaner, CleaningLimits
from intake.context import Intake
from intake.file_check import Tools
from intake.reaction import follow_up
from intake.scanner import ScannerAway
from schemas.base.media_types import FileKind
from support import files
from support.lives import AGENCY, routed, write

PHOTO = files.jpeg()
PERSON = {"name": "Kenari", "email": "kenari@contoh.id"}
Send = Callable[..., Awaitable[Any]]


class StandIn:
    """A scanner that is away until it is told what it finds."""

    def __init__(self) -> None:
        self.finds: bool | None = None
        self.asked = 0

    async def infected(self, file: IO[bytes]) -> bool:
        self.asked += 1
        file.seek(0)
        assert file.read(1)
        if self.finds is None:
            raise ScannerAway
        return self.finds


@pytest.fixture
def scanner() -> StandIn:
    return StandIn()


@pytest.fixture
def checks(intake: Intake) -> AttachmentChecks:
    return AttachmentChecks(intake, intake.audience.database, Tools(Cleaner(CleaningLimits()), None))


@pytest.fixture
def scanning(intake: Intake, scanner: StandIn, app: FastAPI, tmp_path: Path) -> AttachmentChecks:
    scanned = Attachments(Objects.in_folder(tmp_path / "attachments"), scans=True)
    app.state.intake = intake = replace(intake, attachments=scanned)
    return AttachmentChecks(intake, intake.audience.database, Tools(Cleaner(CleaningLimits()), scanner))


@pytest.fixture
def sent(web: httpx.AsyncClient) -> Send:
    """Files a complaint with these files; the address of its page."""

    async def send(*contents: bytes, **body: Any) -> str:
        answer = await web.post("/api/v1/complaints", json={"text": "Lampu padam"} | body, headers=key())
        url = f"/api/v1/complaints/{answer.json()['tracking_code']}"
        for content in contents:
            answer = await web.post(f"{url}/attachments", files={"file": ("Kenari.jpg", content)}, headers=key())
            assert answer.status_code == 201, answer.text
        return url

    return send


KEYS = count(1)


def key() -> dict[str, str]:
    return {"Idempotency-Key": str(UUID(int=next(KEYS))), "Accept-Language": "en"}


async def attachments_of(web: httpx.AsyncClient, url: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = (await web.get(url)).json()["attachments"]
    return found


async def test_a_file_waits_until_it_is_cleaned_and_is_cleaned_once(
    web: httpx.AsyncClient, intake: Intake, checks: AttachmentChecks, sent: Send
) -> None:
    url = await sent(PHOTO, files.heic())
    assert [each["state"] for each in await attachments_of(web, url)] == ["waiting", "waiting"]
    await checks.once()
    page = (await web.get(url)).json()
    assert [each["state"] for each in page["attachments"]] == ["cleaned", "cleaned"]
    assert [each["media_type"] for each in page["attachments"]] == ["image/jpeg", "image/heic"], "as it was sent"
    assert page["timeline"][-1]["type"] == "AttachmentChecked"
    for _ in range(2):
        await checks.once()
    loaded = await intake.repository.load(UUID(page["id"]))
    assert loaded.state.version == 4
    assert plan(loaded.state) == []


async def test_the_reporter_opens_what_was_sent(web: httpx.AsyncClient, checks: AttachmentChecks, sent: Send) -> None:
    url = await sent(PHOTO)
    [file] = await attachments_of(web, url)
    for _ in range(2):
        assert (await web.get(f"{url}/attachments/{file['id']}")).content == PHOTO
        await checks.once()


async def test_with_the_scanner_away_the_file_waits_and_the_complaint_does_not(
    web: httpx.AsyncClient, intake: Intake, scanning: AttachmentChecks, scanner: StandIn, sent: Send
) -> None:
    url = await sent(PHOTO)
    await scanning.once()
    [file] = await attachments_of(web, url)
    assert file["state"] == "waiting"
    assert scanner.asked
    opened = await web.get(f"{url}/attachments/{file['id']}", headers={"Accept-Language": "en"})
    assert (opened.status_code, opened.json()["code"]) == (409, "file-waiting")
    assert (await web.post(f"{url}/details", json={"text": "Masih padam"}, headers=key())).status_code == 200
    scanner.finds = False
    assert isinstance(intake.clock, FixedClock)
    intake.clock.advance(timedelta(minutes=2))  # it was asked less and less often
    await scanning.once()
    assert [each["state"] for each in await attachments_of(web, url)] == ["cleaned"]
    assert (await web.get(f"{url}/attachments/{file['id']}")).content == PHOTO


async def test_an_infected_file_is_opened_by_nobody_and_its_reporter_is_told(
    web: httpx.AsyncClient, intake: Intake, scanning: AttachmentChecks, scanner: StandIn, sent: Send, tmp_path: Path
) -> None:
    url = await sent(PHOTO, reporter=PERSON)
    scanner.finds = True
    await scanning.once()
    page = (await web.get(url, headers=key())).json()
    [file] = page["attachments"]
    opened = await web.get(f"{url}/attachments/{file['id']}")
    assert (file["state"], opened.status_code, opened.json()["code"]) == ("infected", 409, "file-withheld")
    assert "harmful program" in page["timeline"][-1]["sentence"]
    await follow_up(intake)([await intake.repository.load(UUID(page["id"]))])
    notices = [json.loads(path.read_text())["body"] for path in (tmp_path / "notices").rglob("*.json")]
    assert any("program berbahaya" in body for body in notices)
    assert not list((tmp_path / "attachments").rglob("*.cleaned"))


@pytest.fixture
async def checked_before(web: httpx.AsyncClient, checks: AttachmentChecks, sent: Send) -> str:
    """A complaint whose file was checked before there was a scanner."""
    url = await sent(PHOTO, reporter=PERSON)
    process = asyncio.create_task(checks.run())
    async with asyncio.timeout(240):
        while [each["state"] for each in await attachments_of(web, url)] != ["cleaned"]:
            await asyncio.sleep(0.05)
    process.cancel()
    await asyncio.wait({process})
    return url


async def test_a_file_that_was_checked_before_there_was_a_scanner_is_scanned_before_anybody_opens_it(
    web: httpx.AsyncClient, checked_before: str, scanning: AttachmentChecks, scanner: StandIn, intake: Intake
) -> None:
    url = checked_before
    [file] = await attachments_of(web, url)
    assert file["state"] == "waiting"
    opened = await web.get(f"{url}/attachments/{file['id']}")
    assert (opened.status_code, opened.json()["code"]) == (409, "file-waiting")
    scanner.finds = False
    await scanning.once()
    [file] = await attachments_of(web, url)
    assert file["state"] == "cleaned"
    assert (await web.get(f"{url}/attachments/{file['id']}")).content == PHOTO
    asked, page = scanner.asked, (await web.get(url)).json()
    await scanning.once()
    assert scanner.asked == asked, "once is enough"
    state = (await intake.repository.load(UUID(page["id"]))).state
    assert plan_scans(state) == []


async def test_what_a_later_scanner_finds_is_withdrawn_and_reporter_and_holder_are_told(
    web: httpx.AsyncClient,
    checked_before: str,
    scanning: AttachmentChecks,
    scanner: StandIn,
    intake: Intake,
    tmp_path: Path,
) -> None:
    url = checked_before
    complaint = UUID((await web.get(url)).json()["id"])
    await write(intake.repository, complaint, routed())
    scanner.finds = True
    await scanning.once()
    [file] = await attachments_of(web, url)
    opened = await web.get(f"{url}/attachments/{file['id']}")
    assert (file["state"], opened.status_code, opened.json()["code"]) == ("infected", 409, "file-withheld")
    loaded = await intake.repository.load(complaint)
    await follow_up(intake)([loaded])
    notices = [json.loads(path.read_text())["body"] for path in (tmp_path / "notices").rglob("*.json")]
    assert any("program berbahaya" in body for body in notices)
    told = loaded.state.news[AGENCY]
    assert (told.kind, told.version) == ("detail-added", loaded.state.version), "its topic and its page say so"


async def test_metrics_say_how_many_files_wait_and_since_when(
    web: httpx.AsyncClient, checked_before: str, scanning: AttachmentChecks, sent: Send, intake: Intake
) -> None:
    await sent(PHOTO, PHOTO + b"-")
    await scanning.once()
    assert isinstance(intake.clock, FixedClock)
    intake.clock.advance(timedelta(minutes=3))
    await scanning.measure()
    told = generate_latest().decode()
    assert 'satupintu_files_waiting{which="new"} 2.0' in told
    assert 'satupintu_files_waiting{which="unscanned"} 1.0' in told
    assert "satupintu_files_oldest_seconds 180.0" in told


BROKEN = PHOTO[:300] + bytes(50)


@pytest.mark.parametrize(("anonymous", "state"), [(False, "original"), (True, "withheld")])
async def test_what_cannot_be_cleaned_is_kept_back_to_protect_an_anonymous_reporter_who_is_told(
    web: httpx.AsyncClient, checks: AttachmentChecks, sent: Send, *, anonymous: bool, state: str
) -> None:
    url = await sent(BROKEN, anonymous=anonymous)
    await checks.once()
    page = (await web.get(url, headers=key())).json()
    assert [each["state"] for each in page["attachments"]] == [state]
    assert ("shown to nobody" in page["timeline"][-1]["sentence"]) is anonymous
    own = await web.get(f"{url}/attachments/{page['attachments'][0]['id']}")
    assert own.content == BROKEN, "the reporter's own"


async def test_an_erased_file_is_not_cleaned_and_leaves_nothing(
    web: httpx.AsyncClient, checks: AttachmentChecks, sent: Send, tmp_path: Path
) -> None:
    url = await sent(PHOTO)
    await checks.once()
    assert len([path for path in (tmp_path / "attachments").rglob("*") if path.is_file()]) == 2
    await sent(PHOTO)
    await web.post(f"{url}/erasure", json={}, headers=key())
    await checks.once()
    left = {path.parent.name for path in (tmp_path / "attachments").rglob("*") if path.is_file()}
    assert len(left) == 1, "of the other complaint"


async def test_an_erasure_while_the_copy_is_made_leaves_nothing(
    web: httpx.AsyncClient, intake: Intake, sent: Send, tmp_path: Path
) -> None:
    url = await sent(PHOTO)

    class Slow(Cleaner):
        async def clean(self, source: IO[bytes], target: IO[bytes], media_type: str) -> Cleaned:
            await web.post(f"{url}/erasure", json={}, headers=key())
            return await super().clean(source, target, media_type)

    checks = AttachmentChecks(intake, intake.audience.database, Tools(Slow(CleaningLimits()), None))
    await checks.once()
    assert not [path for path in (tmp_path / "attachments").rglob("*") if path.is_file()]


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"", "is empty: it has 0 bytes"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "none of the types"),
        (files.png() + bytes(10 * 2**20), "a file of this kind has at most 10485760 bytes"),
        (files.film("wav", None, "pcm_s16le", seconds=70), "a file of this kind has at most 1048576 bytes"),
    ],
)
async def test_what_is_not_taken_is_refused_with_its_reason(
    web: httpx.AsyncClient, sent: Send, content: bytes, why: str
) -> None:
    url = await sent()
    answer = await web.post(f"{url}/attachments", files={"file": ("a.jpg", content)}, headers=key())
    assert (answer.status_code, answer.json()["field"]) == (422, "file")
    assert why in answer.json()["why"]


async def test_a_download_is_never_a_page_and_may_be_read_in_parts(web: httpx.AsyncClient, sent: Send) -> None:
    url = await sent(PHOTO)
    [file] = await attachments_of(web, url)
    address, content = f"{url}/attachments/{file['id']}", PHOTO
    answer = await web.get(address)
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["content-security-policy"] == "sandbox; default-src 'none'"
    assert answer.headers["cache-control"] == "private, no-store"
    assert answer.headers["content-disposition"].startswith("attachment; filename=")
    for asked, expected in (
        ("bytes=0-9", content[:10]),
        ("bytes=5-", content[5:]),
        ("bytes=-7", content[-7:]),
        (f"bytes=3-{10**9}", content[3:]),
    ):
        part = await web.get(address, headers={"Range": asked})
        assert (part.status_code, part.content) == (206, expected)
        assert part.headers["content-range"].endswith(f"/{len(content)}")
    beyond = await web.get(address, headers={"Range": f"bytes={len(content)}-"})
    assert (beyond.status_code, beyond.headers["content-range"]) == (416, f"bytes */{len(content)}")
    for ignored in ("bytes=5-2", "bytes=0-1,4-5", "lines=1-2", "bytes=-"):
        assert (await web.get(address, headers={"Range": ignored})).status_code == 200


async def test_the_name_of_a_download_cannot_break_its_header(web: httpx.AsyncClient, sent: Send) -> None:
    url = await sent()
    name = 'lampu "pojok"; x=1 – é.jpg'
    await web.post(f"{url}/attachments", files={"file": (name, PHOTO)}, headers=key())
    [file] = await attachments_of(web, url)
    told = (await web.get(f"{url}/attachments/{file['id']}")).headers["content-disposition"]
    assert told.isascii()
    plain = told.partition('filename="')[2].partition('"')[0]
    assert plain
    assert not set(plain) & set('";\\ ')
    assert told.count('"') == 2


async def test_a_file_comes_back_with_the_suffix_of_its_content(web: httpx.AsyncClient, sent: Send) -> None:
    url = await sent()
    await web.post(f"{url}/attachments", files={"file": ("surat.html", PHOTO)}, headers=key())
    [file] = await attachments_of(web, url)
    told = (await web.get(f"{url}/attachments/{file['id']}")).headers["content-disposition"]
    assert 'filename="surat.jpg"' in told


async def test_two_reporters_may_send_one_picture(
    web: httpx.AsyncClient, checks: AttachmentChecks, sent: Send, tmp_path: Path
) -> None:
    urls = [await sent(PHOTO), await sent(PHOTO)]
    await checks.once()
    await web.post(f"{urls[0]}/erasure", json={}, headers=key())
    [file] = await attachments_of(web, urls[1])
    assert (await web.get(f"{urls[1]}/attachments/{file['id']}")).content == PHOTO
    names = [path.name for path in (tmp_path / "attachments").rglob("*") if path.is_file()]
    assert sorted(name.partition(".")[2] for name in names) == ["cleaned", "original"]


class Away(Attachments):
    """An object store that does not answer."""

    async def keep(self, *_: object) -> None:
        raise StoreUnavailable("no object store")


async def test_a_photo_that_cannot_be_kept_does_not_cost_the_report(
    web: httpx.AsyncClient, app: FastAPI, intake: Intake, tmp_path: Path
) -> None:
    app.state.intake = replace(intake, attachments=Away(Objects.in_folder(tmp_path / "other")))
    report = {"service_code": "roads", "description": "Lubang", "lat": "-6.9", "long": "107.6"}
    answer = await web.post("/open311/v2/requests.json", data=report, files={"photo": ("a.jpg", PHOTO)}, headers=key())
    assert answer.status_code == 201
    assert "a.jpg" in answer.json()[0]["service_notice"]
    empty = await web.post(
        "/open311/v2/requests.json", data=report, files={"photo": ("kosong.jpg", b"")}, headers=key()
    )
    assert (empty.status_code, "kosong.jpg" in empty.json()[0]["service_notice"]) == (201, True)


async def test_a_large_film_is_taken_and_sizes_are_a_setting(
    web: httpx.AsyncClient, app: FastAPI, intake: Intake, sent: Send
) -> None:
    film = files.film("mp4", "libx264", "aac")
    film += len(b"\0" * 30_000_000).to_bytes(4, "big") + b"free" + bytes(30_000_000 - 8)
    url = await sent()
    small = await web.post(f"{url}/attachments", files={"file": ("a.mp4", film)}, headers=key())
    assert small.status_code == 422
    app.state.intake = replace(intake, attachment_bytes={**intake.attachment_bytes, FileKind.VIDEO: 50 * 2**20})
    large = await web.post(f"{url}/attachments", files={"file": ("a.mp4", film)}, headers=key())
    assert large.status_code == 201
    [file] = await attachments_of(web, url)
    assert (await web.get(f"{url}/attachments/{file['id']}")).content == film


def test_the_sample_that_cannot_be_cleaned_is_no_picture() -> None:
    with pytest.raises(OSError), Image.open(io.BytesIO(BROKEN)) as broken:
        broken.load()
