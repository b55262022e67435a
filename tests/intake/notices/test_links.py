"""Mails lead to the pages; no subject and no SMS holds a link, and no subject a code."""

import json
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx
import pytest

from intake.context import Intake
from intake.lost_codes import send_code
from intake.reaction import follow_up
from support.inbox import keep_registry
from support.lives import answered, routed, write

BASE = "https://lapor.example.go.id"
ANI = "ani@contoh.id"
WATCHER = "tetangga@contoh.id"


def key(number: int) -> dict[str, str]:
    return {"Idempotency-Key": str(UUID(int=number))}


class Sent:
    """What was written to the folder of notices."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def to(self, address: str) -> list[dict[str, Any]]:
        found = [json.loads(path.read_text()) for path in self._folder.rglob("*.json")]
        return [each for each in found if each["to"] == address]

    def links(self, address: str) -> set[str]:
        words = " ".join(each["body"] for each in self.to(address)).split()
        return {word for word in words if word.startswith("http")}


@pytest.fixture
def sent(tmp_path: Path) -> Sent:
    return Sent(tmp_path / "notices")


async def filed(intake: Intake, web: httpx.AsyncClient, **reporter: str) -> dict[str, Any]:
    await keep_registry(intake.repository.store, intake.repository)
    body = {"text": "Lampu jalan padam di depan pasar", "reporter": reporter}
    found: dict[str, Any] = (await web.post("/api/v1/complaints", json=body, headers=key(1))).json()
    return found


async def react(intake: Intake, complaint: str) -> None:
    await follow_up(intake)([await intake.repository.load(UUID(complaint))])


async def test_a_reporters_mail_opens_the_tracking_page_and_its_subject_holds_no_code(
    intake: Intake, web: httpx.AsyncClient, sent: Sent
) -> None:
    one = await filed(intake, web, email=ANI)
    await react(intake, one["id"])
    [mail] = sent.to(ANI)
    assert sent.links(ANI) == {f"{BASE}/lacak/{one['tracking_code']}"}
    assert mail["subject"] == f"Laporan {one['public_number']}"


async def test_an_sms_has_the_code_and_no_link(intake: Intake, web: httpx.AsyncClient, sent: Sent) -> None:
    one = await filed(intake, web, phone="+62 812 0000 1111")
    await react(intake, one["id"])
    [sms] = sent.to("+6281200001111")
    assert one["tracking_code"] in sms["body"]
    assert sent.links("+6281200001111") == set()


async def test_the_mail_with_a_lost_code_has_the_link_too(intake: Intake, web: httpx.AsyncClient, sent: Sent) -> None:
    one = await filed(intake, web, email=ANI)
    await send_code(intake, one["public_number"], ANI, "en")
    assert sent.links(ANI) == {f"{BASE}/lacak/{one['tracking_code']}"}


async def test_a_followers_mails_lead_to_the_forms_and_the_report(
    intake: Intake, web: httpx.AsyncClient, sent: Sent
) -> None:
    one = await filed(intake, web, email=ANI)
    await write(intake.repository, UUID(one["id"]), routed())
    report = f"{BASE}/laporan/{one['public_number']}"
    path = f"/api/v1/reports/{one['public_number']}/follow"
    assert (await web.post(path, json={"email": WATCHER, "language": "en"}, headers=key(2))).status_code == 202
    [(subscriber, version)] = await intake.audience.subscribers.asked(UUID(one["id"]))
    code = intake.codes.of(subscriber, version)
    assert sent.links(WATCHER) == {f"{report}/ikuti/kode?kode={code}"}

    await web.post(f"{path}/confirmation", json={"follow_code": code}, headers=key(3))
    await write(intake.repository, UUID(one["id"]), answered())
    await react(intake, one["id"])
    assert sent.links(WATCHER) == {report, f"{report}/ikuti/kode?kode={code}"}
    assert one["tracking_code"] not in str(sent.to(WATCHER))
    assert all(code not in mail["subject"] for mail in sent.to(WATCHER))
