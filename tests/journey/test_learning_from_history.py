"""Trains a model from the history of a running platform and switches to it, all by commands."""

import json
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import pytest

from support.door import Door, at_door, until
from support.platform import QUICK, Running, running

pytestmark = [pytest.mark.journey, pytest.mark.broker]

CITY, CARE = "kota-bandung", "sosial"
ALONE = ("Kakek itu tidur di emper toko", "Nenek itu sendirian di gubuk", "Mereka tidur beralas kardus")
EACH = 6


@pytest.fixture(scope="module")
def platform(kafka_jars: list[Path], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """A platform whose shadow model is none: rules only."""
    shadowed = {**QUICK, "SATUPINTU_SHADOW_MODEL": "rules"}
    with running(tmp_path_factory.mktemp("learning"), kafka_jars, shadowed) as started:
        yield started


@pytest.fixture
async def door(platform: Running) -> AsyncIterator[Door]:
    async with at_door(platform.address) as found:
        yield found


def told(platform: Running, *command: str) -> Any:
    done = platform.command("router", *command)
    assert done.returncode == 0, done.stdout + done.stderr
    return json.loads(done.stdout[: done.stdout.rindex("}") + 1])


async def lived(door: Door) -> None:
    for n in range(EACH):
        dark = await door.file(f"Lampu jalan padam di tikungan nomor {n}")
        await door.reaches(dark["tracking_code"], "routed", CITY)
        await door.agency(CITY, dark["id"], "acknowledgement")
        alone = await door.file(f"{ALONE[n % 3]} nomor {n}")
        await door.reaches(alone["tracking_code"], "triage")
        await door.post(f"/api/v1/triage/{alone['id']}/placement", agency=CITY, unit=CARE)
    astray = await door.file("Lampu jalan mati di perbatasan kota")
    await door.reaches(astray["tracking_code"], "routed", CITY)
    await door.agency(CITY, astray["id"], "return", reason="Bukan tiang kota.", suggested_agency="provinsi-jawa-barat")
    await door.reaches(astray["tracking_code"], "routed", "provinsi-jawa-barat")
    await door.agency("provinsi-jawa-barat", astray["id"], "acknowledgement")


async def test_a_model_is_trained_replayed_and_switched_on_a_running_platform(platform: Running, door: Door) -> None:
    await lived(door)
    card = told(platform, "train", "--history", "--no-own")
    assert card["data"]["sources"][0]["name"] == "own history"
    assert card["data"]["labels"] == {"street-lighting": EACH + 1, "social-aid": EACH}

    replayed = told(platform, "replay", "--model", card["version"], "--json")
    assert replayed["complaints"] == 2 * EACH + 1
    assert replayed["returns"]["before"] == 1
    assert {"avoided", "after"} <= replayed["returns"].keys()
    assert replayed["to_the_desk"]["before"] == EACH

    counted = await until(lambda: shadow(platform), "a choice of the shadow for each complaint")
    assert counted["disagreements"] <= counted["choices"]

    switched = platform.command("router", "switch", card["version"])
    assert switched.returncode == 0, switched.stdout + switched.stderr

    async def read_by_it() -> bool:
        filed = await door.file("Lampu jalan padam di simpang baru")
        story = await door.reaches(filed["tracking_code"], "routed", CITY)
        return any(f"model {card['version']}" in moment["sentence"] for moment in story["timeline"])

    assert await until(read_by_it, "a placing by the model that was switched to")


async def shadow(platform: Running) -> Any:
    counted = told(platform, "shadow", "--json")
    return counted if counted["choices"] >= 2 * EACH + 1 else None
