"""`satupintu explain`: each due date in sentences, by tracking code, public number or id."""

import asyncio
import json
from datetime import timedelta
from pathlib import Path

import pytest
from typer.testing import CliRunner

from chassis.base.settings import read_settings
from chassis.service.platform import open_platform
from chassis.sql.database import Database
from intake.storage.tables import HISTORY
from intake.storage.tracking_codes import TrackingCodes
from reporting.cli import app
from schemas.base.ids import tracking_code
from schemas.reference.load import calendars
from support.commands import own_state
from support.inbox import T0, keep_registry
from support.lives import answered, filed, joined, lapsed, named, number_of, routed, write

RUN = CliRunner()
LEAD, FOLLOWER, CLOSED = named("lead"), named("follower"), named("closed")


@pytest.fixture
def codes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    own_state(tmp_path, monkeypatch)

    async def live() -> None:
        async with open_platform(read_settings()) as platform:
            repository = platform.repository("router")
            decree = next(each for each in calendars() if each.year == T0.year).decree(T0)
            await keep_registry(platform.store, repository, decree)
            await write(repository, LEAD, filed(1), routed())
            await write(repository, FOLLOWER, filed(2, received_at=T0 + timedelta(seconds=1)), joined(LEAD))
            await write(repository, CLOSED, filed(3), routed(), answered(), lapsed())

            database = Database(platform.settings.vault_url, HISTORY)
            await TrackingCodes(database, platform.settings.code_secrets).rebuild(platform.store)
            await database.close()

    asyncio.run(live())
    secret = read_settings().code_secrets.newest.secret
    return {"code": tracking_code(secret, LEAD), "number": number_of(1), "id": str(LEAD)}


@pytest.mark.parametrize("name", ["code", "number", "id"])
def test_each_date_is_explained_by_code_number_or_id(codes: dict[str, str], name: str) -> None:
    said = RUN.invoke(app, ["explain", codes[name]]).stdout
    assert said.startswith(f"{number_of(1)}: sudah diteruskan, menunggu tindak lanjut (pu, Kota Bandung)")
    assert "Batas waktu tindak lanjut pertama instansi: 9 Maret 2026 pukul 11.00 WIB. Aturan: 5 hari kerja" in said
    assert "Batas waktu penyelesaian laporan: 27 Maret 2026 pukul 10.00 WIB." in said
    assert "19 Maret 2026 (Hari Suci Nyepi)" in said
    assert "Kalender 2026: SKB" in said


@pytest.mark.usefixtures("codes")
def test_a_follower_has_its_leads_dates_and_a_closed_one_its_dispute_date() -> None:
    lead, follower = (RUN.invoke(app, ["explain", str(each), "--lang", "en"]).output for each in (LEAD, FOLLOWER))
    assert lead.split("\n", 1)[1] == follower.split("\n", 1)[1]
    assert "following another report" in follower
    said = json.loads(RUN.invoke(app, ["explain", str(CLOSED), "--lang", "en", "--json"]).output)
    assert [(one["clock"], one["state"], one["rule"]["sureness"]) for one in said["due"]] == [
        ("dispute", "open", "own")
    ]


@pytest.mark.usefixtures("codes")
def test_an_unknown_code_is_refused() -> None:
    assert RUN.invoke(app, ["explain", str(named("nobody"))]).exit_code == 2


@pytest.mark.usefixtures("codes")
@pytest.mark.parametrize(
    "asked",
    [
        ["history", str(LEAD), "--as-of", "2026-02-30"],
        ["history", str(LEAD), "--lang", "fr"],
        ["explain", str(LEAD), "--lang", "fr"],
    ],
)
def test_invalid_options_are_refused_before_anything_is_written(tmp_path: Path, asked: list[str]) -> None:
    folder = tmp_path / "exports"
    folder.mkdir()
    refused = RUN.invoke(app, [each.format(folder=folder) for each in asked])
    assert refused.exit_code == 2
    assert not list(folder.iterdir())
