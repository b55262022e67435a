"""A mail server that is down, slow or refuses an address: nothing else waits, no notice is lost or sent twice."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from uuid import UUID, uuid5

import httpx
import pytest
from fastapi import FastAPI

from chassis.base.clock import FixedClock
from chassis.base.settings import BadSetting, Settings
from intake.context import Intake
from intake.notices.outbox import Outbox
from intake.notices.port import FileMailbox, Notice, NotSent, Undeliverable
from intake.notices.sender import MailSender
from intake.notices.smtp import SmtpMailbox, SmtpServer, mailbox_of
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
    return Outbox(
        intake.database, intake.repository.keyring, SmtpMailbox(SmtpServer("127.0.0.1", server.port)), clock.now
    )


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
    code = intake_.codes.of(citra, 1)
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
        intake_.database,
        intake_.repository.keyring,
        SmtpMailbox(SmtpServer("127.0.0.1", server.port), mail_s=0.2),
        clock.now,
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
    code = intake_.codes.of(complaint, 1)
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


FROM = "Satupintu <lapor@satupintu.example.go.id>"
SEALED = Notice(UUID(int=1), UUID(int=2), ANA, "Laporan SP-1", "Isi")


async def test_a_mail_says_who_sent_it_when_and_that_a_program_wrote_it(server: MailServer) -> None:
    smtp = SmtpServer("127.0.0.1", server.port, FROM, envelope="bounces@satupintu.example.go.id")
    await SmtpMailbox(smtp).send(SEALED)
    [mail] = server.got
    assert (mail["From"], mail["To"]) == (FROM, ANA)
    assert mail["Message-ID"] == f"<{SEALED.id}@satupintu.example.go.id>"
    assert mail["Auto-Submitted"] == "auto-generated"
    assert abs(mail["Date"].datetime - datetime.now(UTC)) < timedelta(minutes=5)  # noqa: TID251
    assert server.envelopes == [("bounces@satupintu.example.go.id", [ANA])]
    await SmtpMailbox(smtp._replace(envelope=None)).send(SEALED)
    assert server.envelopes[-1][0] == "lapor@satupintu.example.go.id", "bounces go to the sender otherwise"


@pytest.mark.parametrize(
    "to",
    [
        "a@contoh.id, b@contoh.id", "a@contoh.id;b@contoh.id", "Tim: a@contoh.id, b@contoh.id;", "Tim:a@contoh.id;",
        "a@contoh.id\r\nBcc: b@contoh.id", "a@contoh.id\nSubject: x", "a@b@contoh.id", "@contoh.id", "a@", "a@[127.0.0.1]",
        "<a@contoh.id> <b@contoh.id>", "a@contoh..id", "a b@contoh.id", "a@localhost",
    ],
)  # fmt: skip
async def test_what_is_not_one_address_gets_no_mail_and_ends_at_once(server: MailServer, to: str) -> None:
    with pytest.raises(Undeliverable):
        await SmtpMailbox(SmtpServer("127.0.0.1", server.port)).send(SEALED._replace(to=to))
    assert server.envelopes == []


async def test_an_international_domain_is_sent_in_ascii(server: MailServer) -> None:
    await SmtpMailbox(SmtpServer("127.0.0.1", server.port)).send(SEALED._replace(to="ana@pósta.id"))
    assert [recipients for _, recipients in server.envelopes] == [["ana@xn--psta-qqa.id"]]


@pytest.mark.parametrize("tls", ["starttls", "implicit"])
async def test_mail_goes_encrypted_and_with_a_password_where_the_settings_say_so(tmp_path: Path, tls: str) -> None:
    server = MailServer(tls=tls, folder=tmp_path, login=("satupintu", "p@ss:word"))
    await server.up()
    try:
        given = {
            "notices_url": f"smtp://satupintu:p%40ss%3Aword@localhost:{server.port}",
            "mail_from": FROM, "mail_tls": tls, "mail_ca_file": server.ca, "state_dir": tmp_path,
        }  # fmt: skip
        await mailbox_of(Settings.model_validate(given)).send(SEALED)
        assert [mail["To"] for mail in server.got] == [ANA]
        assert server.encrypted == [True]
        wrong = {**given, "notices_url": f"smtp://satupintu:other@localhost:{server.port}"}
        with pytest.raises(NotSent):
            await mailbox_of(Settings.model_validate(wrong)).send(SEALED)
        untrusted = {**given, "mail_ca_file": None}
        with pytest.raises(NotSent):
            await mailbox_of(Settings.model_validate(untrusted)).send(SEALED)
        assert len(server.got) == 1
    finally:
        await server.down()


async def test_a_server_without_starttls_gets_nothing_in_plain_text(server: MailServer) -> None:
    with pytest.raises(NotSent):
        await SmtpMailbox(SmtpServer("127.0.0.1", server.port, tls="starttls")).send(SEALED)
    assert (server.got, server.envelopes) == ([], [])


async def test_a_notice_that_fails_for_its_own_reasons_ends_after_the_policys_days(
    outbox: Outbox, clock: FixedClock, intake_: Intake, file: File
) -> None:
    class Failing:
        async def send(self, _notice: Notice) -> None:
            raise LookupError("a fault of ours")

    outbox.mailbox = Failing()  # type: ignore[assignment]
    await react(intake_, await file(ANA))
    post, began = MailSender(outbox, clock.now, policies()), clock.now()
    while (await outbox.waiting())[0] and clock.now() < began + 2 * TRIED_FOR:
        await post.once()
        clock.advance(HOUR)
    assert TRIED_FOR <= clock.now() - began < TRIED_FOR + 2 * HOUR


@pytest.mark.parametrize(
    ("given", "setting"),
    [
        ({"mail_from": "a@x.id, b@x.id"}, "MAIL_FROM"),
        ({"mail_from": "nobody"}, "MAIL_FROM"),
        ({"mail_envelope_from": "a@x.id\nb"}, "MAIL_ENVELOPE_FROM"),
        ({"notices_url": "smtp://user:word@mail.example.org"}, "MAIL_TLS"),
    ],
)
def test_settings_of_mail_that_cannot_work_are_refused_by_name(
    given: dict[str, str], setting: str, tmp_path: Path
) -> None:
    said = {"state_dir": tmp_path, "notices_url": "smtp://127.0.0.1:25", **given}
    with pytest.raises(BadSetting, match=f"SATUPINTU_{setting}: "):
        mailbox_of(Settings.model_validate(said))


async def test_whoever_leaves_only_a_telephone_number_is_told_that_no_sms_is_sent(
    app: FastAPI, web: httpx.AsyncClient, intake_: Intake, outbox: Outbox
) -> None:
    app.state.intake = replace(intake_, sms=False)
    body = {"text": "Lampu jalan padam", "reporter": {"phone": "0812 0000 1111"}, "language": "en"}
    filed = (await web.post("/api/v1/complaints?lang=en", json=body, headers=key("only"))).json()
    assert filed["contact"] == {"unusable": [], "message": "No SMS is sent: follow the report by its tracking code."}
    page = (await web.get(f"/api/v1/complaints/{filed['tracking_code']}?lang=id")).json()
    assert page["contact"]["message"] == "SMS tidak dikirim: ikuti laporan dengan kode pelacakannya."
    await react(app.state.intake, UUID(filed["id"]))
    assert (await outbox.waiting())[0] == 0
    app.state.intake = replace(intake_, sms=True)
    assert "contact" not in (await web.get(f"/api/v1/complaints/{filed['tracking_code']}")).json()
    await react(app.state.intake, UUID(filed["id"]))
    assert (await outbox.waiting())[0] == 1, "a gateway sends it"


@pytest.mark.parametrize("url", ["mailto:x", "smtp:", "http://localhost:25"])
def test_an_unknown_mailbox_url_is_refused_at_the_start(url: str, tmp_path: Path) -> None:
    with pytest.raises(BadSetting, match="notices go to file: or smtp://host:port"):
        mailbox_of(Settings(state_dir=tmp_path, notices_url=url))  # type: ignore[call-arg]
