"""Further complaints for the citizen's pages: endings, followed and split ones, files, contacts, one that others repeat."""

from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID, uuid4  # noqa: TID251 - a client makes its own keys

import httpx

from chassis.write.loaded import LoadedStream
from chassis.write.repository import Cause, Repository
from schemas.base.ids import derived_id
from schemas.base.streams import complaint_stream
from schemas.base.values import Basis, ComplaintClass
from schemas.complaint.state import new
from schemas.events.agency_inbox import ComplaintAcknowledged, ResponseGiven
from schemas.events.base import Fact
from schemas.events.escalation import ComplaintLapsed
from schemas.events.intake import ResolutionConfirmed
from schemas.events.router import (
    ComplaintClassified,
    ComplaintJoined,
    ComplaintRouted,
    ComplaintSplit,
    Part,
    PartOpened,
)
from support.inbox import CITY, keep

TREE: Final = "Pohon asam besar tumbang menutup Jalan Cihampelas sejak subuh, kendaraan tidak bisa lewat."
FIXED: Final = "Pohon sudah dipotong dan diangkut pukul sembilan pagi."
THANKS: Final = "Terima kasih, cepat sekali."
TASK: Final = "Potong pohonnya."
SAID: Final = (TREE, FIXED, THANKS, TASK)
PNG: Final = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000080000000808020000004b6d29dc000000144944415478da63f8cfc0c0c4c0c0c4c0400c"
    "0000110300016e3b0f7c0000000049454e44ae426082"
)
PERSON: Final = {"name": "Ani Lestari", "email": "ani@contoh.id", "phone": "0812-3456-7890"}


async def further_stories(
    web: httpx.AsyncClient, repository: Repository, now: datetime
) -> dict[str, tuple[UUID, str, str]]:
    """Id, tracking code and public number of each, by the name of its state."""
    found = {}
    for name, facts in _stories(now).items():
        found[name] = await _file(web, reporter=PERSON if name == "contact" else None)
        for fact in facts:
            await keep(repository.store, repository, found[name][0], [fact])
    at, lead = now + timedelta(seconds=2), found["like"][0]
    await keep(repository.store, repository, found["joined"][0], [ComplaintJoined(at=at, lead=lead)])
    await _split(repository, found["split"][0], at)
    for name in ("withdrawal", "erasure"):
        found[name] = await _file(web)
        await _post(web, f"/api/v1/complaints/{found[name][1]}/{name}", json={})
    upload = {"file": ("pohon.png", PNG)}
    await _post(web, f"/api/v1/complaints/{found['contact'][1]}/attachments", files=upload)
    return found


def _stories(now: datetime) -> dict[str, list[Fact]]:
    at, basis = now + timedelta(seconds=1), Basis(registry_version=0, rules="test")
    read = ComplaintClassified.model_validate(
        {"at": at, "class": ComplaintClass.COMPLAINT, "supervision": False, "sector": "roads", "basis": basis}
    )
    routed = ComplaintRouted(at=at, agency=CITY, cause="mandate", basis=basis)
    answered = [read, routed, ComplaintAcknowledged(at=at, agency=CITY),
                ResponseGiven(at=at, agency=CITY, text=FIXED)]  # fmt: skip
    return {
        "like": [read, routed],
        "joined": [read],
        "split": [read, routed],
        "solved": [*answered, ResolutionConfirmed(at=at, rating=4, words=THANKS)],
        "silence": [*answered, ComplaintLapsed(at=at, cause="silence")],
        "contact": [read, routed],
    }


async def _split(repository: Repository, whole: UUID, at: datetime) -> None:
    part = uuid4()
    split = ComplaintSplit(at=at, parts=(Part(id=part, agency="pln", mandatory=True, task=TASK),))
    await keep(repository.store, repository, whole, [split])
    opened = PartOpened.model_validate(
        {
            "at": at,
            "whole": whole,
            "mandatory": True,
            "received_at": at,
            "class": ComplaintClass.COMPLAINT,
            "text": TREE,
        }
        | {"channel": "web", "public_number": (await repository.load(whole)).state.public_number, "task": TASK}
    )
    routed = ComplaintRouted(at=at, agency="pln", cause="part", basis=Basis(registry_version=0, rules="test"))
    # A part is sealed under the key of its whole.
    begun = LoadedStream(complaint_stream(part), new(part), (await repository.load(whole)).keys, ())
    append = repository.prepare(begun, [opened, routed], Cause(derived_id("test", str(part)), whole, at))
    await repository.store.append(append.stream, append.expected_version, append.events, append.seen)


async def _file(web: httpx.AsyncClient, **more: Any) -> tuple[UUID, str, str]:
    body = {"text": TREE, "place": {"region": "32.73", "address": "Jl. Cihampelas"}, **more}
    filed = await _post(web, "/api/v1/complaints", json=body)
    return UUID(filed["id"]), filed["tracking_code"], filed["public_number"]


async def _post(web: httpx.AsyncClient, path: str, **more: Any) -> dict[str, Any]:
    answer = await web.post(path, headers={"Idempotency-Key": str(uuid4())}, **more)
    assert answer.status_code in (200, 201), answer.text
    return dict(answer.json())
