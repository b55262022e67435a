"""By commands: train a model on the store's own history, compare it with the live one, and make it live."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
import typer
from typer.testing import CliRunner

from chassis.access_log.entry import Entry
from chassis.access_log.local import local_actor
from chassis.base.settings import read_settings
from chassis.service.platform import open_platform
from router.app import open_router
from router.cli import history, learning
from router.context import Router
from router.reading.model_files import default
from schemas.base.envelope import Actor
from schemas.base.streams import REGISTRY
from schemas.events.agency_inbox import ComplaintAcknowledged
from schemas.events.codec import metadata_of
from support.commands import own_state
from support.placing import CITY, HERE, PROVINCE, T0, Country, country, filed, mandate, referred, returned, routed

RUN = CliRunner(env={"COLUMNS": "160"})
ROADS = ["Jalan rusak berlubang dekat pasar", "Aspal jalan hancur", "Lubang di jalan raya", "Jalan ambles parah"]
HEAPS = [
    "Gundukan barang bekas berbau",
    "Karung busuk di tepi kali",
    "Plastik bertumpuk di selokan",
    "Barang busuk berbau",
]
"""Words that the default model does not read as waste."""


@pytest.fixture
def state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    return own_state(tmp_path, monkeypatch)


@asynccontextmanager
async def opened() -> AsyncIterator[Router]:
    async with open_platform(read_settings()) as platform, open_router(platform) as router:
        yield router


async def lived() -> None:
    """Accepted road complaints, waste complaints placed by the desk, and one that was returned."""
    async with opened() as router:
        land = Country(router)
        await land.decree(*country(mandate(CITY, "water-supply", "regency", "32.73")))
        for n in range(24):
            road, heap = UUID(int=100 + n), UUID(int=200 + n)
            await land.add(road, filed(f"{ROADS[n % 4]} nomor {n}", **HERE), routed(CITY, unit="pu"))
            await land.add(road, ComplaintAcknowledged(at=T0 + timedelta(days=1), agency=CITY))
            by_desk = routed(CITY, T0 + timedelta(days=2), cause="desk", unit="lingkungan")
            await land.add(heap, filed(f"{HEAPS[n % 4]} nomor {n}", **HERE), referred(), by_desk)
        astray = UUID(int=300)
        await land.add(astray, filed(f"{ROADS[0]} sekali", **HERE), routed(PROVINCE, unit="pu"), returned(PROVINCE, 3))
        await land.add(astray, routed(CITY, T0 + timedelta(days=4), cause="desk", unit="pu"))


def said(app: typer.Typer, *argv: str) -> str:
    done = RUN.invoke(app, argv)
    assert done.exit_code == 0, done.output
    return done.output


def trained() -> dict[str, Any]:
    output = said(learning.app, "train", "--history", "--no-own")
    card: dict[str, Any] = json.loads(output[: output.rindex("written to")])
    return card


def test_what_the_desk_placed_and_bodies_kept_teaches_a_model_whose_card_says_so(state: Path) -> None:
    asyncio.run(lived())
    card = trained()
    assert card["data"]["labels"] == {"roads": 25, "waste": 24}
    assert [each["name"] for each in card["data"]["sources"]] == ["own history"]
    assert (state / "models" / f"{card['version']}.npz").exists()


def test_a_model_that_knows_few_reports_is_as_careful_as_the_one_that_ships(state: Path) -> None:
    asyncio.run(lived())
    assert (trained()["agreement"], default()[1].agreement) == (True, True)


def test_replay_tells_what_the_model_would_have_done_and_the_shadow_counts_where_they_differ(
    state: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asyncio.run(lived())
    version = trained()["version"]
    told = json.loads(said(history.app, "replay", "--model", version, "--json"))
    assert (told["complaints"], told["owner_known"]) == (49, 49)
    assert told["returns"]["avoided"] >= 0
    assert told["right_at_once"]["before"] == 24
    alone = json.loads(said(history.app, "replay", "--model", "rules", "--json"))
    assert alone["returns"]["avoided"] == 1
    assert alone["days_saved"]["total"] >= 4
    monkeypatch.setenv("SATUPINTU_SHADOW_MODEL", version)
    asyncio.run(shadowed())
    counted = json.loads(said(history.app, "shadow", "--json"))
    assert (counted["model"], counted["choices"]) == (version, 49)


async def shadowed() -> None:
    async with opened() as router:
        assert router.shadow is not None
        await router.feed.catch_up()
        await router.shadow.catch_up()


def test_a_switch_is_followed_by_who_is_running_already(state: Path) -> None:
    asyncio.run(lived())
    version = trained()["version"]

    async def followed() -> tuple[str | None, str | None]:
        async with opened() as running:
            before = (await running.placement_context.current()).reader.model
            output = await asyncio.to_thread(said, learning.app, "switch", version)
            assert f"{version} reads from now on" in output
            after = (await running.placement_context.now()).reader.model
            return before and before.version, after and after.version

    assert asyncio.run(followed()) == (default()[1].version, version)
    assert "was reading already" in said(learning.app, "switch", version)


@pytest.mark.usefixtures("state")
def test_a_store_without_history_says_that_it_teaches_nothing() -> None:
    done = RUN.invoke(learning.app, ["train", "--history"])
    assert done.exit_code == 2
    assert "history gives no labels yet" in done.output


@pytest.mark.usefixtures("state")
def test_a_model_that_is_not_there_is_refused_by_name() -> None:
    done = RUN.invoke(learning.app, ["switch", "reading-lost"])
    assert done.exit_code == 2
    assert "reading-lost" in done.output


def test_examples_hold_reporters_words_so_they_need_a_reason_that_the_access_log_keeps(state: Path) -> None:
    asyncio.run(lived())
    refused = RUN.invoke(history.app, ["examples", str(state / "texts.jsonl")])
    assert refused.exit_code == 2
    assert not (state / "texts.jsonl").exists()
    said(history.app, "examples", str(state / "texts.jsonl"), "--reason", "melatih model", "--as", "Dewi")
    assert ROADS[0] in (state / "texts.jsonl").read_text()
    [entry] = asyncio.run(logged())
    assert (entry.kind, entry.about) == ("words-read", {"reason": "melatih model", "by": "Dewi", "command": "examples"})


async def logged() -> list[Entry]:
    async with open_platform(read_settings()) as platform:
        return await platform.access_log.read()


def test_a_switch_names_the_account_that_ran_the_command(state: Path) -> None:
    asyncio.run(lived())
    said(learning.app, "switch", trained()["version"])
    assert asyncio.run(last_actor()) == local_actor()


async def last_actor() -> Actor | None:
    async with open_platform(read_settings()) as platform:
        return metadata_of((await platform.store.read(REGISTRY))[-1]).actor
