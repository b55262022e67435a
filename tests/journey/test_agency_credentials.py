"""An agency's IT office: gets credentials by command, reads its inbox and answers, over the running platform."""

import asyncio
import os
import sys
from pathlib import Path

import pytest

from chassis.kafka.users import UserAdmin
from local.paths import REPOSITORY
from support.agency_office import satupintu, shown
from support.door import Door, until
from support.platform import Running

pytestmark = [pytest.mark.journey, pytest.mark.broker, pytest.mark.timeout(600)]
CITY, REGION = "kota-surabaya", "35.78"
SAMPLE = REPOSITORY / "deploy/examples/agency_client.py"


async def sample(platform: Running, user: str, password: str, *options: str) -> tuple[int, str]:
    """Run the sample client as an agency does."""
    env = {**os.environ, "KAFKA_USER": user, "KAFKA_PASSWORD": password}
    process = await asyncio.create_subprocess_exec(
        sys.executable, str(SAMPLE), CITY, f"--kafka={platform.kafka.bootstrap}", "--seconds=8", *options,
        stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT, env=env,
    )  # fmt: skip
    printed, _ = await process.communicate()
    return process.returncode or 0, printed.decode()


async def test_an_agency_subscribes_and_acknowledges_with_credentials_made_by_command(
    platform: Running, door: Door
) -> None:
    status, printed = await satupintu(platform, "agency", "credentials", CITY)
    assert status == 0, printed
    made = shown(printed)
    assert (made["user"], made["read"]) == (f"agency.{CITY}", f"agency.{CITY}.inbox")

    filed = await door.file("Lampu jalan di depan sekolah mati sejak minggu lalu.", REGION)
    await door.reaches(filed["tracking_code"], "routed", CITY)

    async def acknowledged() -> bool:
        code, text = await sample(platform, made["user"], made["password"], "--acknowledge", "--group=it")
        assert code == 0, text
        return f"acknowledged {filed['id']}" in text

    await until(acknowledged, "the message in the agency's topic")
    await door.reaches(filed["tracking_code"], "in_progress", CITY)

    code, text = await sample(platform, made["user"], "another password")
    assert code == 1
    assert f"does not accept the user agency.{CITY}" in text

    status, printed = await satupintu(platform, "agency", "credentials", CITY)
    newer = shown(printed)
    assert status == 0, printed
    assert newer["user"].startswith(f"agency.{CITY}.20")
    assert f"agency.{CITY} works until" in printed
    status, printed = await satupintu(platform, "agency", "credentials", CITY)
    assert status == 1
    assert "end one of them with --end" in printed
    assert (await satupintu(platform, "agency", "credentials", CITY, "--end", made["user"]))[0] == 0
    _, listed = await satupintu(platform, "agency", "credentials", CITY, "--list")
    assert [line.split()[0] for line in listed.splitlines() if line.startswith("agency.")] == [newer["user"]]
    assert (await sample(platform, made["user"], made["password"]))[0] == 1
    assert (await sample(platform, newer["user"], newer["password"], "--group=it"))[0] == 0

    _, log = await satupintu(platform, "access-log", "list")
    assert log.count("credential-made") >= 2, log
    assert "credential-ended" in log
    await no_password_is_kept(platform, [made["password"], newer["password"]])


async def no_password_is_kept(platform: Running, passwords: list[str]) -> None:
    files = [path for path in platform.state.rglob("*") if path.is_file()]
    held = await asyncio.to_thread(lambda: [path for path in files if _holds(path, passwords)])
    assert held == []


def _holds(path: Path, passwords: list[str]) -> bool:
    try:
        content = path.read_bytes()
    except OSError:
        return False
    return any(word.encode() in content for word in passwords)


async def test_a_merged_agency_loses_its_credentials_and_a_renamed_one_keeps_them(
    platform: Running, door: Door
) -> None:
    for name in ("dinas-lama", "dinas-baru"):
        await door.post("/api/v1/agencies", id=name, name=name, kind="city", level="regency", region=REGION)
    status, printed = await satupintu(platform, "agency", "credentials", "dinas-lama")
    assert status == 0, printed
    await door.post("/api/v1/agencies/dinas-lama/name", name="Dinas Lama Sekali")
    admin = UserAdmin(platform.kafka.as_administrator())
    assert "agency.dinas-lama" in await admin.users()
    await door.post("/api/v1/agencies/dinas-baru/merger", agencies=["dinas-lama"], reason="penggabungan")

    async def ended() -> bool:
        return "agency.dinas-lama" not in await admin.users()

    await until(ended, "the end of the old agency's credential")
    await admin.close()
    status, printed = await satupintu(platform, "agency", "credentials", "dinas-lama")
    assert (status, "its successor is dinas-baru" in printed) == (1, True), printed
    _, log = await satupintu(platform, "access-log", "list", "--kind", "credential-ended")
    [noted] = [line for line in log.splitlines() if "user=agency.dinas-lama" in line]
    assert "provisioner of platform" in noted
    assert "why=agency-ended" in noted
    assert (await satupintu(platform, "access-log", "check"))[0] == 0
    unknown = await satupintu(platform, "agency", "credentials", "dinas-antah")
    assert unknown[0] == 1
    assert "no agency dinas-antah" in unknown[1]
