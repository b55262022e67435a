"""Notes and assignments: what an agency keeps for itself about a case that it holds."""

from uuid import UUID

import pytest

from agency_inbox import decide
from agency_inbox.decide import ActingAgency, AddNote, Assign, Move, Respond
from schemas.access.principal import Grant, Principal, Role, officer_id
from schemas.base.refusals import AlreadyClosed, InvalidField, NotFound, NotTheHolder, Refusal, WrongStatus
from schemas.complaint.lifecycle import Status
from schemas.complaint.state import Complaint
from schemas.deadlines.clocks import running
from schemas.events.agency_inbox import (
    CaseAssigned,
    ClarificationRequested,
    ComplaintReturned,
    OfficerNoteAdded,
    ResponseGiven,
)
from schemas.events.base import Fact
from schemas.events.escalation import ComplaintLapsed
from schemas.events.router import ArbitrationOpened, ComplaintJoined, ComplaintSplit, Part
from schemas.reference.load import policies
from support.inbox import (
    ANSWER,
    CITY,
    PLN,
    ROADS,
    T0,
    acknowledged,
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

SARI, BUDI = UUID(int=1), UUID(int=2)
NOTE = AddNote("Regu malam sudah diberi tahu.")
ASKED = ClarificationRequested(at=T0, agency=PLN, question="Tiang nomor berapa?")
GIVEN = ResponseGiven(at=T0, agency=PLN, text=ANSWER)
SPLIT = ComplaintSplit(at=T0, parts=(Part(id=UUID(int=7), agency=CITY),))
HELD = (filed(), routed())
RETURNED = ComplaintReturned(at=T0, agency=PLN, reason="bukan bidang kami")
LIVES: dict[Status, tuple[tuple[Fact, ...], type[Refusal] | None]] = {
    Status.UNPLACED: ((*HELD, RETURNED), NotTheHolder),
    Status.TRIAGE: ((*HELD, RETURNED, referred()), NotTheHolder),
    Status.ROUTED: (HELD, None),
    Status.IN_PROGRESS: ((*HELD, acknowledged(PLN)), None),
    Status.AWAITING_REPORTER: ((*HELD, ASKED), None),
    Status.ANSWERED: ((*HELD, GIVEN), None),
    Status.ARBITRATION: ((*HELD, RETURNED, ArbitrationOpened(at=T0, reason="desk")), NotTheHolder),
    Status.SPLIT: ((*HELD, SPLIT), None),
    Status.JOINED: ((*HELD, ComplaintJoined(at=T0, lead=UUID(int=8))), NotTheHolder),
    Status.CLOSED: ((*HELD, GIVEN, ComplaintLapsed(at=T0, cause="silence")), AlreadyClosed),
}
"""For each status a life in which PLN held the complaint, and how PLN's note and assignment are refused there."""


def officer(*grants: Grant) -> Principal:
    return Principal("https://issuer.test", "sari", frozenset(grants or {Grant(Role.OFFICER, PLN)}))


def move(state: Complaint, asked: Move, agency: str = PLN, who: Principal | None = None) -> list[Fact]:
    return decide.move(state, ActingAgency(agency, registry(merged(ROADS, successor=CITY)), hours(1), who), asked)


@pytest.mark.parametrize("asked", [NOTE, Assign(SARI, known=True), Assign(None)])
@pytest.mark.parametrize("status", Status)
def test_only_the_holder_writes_and_assigns_in_any_status_in_which_it_holds_the_case(
    status: Status, asked: Move
) -> None:
    facts, why = LIVES[status]
    state = given(*facts)._replace(officer=BUDI)
    assert state.status is status
    with pytest.raises(NotFound):
        move(state, asked, CITY)
    if why is not None:
        with pytest.raises(why):
            move(state, asked)
        return
    (fact,) = move(state, asked)
    after = then(state, [fact])
    assert isinstance(fact, (OfficerNoteAdded, CaseAssigned))
    assert running(after, registry(), policies()) == running(state, registry(), policies())
    unmoved = state._replace(version=after.version, officer=after.officer)
    assert after == unmoved, "status, clocks, details and what agencies are told stay"


def test_an_answer_written_before_a_note_is_still_accepted_and_one_before_a_detail_is_not() -> None:
    state = given(*HELD)
    noted = then(state, [*move(state, NOTE), *move(state, Assign(SARI, known=True))])
    assert move(noted, Respond(ANSWER, state.version))
    with pytest.raises(Refusal):
        move(then(noted, [detail()]), Respond(ANSWER, state.version))


def test_a_note_names_the_officer_by_an_opaque_id_and_a_system_by_none() -> None:
    (fact,) = move(given(*HELD), NOTE, who=officer())
    assert isinstance(fact, OfficerNoteAdded)
    assert fact.officer == officer_id(officer())
    assert "sari" not in str(fact.officer)
    (by_system,) = move(given(*HELD), NOTE)
    assert isinstance(by_system, OfficerNoteAdded)
    assert by_system.officer is None


@pytest.mark.parametrize("text", ["", " \n ", "x" * 100_000])
def test_an_empty_note_and_one_that_is_too_long_are_refused_with_the_field(text: str) -> None:
    with pytest.raises(InvalidField) as caught:
        move(given(*HELD), AddNote(text))
    assert caught.value.data["field"] == "text"


def test_a_case_is_given_to_oneself_or_a_known_officer_and_to_nobody_else() -> None:
    state, me = given(*HELD), officer_id(officer())
    assert move(state, Assign(me), who=officer()) == [CaseAssigned(at=hours(1), agency=PLN, officer=me)]
    assert move(state, Assign(SARI, known=True)) == [CaseAssigned(at=hours(1), agency=PLN, officer=SARI)]
    with pytest.raises(InvalidField) as caught:
        move(state, Assign(SARI))
    assert caught.value.data["field"] == "officer"


def test_giving_a_case_to_whoever_has_it_changes_nothing() -> None:
    state = then(given(*HELD), move(given(*HELD), Assign(SARI, known=True)))
    assert state.officer == SARI
    assert move(state, Assign(SARI, known=True)) == []


@pytest.mark.parametrize("facts", [[routed(CITY)], [RETURNED]])
def test_whoever_had_the_case_has_it_no_more_once_another_body_gets_it(facts: list[Fact]) -> None:
    state = then(given(*HELD), move(given(*HELD), Assign(SARI, known=True)))
    assert then(state, facts).officer is None


def test_after_a_dispute_the_case_is_with_the_same_officer_again() -> None:
    facts, _ = LIVES[Status.CLOSED]
    state = then(given(*HELD), [*move(given(*HELD), Assign(SARI, known=True)), *facts[2:]])
    assert state.status is Status.CLOSED
    assert state.officer == SARI


def test_an_officer_of_another_unit_writes_nothing() -> None:
    state = given(filed(), routed(CITY, unit="jalan"))
    for asked in (NOTE, Assign(None)):
        with pytest.raises(NotFound):
            move(state, asked, CITY, officer(Grant(Role.OFFICER, CITY, "taman")))
    assert move(state, NOTE, CITY, officer(Grant(Role.OFFICER, CITY, "jalan")))


def test_a_successor_writes_on_what_it_took_over() -> None:
    state = given(filed(), routed(ROADS))
    assert move(state, NOTE, CITY)
    with pytest.raises((NotFound, NotTheHolder)):
        move(state, NOTE, ROADS)


def test_neither_is_possible_before_the_complaint_has_an_event() -> None:
    with pytest.raises((NotFound, WrongStatus)):
        move(given(), NOTE)
