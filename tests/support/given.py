"""Histories for decide tests: facts in, the folded state out."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid5

from schemas.base.values import Basis, ComplaintClass
from schemas.complaint.fold import RecordedFact, fold
from schemas.complaint.lifecycle import Status
from schemas.complaint.state import NIL, Complaint, new
from schemas.events.agency_inbox import ClarificationRequested, ComplaintAcknowledged, ResponseGiven
from schemas.events.base import Fact
from schemas.events.escalation import ComplaintLapsed
from schemas.events.intake import ComplaintFiled
from schemas.events.router import (
    ArbitrationOpened,
    ComplaintJoined,
    ComplaintReferred,
    ComplaintRouted,
    ComplaintSplit,
    Part,
    PartOpened,
)

COMPLAINT = UUID(int=7)
NOON = datetime(2026, 4, 14, 5, tzinfo=UTC)
BASIS = Basis(registry_version=0, rules="test")
NUMBER = "SP-2026-000001-8"


def later(days: float = 1) -> datetime:
    """`days` after the filing."""
    return NOON + timedelta(days=days)


def told(*facts: Fact, complaint: UUID = COMPLAINT) -> list[RecordedFact]:
    """These facts, one after another in one stream."""
    return [RecordedFact(fact, uuid5(complaint, str(version)), version) for version, fact in enumerate(facts)]


def given(*facts: Fact, complaint: UUID = COMPLAINT) -> Complaint:
    """The complaint after these facts."""
    return fold(new(complaint), told(*facts, complaint=complaint))


def filed(**more: object) -> ComplaintFiled:
    body = {"at": NOON, "received_at": NOON, "text": "lampu mati", "channel": "web", "public_number": NUMBER}
    return ComplaintFiled.model_validate(body | more)


def routed(agency: str = "city", at: datetime = NOON, **more: object) -> ComplaintRouted:
    return ComplaintRouted.model_validate({"at": at, "agency": agency, "cause": "mandate", "basis": BASIS} | more)


def acknowledged(agency: str = "city") -> ComplaintAcknowledged:
    return ComplaintAcknowledged(at=NOON, agency=agency)


def asked(agency: str = "city", at: datetime = NOON) -> ClarificationRequested:
    return ClarificationRequested(at=at, agency=agency, question="di mana?")


def answered(agency: str = "city", at: datetime = NOON) -> ResponseGiven:
    return ResponseGiven(at=at, agency=agency, text="sudah diganti")


def split(*parts: UUID) -> ComplaintSplit:
    named = tuple(Part(id=part, agency="water", mandatory=True) for part in parts)
    return ComplaintSplit(at=NOON, parts=named)


def part_opened(whole: UUID = NIL, at: datetime = NOON) -> PartOpened:
    return PartOpened.model_validate(
        {"at": at, "whole": whole, "mandatory": True, "received_at": NOON, "class": ComplaintClass.COMPLAINT}
        | {"text": "lampu mati", "channel": "web", "public_number": NUMBER}
    )


REFERRED = ComplaintReferred(at=NOON, reason="ambiguous")
SILENCE = ComplaintLapsed(at=NOON, cause="silence")
HISTORIES: Mapping[Status, list[Fact]] = {
    Status.UNPLACED: [filed()],
    Status.TRIAGE: [filed(), REFERRED],
    Status.ROUTED: [filed(), routed()],
    Status.IN_PROGRESS: [filed(), routed(), acknowledged()],
    Status.AWAITING_REPORTER: [filed(), routed(), acknowledged(), asked()],
    Status.ANSWERED: [filed(), routed(), answered()],
    Status.ARBITRATION: [filed(), ArbitrationOpened(at=NOON, reason="desk")],
    Status.SPLIT: [filed(), routed(), split(UUID(int=1))],
    Status.JOINED: [filed(), ComplaintJoined(at=NOON, lead=UUID(int=1))],
    Status.CLOSED: [filed(), routed(), answered(), SILENCE],
}
"""A history that ends in each status."""
