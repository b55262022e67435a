"""Given facts, when a command of the reporter, then facts or a refusal; each command is sent twice."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from uuid import UUID

import pytest

from intake import decide
from intake.decide import AddDetail, Attach, CallOmbudsman, Confirm, DeclineJoin, Dispute, Withdraw
from schemas.base.limits import ATTACHMENTS, PUBLIC_MOVES
from schemas.base.refusals import (
    AlreadyClosed,
    DataErased,
    InvalidField,
    NotDisputable,
    NotFound,
    Refusal,
    RequestDiffers,
    TooManyMoves,
    WrongStatus,
)
from schemas.base.values import HolderKind, Place
from schemas.complaint.fold import fold
from schemas.complaint.lifecycle import CloseReason, Status
from schemas.complaint.state import Complaint
from schemas.contract.submission import Complaining
from schemas.events.base import Fact
from schemas.events.escalation import ComplaintLapsed
from schemas.events.intake import (
    AttachmentAdded,
    ComplaintFiled,
    ComplaintWithdrawn,
    DetailAdded,
    JoinDeclined,
    OmbudsmanRequested,
    PersonalDataErased,
    ResolutionConfirmed,
    ResolutionDisputed,
)
from schemas.events.router import ArbitrationOpened, ComplaintArchived, ComplaintJoined, ComplaintReferred
from support.given import (
    COMPLAINT,
    NOON,
    NUMBER,
    acknowledged,
    answered,
    asked,
    filed,
    given,
    later,
    part_opened,
    routed,
    split,
    told,
)

PART = UUID(int=8)
LEAD = UUID(int=9)

UNPLACED = [filed()]
TRIAGE = [filed(), ComplaintReferred(at=NOON, reason="no_sector")]
ROUTED = [filed(), routed()]
IN_PROGRESS = [*ROUTED, acknowledged()]
AWAITING = [*IN_PROGRESS, asked()]
ANSWERED = [*IN_PROGRESS, answered()]
ARBITRATION = [*TRIAGE, ArbitrationOpened(at=NOON, reason="desk")]
SPLIT = [*IN_PROGRESS, split(PART)]
JOINED = [filed(), ComplaintJoined(at=NOON, lead=LEAD)]
CLOSED = [*ANSWERED, ResolutionConfirmed(at=NOON)]
SILENT = [*ANSWERED, ComplaintLapsed(at=NOON, cause="silence")]
INCOMPLETE = [*AWAITING, ComplaintLapsed(at=NOON, cause="incomplete")]
ARCHIVED = [*TRIAGE, ComplaintArchived(at=NOON, reason="unintelligible", note="-")]
WITHDRAWN = [*ROUTED, ComplaintWithdrawn(at=NOON)]
ERASED = [*ROUTED, ComplaintWithdrawn(at=NOON, cause="erasure"), PersonalDataErased(at=NOON)]
CLOSED_ERASED = [*CLOSED, PersonalDataErased(at=NOON)]
A_PART = [part_opened(COMPLAINT), routed("water")]

DETAIL = AddDetail(text="di depan pasar")
PHOTO = Attach(digest="00", media_type="image/png", size_bytes=3, name="lampu.png")
LATEST = later(30)

When = Callable[[Complaint], Sequence[Fact]]


def when_detail(state: Complaint) -> Sequence[Fact]:
    return decide.add_detail(state, DETAIL, later())


def when_attached(state: Complaint) -> Sequence[Fact]:
    return decide.attach(state, PHOTO, UUID(int=5), later())


def when_withdrawn(state: Complaint) -> Sequence[Fact]:
    return decide.withdraw(state, Withdraw(reason="sudah beres"), later())


def when_confirmed(state: Complaint) -> Sequence[Fact]:
    return decide.confirm(state, Confirm(rating=4, words="terima kasih"), later())


def when_disputed(state: Complaint) -> Sequence[Fact]:
    return decide.dispute(state, Dispute(reason="masih gelap"), later(), until=LATEST)


def when_ombudsman(state: Complaint) -> Sequence[Fact]:
    return decide.call_ombudsman(state, CallOmbudsman(reason="tidak percaya"), later())


def when_erased(state: Complaint) -> Sequence[Fact]:
    return decide.erase(state, later())


def after(history: Sequence[Fact], when: When) -> Complaint:
    return given(*history, *when(given(*history)))


OPEN: dict[str, Sequence[Fact]] = {
    "unplaced": UNPLACED,
    "triage": TRIAGE,
    "routed": ROUTED,
    "in progress": IN_PROGRESS,
    "awaiting": AWAITING,
    "answered": ANSWERED,
    "arbitration": ARBITRATION,
    "split": SPLIT,
    "joined": JOINED,
}
each_open = pytest.mark.parametrize("history", OPEN.values(), ids=OPEN.keys())


class TestFiling:
    def test_a_complaint_has_the_request_and_the_time_its_channel_received_it(self) -> None:
        command = Complaining.model_validate(
            {
                "text": "jalan rusak",
                "title": "jalan",
                "secret": True,
                "class": "aspiration",
                "place": {"region": "32.73"},
            }
        )
        [fact] = decide.file(given(), command, NOON, public_number=NUMBER, person=UUID(int=3), received_at=later(-1))
        assert isinstance(fact, ComplaintFiled)
        assert (fact.text, fact.title, fact.secret, fact.class_) == ("jalan rusak", "jalan", True, "aspiration")
        assert fact.place == Place(region="32.73")
        assert (fact.received_at, fact.at, fact.person) == (later(-1), NOON, UUID(int=3))

    def test_a_channel_whose_clock_is_ahead_does_not_give_the_agency_more_time(self) -> None:
        [fact] = decide.file(given(), Complaining(text="x"), NOON, public_number=NUMBER, received_at=later(9))
        assert isinstance(fact, ComplaintFiled)
        assert fact.received_at == NOON

    def test_the_same_stream_does_not_begin_twice(self) -> None:
        with pytest.raises(RequestDiffers):
            decide.file(given(filed()), Complaining(text="x"), NOON, public_number=NUMBER)

    @pytest.mark.parametrize(
        ("now", "fits"),
        [(datetime(2026, 4, 30, 15, 1, tzinfo=UTC), True), (datetime(2026, 4, 30, 14, 59, tzinfo=UTC), False)],
    )
    def test_a_day_is_in_the_future_until_it_begins_in_the_east_of_the_nation(self, now: datetime, fits: bool) -> None:
        command = Complaining.model_validate({"text": "x", "occurred_on": "2026-05-01"})
        if fits:
            assert decide.file(given(), command, now, public_number=NUMBER)
        else:
            with pytest.raises(InvalidField) as refused:
                decide.file(given(), command, now, public_number=NUMBER)
            assert refused.value.data["field"] == "occurred_on"


class TestDetails:
    @each_open
    def test_details_are_accepted_in_every_open_status_each_time(self, history: list[Fact]) -> None:
        assert when_detail(given(*history)) == [DetailAdded(at=later(), text="di depan pasar")]
        assert after([*history, *when_detail(given(*history))], when_detail).moves == 2

    def test_an_answer_to_a_question_brings_it_back_to_where_it_was(self) -> None:
        assert after(AWAITING, when_detail).status is Status.IN_PROGRESS

    def test_not_after_the_end(self) -> None:
        with pytest.raises(AlreadyClosed) as refused:
            when_detail(given(*CLOSED))
        assert refused.value.data["reason"] == CloseReason.CONFIRMED

    def test_a_part_accepts_the_answer_to_its_question(self) -> None:
        history = [*A_PART, asked("water")]
        assert after(history, when_detail).status is Status.ROUTED

    def test_two_hundred_moves_are_accepted_and_no_more(self) -> None:
        details = [DetailAdded(at=NOON, text="x")] * (PUBLIC_MOVES - 1)
        state = after([*UNPLACED, *details], when_detail)
        assert state.moves == PUBLIC_MOVES
        for when in (when_detail, when_attached):
            with pytest.raises(TooManyMoves) as refused:
                when(state)
            assert refused.value.data["limit"] == PUBLIC_MOVES

    def test_the_limit_does_not_prevent_closing(self) -> None:
        details = [DetailAdded(at=NOON, text="x")] * PUBLIC_MOVES
        assert when_withdrawn(given(*UNPLACED, *details))
        assert when_confirmed(given(filed(), *details, routed(), answered()))
        assert when_erased(given(*UNPLACED, *details))


class TestAttachments:
    @each_open
    def test_a_file_can_be_handed_in_in_every_open_status(self, history: list[Fact]) -> None:
        [fact] = when_attached(given(*history))
        assert fact == AttachmentAdded(
            at=later(), attachment=UUID(int=5), media_type="image/png", size_bytes=3, name="lampu.png"
        )
        assert given(*history, fact).status is given(*history).status

    def test_five_files_and_no_more(self) -> None:
        files = when_attached(given(*UNPLACED))
        state = given(*UNPLACED, *list(files) * (ATTACHMENTS - 1))
        assert when_attached(state)
        with pytest.raises(InvalidField) as refused:
            when_attached(given(*UNPLACED, *list(files) * ATTACHMENTS))
        assert refused.value.data["field"] == "file"

    def test_not_after_the_end(self) -> None:
        with pytest.raises(AlreadyClosed):
            when_attached(given(*WITHDRAWN))


class TestWithdrawal:
    @pytest.mark.parametrize("history", [h for n, h in OPEN.items() if n != "answered"])
    def test_ends_it_in_every_open_status_but_once_only(self, history: list[Fact]) -> None:
        assert when_withdrawn(given(*history)) == [ComplaintWithdrawn(at=later(), reason="sudah beres")]
        state = after(history, when_withdrawn)
        assert (state.status, state.closed, state.holder.kind) == (
            Status.CLOSED,
            CloseReason.WITHDRAWN,
            HolderKind.NOBODY,
        )
        with pytest.raises(AlreadyClosed):
            when_withdrawn(state)

    def test_an_answered_complaint_is_confirmed_or_disputed_not_withdrawn(self) -> None:
        with pytest.raises(WrongStatus) as refused:
            when_withdrawn(given(*ANSWERED))
        assert refused.value.data["status"] == "answered"

    def test_a_part_cannot_be_withdrawn(self) -> None:
        with pytest.raises(WrongStatus):
            when_withdrawn(given(*A_PART))


class TestConfirmation:
    def test_closes_once(self) -> None:
        assert when_confirmed(given(*ANSWERED)) == [ResolutionConfirmed(at=later(), rating=4, words="terima kasih")]
        state = after(ANSWERED, when_confirmed)
        assert state.closed is CloseReason.CONFIRMED
        with pytest.raises(AlreadyClosed):
            when_confirmed(state)

    @pytest.mark.parametrize("history", [h for n, h in OPEN.items() if n != "answered"])
    def test_there_must_be_an_answer_to_confirm(self, history: list[Fact]) -> None:
        with pytest.raises(WrongStatus):
            when_confirmed(given(*history))

    def test_a_complaint_closed_by_silence_cannot_be_confirmed(self) -> None:
        with pytest.raises(AlreadyClosed):
            when_confirmed(given(*SILENT))

    def test_nobody_confirms_a_part(self) -> None:
        with pytest.raises(WrongStatus):
            when_confirmed(given(*A_PART, answered("water")))


class TestDispute:
    @pytest.mark.parametrize(
        ("history", "status", "holder"),
        [
            (ANSWERED, Status.IN_PROGRESS, HolderKind.AGENCY),
            (CLOSED, Status.IN_PROGRESS, HolderKind.AGENCY),
            (SILENT, Status.IN_PROGRESS, HolderKind.AGENCY),
            (INCOMPLETE, Status.TRIAGE, HolderKind.DESK),
            (ARCHIVED, Status.TRIAGE, HolderKind.DESK),
            ([*SPLIT, answered()], Status.SPLIT, HolderKind.AGENCY),
        ],
    )
    def test_goes_on_where_it_was_and_twice_in_a_row_is_refused(
        self, history: list[Fact], status: Status, holder: HolderKind
    ) -> None:
        assert when_disputed(given(*history)) == [ResolutionDisputed(at=later(), reason="masih gelap")]
        state = after(history, when_disputed)
        assert (state.status, state.holder.kind, state.disputes) == (status, holder, 1)
        with pytest.raises(WrongStatus):
            when_disputed(state)

    def test_until_the_last_moment_and_not_after(self) -> None:
        state, why = given(*CLOSED), Dispute(reason="masih gelap")
        assert decide.dispute(state, why, LATEST, until=LATEST)
        with pytest.raises(NotDisputable) as refused:
            decide.dispute(state, why, later(30.001), until=LATEST)
        assert refused.value.data["why"] == "too_late"

    @pytest.mark.parametrize("history", [WITHDRAWN, A_PART])
    def test_a_withdrawn_complaint_and_a_part_cannot_be_disputed(self, history: list[Fact]) -> None:
        with pytest.raises((NotDisputable, WrongStatus)):
            when_disputed(given(*history))

    @pytest.mark.parametrize(
        "name", ["unplaced", "triage", "routed", "in progress", "awaiting", "arbitration", "split"]
    )
    def test_there_must_be_an_outcome_to_dispute(self, name: str) -> None:
        with pytest.raises(WrongStatus):
            when_disputed(given(*OPEN[name]))

    @pytest.mark.parametrize("lead", [ANSWERED, CLOSED, ARCHIVED])
    def test_a_follower_disputes_once_its_lead_has_an_outcome(self, lead: list[Fact]) -> None:
        facts = decide.dispute(given(*JOINED), Dispute(reason="x"), later(), lead=given(*lead, complaint=LEAD))
        assert given(*JOINED, *facts).status is Status.UNPLACED

    def test_a_follower_of_a_closed_lead_disputes_until_the_leads_last_day(self) -> None:
        state, lead, said = given(*JOINED), given(*CLOSED, complaint=LEAD), Dispute(reason="x")
        assert decide.dispute(state, said, LATEST, lead=lead, until=LATEST)
        with pytest.raises(NotDisputable) as refused:
            decide.dispute(state, said, later(30.001), lead=lead, until=LATEST)
        assert refused.value.data["why"] == "too_late"

    @pytest.mark.parametrize("lead", [given(*IN_PROGRESS, complaint=LEAD), None])
    def test_and_not_before(self, lead: Complaint | None) -> None:
        with pytest.raises(NotDisputable) as refused:
            decide.dispute(given(*JOINED), Dispute(reason="x"), later(), lead=lead)
        assert refused.value.data["why"] == "lead_not_answered"

    def test_counts_as_a_move(self) -> None:
        details = [DetailAdded(at=NOON, text="x")] * PUBLIC_MOVES
        with pytest.raises(TooManyMoves):
            when_disputed(given(filed(), *details, routed(), answered()))


class TestUndoingAJoin:
    def test_places_it_on_its_own_again_and_names_every_lead_that_it_is_not(self) -> None:
        root = UUID(int=77)
        facts = decide.decline_join(given(*JOINED), DeclineJoin(reason="Beda gang"), later(), [root, LEAD])
        assert facts == [JoinDeclined(at=later(), leads=(LEAD, root), reason="Beda gang")]
        state = given(*JOINED, *facts)
        assert (state.status, state.lead, state.not_same_as) == (Status.UNPLACED, None, (LEAD, root))
        assert state.disputes == 0

    def test_is_possible_after_the_last_public_move(self) -> None:
        details = [DetailAdded(at=NOON, text="x")] * PUBLIC_MOVES
        assert decide.decline_join(given(JOINED[0], *details, JOINED[1]), DeclineJoin(), later())

    @pytest.mark.parametrize("name", ["unplaced", "triage", "routed", "answered"])
    def test_needs_a_join(self, name: str) -> None:
        with pytest.raises(WrongStatus):
            decide.decline_join(given(*OPEN[name]), DeclineJoin(), later())


class TestTheOmbudsman:
    @pytest.mark.parametrize("name", ["unplaced", "triage", "routed", "in progress", "awaiting", "split"])
    def test_can_be_called_in_every_open_status_and_a_repeat_adds_nothing(self, name: str) -> None:
        history = OPEN[name]
        assert when_ombudsman(given(*history)) == [OmbudsmanRequested(at=later(), reason="tidak percaya")]
        state = after(history, when_ombudsman)
        assert (state.status, state.holder) == (given(*history).status, given(*history).holder)
        assert when_ombudsman(state) == []

    def test_call_of_a_follower_is_not_its_leads(self) -> None:
        state = after(JOINED, when_ombudsman)
        assert (state.status, state.lead, state.holder.kind) == (Status.UNPLACED, None, HolderKind.ROUTER)

    def test_has_it_already_under_arbitration(self) -> None:
        with pytest.raises(WrongStatus):
            when_ombudsman(given(*OPEN["arbitration"]))

    @pytest.mark.parametrize("history", [CLOSED, WITHDRAWN])
    def test_is_refused_for_a_closed_complaint(self, history: list[Fact]) -> None:
        with pytest.raises(AlreadyClosed):
            when_ombudsman(given(*history))

    def test_is_not_asked_about_a_part(self) -> None:
        with pytest.raises(WrongStatus):
            when_ombudsman(given(*A_PART))


class TestErasure:
    @each_open
    def test_withdraws_an_open_complaint_and_erases_in_one_append(self, history: list[Fact]) -> None:
        facts = when_erased(given(*history))
        assert [type(fact) for fact in facts] == [ComplaintWithdrawn, PersonalDataErased]
        state = given(*history, *facts)
        assert (state.erased, state.closed) == (True, CloseReason.ERASED)
        assert when_erased(state) == []

    def test_of_a_closed_complaint_leaves_its_ending_as_it_was(self) -> None:
        assert when_erased(given(*CLOSED)) == [PersonalDataErased(at=later())]
        assert after(CLOSED, when_erased).closed is CloseReason.CONFIRMED

    @pytest.mark.parametrize("when", [when_detail, when_attached, when_withdrawn, when_confirmed])
    @pytest.mark.parametrize("history", [ERASED, CLOSED_ERASED])
    def test_no_move_is_accepted_afterwards(self, when: When, history: list[Fact]) -> None:
        with pytest.raises(DataErased):
            when(given(*history))

    def test_nor_disputed(self) -> None:
        with pytest.raises(DataErased):
            when_disputed(given(*CLOSED_ERASED))

    def test_a_part_is_erased_only_with_its_whole(self) -> None:
        with pytest.raises(NotFound):
            when_erased(given(*A_PART))


class TestPartsOfAnEndedWhole:
    def test_are_withdrawn_with_it_once(self) -> None:
        whole, part = after(SPLIT, when_withdrawn), given(*A_PART, complaint=PART)
        facts = decide.follow_whole(part, whole, later())
        assert facts == [ComplaintWithdrawn(at=later(), cause="whole")]
        ended = fold(part, told(*facts, complaint=PART))
        assert ended.status is Status.CLOSED
        assert decide.follow_whole(ended, whole, later()) == []

    def test_are_erased_with_it_once_also_when_closed(self) -> None:
        whole = after(SPLIT, when_erased)
        for history, expected in (
            (A_PART, [ComplaintWithdrawn, PersonalDataErased]),
            ([*A_PART, answered("water")], [PersonalDataErased]),
        ):
            facts = decide.follow_whole(given(*history, complaint=PART), whole, later())
            assert [type(fact) for fact in facts] == expected
            assert decide.follow_whole(given(*history, *facts, complaint=PART), whole, later()) == []

    @pytest.mark.parametrize("whole", [SPLIT, [*SPLIT, answered()], [*SPLIT, answered(), ResolutionConfirmed(at=NOON)]])
    def test_continue_while_the_whole_is_not_withdrawn(self, whole: list[Fact]) -> None:
        assert decide.follow_whole(given(*A_PART, complaint=PART), given(*whole), later()) == []

    def test_without_a_stream_add_nothing(self) -> None:
        assert decide.follow_whole(given(complaint=PART), after(SPLIT, when_withdrawn), later()) == []


@pytest.mark.parametrize(
    "when", [when_detail, when_attached, when_withdrawn, when_confirmed, when_disputed, when_erased]
)
def test_every_command_on_a_missing_complaint_is_not_found(when: When) -> None:
    with pytest.raises(NotFound):
        when(given())


def test_every_refusal_has_a_status_for_http() -> None:
    assert all(400 <= no.status_hint < 500 for no in Refusal.__subclasses__())
