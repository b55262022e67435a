"""Complaints whose every text attacks the pages that show it."""

from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from random import Random
from typing import Final
from uuid import UUID, uuid4  # noqa: TID251 - a client makes its own keys

import httpx

from chassis.write.repository import Repository
from schemas.base.values import Basis
from schemas.events.agency_inbox import (
    ClarificationRequested,
    ComplaintReturned,
    OfficerNoteAdded,
    ProgressRecorded,
    ResponseGiven,
)
from schemas.events.base import Fact
from schemas.events.intake import DetailAdded, ResolutionDisputed
from schemas.events.reporting import ContentReported
from schemas.events.router import (
    ArbitrationOpened,
    ComplaintClassified,
    ComplaintReferred,
    ComplaintRestated,
    ComplaintRouted,
    ReportHidden,
)
from support.hostile import hostile
from support.inbox import CITY, keep, keep_registry, report_content
from support.stage import Staged

FIELDS: Final = 11
"""Texts of each complaint: title, text, address, name; question, detail, progress, answer, a reason, an officer's note;
and what somebody says of its content.
"""
Set = Callable[[httpx.AsyncClient, Repository, datetime], Awaitable[dict[str, Staged]]]


def set_hostile_stage(inputs: int) -> Set:
    """What files complaints with at least so many hostile texts, a third of them each at an agency, at the desk and
    with the arbiter.
    """

    async def set_(web: httpx.AsyncClient, repository: Repository, now: datetime) -> dict[str, Staged]:
        if (await repository.registry()).version < 0:
            await keep_registry(repository.store, repository)
        texts, found = hostile(Random(11), 180), {}
        for number in range(-(-inputs // FIELDS)):
            title, text, address, name, *said, content = (next(texts) for _ in range(FIELDS))
            body = {
                "text": f"Lampu padam {text}", "title": f"Lampu {title}"[:200], "reporter": {"name": f"A {name}"[:200]},
                "place": {"region": "32.73", "address": f"Jl. {address}"},
            }  # fmt: skip
            filed = await web.post("/api/v1/complaints", json=body, headers={"Idempotency-Key": str(uuid4())})
            assert filed.status_code == 201, filed.text
            one = Staged(UUID(filed.json()["id"]), filed.json()["tracking_code"], filed.json()["public_number"])
            reported = ContentReported(at=now, reason="personal_data", words=content, sender="x")
            await report_content(repository.store, repository, one.id, reported)
            for fact in _facts(number, now + timedelta(seconds=1), *(f"Kata {each}" for each in said)):
                await keep(repository.store, repository, one.id, [fact])
            found[str(number)] = one
        return found

    return set_


def _facts(
    number: int, at: datetime, question: str, detail: str, progress: str, answer: str, reason: str, note: str
) -> list[Fact]:
    basis = Basis(registry_version=0, rules="test", sector="electricity", level="regency", region="32.73")
    begun: list[Fact] = [
        ComplaintClassified.model_validate({"at": at, "class": "complaint", "sector": "electricity", "basis": basis}),
        ComplaintRouted(at=at, agency=CITY, cause="mandate", basis=basis),
        ClarificationRequested(at=at, agency=CITY, question=question),
        DetailAdded(at=at, text=detail),
        ProgressRecorded(at=at, agency=CITY, text=progress),
        OfficerNoteAdded(at=at, agency=CITY, text=note),
    ]
    if number % 4 == 1:  # the public reads the desk's words
        begun.append(ComplaintRestated(at=at, text=answer, title=question[:100], reason=reason))
    if number % 4 == 3:  # the reporter reads why
        begun.append(ReportHidden(at=at, reason="personal_data", note=note))
    if number % 3 == 0:
        return [*begun, ResponseGiven(at=at, agency=CITY, text=answer), ResolutionDisputed(at=at, reason=reason)]
    sent_back: list[Fact] = [
        *begun,
        ComplaintReturned(at=at, agency=CITY, reason=reason),
        ComplaintReferred(at=at, reason="all_returned", basis=basis),
    ]
    if number % 3 == 1:
        return sent_back
    return [*sent_back, ArbitrationOpened(at=at, reason="third_return", bodies=(CITY,))]
