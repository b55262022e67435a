"""A mail server that is down, slow or refuses an address: nothing else waits, no notice is lost or sent twice."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from itertools import pairwise
from pathlib import Path
from uuid import UUID, uuid5

import httpx
import pytest

from chassis.base.clock import FixedClock
from intake.context import Intake
from intake.notices.outbox import Outbox
from intake.notices.port import FileMailbox, Notice
from intake.notices.sender import MailSender
from intake.notices.smtp import SmtpMailbox, mailbox_of
from intake.reaction import follow_up
from schemas.base.refusals import DataErased
from schemas.deadlines.policies import Policies
from schemas.reference.load import policies
from support.inbox import T0, keep_registry
from support.lives import answered, lapsed, routed, write
from support.mail_server import MailServer

SEED = UUID(int=80)
ANA, BEN, CITRA = "ana@contoh.id", "ben@contoh.id", "citra@contoh.id"
HOUR, STEP = timedelta(hours=1), timedelta(seconds=5)
TRIED_FOR = timedelta(days=policies().versions[0].letters_d)
File = Callable[..., Awaitable[UUID]]


def key(name: str) -> dict[str, str]:
    return {"Idempotency-Key": str(uuid5(SEED, name))}


@pytest.fixture
async def server() -> AsyncIterator[MailServer]:
    server = MailServer()
    await server.up()
    yield server
    await server.down()


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock(T0)


@pytest.fixture
def outbox(intake: Intake, server: MailServer, clock: FixedClock) -> Outbox:
    return Outbox(intake.database, intake.repository.keyring, SmtpMailbox("127.0.0.1", server.port), clock.now)


@pytest.fixture
async def intake_(intake: Intake, outbox: Outbox) -> Intake:
    await keep_registry(intake.repository.store, intake.repository)
    return replace(intake, mailbox=outbox)


@pytest.fixture
def file(web: httpx.AsyncClient, intake_: Intake) -> File:
    async def file(address: str) -> UUID:
        body = {"text": "Lampu jalan padam", "reporter": {"email": address}, "language": "en"}
        return UUID((await web.post("/api/v1/complaints", json=body, headers=key(address))).json()["id"])

    return file


@pytest.fixture
def post(outbox: Outbox, clock: FixedClock) -> MailSender:
    async def at_once(_seconds: float) -> None:
        await asyncio.sleep(0)

    return MailSender(outbox, clock.now, policies(), jitter=lambda: 1.0, sleep=at_once)


async def react(context: Intake, *complaints: UUID) -> None:
    await follow_up(context)([await context.repository.load(complaint) for complaint in complaints])


async def deliver(post: MailSender, outbox: Outbox, clock: FixedClock, within: timedelta = HOUR) -> None:
    """Send until the outbox is empty or the time has passed."""
    until = clock.now() + within
    while clock.now() < until and (await outbox.waiting())[0]:
        while await post.once():
            pass
        clock.advance(12 * STEP)


def story(server: MailServer, address: str) -> list[str]:
    """The bodies of the reporter's mails, in order."""
    words = {
        "received": "was received",
        "placed": "was forwarded",
        "answered": "gave its answer",
        "closed": "was closed",
    }
    bodies = [mail.get_content() for mail in server.to(address)]
    return [kind for body in bodies for kind, word in words.items() if word in body.split("\n\n")[0]]


async def test_while_the_server_is_down_nothing_else_waits_and_each_notice_is_later_sent_once_in_order(
    server: MailServer,
    outbox: Outbox,
    post: MailSender,
    clock: FixedClock,
    intake_: Intake,
    file: File,
    web: httpx.AsyncClient,
) -> None:
    await server.down()
    ana, ben, citra = [await file(address) for address in (ANA, BEN, CITRA)]
    await react(intake_, ana, ben, citra)
    await write(intake_.repository, ana, routed(), answered(), lapsed())
    await write(intake_.repository, ben, routed())
    code = intake_.codes.of(citra)
    await web.post(f"/api/v1/complaints/{code}/erasure", json={}, headers=key("forget"))
    await react(intake_, ana, ben, citra)
    person = (await intake_.repository.load(citra)).state.person
    assert person is not None
    with pytest.raises(DataErased):
        await intake_.vault.read(person, (await intake_.repository.load(citra)).keys)
    await deliver(post, outbox, clock)
    assert (await outbox.waiting())[0] == 6, "four to Ana, two to Ben, and none to whom we forgot"

    await server.up()
    await react(intake_, ana, ben)
    await deliver(post, outbox, clock)
    assert story(server, ANA) == ["received", "placed", "answered", "closed"]
    assert story(server, BEN) == ["received", "placed"]
    assert len(server.got) == 6


async def test_tries_back_off_while_the_server_is_down_and_no_notice_is_given_up(
    server: MailServer, outbox: Outbox, post: MailSender, clock: FixedClock, intake_: Intake, file: File
) -> None:
    await server.down()
    await react(intake_, await file(ANA))
    tried: list[float] = []
    began = clock.now()
    while clock.now() < began + HOUR:
        if await post.once():
            tried.append((clock.now() - began).total_seconds())
        clock.advance(STEP)
    backoff = [later - earlier for earlier, later in pairwise(tried)]
    assert backoff[:4] == [5, 10, 20, 40]
    assert max(backoff) == 600
    clock.advance(2 * TRIED_FOR)
    assert await post.once()
    await server.up()
    await deliver(post, outbox, clock)
    assert story(server, ANA) == ["received"]


async def test_an_address_that_hangs_does_not_delay_others(
    server: MailServer, outbox: Outbox, intake_: Intake, file: File, clock: FixedClock
) -> None:
    server.slow.add(ANA)
    complaints = [await file(address) for address in (ANA, BEN, CITRA)]
    await react(intake_, *complaints)
    await write(intake_.repository, complaints[0], routed())
    await react(intake_, *complaints)
    running = asyncio.create_task(MailSender(outbox, clock.now, policies()).run())
    try:
        async with asyncio.timeout(20):
            while not (server.to(BEN) and server.to(CITRA)):
                await asyncio.sleep(0.01)
            assert server.to(ANA) == []
            server.release.set()
            while (await outbox.waiting())[0]:
                await asyncio.sleep(0.01)
    finally:
        running.cancel()
        with suppress(asyncio.CancelledError):
            await running
    assert story(server, ANA) == ["received", "placed"], "the second waits for the first"


async def test_a_reply_of_one_character_at_a_time_times_out_and_is_tried_again(
    server: MailServer, intake_: Intake, file: File, clock: FixedClock, outbox: Outbox, post: MailSender
) -> None:
    server.slow.add(ANA)
    hurried = Outbox(
        intake_.database, intake_.repository.keyring, SmtpMailbox("127.0.0.1", server.port, mail_s=0.2), clock.now
    )
    await react(intake_, await file(ANA))
    assert await MailSender(hurried, clock.now, policies()).once()
    server.slow.clear()
    server.release.set()
    await deliver(post, outbox, clock)
    assert story(server, ANA) == ["received"]


async def test_a_permanently_refused_address_is_tried_once_for_each_notice(
    server: MailServer, outbox: Outbox, post: MailSender, clock: FixedClock, intake_: Intake, file: File
) -> None:
    server.replies[ANA] = ["550 no such user"] * 9
    complaints = [await file(address) for address in (ANA, BEN)]
    for complaint in complaints:
        await write(intake_.repository, complaint, routed())
    for _ in range(2):
        await react(intake_, *complaints)
        await deliver(post, outbox, clock)
    assert server.refused == 2
    assert story(server, BEN) == ["received", "placed"]


async def test_a_temporarily_refused_address_is_tried_for_days_and_then_given_up(
    server: MailServer, outbox: Outbox, post: MailSender, clock: FixedClock, intake_: Intake, file: File
) -> None:
    server.replies = {ANA: ["450 try later"] * 3, BEN: ["452 full"] * 100_000}
    complaints = [await file(address) for address in (ANA, BEN)]
    await react(intake_, *complaints)
    await deliver(post, outbox, clock)
    assert story(server, ANA) == ["received"]
    assert (await outbox.waiting())[0] == 1
    clock.advance(TRIED_FOR - 2 * HOUR)
    assert await post.once()
    assert (await outbox.waiting())[0] == 1
    clock.advance(2 * HOUR)
    assert await post.once()
    assert (await outbox.waiting())[0] == 0


async def test_for_how_many_days_a_notice_is_tried_follows_the_policy_in_force(
    server: MailServer, outbox: Outbox, clock: FixedClock, intake_: Intake, file: File
) -> None:
    (first,) = policies().versions
    patient = Policies((first._replace(letters_d=9),))
    server.replies = {ANA: ["452 full"] * 9}
    await react(intake_, await file(ANA))
    for days, waiting in ((6, 1), (9, 0)):
        clock.advance(T0 + timedelta(days=days) - clock.now())
        assert await MailSender(outbox, clock.now, patient).once()
        assert (await outbox.waiting())[0] == waiting


async def test_a_mail_whose_reply_was_lost_is_repeated_with_the_same_message_id(
    server: MailServer, outbox: Outbox, post: MailSender, clock: FixedClock, intake_: Intake, file: File
) -> None:
    server.cut.add(ANA)
    await react(intake_, await file(ANA))
    await deliver(post, outbox, clock)
    first, again = server.to(ANA)
    assert first["Message-ID"] == again["Message-ID"]


async def test_several_workers_send_each_notice_once(
    server: MailServer, outbox: Outbox, clock: FixedClock, intake_: Intake, file: File
) -> None:
    complaints = [await file(f"{name}@contoh.id") for name in "abcdefgh"]
    for complaint in complaints:
        await write(intake_.repository, complaint, routed())
    await react(intake_, *complaints)
    posts = [MailSender(outbox, clock.now, policies()) for _ in range(4)]
    while (await outbox.waiting())[0]:
        await asyncio.gather(*(post.once() for post in posts))
    assert sorted(str(mail["To"]) for mail in server.got) == sorted(2 * [f"{name}@contoh.id" for name in "abcdefgh"])


async def test_a_queued_notice_is_sealed_and_not_sent_after_an_erasure(
    server: MailServer,
    outbox: Outbox,
    post: MailSender,
    intake_: Intake,
    file: File,
    web: httpx.AsyncClient,
    tmp_path: Path,
) -> None:
    complaint = await file(ANA)
    await react(intake_, complaint)
    code = intake_.codes.of(complaint)
    written = b"".join(path.read_bytes() for path in tmp_path.glob("vault.db*"))
    assert ANA.encode() not in written
    assert code.encode() not in written
    # In the order of an erasure: the key is destroyed first, so a notice may be claimed before it is marked.
    await intake_.repository.keyring.destroy(complaint)
    assert await post.once()
    assert server.got == []
    assert (await outbox.waiting())[0] == 0


async def test_a_notice_being_sent_during_an_erasure_is_deleted(
    intake: Intake, clock: FixedClock, tmp_path: Path, web: httpx.AsyncClient
) -> None:
    files, folder = FileMailbox(tmp_path / "kept"), tmp_path / "kept"

    class Slow(FileMailbox):
        async def send(self, notice: Notice) -> None:
            await outbox.forget(notice.complaint)
            await files.send(notice)

    outbox = Outbox(intake.database, intake.repository.keyring, Slow(folder), clock.now)
    body = {"text": "Lampu jalan padam", "reporter": {"email": ANA}}
    filed = (await web.post("/api/v1/complaints", json=body, headers=key("way"))).json()
    await outbox.send(Notice(UUID(int=1), UUID(filed["id"]), ANA, "Laporan Anda", "Diterima"))
    assert await MailSender(outbox, clock.now, policies()).once()
    assert not list(folder.rglob("*.json"))


async def test_a_telephone_number_gets_no_mail(
    server: MailServer, outbox: Outbox, post: MailSender, clock: FixedClock, intake_: Intake, web: httpx.AsyncClient
) -> None:
    body = {"text": "Lampu jalan padam", "reporter": {"phone": "+62 812 0000 1111"}}
    complaint = UUID((await web.post("/api/v1/complaints", json=body, headers=key("p"))).json()["id"])
    await react(intake_, complaint)
    await deliver(post, outbox, clock)
    assert server.got == []


@pytest.mark.parametrize("url", ["mailto:x", "smtp:", "http://localhost:25"])
def test_an_unknown_mailbox_url_is_refused_at_the_start(url: str, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="notices go to file: or smtp://host:port"):
        mailbox_of(url, tmp_path)
