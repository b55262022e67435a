"""Whole lives of complaints, appended as their services would."""

from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

from chassis.write.repository import Cause, Repository
from schemas.base.ids import derived_id, public_number
from schemas.base.values import Basis, Place
from schemas.events import OWNER
from schemas.events.agency_inbox import ResponseGiven
from schemas.events.base import Fact
from schemas.events.escalation import ComplaintLapsed
from schemas.events.intake import ComplaintFiled, ResolutionConfirmed
from schemas.events.router import ComplaintClassified, ComplaintJoined, ComplaintRouted, PartOpened
from support.inbox import T0

AGENCY = "kota-bandung"
BASIS = Basis(registry_version=0, rules="test", sector="roads", level="regency", region="32.73")


def named(name: str) -> UUID:
    return derived_id("life", name)


def number_of(index: int) -> str:
    return public_number(T0.date(), index)


def filed(index: int = 1, *, text: str = "Jalan berlubang besar", **more: object) -> ComplaintFiled:
    said = {"at": T0, "received_at": T0, "text": text, "channel": "web", "public_number": number_of(index)}
    return ComplaintFiled.model_validate({**said, "place": Place(region="32.73"), **more})


def classified(*, supervision: bool = False) -> ComplaintClassified:
    """Read by the router: from then on it is known whether the public may know of it."""
    return ComplaintClassified.model_validate(
        {"at": T0, "class": "complaint", "supervision": supervision, "basis": BASIS}
    )


def routed(after_h: float = 1, agency: str = AGENCY) -> ComplaintRouted:
    return ComplaintRouted(at=T0 + timedelta(hours=after_h), agency=agency, unit="pu", cause="mandate", basis=BASIS)


def answered(after_h: float = 2) -> ResponseGiven:
    at = T0 + timedelta(hours=after_h)
    return ResponseGiven(at=at, agency=AGENCY, text="Lubang sudah ditambal pada hari Rabu.")


def confirmed(after_h: float = 3) -> ResolutionConfirmed:
    return ResolutionConfirmed(at=T0 + timedelta(hours=after_h), rating=5)


def lapsed(after_h: float = 300) -> ComplaintLapsed:
    return ComplaintLapsed(at=T0 + timedelta(hours=after_h), cause="silence")


def joined(lead: UUID, after_h: float = 2) -> ComplaintJoined:
    return ComplaintJoined(at=T0 + timedelta(hours=after_h), lead=lead)


def part_of(whole: UUID, index: int = 1) -> PartOpened:
    return PartOpened.model_validate(
        {
            "at": T0 + timedelta(hours=3), "whole": whole, "mandatory": True, "received_at": T0, "class": "complaint",
            "text": "Jalan berlubang besar", "channel": "web", "public_number": number_of(index),
        }
    )  # fmt: skip


async def write(repository: Repository, complaint: UUID, *facts: Fact) -> None:
    """Append each fact by itself, in the name of the service that owns it."""
    for fact in facts:
        await _write_one(repository, complaint, fact)


async def _write_one(repository: Repository, complaint: UUID, fact: Fact) -> None:
    owner = Repository(repository.store, repository.keyring, OWNER[type(fact).__name__])
    loaded = await owner.load(complaint)
    if not loaded.recorded:
        loaded = await owner.with_keys(loaded, fact.whole if isinstance(fact, PartOpened) else complaint)
    asking = loaded.state.stage.event_id if loaded.recorded else complaint
    append = owner.prepare(loaded, [fact], Cause(asking, complaint, fact.at, ordinal=loaded.state.version + 1))
    await owner.store.append(append.stream, append.expected_version, append.events)


def names(facts: Sequence[Fact]) -> list[str]:
    return [type(fact).__name__ for fact in facts]
