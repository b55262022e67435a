"""What time alone does to a complaint: given its facts, when so much time has passed, then these facts, each once."""

from datetime import UTC, datetime, timedelta

import pytest

from escalation import decide
from escalation.ladder import current_rung
from escalation.policy import due, next_owned
from schemas.base.ids import event_id
from schemas.base.streams import complaint_stream
from schemas.base.values import Clock, Level
from schemas.complaint.fold import RecordedFact, fold
from schemas.complaint.lifecycle import Status
from schemas.complaint.state import NIL, Complaint
from schemas.events.agency_inbox import ComplaintReturned
from schemas.events.base import Fact
from schemas.events.escalation import ComplaintEscalated, ComplaintLapsed, DeadlineMissed, DueDateMoved, ReminderSent
from schemas.events.intake import DetailAdded, OmbudsmanRequested, ResolutionDisputed
from schemas.events.registry import AgencyRegistered, CalendarDecreed, Holiday
from schemas.events.router import ArbitrationOpened, ComplaintJoined, ComplaintReferred
from schemas.reference.load import policies
from schemas.registry.fold import Registry, fold_registry
from schemas.wording import sentence
from support.given import COMPLAINT, NOON, acknowledged, answered, asked, filed, given, routed, told

POLICIES = policies()
CITY = AgencyRegistered(at=NOON, agency="city", name="Kota", kind="city", level=Level.REGENCY)
REGISTRY = fold_registry(Registry(), [RecordedFact(CITY, NIL, 0)])
MONTHS = NOON + timedelta(days=120)


def passed(state: Complaint, days: float, registry: Registry = REGISTRY) -> list[Fact]:
    return [step.fact for step in due(state, registry, POLICIES, NOON + timedelta(days=days))]


def after(state: Complaint, facts: list[Fact]) -> Complaint:
    return fold(state, [RecordedFact(fact, NIL, state.version + n) for n, fact in enumerate(facts, start=1)])


def told_of(facts: list[Fact]) -> list[tuple[str, str | None, int | None]]:
    return [(type(f).__name__, getattr(f, "clock", None), getattr(f, "rung", None)) for f in facts]


def test_before_anything_is_due_nothing_is_said() -> None:
    assert passed(given(filed(), routed()), 1) == []


def test_the_holder_is_reminded_two_working_days_before_the_date() -> None:
    assert told_of(passed(given(filed(), routed()), 6)) == [("ReminderSent", Clock.ACKNOWLEDGE, None)]


def test_a_missed_date_and_the_unit_heads_rung_are_one_append() -> None:
    reminded = after(given(filed(), routed()), passed(given(filed(), routed()), 6))
    assert told_of(passed(reminded, 7)) == [
        ("DeadlineMissed", Clock.ACKNOWLEDGE, None),
        ("ComplaintEscalated", Clock.ACKNOWLEDGE, 1),
    ]


def test_a_jump_over_months_catches_up_every_step_of_a_clock_in_order_and_repeats_the_public_list() -> None:
    facts = [f for f in passed(given(filed(), routed(), acknowledged()), 120) if getattr(f, "clock", None) == "settle"]
    names = told_of(facts)
    assert names[:6] == [
        ("ReminderSent", "settle", None),
        ("DeadlineMissed", "settle", None),
        *(("ComplaintEscalated", "settle", rung) for rung in (1, 2, 3, 4)),
    ]
    repeats = [f.repetition for f in facts if isinstance(f, ComplaintEscalated) and f.rung == 4]
    assert repeats == list(range(len(repeats)))
    assert len(repeats) > 5


def caught_up(state: Complaint, days: float) -> tuple[Complaint, list[Fact]]:
    """After as many looks as it takes."""
    said = list[Fact]()
    while facts := passed(state, days):
        state, said = after(state, facts), said + facts
    return state, said


@pytest.mark.parametrize("days", [90, 400])
def test_stepping_day_by_day_says_the_same_in_the_same_order_as_one_jump(days: int) -> None:
    _, by_jump = caught_up(given(filed(), routed()), days)
    state, by_day = given(filed(), routed()), list[Fact]()
    for day in range(days + 1):
        state, facts = caught_up(state, day)
        by_day += facts
    assert told_of(by_day) == told_of(by_jump)


def test_after_a_jump_over_reminder_and_date_the_reminder_stands_before_the_miss_and_speaks_of_a_past_date() -> None:
    _, facts = caught_up(given(filed(), routed()), 40)
    said = [sentence(fact, REGISTRY, "en") for fact in facts if getattr(fact, "clock", None) is Clock.ACKNOWLEDGE]
    assert said[0].startswith("A reminder was sent to Kota: the date for the agency's first follow-up was ")
    assert "has passed" in said[1]
    [first, *_] = passed(given(filed(), routed()), 6)
    assert "the date for the agency's first follow-up is " in sentence(first, REGISTRY, "en")


@pytest.mark.parametrize("days", [6, 20, 40, 400])
def test_asked_twice_the_second_time_nothing_is_left_to_say(days: float) -> None:
    state, _ = caught_up(given(filed(), routed()), days)
    assert passed(state, days) == []


def test_every_timer_of_one_append_has_an_id_of_its_own() -> None:
    state = given(
        filed(), routed(), acknowledged(), answered(), ResolutionDisputed(at=NOON, reason="belum"), answered()
    )
    state = after(state, [ResolutionDisputed(at=NOON, reason="masih belum")])
    steps = due(state, REGISTRY, POLICIES, MONTHS)
    stream = complaint_stream(COMPLAINT)
    ids = {event_id(stream, step.causation, type(step.fact).__name__, step.ordinal) for step in steps}
    assert len(ids) == len(steps) > 10


def test_a_timers_cause_is_the_fact_that_its_clock_started_from() -> None:
    history = told(filed(), routed())
    causes = {
        getattr(step.fact, "clock", None): step.causation
        for step in due(given(filed(), routed()), REGISTRY, POLICIES, MONTHS)
    }
    assert causes == {Clock.ACKNOWLEDGE: history[1].event_id, Clock.SETTLE: history[0].event_id}


def test_silence_after_an_answer_closes_after_ten_working_days() -> None:
    [lapsed] = passed(given(filed(), routed(), answered()), 20)
    assert isinstance(lapsed, ComplaintLapsed)
    assert lapsed.cause == "silence"


def test_a_file_not_completed_in_thirty_days_lapses_as_incomplete() -> None:
    state = given(filed(), routed(), acknowledged(), asked())
    assert passed(state, 29) == []
    assert [f.cause for f in passed(state, 31) if isinstance(f, ComplaintLapsed)] == ["incomplete"]


def test_an_answer_that_came_first_leaves_the_escalation_nothing_to_do() -> None:
    state = given(filed(), routed())
    action = next_owned(state, REGISTRY, POLICIES)
    assert action is not None
    answered_first = given(filed(), routed(), answered())
    assert passed(answered_first, 12) == []


def test_a_lapse_decided_before_the_reporter_answered_is_dropped() -> None:
    waiting = given(filed(), routed(), acknowledged(), asked())
    lapse = next(a for a in [next_owned(waiting, REGISTRY, POLICIES)] if a is not None)
    told_more = given(filed(), routed(), acknowledged(), asked(), DetailAdded(at=NOON, text="di depan masjid"))
    assert decide.lapse(told_more, lapse, MONTHS) == []


def test_the_second_dispute_goes_to_the_ombudsman_at_once_and_only_once() -> None:
    facts = [filed(), routed(), answered(), ResolutionDisputed(at=NOON, reason="a"), answered()]
    state = given(*facts, ResolutionDisputed(at=NOON, reason="b"))
    [climb] = passed(state, 0)
    assert climb == ComplaintEscalated(at=NOON, rung=3, cause="second_dispute")
    assert passed(after(state, [climb]), 0) == []
    assert current_rung(after(state, [climb]), REGISTRY, POLICIES) == 3


def test_who_asks_for_the_ombudsman_is_raised_at_once_and_looked_at_until_the_end() -> None:
    state = given(filed(), routed(), OmbudsmanRequested(at=NOON, reason="tidak percaya"))
    [climb] = passed(state, 0)
    assert climb == ComplaintEscalated(at=NOON, rung=3, cause="direct")
    raised = after(state, [climb])
    assert passed(raised, 0) == []
    for facts in ([], [acknowledged()], [acknowledged(), answered()]):
        assert current_rung(after(raised, facts), REGISTRY, POLICIES) == 3
    ended = after(raised, [answered(), ComplaintLapsed(at=NOON, cause="silence")])
    assert current_rung(ended, REGISTRY, POLICIES) == 0


def test_the_wish_for_the_ombudsman_and_a_second_dispute_are_one_climb() -> None:
    history = [filed(), routed(), OmbudsmanRequested(at=NOON, reason="x"), answered()]
    state = given(
        *history, ResolutionDisputed(at=NOON, reason="a"), answered(), ResolutionDisputed(at=NOON, reason="b")
    )
    assert [type(fact) for fact in passed(state, 0)] == [ComplaintEscalated]


def test_an_overdue_desk_climbs_to_the_national_operator_and_then_to_the_public_list() -> None:
    state = given(filed(), ComplaintReferred(at=NOON, reason="no_sector"))
    assert [(f.rung, f.clock) for f in passed(state, 14) if isinstance(f, ComplaintEscalated)] == [
        (2, Clock.TRIAGE),
        (4, Clock.TRIAGE),
    ]


def test_an_overdue_arbiter_is_on_the_public_list() -> None:
    state = given(filed(), ArbitrationOpened(at=NOON, reason="third_return"))
    assert {f.rung for f in passed(state, 25) if isinstance(f, ComplaintEscalated)} == {4}


def test_placing_and_referring_are_not_escalations_business() -> None:
    assert passed(given(filed()), 60) == []
    assert next_owned(given(filed()), REGISTRY, POLICIES) is None


def test_a_joined_and_a_closed_complaint_are_left_alone() -> None:
    assert passed(given(filed(), routed(), ComplaintJoined(at=NOON, lead=NIL)), 200) == []
    closed = after(given(filed(), routed(), answered()), passed(given(filed(), routed(), answered()), 20))
    assert closed.status is Status.CLOSED
    assert passed(closed, 400) == []


def test_a_decree_moves_an_open_date_once_and_the_new_date_holds() -> None:
    state = given(filed(), routed())
    days = tuple(Holiday(on=datetime(2026, 4, d, tzinfo=UTC).date(), name="Cuti", kind="joint_leave") for d in (16, 17))
    at = NOON + timedelta(days=1)
    decree = CalendarDecreed(at=at, calendar="national", year=2026, source="SKB", days=days)
    registry = fold_registry(REGISTRY, [RecordedFact(decree, NIL, 1)])
    moved = passed(state, 2, registry)
    assert [(type(f), f.clock, f.calendar) for f in moved if isinstance(f, DueDateMoved)] == [
        (DueDateMoved, Clock.ACKNOWLEDGE, "national-2026"),
        (DueDateMoved, Clock.SETTLE, "national-2026"),
    ]
    later = after(state, moved)
    assert passed(later, 2, registry) == []
    assert passed(later, 6, registry) == []
    assert told_of(passed(later, 8, registry)) == [("ReminderSent", Clock.ACKNOWLEDGE, None)]
    assert next(f.due_at for f in moved if isinstance(f, DueDateMoved)) == NOON + timedelta(days=9)


def test_a_decree_published_while_another_is_being_told_is_told_after_it() -> None:
    days = [Holiday(on=datetime(2026, 4, d, tzinfo=UTC).date(), name="Cuti", kind="joint_leave") for d in (16, 17)]
    first = CalendarDecreed(at=NOON + timedelta(days=1), calendar="national", year=2026, source="SKB", days=(days[0],))
    second = first.model_copy(update={"at": first.at + timedelta(minutes=5), "days": tuple(days)})
    known = fold_registry(REGISTRY, [RecordedFact(first, NIL, 1)])
    # Said ten minutes after the first, by a process that had not yet read the second.
    told = passed(given(filed(), routed()), 1 + 10 / (24 * 60), known)
    later = after(given(filed(), routed()), told)
    moved = passed(later, 2, fold_registry(known, [RecordedFact(second, NIL, 2)]))
    dates = [fact.due_at for fact in (*told, *moved) if isinstance(fact, DueDateMoved) and fact.clock is Clock.SETTLE]
    assert len(dates) == 2
    assert dates[0] < dates[1]
    assert passed(after(later, moved), 2, fold_registry(known, [RecordedFact(second, NIL, 2)])) == []


def test_what_another_region_decreed_since_is_not_named_as_what_moved_the_date() -> None:
    day = Holiday(on=datetime(2026, 4, 16, tzinfo=UTC).date(), name="Cuti", kind="joint_leave")
    decree = CalendarDecreed(at=NOON + timedelta(days=1), calendar="national", year=2026, source="SKB", days=(day,))
    elsewhere = decree.model_copy(update={"at": NOON + timedelta(days=1, hours=1), "calendar": "91", "source": "Papua"})
    registry = fold_registry(REGISTRY, [RecordedFact(decree, NIL, 1), RecordedFact(elsewhere, NIL, 2)])
    moved = [f for f in passed(given(filed(), routed()), 2, registry) if isinstance(f, DueDateMoved)]
    assert {(fact.calendar, fact.agency) for fact in moved} == {("national-2026", "city")}


def test_a_decree_after_the_miss_leaves_the_miss() -> None:
    state = given(filed(), routed())
    late = after(state, passed(state, 8))
    decree = CalendarDecreed(
        at=NOON + timedelta(days=9),
        calendar="national",
        year=2026,
        source="SKB",
        days=(Holiday(on=datetime(2026, 4, 16, tzinfo=UTC).date(), name="Cuti", kind="national"),),
    )
    registry = fold_registry(REGISTRY, [RecordedFact(decree, NIL, 1)])
    assert Clock.ACKNOWLEDGE not in {f.clock for f in passed(late, 9.5, registry) if isinstance(f, DueDateMoved)}


def test_what_was_acknowledged_or_answered_stands_on_no_rung_of_the_passed_clock() -> None:
    late = after(given(filed(), routed()), passed(given(filed(), routed()), 8))
    assert current_rung(late, REGISTRY, POLICIES) == 1
    assert current_rung(after(late, [acknowledged()]), REGISTRY, POLICIES) == 0
    assert current_rung(after(late, [answered()]), REGISTRY, POLICIES) == 0


def test_whom_the_arbiter_binds_stands_on_no_rung_that_others_were_late_for() -> None:
    held = given(filed(), routed(), acknowledged())
    ignored = after(held, passed(held, 60))
    assert current_rung(ignored, REGISTRY, POLICIES) == 4
    day = NOON + timedelta(days=61)
    bound = after(ignored, [
        ComplaintReturned(at=day, agency="city", reason="bukan kami"), ComplaintReferred(at=day, reason="all_returned"),
        ArbitrationOpened(at=day, reason="desk"), routed(at=day, cause="binding", binding=True),
    ])  # fmt: skip
    assert current_rung(bound, REGISTRY, POLICIES) == 0
    assert current_rung(after(bound, passed(bound, 120)), REGISTRY, POLICIES) == 4, "for its own date it climbs"


def test_each_decision_made_twice_adds_nothing_the_second_time() -> None:
    state = given(filed(), routed())
    seen: set[type[Fact]] = set()
    for day in range(60):
        for step in due(state, REGISTRY, POLICIES, NOON + timedelta(days=day)):
            seen.add(type(step.fact))
            state = after(state, [step.fact])
    assert seen == {ReminderSent, DeadlineMissed, ComplaintEscalated}
    assert passed(state, 59) == []
