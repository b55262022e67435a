"""Intake over a memory store, with its real tables, files and notices in a temporary folder."""

from collections.abc import AsyncIterator
from pathlib import Path
from uuid import UUID

import httpx
import pytest
from fastapi import FastAPI

from chassis.attachments.objects import Objects
from chassis.attachments.store import Attachments
from chassis.base.clock import FixedClock
from chassis.http.rate_limit import RateLimiter
from chassis.http.web import install
from chassis.keys.keyring import MemoryKeyRing
from chassis.project.from_store import StoreProjection
from chassis.project.registry import RegistryView
from chassis.sql.database import Database
from chassis.store.memory import MemoryStore
from chassis.write.repository import Repository
from intake.context import Intake
from intake.guesses import GuessLimit
from intake.http import filing, open311, reporter
from intake.kafka_health import KafkaProbe
from intake.notices.kept_choices import KeptChoices
from intake.notices.links import Links
from intake.notices.port import FileMailbox, SentNotices
from intake.storage import erasures
from intake.storage import relations as views
from intake.storage.audience import Audience
from intake.storage.erasures import Erasures
from intake.storage.former_filings import FormerFilings
from intake.storage.public_numbers import PublicNumbers
from intake.storage.records import Records
from intake.storage.repeats import Repeats
from intake.storage.results import Results
from intake.storage.returned_mail import ReturnedMail
from intake.storage.sent_ahead import FilesAhead
from intake.storage.sms_parts import SmsParts
from intake.storage.subscribers import Subscribers
from intake.storage.tables import metadata
from intake.storage.tracking_codes import TrackingCodes
from intake.storage.vault import Vault
from schemas.base.media_types import FileKind
from schemas.base.sealed import Keys
from schemas.reference.load import policies
from support.inbox import T0
from support.signed_in import AsNeeded, RoleTokens

SIZES = {FileKind.PICTURE: 10 * 2**20, FileKind.DOCUMENT: 10 * 2**20, FileKind.AUDIO: 2**20, FileKind.VIDEO: 10 * 2**20}


@pytest.fixture
async def intake(tmp_path: Path) -> AsyncIterator[Intake]:
    clock = FixedClock(T0)
    repository = Repository(MemoryStore(clock.now, UUID(int=1)), MemoryKeyRing(), "intake")
    database = Database(f"sqlite:///{tmp_path}/vault.db", metadata)
    relations = Database(f"sqlite:///{tmp_path}/intake.db", views.METADATA)
    codes = TrackingCodes(database, b"s" * 32)
    records = Records(database, clock.now, policies())
    context = Intake(
        repository=repository,
        clock=clock,
        registry=RegistryView(repository, fresh_s=0),
        policies=policies(),
        codes=codes,
        former=FormerFilings(database, codes, repository.store),
        numbers=PublicNumbers(database),
        records=records,
        vault=Vault(database, clock.now, policies()),
        erasures=Erasures(Database(f"sqlite:///{tmp_path}/list/erasures.db", erasures.metadata), repository.store),
        attachments=Attachments(Objects.in_folder(tmp_path / "attachments")),
        attachment_bytes=SIZES,
        files_ahead=FilesAhead(database, clock.now),
        results=Results(database),
        repeats=Repeats(database, b"s" * 32, policies()),
        mailbox=FileMailbox(tmp_path / "notices"),
        links=Links("https://lapor.example.go.id"),
        sent=SentNotices(database),
        returned=ReturnedMail(database),
        choices=KeptChoices(database),
        sms_parts=SmsParts(database, Keys({1: b"k" * 32}), clock.now),
        sms=True,
        probe=KafkaProbe(""),
        filings=RateLimiter(0),
        guesses=GuessLimit(RateLimiter(0), RateLimiter(0)),
        database=database,
        audience=Audience(
            relations, StoreProjection(repository.store, relations, views.METADATA, views.VIEW), Subscribers(database)
        ),
    )
    yield context
    await records.close()
    await relations.close()
    await context.erasures.close()
    await database.close()


@pytest.fixture
def app(intake: Intake) -> FastAPI:
    async def ready() -> dict[str, str]:
        return {"store": "ok"}

    app = FastAPI()
    app.state.intake = intake
    app.state.access = RoleTokens()
    app.include_router(filing.router)
    app.include_router(reporter.router)
    app.include_router(open311.router)
    install(app, ready)
    return app


@pytest.fixture
async def web(app: FastAPI) -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://door", auth=AsNeeded()) as client:
        yield client
