"""What an agency may do with a complaint: given facts, when a move, then facts or a refusal."""

from uuid import UUID

import pytest

from agency_inbox import decide
from agency_inbox.decide import Acknowledge, ActingAgency, Clarify, Move, RecordProgress, Respond, Return
from agency_inbox.parts import NOTHING_OPEN, OpenParts, open_parts
from schemas.base.refusals import (
    AlreadyClosed,
    BindingPlacement,
    InvalidField,
    NotFound,
    NotTheHolder,
    PartsOpen,
    Refusal,
    UnknownAgency,
    UnknownUnit,
    UnseenDetail,
    WrongStatus,
)
from schemas.complaint.lifecycle import Status
from schemas.complaint.state import Complaint, Receipt
from schemas.events.agency_inbox import ClarificationRequested, ComplaintReturned, ProgressRecorded, ResponseGiven
from schemas.events.base import Fact
from schemas.events.intake import ComplaintWithdrawn
from schemas.events.router import ComplaintSplit, Part, PartOpened
from schemas.wording import refusal
from support.inbox import (
    ANSWER,
    CITY,
    PLN,
    ROADS,
    T0,
    acknowledged,
    complaint,
    detail,
    filed,
    given,
    hours,
    merged,
    referred,
    registry,
    routed,
    then,
)

HELD = (filed(), routed())
MOVES: list[Move] = [
    Acknowledge(),
    Return("bukan bidang kami"),
    RecordProgress("petugas sudah di lokasi"),
    Clarify("di tiang nomor berapa?"),
    Respond(ANSWER, 1),
]


def move(state: Complaint, asked: Move, agency: str = PLN, open_parts: OpenParts = NOTHING_OPEN) -> list[Fact]:
    return decide.move(state, ActingAgency(agency, registry(), hours(1)), asked, open_parts)


def refused(
    state: Complaint,
    asked: Move,
    agency: str = PLN,
    why: type[Refusal] = Refusal,
    open_parts: OpenParts = NOTHING_OPEN,
) -> dict[str, object]:
    with pytest.raises(why) as caught:
        move(state, asked, agency, open_parts)
    return caught.value.data


@pytest.mark.parametrize(
    ("asked", "after"),
    [
        (MOVES[0], Status.IN_PROGRESS),
        (MOVES[1], Status.UNPLACED),
        (MOVES[2], Status.ROUTED),
        (MOVES[3], Status.AWAITING_REPORTER),
        (MOVES[4], Status.ANSWERED),
    ],
)
def test_each_move_leads_to_its_status(asked: Move, after: Status) -> None:
    state = given(*HELD)
    assert then(state, move(state, asked)).status is after


@pytest.mark.parametrize("asked", [MOVES[0], MOVES[1], MOVES[3], MOVES[4]])
def test_a_move_made_twice_is_refused_the_second_time(asked: Move) -> None:
    state = given(*HELD)
    with pytest.raises((WrongStatus, NotTheHolder)):
        move(then(state, move(state, asked)), asked)


def test_progress_can_be_recorded_repeatedly() -> None:
    state = given(*HELD)
    state = then(state, move(state, MOVES[2]))
    assert isinstance(move(state, RecordProgress("tiang sudah diganti"))[0], ProgressRecorded)


@pytest.mark.parametrize("asked", MOVES)
def test_a_former_holders_refusal_names_the_present_holder(asked: Move) -> None:
    state = given(*HELD, referred(), routed(ROADS))
    told = refused(state, asked, PLN, NotTheHolder)
    assert told["holder"] == f"agency:{ROADS}"
    body = registry().agencies[ROADS].name
    assert refusal(NotTheHolder(**told), "en").startswith(f"This report is now held by {body}, and")


@pytest.mark.parametrize("asked", MOVES)
def test_an_agency_that_was_never_notified_gets_not_found(asked: Move) -> None:
    refused(given(*HELD), asked, ROADS, NotFound)
    refused(given(), asked, PLN, NotFound)


@pytest.mark.parametrize("asked", MOVES)
def test_no_move_is_accepted_once_closed(asked: Move) -> None:
    state = given(*HELD, ComplaintWithdrawn(at=T0))
    assert refused(state, asked, PLN, AlreadyClosed) == {"reason": "withdrawn"}


@pytest.mark.parametrize("asked", MOVES)
def test_a_merged_bodys_successor_is_the_holder_and_the_old_name_learns_nothing(asked: Move) -> None:
    state = given(*HELD)
    now = registry(merged(PLN, successor=ROADS))
    assert decide.move(state, ActingAgency(ROADS, now, hours(1)), asked)[0].agency == ROADS  # type: ignore[attr-defined]
    with pytest.raises(NotFound):
        decide.move(state, ActingAgency(PLN, now, hours(1)), asked)


@pytest.mark.parametrize("asked", MOVES)
def test_the_successor_of_a_former_holder_is_told_who_holds_it_now(asked: Move) -> None:
    now = registry(merged(PLN, successor=ROADS))
    with pytest.raises(NotTheHolder):
        decide.move(given(*HELD, routed(CITY)), ActingAgency(ROADS, now, hours(1)), asked)


def test_an_acknowledgement_may_name_a_unit_of_the_body() -> None:
    state = given(filed(), routed(CITY))
    assert move(state, Acknowledge("jalan"), CITY)[0].unit == "jalan"  # type: ignore[attr-defined]
    assert refused(state, Acknowledge("laut"), CITY, UnknownUnit) == {"agency": CITY, "unit": "laut"}


def returned(state: Complaint, asked: Return, agency: str = PLN) -> ComplaintReturned:
    [fact] = move(state, asked, agency)
    assert isinstance(fact, ComplaintReturned)
    return fact


def test_a_return_may_suggest_another_body_and_unit() -> None:
    fact = returned(given(*HELD), Return("jalan kota", CITY, "jalan"))
    assert (fact.scope, fact.suggested, fact.suggested_unit) == ("agency", CITY, "jalan")


def test_a_return_to_a_unit_of_the_same_body_stays_within_it() -> None:
    state = given(filed(), routed(CITY, unit="jalan"))
    for asked in (Return("pohon tumbang", CITY, "taman"), Return("pohon tumbang", None, "taman")):
        fact = returned(state, asked, CITY)
        assert (fact.scope, fact.suggested, fact.suggested_unit) == ("unit", CITY, "taman")
        assert then(state, [fact]).returned_by == ()


@pytest.mark.parametrize(
    ("asked", "why", "field"),
    [
        (Return(""), InvalidField, "reason"),
        (Return("   "), InvalidField, "reason"),
        (Return("a" * 2_001), InvalidField, "reason"),
        (Return("ke sana", "nobody"), UnknownAgency, None),
        (Return("ke sana", PLN, "laut"), UnknownUnit, None),
        (Return("ke sana", CITY), InvalidField, "suggested_agency"),
        (Return("ke sana", CITY, "jalan"), InvalidField, "suggested_agency"),
    ],
)
def test_a_return_without_a_reason_or_to_nowhere_is_refused(asked: Return, why: type[Refusal], field: str) -> None:
    state = given(filed(), routed(CITY, unit="jalan"))
    assert refused(state, asked, CITY, why).get("field") == field


def test_a_suggested_body_that_has_merged_is_read_as_its_successor() -> None:
    now = registry(merged(ROADS, successor=CITY))
    [fact] = decide.move(given(*HELD), ActingAgency(PLN, now, hours(1)), Return("jalan", ROADS))
    assert fact.suggested == CITY  # type: ignore[attr-defined]


def test_what_the_arbiter_placed_cannot_be_returned() -> None:
    state = given(filed(), routed(cause="binding", binding=True))
    assert refused(state, MOVES[1], PLN, BindingPlacement) == {"agency": PLN}


def test_a_question_waits_for_the_reporter_and_cannot_be_put_twice_at_once() -> None:
    state = given(*HELD, acknowledged())
    [fact] = move(state, Clarify(" tiang mana? "))
    assert isinstance(fact, ClarificationRequested)
    assert fact.question == "tiang mana?"
    refused(then(state, [fact]), Clarify("tiang mana?"), PLN, WrongStatus)


def test_an_answer_written_before_the_newest_detail_was_seen_is_refused() -> None:
    state = given(*HELD, detail())
    assert refused(state, Respond(ANSWER, 1), PLN, UnseenDetail) == {"version": 2}
    assert isinstance(move(state, Respond(ANSWER, 2))[0], ResponseGiven)


def test_an_answer_cannot_have_seen_what_has_not_happened() -> None:
    assert refused(given(*HELD), Respond(ANSWER, 2), PLN, InvalidField)["field"] == "seen_version"


@pytest.mark.parametrize("text", ["", "sudah", " " * 50, "a" * 10_001])
def test_an_answer_without_substance_is_refused(text: str) -> None:
    assert refused(given(*HELD), Respond(text, 1), PLN, InvalidField)["field"] == "text"


def whole() -> Complaint:
    parts = (Part(id=complaint(1), agency=CITY), Part(id=complaint(2), agency=ROADS, mandatory=False))
    return given(*HELD, ComplaintSplit(at=T0, parts=parts))


def part(*facts: Fact) -> Complaint:
    said = {"text": "x", "channel": "web", "public_number": "SP-2026-000001-8", "class": "complaint"}
    opened = PartOpened.model_validate({"at": T0, "whole": complaint(0), "mandatory": True, "received_at": T0, **said})
    return given(opened, routed(CITY, cause="part"), *facts, id_=complaint(1))


def test_an_answer_waits_for_mandatory_parts_only() -> None:
    state = whole()
    assert list(open_parts(state, {})) == [complaint(1)]
    assert list(open_parts(state, {complaint(1): part()})) == [complaint(1)]
    answered = then(part(), move(part(), Respond(ANSWER, 1), CITY))
    assert not open_parts(state, {complaint(1): answered})
    assert then(state, move(state, Respond(ANSWER, 2))).status is Status.ANSWERED


def test_the_refusal_of_an_early_answer_names_the_agency_of_each_part() -> None:
    back = ComplaintReturned(at=T0, agency=CITY, reason="bukan bidang kami")
    moved = [back, routed(ROADS, cause="mandate")]
    for facts, body in (([], CITY), ([back], CITY), (moved, ROADS)):
        waits = refused(whole(), Respond(ANSWER, 2), PLN, PartsOpen, open_parts={complaint(1): part(*facts)})
        assert waits == {"parts": [str(complaint(1))], "bodies": [registry().agencies[body].name]}
    unopened = refused(whole(), Respond(ANSWER, 2), PLN, PartsOpen, open_parts={complaint(1): None})
    assert unopened["bodies"] == [registry().agencies[CITY].name]


def test_a_parts_own_answer_closes_the_part() -> None:
    after = then(part(), move(part(), Respond(ANSWER, 1), CITY))
    assert after.status is Status.CLOSED
    assert after.closed == "part_answered"


def receipt(message: UUID, topic: str = "topic-1", offset: int = 0) -> Receipt:
    return Receipt(message, "cluster", topic, 0, offset)


def test_a_receipt_is_written_once_for_each_message_and_topic() -> None:
    state = given(*HELD)
    told = state.news[PLN].event_id
    state = then(state, decide.deliver(state, PLN, receipt(told), T0))
    assert state.receipts[PLN] == receipt(told)._replace(at=T0)
    assert decide.deliver(state, PLN, receipt(told), T0) == []
    again = then(state, decide.deliver(state, PLN, receipt(told, "topic-2"), T0))
    assert again.receipts[PLN].topic_id == "topic-2"


def test_a_late_receipt_of_an_older_message_does_not_hide_the_newer_one() -> None:
    state = given(*HELD, detail())
    old, news = given(*HELD).news[PLN].event_id, state.news[PLN].event_id
    assert then(state, decide.deliver(state, PLN, receipt(old), T0)).receipts[PLN].message_id == old
    state = then(state, decide.deliver(state, PLN, receipt(news), T0))
    assert decide.deliver(state, PLN, receipt(old), T0) == []
