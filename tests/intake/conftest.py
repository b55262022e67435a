"""Intake over a memory store, with its real tables, files and notices in a temporary folder."""

from collections.abc import AsyncIterator
from pathlib import Path
from uuid import UUID

import httpx
import pytest
from fastapi import FastAPI

from chassis.clock import FixedClock
from chassis.following import StoreFeed
from chassis.keyring import MemoryKeyRing
from chassis.ledger import Ledger
from chassis.registry_view import RegistryView
from chassis.sql import Database
from chassis.stores.memory import MemoryStore
from chassis.web import install
from intake import http, open311, views
from intake.attachments import Attachments
from intake.audience import Audience
from intake.codes import Codes
from intake.context import Context
from intake.kafka_probe import KafkaProbe
from intake.notices import FileMailbox, Sent
from intake.numbers import Numbers
from intake.rate import Rate
from intake.records import Records
from intake.results import Results
from intake.tables import metadata
from intake.vault import Vault
from intake.watchers import Watchers
from schemas.data_files import policies
from support.inbox import T0


@pytest.fixture
async def intake(tmp_path: Path) -> AsyncIterator[Context]:
    clock = FixedClock(T0)
    ledger = Ledger(MemoryStore(clock.now, UUID(int=1)), MemoryKeyRing(), "intake")
    database = Database(f"sqlite:///{tmp_path}/vault.db", metadata)
    relations = Database(f"sqlite:///{tmp_path}/intake.db", views.METADATA)
    records = Records(database, clock.now, policies())
    yield Context(
        ledger=ledger,
        clock=clock,
        registry=RegistryView(ledger, fresh_s=0),
        policies=policies(),
        codes=Codes(database, b"s" * 32),
        numbers=Numbers(database),
        records=records,
        vault=Vault(database, clock.now, policies()),
        attachments=Attachments(tmp_path / "attachments"),
        results=Results(database),
        mailbox=FileMailbox(tmp_path / "notices"),
        sent=Sent(database),
        probe=KafkaProbe(""),
        filings=Rate(0),
        lookups=Rate(0),
        database=database,
        audience=Audience(
            relations, StoreFeed(ledger.store, relations, views.METADATA, views.VIEW), Watchers(database)
        ),
    )
    await records.close()
    await relations.close()
    await database.close()


@pytest.fixture
async def web(intake: Context) -> AsyncIterator[httpx.AsyncClient]:
    async def ready() -> dict[str, str]:
        return {"store": "ok"}

    app = FastAPI()
    app.state.intake = intake
    app.include_router(http.router)
    app.include_router(open311.router)
    install(app, ready)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://door") as client:
        yield client
