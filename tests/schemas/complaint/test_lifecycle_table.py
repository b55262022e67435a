"""The lifecycle, written a second time by hand from the design, and compared with `allows` and `evolve`.

Each line: a status, the events that lead elsewhere (`Event>STATUS`), and those that do not. All others are refused.
"""

from uuid import UUID

import pytest

from schemas.complaint.fold import RecordedFact, allows, evolve
from schemas.complaint.lifecycle import CloseReason, Status
from schemas.complaint.state import Complaint, new
from schemas.events import BY_NAME, COMPLAINT_EVENTS
from schemas.events.agency_inbox import ComplaintReturned
from schemas.events.base import Fact
from schemas.events.escalation import ComplaintLapsed
from schemas.events.intake import ComplaintWithdrawn, DetailAdded, PersonalDataErased, ResolutionDisputed
from schemas.events.router import (
    ComplaintArchived,
    ReporterAsked,
)
from support.given import HISTORIES, NOON, REFERRED, SILENCE, answered, asked, filed, given, part_opened, routed, split
from support.golden import fact as example

TABLE = """
UNPLACED: ComplaintRouted>ROUTED ComplaintReferred>TRIAGE ArbitrationOpened>ARBITRATION ComplaintJoined>JOINED
  ComplaintWithdrawn>CLOSED DetailAdded NoteAdded AttachmentAdded ComplaintClassified
  OmbudsmanRequested ReminderSent DeadlineMissed ComplaintEscalated DueDateMoved ErasureRequested ErasureRefused PersonalDataErased ComplaintDelivered ContactRead PhotoReleased PhotoRevoked ComplaintRestated ReportHidden ReportShown ContentKept DataAccessRequested DataAccessGiven AttachmentChecked
TRIAGE: ComplaintRouted>ROUTED ReporterAsked>AWAITING_REPORTER ComplaintJoined>JOINED ArbitrationOpened>ARBITRATION
  ComplaintArchived>CLOSED ComplaintWithdrawn>CLOSED DetailAdded NoteAdded AttachmentAdded ComplaintClassified
  OmbudsmanRequested ReminderSent DeadlineMissed ComplaintEscalated DueDateMoved ErasureRequested ErasureRefused PersonalDataErased ComplaintDelivered ContactRead PhotoReleased PhotoRevoked ComplaintRestated ReportHidden ReportShown ContentKept DataAccessRequested DataAccessGiven AttachmentChecked
ROUTED: ComplaintAcknowledged>IN_PROGRESS ResponseGiven>ANSWERED ClarificationRequested>AWAITING_REPORTER
  ComplaintReturned>UNPLACED ComplaintJoined>JOINED ComplaintSplit>SPLIT ComplaintWithdrawn>CLOSED
  DetailAdded NoteAdded AttachmentAdded ProgressRecorded OfficerNoteAdded CaseAssigned ComplaintRouted ComplaintReferred>TRIAGE ArbitrationOpened>ARBITRATION
  OmbudsmanRequested ReminderSent DeadlineMissed ComplaintEscalated DueDateMoved ErasureRequested ErasureRefused PersonalDataErased ComplaintDelivered ContactRead PhotoReleased PhotoRevoked ComplaintRestated ReportHidden ReportShown ContentKept DataAccessRequested DataAccessGiven AttachmentChecked
IN_PROGRESS: ResponseGiven>ANSWERED ClarificationRequested>AWAITING_REPORTER
  ComplaintReturned>UNPLACED ComplaintJoined>JOINED ComplaintSplit>SPLIT ComplaintWithdrawn>CLOSED
  DetailAdded NoteAdded AttachmentAdded ProgressRecorded OfficerNoteAdded CaseAssigned ComplaintRouted ComplaintReferred>TRIAGE ArbitrationOpened>ARBITRATION
  OmbudsmanRequested ReminderSent DeadlineMissed ComplaintEscalated DueDateMoved ErasureRequested ErasureRefused PersonalDataErased ComplaintDelivered ContactRead PhotoReleased PhotoRevoked ComplaintRestated ReportHidden ReportShown ContentKept DataAccessRequested DataAccessGiven AttachmentChecked
AWAITING_REPORTER: DetailAdded>IN_PROGRESS ResponseGiven>ANSWERED ComplaintLapsed>CLOSED ComplaintWithdrawn>CLOSED
  NoteAdded AttachmentAdded ProgressRecorded OfficerNoteAdded CaseAssigned ComplaintRouted ComplaintReferred>TRIAGE ArbitrationOpened>ARBITRATION
  OmbudsmanRequested ReminderSent DeadlineMissed ComplaintEscalated DueDateMoved ErasureRequested ErasureRefused PersonalDataErased ComplaintDelivered ContactRead PhotoReleased PhotoRevoked ComplaintRestated ReportHidden ReportShown ContentKept DataAccessRequested DataAccessGiven AttachmentChecked
ANSWERED: ResolutionConfirmed>CLOSED ComplaintLapsed>CLOSED ResolutionDisputed>IN_PROGRESS ComplaintWithdrawn>CLOSED
  DetailAdded NoteAdded AttachmentAdded ProgressRecorded OfficerNoteAdded CaseAssigned ComplaintRouted ComplaintReferred>TRIAGE ArbitrationOpened>ARBITRATION
  OmbudsmanRequested ReminderSent DeadlineMissed ComplaintEscalated DueDateMoved ErasureRequested ErasureRefused PersonalDataErased ComplaintDelivered ContactRead PhotoReleased PhotoRevoked ComplaintRestated ReportHidden ReportShown ContentKept DataAccessRequested DataAccessGiven AttachmentChecked
ARBITRATION: ComplaintRouted>ROUTED ComplaintWithdrawn>CLOSED ArbitrationDecided DetailAdded NoteAdded AttachmentAdded
  ReminderSent DeadlineMissed ComplaintEscalated DueDateMoved ErasureRequested ErasureRefused PersonalDataErased ComplaintDelivered ContactRead PhotoReleased PhotoRevoked ComplaintRestated ReportHidden ReportShown ContentKept DataAccessRequested DataAccessGiven AttachmentChecked
SPLIT: ResponseGiven>ANSWERED ComplaintWithdrawn>CLOSED ComplaintSplit
  DetailAdded NoteAdded AttachmentAdded ProgressRecorded OfficerNoteAdded CaseAssigned ComplaintRouted ComplaintReferred>TRIAGE ArbitrationOpened>ARBITRATION
  OmbudsmanRequested ReminderSent DeadlineMissed ComplaintEscalated DueDateMoved ErasureRequested ErasureRefused PersonalDataErased ComplaintDelivered ContactRead PhotoReleased PhotoRevoked ComplaintRestated ReportHidden ReportShown ContentKept DataAccessRequested DataAccessGiven AttachmentChecked
JOINED: ComplaintUnjoined>UNPLACED JoinDeclined>UNPLACED ResolutionDisputed>UNPLACED OmbudsmanRequested>UNPLACED
  ComplaintWithdrawn>CLOSED
  DetailAdded NoteAdded AttachmentAdded PersonalDataErased ComplaintDelivered ContactRead PhotoReleased PhotoRevoked ComplaintRestated ReportHidden ReportShown ContentKept DataAccessRequested DataAccessGiven AttachmentChecked
CLOSED: ResolutionDisputed>IN_PROGRESS PersonalDataErased ComplaintDelivered ContactRead PhotoReleased PhotoRevoked ComplaintRestated ReportHidden ReportShown ContentKept DataAccessRequested DataAccessGiven AttachmentChecked
"""
DISPUTED = ResolutionDisputed(at=NOON, reason="belum beres")


def arrows() -> dict[Status, dict[str, Status]]:
    found: dict[Status, dict[str, Status]] = {}
    for line in TABLE.strip().replace("\n  ", " ").splitlines():
        name, facts = line.split(":")
        status = Status[name]
        pairs = (word.split(">") for word in facts.split())
        found[status] = {pair[0]: Status[pair[1]] if len(pair) == 2 else status for pair in pairs}
    return found


EXPECTED = arrows()
ALL = [(status, name) for status in Status for name in sorted(COMPLAINT_EVENTS)]


def after(state: Complaint, fact: Fact) -> Complaint:
    return evolve(state, RecordedFact(fact, UUID(int=99), state.version + 1))


@pytest.mark.parametrize(("status", "name"), ALL)
def test_the_table_holds_for_every_status_and_fact(status: Status, name: str) -> None:
    state = given(*HISTORIES[status])
    assert state.status is status
    end = EXPECTED[status].get(name)
    assert allows(state, BY_NAME[name]) is (end is not None)
    if end is not None:
        assert after(state, example(name)).status is end


@pytest.mark.parametrize("name", sorted(COMPLAINT_EVENTS))
def test_only_a_filing_or_an_opened_part_begins_a_stream(name: str) -> None:
    assert allows(new(UUID(int=1)), BY_NAME[name]) is (name in {"ComplaintFiled", "PartOpened"})


ARCHIVED = ComplaintArchived(at=NOON, reason="content", note="-")
INCOMPLETE = ComplaintLapsed(at=NOON, cause="incomplete")


@pytest.mark.parametrize(
    ("history", "end"),
    [
        ([filed(), routed(), answered(), example("ResolutionConfirmed")], Status.IN_PROGRESS),
        ([filed(), routed(), answered(), SILENCE], Status.IN_PROGRESS),
        ([filed(), routed(), split(UUID(int=1)), answered(), SILENCE], Status.SPLIT),
        ([filed(), REFERRED, ARCHIVED], Status.TRIAGE),
        ([filed(), routed(), asked(), INCOMPLETE], Status.TRIAGE),
        ([filed(), ComplaintWithdrawn(at=NOON)], None),
        ([filed(), ComplaintWithdrawn(at=NOON, cause="erasure"), PersonalDataErased(at=NOON)], None),
        ([part_opened(), routed(), answered()], None),
    ],
)
def test_what_a_dispute_does_depends_on_how_it_was_closed(history: list[Fact], end: Status | None) -> None:
    state = given(*history)
    assert state.status is Status.CLOSED
    assert allows(state, ResolutionDisputed) is (end is not None)
    disputed = after(state, DISPUTED)
    assert disputed.status is (end or Status.CLOSED)


def test_a_part_s_own_answer_closes_it() -> None:
    state = given(part_opened(), routed(), answered())
    assert (state.status, state.closed) == (Status.CLOSED, CloseReason.PART_ANSWERED)


@pytest.mark.parametrize("name", ["ComplaintSplit", "ComplaintJoined", "OmbudsmanRequested"])
def test_a_part_neither_splits_again_nor_follows_another_nor_goes_to_the_ombudsman_by_itself(name: str) -> None:
    assert allows(given(filed(), routed()), BY_NAME[name])
    assert not allows(given(part_opened(), routed()), BY_NAME[name])


def test_a_dispute_of_an_answered_whole_leads_back_to_its_parts() -> None:
    assert given(filed(), routed(), split(UUID(int=1)), answered(), DISPUTED).status is Status.SPLIT


@pytest.mark.parametrize("before", [Status.TRIAGE, Status.ROUTED, Status.IN_PROGRESS])
def test_an_answered_question_leads_back_to_where_it_was_asked(before: Status) -> None:
    question = ReporterAsked(at=NOON, question="?") if before is Status.TRIAGE else asked()
    state = given(*HISTORIES[before], question, DetailAdded(at=NOON, text="di sini"))
    assert (state.status, state.waits, state.question) == (before, False, None)


def test_the_first_questions_of_each_holder_are_the_stops_that_count() -> None:
    answer = DetailAdded(at=NOON, text="di sini")
    talk = [asked(), answer, asked(), answer, asked(), answer]
    state = given(filed(), routed(), *talk, routed("province"), asked("province"))
    assert state.waits
    assert [stop.holder.agency for stop in state.stops_within(2)] == ["city", "city", "province"]
    assert [stop.holder.agency for stop in state.stops_within(0)] == []


def test_only_a_body_s_return_counts_among_those_that_returned_it() -> None:
    within = ComplaintReturned(at=NOON, agency="city", scope="unit", reason="-")
    whole = ComplaintReturned(at=NOON, agency="city", reason="-")
    assert given(filed(), routed(), within).returned_by == ()
    assert given(filed(), routed(), whole).returned_by == ("city",)


def test_whoever_lost_it_is_told_so_and_whoever_has_it_now_too() -> None:
    state = given(filed(), routed("city"), routed("province"))
    assert {agency: news.kind for agency, news in state.news.items()} == {"city": "unassigned", "province": "assigned"}
    erased = after(state, PersonalDataErased(at=NOON))
    assert {news.kind for news in erased.news.values()} == {"erased"}


def test_a_binding_placement_lasts_while_that_agency_holds_it() -> None:
    assert given(filed(), routed(binding=True)).binding
    assert not given(filed(), routed(binding=True), ComplaintWithdrawn(at=NOON)).binding
