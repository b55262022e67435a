"""(e) Decoding and folding stored complaints, compared with `json.loads` of the same rows."""

import json
from datetime import UTC, datetime, timedelta
from uuid import UUID

from bench.measure import Result, timed
from chassis.base.runtime import tune_garbage_collector
from schemas.base.envelope import Metadata, RecordedEvent
from schemas.base.ids import derived_id
from schemas.base.sealed import Keys
from schemas.base.values import Basis, Candidate, Place
from schemas.complaint.fold import RecordedFact, fold
from schemas.complaint.state import new
from schemas.events.agency_inbox import ComplaintAcknowledged, ComplaintDelivered, ResponseGiven
from schemas.events.base import Fact
from schemas.events.codec import decode, encode
from schemas.events.intake import ComplaintFiled, ResolutionConfirmed
from schemas.events.router import ComplaintClassified, ComplaintRouted

AT = datetime(2026, 3, 2, tzinfo=UTC)
BASIS = Basis(registry_version=7, rules="2026-11", sector="roads", level="regency", region="32.73", words=("jalan",))
LIVES, ROUNDS = 1_000, 15


def life() -> list[Fact]:
    agency, later = "kota-bandung", [AT + timedelta(hours=hour) for hour in range(7)]
    other = Candidate(agency="provinsi-jawa-barat", score=0.4, reason="a provincial road")
    filed = {"at": AT, "received_at": AT, "text": "Jalan berlubang " * 19, "channel": "web"}
    return [
        ComplaintFiled.model_validate({**filed, "public_number": "SP-2026-000001-1", "place": Place(region="32.73")}),
        ComplaintClassified.model_validate({"at": later[1], "class": "complaint", "sector": "roads", "basis": BASIS}),
        ComplaintRouted(at=later[1], agency=agency, unit="pu", cause="mandate", basis=BASIS, alternatives=(other,)),
        ComplaintDelivered(
            at=later[2],
            agency=agency,
            cluster="c" * 22,
            topic_id="t" * 36,
            partition=0,
            offset=9,
            message_id=UUID(int=1),
        ),
        ComplaintAcknowledged(at=later[3], agency=agency),
        ResponseGiven(at=later[4], agency=agency, text="Lubang sudah ditambal pada hari Rabu. " * 4),
        ResolutionConfirmed(at=later[5], rating=5),
    ]


def recorded(index: int, keys: Keys) -> list[RecordedEvent]:
    complaint = derived_id("bench", str(index))
    metadata = Metadata(writer="bench", correlation_id=complaint, causation_id=complaint, at=AT)
    events = [encode(fact, derived_id(str(index), str(n)), metadata, keys) for n, fact in enumerate(life())]
    return [RecordedEvent(*event, f"complaint-{complaint}", n, n, AT) for n, event in enumerate(events)]


def run() -> list[Result]:
    keys = Keys({1: b"k" * 32})
    lives = [recorded(index, keys) for index in range(LIVES)]
    rows = [event.data for events in lives for event in events]
    tune_garbage_collector()  # as every process of the platform does
    pairs: list[tuple[float, float]] = []
    for _ in range(ROUNDS):
        with timed() as bare:
            for row in rows:
                json.loads(row)
        with timed() as ours:
            for index, events in enumerate(lives):
                fold(
                    new(derived_id("bench", str(index))),
                    (RecordedFact(decode(e, keys), e.id, e.version) for e in events),
                )
        pairs.append((len(rows) / ours.s, len(rows) / bare.s))
    # The median pair: both take so little time that other load on the machine can distort a single pair.
    ours_s, bare_s = sorted(pairs, key=lambda pair: pair[0] / pair[1])[ROUNDS // 2]
    return [Result("(e) fold", ours_s, bare_s, "events/s", 0.35)]
