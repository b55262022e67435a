"""Complaints in every state that a page shows, filed over HTTP; what the workers would do is appended."""

from datetime import date, datetime, timedelta
from typing import Final, NamedTuple
from uuid import UUID, uuid4  # noqa: TID251 - a client makes its own keys

import httpx

from chassis.write.repository import Repository
from schemas.base.values import Basis, Candidate, Clock
from schemas.complaint.lifecycle import Status
from schemas.events.agency_inbox import (
    ClarificationRequested,
    ComplaintAcknowledged,
    ComplaintReturned,
    OfficerNoteAdded,
    ProgressRecorded,
    ResponseGiven,
)
from schemas.events.base import Fact
from schemas.events.escalation import ComplaintEscalated, DeadlineMissed
from schemas.events.intake import ResolutionConfirmed
from schemas.events.registry import MandateGiven
from schemas.events.reporting import ContentReported
from schemas.events.router import ArbitrationOpened, ComplaintReferred, ComplaintRouted, ReportHidden
from support.inbox import CITY, T0, keep, keep_registry, report_content
from support.stage_citizen import further_stories

TEXT: Final = "Lampu padam sejak Senin malam di muka pasar, gelap sekali.\nSudah tiga kali warga jatuh."
LONG: Final = ("Lubang" * 40 + " ") * 8
NOTE: Final = "Regu malam sudah diberi tahu."
PROGRESS: Final = "Regu berangkat."
LIKELY: Final = (
    Candidate(agency=CITY, unit="jalan", score=0.62, reason="region"),
    Candidate(agency="pln", score=0.31, reason="region"),
    Candidate(agency="pu", score=0.07, reason="sector"),
)
ROADS: Final = MandateGiven.model_validate(
    {
        "at": T0, "agency": CITY, "unit": "jalan", "sector": "roads", "level": "regency", "region": "32.73",
        "valid_from": date(2020, 1, 1), "source": "Perda 8/2016",
    }
)  # fmt: skip
BACK: Final = "Tiang itu milik PLN, bukan milik kota."
WHY_HIDDEN: Final = "Nomor rumah orang lain disebut."
REPORTED: Final = {
    "located": [("personal_data", "Nomor rumah saya disebut."), ("other", None)],
    "wide": [("insult", "W" * 400)],
}
"""What people report of the content of a report."""
ANSWER: Final = "Lampu sudah diganti pada 4 Maret oleh regu malam. Nomor tiang 17 dan 18."


PLACE: Final = {"region": "32.73", "address": "Jl. Merdeka 12"}
HERE: Final = {"lat": -6.9147, "lon": 107.6098}


class Staged(NamedTuple):
    """A complaint by its tracking code and public number."""

    id: UUID
    code: str
    number: str


async def set_stage(web: httpx.AsyncClient, repository: Repository, now: datetime) -> dict[str, Staged]:
    """File and advance one complaint per state, by the name of the state."""
    if (await repository.registry()).version < 0:
        await keep_registry(repository.store, repository, ROADS)
    found = {}
    for name, facts in _stories(now).items():
        text = LONG if name.startswith(("long", "wide")) else TEXT
        more = {"secret": True, "anonymous": True} if name == "secret" else {"title": "Lampu padam"}
        filed = await web.post(
            "/api/v1/complaints",
            json={"text": text, "place": PLACE | (HERE if name == "located" else {}), **more},
            headers={"Idempotency-Key": str(uuid4())},
        )
        assert filed.status_code == 201, filed.text
        one = Staged(UUID(filed.json()["id"]), filed.json()["tracking_code"], filed.json()["public_number"])
        for reason, words in REPORTED.get(name, ()):
            content = ContentReported.model_validate({"at": now, "reason": reason, "words": words, "sender": reason})
            await report_content(repository.store, repository, one.id, content)
        for fact in facts:
            await keep(repository.store, repository, one.id, [fact])
        found[name] = one
    more = await further_stories(web, repository, now)
    return found | {name: Staged(*one) for name, one in more.items()}


def _neglected(since: datetime) -> list[Fact]:
    """What escalation records while nobody does anything: each clock climbs by itself and its last rung repeats."""
    clocks = (Clock.ACKNOWLEDGE, Clock.SETTLE)
    missed = [DeadlineMissed(at=since, clock=clock, started_version=1, due_at=since, agency=CITY) for clock in clocks]
    climbed = [
        ComplaintEscalated(
            at=since + timedelta(days=7 * max(week, 0)), rung=min(week + 4, 4), clock=clock, started_version=1,
            repetition=max(week, 0),
        )
        for week in range(-3, 14)
        for clock in clocks
    ]  # fmt: skip
    return [*missed, *climbed]


def _stories(now: datetime) -> dict[str, list[Fact]]:
    at = now + timedelta(seconds=1)
    routed = ComplaintRouted(at=at, agency=CITY, cause="mandate", basis=Basis(registry_version=0, rules="test"))
    begun = [routed, ComplaintAcknowledged(at=at, agency=CITY)]
    asked = ClarificationRequested(at=at, agency=CITY, question="Tiang nomor berapa?")
    answered = [*begun, ProgressRecorded(at=at, agency=CITY, text=PROGRESS),
                ResponseGiven(at=at, agency=CITY, text=ANSWER)]  # fmt: skip
    return {
        Status.UNPLACED.value: [],
        Status.TRIAGE.value: [ComplaintReferred(at=at, reason="ambiguous", candidates=LIKELY)],
        Status.ROUTED.value: [routed],
        Status.IN_PROGRESS.value: begun,
        Status.AWAITING_REPORTER.value: [*begun, asked],
        Status.ANSWERED.value: answered,
        Status.ARBITRATION.value: [
            routed,
            OfficerNoteAdded(at=at, agency=CITY, text=NOTE),
            ComplaintReturned(at=at, agency=CITY, reason=BACK, suggested="pln"),
            ComplaintReferred(at=at, reason="ambiguous", candidates=LIKELY),
            ArbitrationOpened(at=at, reason="third_return", bodies=(CITY,)),
        ],
        "long": [],
        "secret": [routed],
        "noted": [*begun, OfficerNoteAdded(at=at, agency=CITY, text=NOTE)],
        "late": [routed.model_copy(update={"at": now - timedelta(days=90)})],
        "neglected": [
            routed.model_copy(update={"at": now - timedelta(days=150)}),
            *_neglected(now - timedelta(days=120)),
        ],
        "wide": [routed],
        "closed": [*answered, ResolutionConfirmed(at=at, rating=4)],
        "hidden": [*begun, ReportHidden(at=at, reason="personal_data", note=WHY_HIDDEN)],
        "located": begun,
        "long_placed": begun,
        "photo": begun,
    }
