"""Who runs a channel gateway: gets credentials by command, sends on its topic and reads its results."""

import asyncio
import json
import os
import sys

import pytest

from local.paths import REPOSITORY
from support.door import Door, submit, until
from support.platform import Running, stored
from support.signed_in import token

pytestmark = [pytest.mark.journey, pytest.mark.broker, pytest.mark.timeout(600)]
SAMPLE = REPOSITORY / "deploy/examples/gateway_client.py"
TEXT = "Lampu jalan di depan balai desa mati sejak minggu lalu."


async def satupintu(platform: Running, *words: str) -> tuple[int, str]:
    """Exit status and what was printed."""
    done = await asyncio.to_thread(platform.command, "chassis.cli.main", *words)
    return done.returncode, done.stdout + done.stderr


def shown(text: str) -> dict[str, str]:
    """What a new credential says, by name."""
    return dict(line.split(maxsplit=1) for line in text.splitlines() if line.startswith("  "))  # type: ignore[misc]


async def sample(
    platform: Running, user: str, password: str, gateway: str, key: str, text: str = TEXT
) -> tuple[int, str]:
    """Run the sample client as a gateway does."""
    given = (await _as(platform, "gateway:sms"))["Authorization"].removeprefix("Bearer ")
    secrets = {"KAFKA_USER": user, "KAFKA_PASSWORD": password, "GATEWAY_TOKEN": given}
    process = await asyncio.create_subprocess_exec(
        sys.executable, str(SAMPLE), gateway, text, f"--key={key}", f"--kafka={platform.kafka.bootstrap}",
        f"--door={platform.address}", stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT,
        env={**os.environ, **secrets},
    )  # fmt: skip
    printed, _ = await process.communicate()
    return process.returncode or 0, printed.decode()


async def test_a_gateway_sends_and_reads_its_results_with_credentials_made_by_command(
    platform: Running, door: Door
) -> None:
    status, printed = await satupintu(platform, "gateway", "credentials", "sms")
    assert status == 0, printed
    made = shown(printed)
    assert (made["user"], made["write"]) == ("gateway.sms", "submissions.sms")

    code, text = await sample(platform, made["user"], made["password"], "sms", "g-1")
    assert code == 0, text
    filed = json.loads(text.splitlines()[-1])
    stream = f"complaint-{filed['id']}"
    [fact] = [event for event in await stored(platform) if (event.stream, event.version) == (stream, 0)]
    actor = json.loads(fact.metadata)["actor"]
    assert actor == {"issuer": "kafka", "subject": "gateway.sms", "role": "gateway:sms"}
    assert "gateway.sms" not in json.dumps(await door.story(filed["tracking_code"]))

    code, text = await sample(platform, made["user"], made["password"], "sms", "g-2", text=" ")
    assert (code, json.loads(text.splitlines()[-1])["field"]) == (3, "text"), text
    code, text = await sample(platform, made["user"], made["password"], "wa", "g-3")
    assert code == 1
    assert "the user gateway.sms has no right to the topic submissions.wa" in text

    await submit(platform.kafka.cluster, "wa", "g-4", text=TEXT, channel="sms")
    await until(lambda: _filed(door, "wa", "g-4"), "the other gateway's result")
    async with door.session.get("/api/v1/submissions/wa/g-4", headers=await _as(platform, "gateway:sms")) as answer:
        assert answer.status == 404

    status, printed = await satupintu(platform, "gateway", "credentials", "sms")
    newer = shown(printed)
    assert newer["user"].startswith("gateway.sms.20"), printed
    assert "gateway.sms works until" in printed
    assert (await satupintu(platform, "gateway", "credentials", "sms"))[0] == 1
    assert (await satupintu(platform, "gateway", "credentials", "sms", "--end", made["user"]))[0] == 0
    _, listed = await satupintu(platform, "gateway", "credentials", "sms", "--list")
    assert [line.split()[0] for line in listed.splitlines() if line.startswith("gateway.")] == [newer["user"]]
    code, text = await sample(platform, made["user"], made["password"], "sms", "g-5")
    assert (code, "does not accept the user gateway.sms" in text) == (1, True), text
    code, text = await sample(platform, newer["user"], newer["password"], "sms", "g-1")
    assert (code, json.loads(text.splitlines()[-1])["id"]) == (0, filed["id"]), text
    assert newer["user"] in (await satupintu(platform, "access-log", "list"))[1]

    status, printed = await satupintu(platform, "gateway", "credentials", "wa-lama")
    assert (status, "there is no gateway wa-lama" in printed) == (1, True), printed


async def _filed(door: Door, gateway: str, key: str) -> bool:
    return "tracking_code" in await door.get(f"/api/v1/submissions/{gateway}/{key}")


async def _as(platform: Running, who: str) -> dict[str, str]:
    port = int(platform.address.rpartition(":")[2])
    return {"Authorization": f"Bearer {await asyncio.to_thread(token, port, who)}"}
