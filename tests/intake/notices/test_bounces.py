"""Mail that comes back: a dead address gets nothing more, and neither a busy mailbox nor a forger ends anything."""

import asyncio
import mailbox
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import replace
from email.message import EmailMessage
from importlib.metadata import entry_points
from pathlib import Path
from uuid import UUID, uuid5

import httpx
import pytest
from typer.testing import CliRunner

from chassis.base.clock import FixedClock
from chassis.base.settings import BadSetting, Settings, read_settings
from chassis.service.platform import open_platform
from chassis.sql.database import Database
from intake.app import open_intake, outbox_of
from intake.context import Intake
from intake.filing import Filing, file
from intake.notices.bounces import Bounces, Outcome
from intake.notices.delivery_reports import Verdict, read
from intake.notices.outbox import Outbox
from intake.notices.port import FileMailbox, Notice
from intake.notices.return_token import token_of
from intake.notices.sender import MailSender
from intake.notices.smtp import SmtpMailbox, SmtpServer, mailbox_of
from intake.reaction import follow_up
from intake.storage.tables import metadata
from schemas.base.sealed import Keys
from schemas.contract.submission import Complaining, Reporter
from schemas.reference.load import policies
from support.commands import own_state
from support.delivery_reports import FORMS, report
from support.inbox import T0, keep_registry
from support.lives import answered, routed, write
from support.mail_server import MailServer

SEED = UUID(int=81)
ANA, PHONE = "ana@contoh.id", "+6281200001111"
NOTICE = UUID(int=7)
KEYS = Keys({1: b"k" * 32})
VERP = "bounces+{token}@satupintu.example.go.id"


def mail(token: str = "", to: str = ANA) -> EmailMessage:
    made = EmailMessage()
    made["From"], made["To"], made["Subject"] = "lapor@satupintu.example.go.id", to, "Laporan"
    made["Message-ID"] = f"<{token or token_of(7, NOTICE, KEYS)}@satupintu.example.go.id>"
    made.set_content("Diterima")
    return made


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("headers_only", [True, False])
def test_the_token_is_found_in_what_came_back(form: str, headers_only: bool) -> None:
    found = read(report(mail(), form=form, headers_only=headers_only))
    assert (found.verdict, found.status) == (Verdict.PERMANENT, "5.1.1")
    [token] = found.tokens
    assert token.number == 7
    assert token.is_genuine(NOTICE, KEYS)


def test_the_token_is_found_in_the_address_that_the_report_went_to_in_any_case() -> None:
    to = VERP.format(token=token_of(7, NOTICE, KEYS))
    bare = report(mail("x"), to.upper())
    assert [one.is_genuine(NOTICE, KEYS) for one in read(bare).tokens] == [True]
    assert [one.is_genuine(NOTICE, KEYS) for one in read(report(mail("x")), [to]).tokens] == [True]
    assert read(report(mail("x"))).tokens == []


@pytest.mark.parametrize(
    ("action", "status", "diagnosis", "verdict"),
    [
        ("failed", "5.1.1", "550 5.1.1 unknown user", Verdict.PERMANENT),
        ("Failed (bad address)", "5.2.1 (disabled)", "550 no", Verdict.PERMANENT),
        ("failed", "5.0.0", "550 no such user", Verdict.PERMANENT),
        ("failed", "5.4.1", "550 5.4.1 Recipient address rejected: Access denied", Verdict.PERMANENT),
        ("failed", "unknown", "550 5.1.10 RESOLVER.ADR.RecipientNotFound", Verdict.PERMANENT),
        ("failed", "", "554 mailbox unavailable", Verdict.PERMANENT),
        ("failed", "5.7.1", "550 5.7.1 listed by a black list", Verdict.REFUSED),
        ("failed", "5.6.7", "550 5.6.7 content", Verdict.REFUSED),
        ("failed", "4.4.7", "451 4.4.7 delivery time expired", Verdict.TEMPORARY),
        ("failed", "4.2.2", "452 4.2.2 mailbox full", Verdict.TEMPORARY),
        ("delayed", "4.4.1", "connection timed out", Verdict.TEMPORARY),
        ("delayed", "5.1.1", "whatever", Verdict.TEMPORARY),
        ("delivered", "2.0.0", "250 ok", Verdict.NO_BOUNCE),
        ("relayed", "2.0.0", "250 ok", Verdict.NO_BOUNCE),
        ("expanded", "2.0.0", "250 ok", Verdict.NO_BOUNCE),
        ("failed", "nonsense", "nothing", Verdict.NO_BOUNCE),
    ],
)
def test_what_a_report_says_of_the_address(action: str, status: str, diagnosis: str, verdict: Verdict) -> None:
    for form in FORMS:
        found = read(report(mail(), form=form, action=action, status=status, diagnosis=diagnosis))
        assert found.verdict is verdict, form


def not_reports() -> dict[str, bytes]:
    """Mails to the envelope sender that quote ours and are no delivery reports."""
    token = token_of(7, NOTICE, KEYS)
    away = EmailMessage()
    away["To"], away["Auto-Submitted"] = VERP.format(token=token), "auto-replied"
    away["In-Reply-To"] = f"<{token}@satupintu.example.go.id>"
    away["Subject"] = "Out of office: 550 5.1.1 user unknown"
    away.set_content("Status: 5.1.1\nAction: failed\n")
    challenge = EmailMessage()
    challenge["To"], challenge["Subject"] = VERP.format(token=token), "Please confirm your message"
    challenge.set_content("Click here to confirm that you are a person.")
    attached = EmailMessage()
    attached["To"] = VERP.format(token=token)
    attached.set_content("Somebody forwards a report.")
    attached.add_attachment(report(mail()), maintype="application", subtype="octet-stream", filename="report.eml")
    read_receipt = report(mail()).replace(b"delivery-status", b"disposition-notification")
    return {
        "out of office": away.as_bytes(),
        "challenge": challenge.as_bytes(),
        "a forwarded report": attached.as_bytes(),
        "read receipt": read_receipt,
        "nothing": b"",
        "no mail": b"\xff\xfe\x00" * 99,
        "deeply nested": b"".join(
            b"Content-Type: multipart/mixed; boundary=b%d\n\n--b%d\n" % (depth, depth) for depth in range(3000)
        ),
    }


@pytest.mark.parametrize("name", not_reports())
def test_what_is_no_delivery_report_ends_nothing(name: str) -> None:
    assert read(not_reports()[name]).verdict is Verdict.NO_BOUNCE


def test_a_report_in_another_coding_is_read() -> None:
    coded = report(mail()).replace(
        b"message/delivery-status\n", b"message/global-delivery-status\nContent-Transfer-Encoding: quoted-printable\n"
    )
    assert read(coded.replace(b"Action: failed", b"Action: f=\nailed")).verdict is Verdict.PERMANENT
    assert read(report(mail()).replace(b"\n", b"\r\n")).verdict is Verdict.PERMANENT


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
async def outbox(intake: Intake, server: MailServer, clock: FixedClock) -> Outbox:
    await keep_registry(intake.repository.store, intake.repository)
    smtp = SmtpServer("127.0.0.1", server.port, "Lapor <lapor@satupintu.example.go.id>", VERP)
    return Outbox(intake.database, intake.repository.keyring, SmtpMailbox(smtp), clock.now)


@pytest.fixture
def bounces(intake: Intake, clock: FixedClock) -> Bounces:
    return Bounces(intake.returned, intake.repository.keyring, clock.now)


Told = Callable[[UUID], Awaitable[None]]


@pytest.fixture
def told(intake: Intake, outbox: Outbox, clock: FixedClock) -> Told:
    """Queue what a complaint's people are to know, and send what is due."""
    context = replace(intake, mailbox=outbox)

    async def told(complaint: UUID) -> None:
        await follow_up(context)([await context.repository.load(complaint)])
        sender = MailSender(outbox, clock.now, policies(), jitter=lambda: 1.0)
        while await sender.once():
            pass

    return told


async def filed(web: httpx.AsyncClient, name: str, **reporter: str) -> tuple[UUID, str]:
    body = {"text": "Lampu jalan padam", "reporter": reporter, "language": "en"}
    headers = {"Idempotency-Key": str(uuid5(SEED, name))}
    answer = (await web.post("/api/v1/complaints", json=body, headers=headers)).json()
    return UUID(answer["id"]), answer["tracking_code"]


async def test_a_bounce_ends_the_mails_to_that_address_and_the_reporter_reads_so(
    web: httpx.AsyncClient, intake: Intake, server: MailServer, bounces: Bounces, told: Told
) -> None:
    complaint, code = await filed(web, "ana", email=ANA, phone=PHONE)
    other, _ = await filed(web, "other", email=ANA)
    await told(complaint)
    [[sender, _]] = server.envelopes
    [sent] = server.got
    assert sender.startswith("bounces+")
    assert await bounces.take(read(report(sent, sender))) is Outcome.PERMANENT
    assert await bounces.take(read(report(sent, sender))) is Outcome.REPEATED

    await write(intake.repository, complaint, routed(), answered())
    await told(complaint)
    assert len(server.to(ANA)) == 1
    page = (await web.get(f"/api/v1/complaints/{code}", params={"lang": "en"})).json()
    assert page["contact"]["unusable"] == ["email"]
    assert "came back" in page["contact"]["message"]
    await told(other)
    assert len(server.to(ANA)) == 2, "each report has its own mark: nothing links two reports of one person"


async def test_what_waits_for_a_dead_address_is_dropped_and_others_go_out(
    web: httpx.AsyncClient, intake: Intake, server: MailServer, outbox: Outbox, bounces: Bounces, told: Told
) -> None:
    complaint, _ = await filed(web, "ana", email=ANA)
    await told(complaint)
    await server.down()
    await outbox.send(Notice(UUID(int=1), complaint, ANA, "Laporan", "Isi"))
    await outbox.send(Notice(UUID(int=2), complaint, "ben@contoh.id", "Laporan", "Isi"))
    assert await bounces.take(read(report(server.got[0]))) is Outcome.PERMANENT
    assert (await outbox.waiting())[0] == 1


async def test_a_busy_mailbox_a_refused_mail_and_a_forged_report_end_nothing_and_are_counted(
    web: httpx.AsyncClient, intake: Intake, server: MailServer, bounces: Bounces, told: Told
) -> None:
    complaint, code = await filed(web, "ana", email=ANA)
    await told(complaint)
    [sent] = server.got
    genuine = str(sent["Message-ID"]).strip("<>").partition("@")[0]
    other_number = genuine[:7] + ("a" if genuine[7] != "a" else "b") + genuine[8:]
    other_mac = genuine[:-1] + ("a" if genuine[-1] != "a" else "b")
    reports = [
        (report(sent, action="failed", status="4.2.2", diagnosis="452 4.2.2 full"), Outcome.TEMPORARY),
        (report(sent, action="delayed", status="4.4.1"), Outcome.TEMPORARY),
        (report(sent, status="5.7.1", diagnosis="550 5.7.1 listed"), Outcome.REFUSED),
        (report(mail(other_number)), Outcome.UNKNOWN),
        (report(mail(other_mac)), Outcome.UNKNOWN),
        (report(mail("no-token")), Outcome.UNKNOWN),
        (report(mail(token_of(7, NOTICE, KEYS))), Outcome.UNKNOWN),
        (not_reports()["out of office"], Outcome.NO_BOUNCE),
    ]
    for raw, outcome in reports:
        assert await bounces.take(read(raw)) is outcome
    assert await intake.returned.counts() == {"temporary": 2, "refused": 1, "unknown": 4, "no_bounce": 1}
    await write(intake.repository, complaint, routed())
    await told(complaint)
    assert len(server.to(ANA)) == 2
    assert "contact" not in (await web.get(f"/api/v1/complaints/{code}")).json()


async def test_after_an_erasure_a_bounce_finds_nobody(
    web: httpx.AsyncClient, intake: Intake, server: MailServer, bounces: Bounces, told: Told
) -> None:
    complaint, _ = await filed(web, "ana", email=ANA)
    await told(complaint)
    await intake.repository.keyring.destroy(complaint)
    assert await bounces.take(read(report(server.got[0]))) is Outcome.UNKNOWN


async def test_an_address_that_the_first_mail_server_names_as_unknown_is_marked_as_well(
    web: httpx.AsyncClient, intake: Intake, server: MailServer, told: Told
) -> None:
    server.replies[ANA] = ["550 5.1.1 no such user"] * 9
    complaint, code = await filed(web, "ana", email=ANA)
    await told(complaint)
    await write(intake.repository, complaint, routed())
    await told(complaint)
    assert server.refused == 1
    assert (await web.get(f"/api/v1/complaints/{code}")).json()["contact"]["unusable"] == ["email"]


async def test_a_server_that_may_not_relay_marks_no_address(
    web: httpx.AsyncClient, intake: Intake, server: MailServer, told: Told
) -> None:
    server.replies[ANA] = ["554 5.7.1 relay access denied", "550 relay not permitted"]
    complaint, _ = await filed(web, "ana", email=ANA)
    for fact in (routed(), answered()):
        await told(complaint)
        await write(intake.repository, complaint, fact)
    await told(complaint)
    assert len(server.to(ANA)) == 1


async def test_once_mail_comes_back_the_telephone_number_is_written_to(
    web: httpx.AsyncClient, intake: Intake, server: MailServer, bounces: Bounces, told: Told, outbox: Outbox
) -> None:
    complaint, _ = await filed(web, "ana", email=ANA, phone="0812 0000 1111")
    await told(complaint)
    await bounces.take(read(report(server.got[0])))
    await write(intake.repository, complaint, routed())
    await follow_up(replace(intake, mailbox=outbox))([await intake.repository.load(complaint)])
    claimed = await outbox.claim()
    assert claimed is not None
    notice = await outbox.opened(claimed)
    assert notice is not None
    assert notice.to == PHONE


def test_an_envelope_sender_that_is_too_long_with_a_token_is_refused(tmp_path: Path) -> None:
    for local, refused in (("b" * 39 + "+{token}", False), ("b" * 40 + "+{token}", True)):
        settings = Settings(  # type: ignore[call-arg]
            notices_url="smtp://127.0.0.1", mail_envelope_from=f"{local}@x.id", state_dir=tmp_path
        )
        if refused:
            with pytest.raises(BadSetting, match="MAIL_ENVELOPE_FROM"):
                mailbox_of(settings)
        else:
            mailbox_of(settings)


@pytest.mark.postgres
async def test_over_postgresql_an_address_is_marked_once_and_written_to_again_when_told(
    url_of: Callable[[str], str], intake: Intake, clock: FixedClock, tmp_path: Path
) -> None:
    database, complaint = Database(url_of("postgresql"), metadata), UUID(int=5)
    await intake.repository.keyring.ensure([complaint])
    outbox = Outbox(database, intake.repository.keyring, FileMailbox(tmp_path), clock.now)
    taker = Bounces(outbox.returned, intake.repository.keyring, clock.now)
    for number in (1, 1, 2):
        await outbox.send(Notice(UUID(int=number), complaint, ANA, "Laporan", "Isi"))
    assert (await outbox.waiting())[0] == 2
    claimed = await outbox.claim()
    assert claimed is not None
    notice = await outbox.opened(claimed)
    assert notice is not None
    outcomes = [await taker.take(read(report(mail(notice.token)))) for _ in range(2)]
    assert outcomes == [Outcome.PERMANENT, Outcome.REPEATED]
    await outbox.send(Notice(UUID(int=3), complaint, ANA.upper(), "Laporan", "Isi"))
    assert (await outbox.waiting())[0] == 0
    assert await outbox.returned.forget(complaint) == 1
    await outbox.send(Notice(UUID(int=4), complaint, ANA, "Laporan", "Isi"))
    assert (await outbox.waiting())[0] == 1
    await database.close()


RUNNER = CliRunner()


def command(*arguments: str, mail: bytes = b"") -> tuple[int, str]:
    """The exit code and the output of `satupintu bounces`."""
    (point,) = entry_points(group="satupintu.commands", name="bounces")
    result = RUNNER.invoke(point.load(), list(arguments), input=mail)
    return result.exit_code, "\n".join(line for line in result.output.splitlines() if "[info" not in line)


async def sent_letter() -> tuple[str, EmailMessage]:
    """File a complaint in the state of the settings and queue a letter: the public number, and the letter as sent."""
    async with open_platform(read_settings()) as platform, open_intake(platform) as context:
        given = Complaining(text="Lampu jalan padam", reporter=Reporter(email=ANA))
        state = (await file(context, Filing(str(SEED), "one", given))).state
        await context.mailbox.send(Notice(UUID(int=1), state.id, ANA, "Laporan", "Isi"))
        outbox = outbox_of(platform, context.database)
        claimed = await outbox.claim()
        assert claimed is not None
        notice = await outbox.opened(claimed)
        assert notice is not None
        return str(state.public_number), mail(notice.token)


def test_the_command_reads_a_pipe_a_file_an_mbox_and_a_maildir_and_writes_again_when_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    own_state(tmp_path, monkeypatch)
    number, letter = asyncio.run(sent_letter())
    bounce, other = report(letter), not_reports()["out of office"]
    assert command(mail=other) == (0, "no_bounce: 1")
    assert command(mail=b"From MAILER-DAEMON Sun Mar  1 10:00:00 2026\n" + bounce) == (0, "permanent: 1")
    assert command("--clear", number) == (0, "1 addresses are written to again")

    single = tmp_path / "report.eml"
    single.write_bytes(bounce)
    assert command(str(single)) == (0, "permanent: 1")
    box = mailbox.mbox(tmp_path / "box")
    for each in (bounce, bounce, other):
        box.add(each)
    box.close()
    assert command(str(tmp_path / "box")) == (0, "repeated: 2\nno_bounce: 1")
    folder = mailbox.Maildir(tmp_path / "folder")
    folder.add(bounce)
    assert command(str(tmp_path / "folder")) == (0, "repeated: 1")
    assert command(str(tmp_path / "folder")) == (0, ""), "it is marked as seen"
    assert [message.get_flags() for message in folder] == ["S"]

    by_address = report(mail("none"), "bounces@satupintu.example.go.id")
    token = str(letter["Message-ID"]).strip("<>").partition("@")[0]
    assert command("--recipient", f"bounces+{token}@satupintu.example.go.id", mail=by_address) == (0, "repeated: 1")


def test_while_the_database_is_away_the_mail_server_is_told_to_try_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    own_state(tmp_path, monkeypatch)
    monkeypatch.setenv("SATUPINTU_VAULT_URL", "postgresql+psycopg://127.0.0.1:1/none")
    code, said = command(mail=b"")
    assert code == 75
    assert "StoreUnavailable" in said
    monkeypatch.delenv("SATUPINTU_VAULT_URL")
    assert command(str(tmp_path))[0] == 2, "a folder that is no maildir"
