"""The status row agrees with the fold of the same events."""

from collections.abc import Sequence
from uuid import UUID

import pytest

from router.placement.status import ENDED_FOR_FOLLOWERS, JOINED, TRIAGE, UNPLACED, WITH_AGENCY, StatusRow, status_after
from schemas.complaint.lifecycle import Status
from schemas.events.agency_inbox import ComplaintAcknowledged, ResponseGiven
from schemas.events.base import Fact
from schemas.events.escalation import ComplaintLapsed
from schemas.events.intake import (
    ComplaintWithdrawn,
    DetailAdded,
    OmbudsmanRequested,
    ResolutionConfirmed,
    ResolutionDisputed,
)
from schemas.events.router import (
    ArbitrationOpened,
    ComplaintArchived,
    ComplaintJoined,
    ComplaintUnjoined,
    ReporterAsked,
)
from support.placing import CITY, REGENCY, T0, filed, given, referred, returned, routed

ANSWER = ResponseGiven(at=T0, agency=CITY, text="Sudah ditambal")
ASKED = ReporterAsked(at=T0, question="Di mana?")
ARCHIVED = ComplaintArchived(at=T0, reason="content", note="x")
DISPUTED = ResolutionDisputed(at=T0, reason="belum")
OMBUDSMAN = OmbudsmanRequested(at=T0, reason="tidak percaya")
JOIN = ComplaintJoined(at=T0, lead=UUID(int=5))
LISTED = {
    Status.UNPLACED: UNPLACED,
    Status.TRIAGE: TRIAGE,
    Status.ARBITRATION: "arbitration",
    Status.JOINED: JOINED,
    Status.ROUTED: WITH_AGENCY,
    Status.IN_PROGRESS: WITH_AGENCY,
    Status.ANSWERED: WITH_AGENCY,
}


def stood(facts: Sequence[Fact]) -> StatusRow:
    row = StatusRow("x")
    for position, fact in enumerate(facts):
        row = status_after(row, type(fact).__name__, fact.model_dump(mode="json", by_alias=True), position)
    return row


@pytest.mark.parametrize(
    "facts",
    [
        [filed()],
        [filed(), referred()],
        [filed(), referred(), ASKED, DetailAdded(at=T0, text="Di pasar")],
        [filed(), referred(), ArbitrationOpened(at=T0, reason="desk")],
        [filed(), referred(), JOIN],
        [filed(), referred(), JOIN, ComplaintUnjoined(at=T0, reason="desk")],
        [filed(), referred(), JOIN, DISPUTED],
        [filed(), referred(), JOIN, OMBUDSMAN],
        [filed(), routed(CITY), OMBUDSMAN],
        [filed(), referred(), ARCHIVED, DISPUTED],
        [filed(), referred(), ASKED, ComplaintLapsed(at=T0, cause="incomplete"), DISPUTED],
        [filed(), routed(CITY)],
        [filed(), routed(CITY), routed(REGENCY)],
        [filed(), routed(CITY), returned(CITY)],
        [filed(), routed(CITY), ComplaintAcknowledged(at=T0, agency=CITY), DetailAdded(at=T0, text="lagi")],
        [filed(), routed(CITY), ANSWER],
        [filed(), routed(CITY), ANSWER, ResolutionConfirmed(at=T0), DISPUTED],
        [filed(), routed(CITY), ANSWER, ComplaintLapsed(at=T0, cause="silence"), DISPUTED],
    ],
)
def test_the_row_agrees_with_the_fold(facts: list[Fact]):
    row, state = stood(facts), given(*facts)
    assert (row.place, row.held_by) == (LISTED[state.status], state.agency)
    assert row.lead == (str(state.lead) if state.lead else None)


@pytest.mark.parametrize(
    ("ending", "brings_no_answer"),
    [
        ([ComplaintWithdrawn(at=T0)], True),
        ([referred(), ARCHIVED], True),
        ([referred(), ASKED, ComplaintLapsed(at=T0, cause="incomplete")], True),
        ([routed(CITY), ANSWER, ResolutionConfirmed(at=T0)], False),
        ([routed(CITY), ANSWER, ComplaintLapsed(at=T0, cause="silence")], False),
    ],
)
def test_only_endings_without_an_answer_let_followers_go(ending: list[Fact], brings_no_answer: bool):
    assert (stood([filed(), *ending]).place in ENDED_FOR_FOLLOWERS) is brings_no_answer
