"""Complaints that the rules of reading are easily wrong about, each with somebody who is tempted to read it."""

from collections.abc import Callable
from itertools import count
from typing import Final, NamedTuple

from schemas.base.ids import derived_id
from schemas.base.values import Clock
from schemas.events.agency_inbox import ComplaintReturned, ResponseGiven
from schemas.events.escalation import ComplaintEscalated
from schemas.events.intake import ComplaintWithdrawn, DetailAdded, JoinDeclined, PersonalDataErased
from schemas.events.router import (
    ArbitrationDecided,
    ArbitrationOpened,
    ComplaintClassified,
    ComplaintJoined,
    ComplaintReferred,
    ComplaintRouted,
    ComplaintSplit,
    Part,
)
from support.inbox import CITY, PLN, ROADS, T0
from support.lives import BASIS, filed, number_of
from support.strangers import (
    ARBITER,
    DESK,
    ENTERPRISE,
    GONE,
    JOINED,
    NOBODY,
    OLD,
    PROVINCE,
    ROUTER,
    Life,
    attach,
    opened_part,
)

_NUMBERS: Final = count(1)


class Odd(NamedTuple):
    """Complaints, and the roles of one person."""

    lives: list[Life]
    roles: tuple[str, ...]


def begun(*, secret: bool = True) -> Life:
    index = next(_NUMBERS)
    life = Life(derived_id("odd", str(index)), number_of(index), secret, None)
    said = life.word()
    life.add(filed(index, text=f"Mohon diperbaiki, {said}", secret=secret), ROUTER, said)
    return life


def graded(life: Life, *accused: str) -> Life:
    life.accused = accused
    body = {"at": T0, "class": "complaint", "supervision": True, "accused": accused, "basis": BASIS}
    life.add(ComplaintClassified.model_validate(body), life.holder)
    return life


def at_desk(life: Life) -> Life:
    life.add(ComplaintReferred(at=T0, reason="no_mandate"), DESK)
    return life


def held(life: Life, body: str, unit: str | None = None) -> Life:
    routed = ComplaintRouted(at=T0, agency=body, unit=unit, cause="desk", basis=BASIS)
    life.add(routed, f"{body}/{unit}" if unit else body)
    return life


def returned(life: Life) -> Life:
    said = life.word()
    life.add(ComplaintReturned(at=T0, agency=life.holder.partition("/")[0], reason=said), ROUTER, said)
    return life


def told(life: Life) -> Life:
    said = life.word()
    life.add(DetailAdded(at=T0, text=said), life.holder, said)
    return life


def late(life: Life, rung: int) -> Life:
    life.add(ComplaintEscalated(at=T0, rung=rung, clock=Clock.SETTLE, started_version=0), life.holder)
    return life


def split(life: Life, body: str) -> Life:
    task = life.word()
    named = Part(id=derived_id("odd part", str(life.id)), agency=body, task=task)
    life.add(ComplaintSplit(at=T0, parts=(named,)), life.holder, task)
    life.parts = [opened_part(life, named)]
    return life


def answered(life: Life) -> Life:
    said = life.word()
    body = life.holder.partition("/")[0]
    life.add(ResponseGiven(at=T0, agency=body, text=f"Sudah selesai semuanya, {said}"), f"{NOBODY} {life.holder}", said)
    return life


def joined(life: Life, lead: Life) -> Life:
    life.lead = lead
    life.add(ComplaintJoined(at=T0, lead=lead.id), JOINED)
    return life


def with_file(life: Life) -> Life:
    return attach(life, life.word())


def withdrawn(life: Life) -> Life:
    reason = life.word()
    life.add(ComplaintWithdrawn(at=T0, reason=reason), NOBODY, reason)
    return life


def erased(life: Life) -> Life:
    life.add(ComplaintWithdrawn(at=T0, cause="erasure"), NOBODY if life.holder == ROUTER else f"{NOBODY} {life.holder}")
    life.add(PersonalDataErased(at=T0), life.holder)
    life.erased = True
    return life


def decided(life: Life) -> Life:
    life.add(ArbitrationOpened(at=T0, reason="desk"), ARBITER)
    said = life.word()
    life.add(ArbitrationDecided(at=T0, agency=CITY, reason=said), ARBITER, said)
    life.add(ComplaintRouted(at=T0, agency=CITY, cause="binding", binding=True, basis=BASIS), CITY)
    return life


def _accusing_the_desk() -> Odd:
    return Odd([at_desk(graded(begun(), CITY))], ("triage", f"officer:{CITY}"))


def _accusing_the_inspectorate() -> Odd:
    return Odd([at_desk(graded(begun(), CITY))], ("triage", f"inspectorate:{CITY}"))


def _accusing_a_merged_one() -> Odd:
    return Odd([at_desk(graded(begun(), OLD))], ("triage", f"officer:{ROADS}"))


def _given_away() -> Odd:
    return Odd([told(held(returned(held(begun(), PLN)), CITY))], (f"officer:{PLN}",))


def _of_another_unit() -> Odd:
    return Odd([held(begun(), CITY, "taman")], (f"officer:{CITY}/jalan",))


def _of_a_dissolved_one() -> Odd:
    return Odd([held(begun(), GONE)], (f"officer:{GONE}",))


def _late_elsewhere() -> Odd:
    return Odd([late(held(begun(), PLN), 1)], (f"officer:{ROADS}",))


def _late_below() -> Odd:
    return Odd([late(held(begun(), ENTERPRISE), 1)], (f"officer:{CITY}",))


def _publicly_late() -> Odd:
    return Odd([late(held(graded(begun(secret=False), CITY), PROVINCE), 4)], ())


def _whole_of_a_part() -> Odd:
    whole = told(split(held(begun(), CITY), PLN))
    return Odd([whole, *whole.parts], (f"officer:{PLN}",))


def _part_that_accuses_its_lead() -> Odd:
    whole = split(held(begun(), CITY), PLN)
    answered(held(graded(returned(whole.parts[0]), CITY), PROVINCE))
    return Odd([whole, *whole.parts], (f"officer:{CITY}",))


def _part_at_the_desk_that_accuses() -> Odd:
    whole = split(held(graded(begun(), CITY), PROVINCE), PLN)
    at_desk(returned(whole.parts[0]))
    return Odd([whole, *whole.parts], ("triage", f"officer:{CITY}"))


def _whole_that_accuses_its_part() -> Odd:
    whole = split(with_file(held(begun(), CITY)), PLN)
    held(graded(returned(whole), PLN), PROVINCE)
    return Odd([whole, *whole.parts], (f"officer:{PLN}",))


def _follower() -> Odd:
    lead = held(begun(), PLN)
    return Odd([lead, joined(begun(), lead)], (f"officer:{ROADS}",))


def _follower_that_accuses_the_holder_of_its_lead() -> Odd:
    lead = held(begun(), PLN)
    return Odd([lead, joined(graded(begun(), PLN), lead)], (f"officer:{PLN}",))


def _separated() -> Odd:
    lead = held(begun(), PLN)
    life = joined(begun(), lead)
    said = life.word()
    life.add(JoinDeclined(at=T0, leads=(lead.id,), reason=said), ROUTER, said)
    life.lead = None
    return Odd([lead, life], (f"officer:{PLN}",))


def _erased() -> Odd:
    return Odd([erased(held(begun(), PLN))], (f"officer:{PLN}",))


def _given_away_and_erased() -> Odd:
    return Odd([erased(returned(held(begun(), PLN)))], (f"officer:{PLN}",))


def _given_away_and_withdrawn() -> Odd:
    return Odd([withdrawn(told(returned(held(begun(), PLN))))], (f"officer:{PLN}",))


def _with_a_file() -> Odd:
    return Odd([held(with_file(begun()), PLN)], ("triage",))


def _secretly_decided() -> Odd:
    return Odd([decided(begun())], ("triage",))


def _secret() -> Odd:
    return Odd([held(begun(), PLN)], ("triage",))


ODD: Final[dict[str, Callable[[], Odd]]] = {
    "a desk's officer of the accused agency": _accusing_the_desk,
    "a desk's inspector of the accused agency": _accusing_the_inspectorate,
    "a desk's officer of the accused agency's successor": _accusing_a_merged_one,
    "an old holder": _given_away,
    "an officer of another unit": _of_another_unit,
    "an officer of a dissolved agency": _of_a_dissolved_one,
    "another agency than the late one": _late_elsewhere,
    "the agency over a late one before it climbed": _late_below,
    "the public of a late one that accuses": _publicly_late,
    "the holder of a part of the whole": _whole_of_a_part,
    "the lead of a part that accuses it": _part_that_accuses_its_lead,
    "a desk's officer of the agency that a part accuses": _part_at_the_desk_that_accuses,
    "the holder of a part whose whole accuses it": _whole_that_accuses_its_part,
    "another agency than the lead's holder": _follower,
    "the lead's holder of a follower that accuses it": _follower_that_accuses_the_holder_of_its_lead,
    "the holder of what was its lead": _separated,
    "the holder of an erased one": _erased,
    "an old holder of an erased one": _given_away_and_erased,
    "an old holder of a withdrawn one": _given_away_and_withdrawn,
    "the desk of a placed one's files": _with_a_file,
    "the desk of a secret decision": _secretly_decided,
    "the desk of a placed one": _secret,
}
