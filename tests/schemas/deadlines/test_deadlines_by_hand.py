"""Due dates, reminders, misses and rungs, reckoned by hand around Lebaran 2026."""

from datetime import datetime, timedelta
from uuid import UUID

import pytest

from schemas.base.values import ROUTER, Clock, ComplaintClass, HolderKind
from schemas.complaint.fold import RecordedFact, evolve
from schemas.complaint.state import Complaint
from schemas.deadlines import NextAction, dispute_until, next_action, pending, running, timeline_due
from schemas.deadlines.clocks import paused
from schemas.deadlines.policies import Policies
from schemas.events import escalation as e
from schemas.events.agency_inbox import ComplaintAcknowledged, ComplaintReturned
from schemas.events.base import Fact
from schemas.events.intake import (
    ComplaintFiled,
    ComplaintWithdrawn,
    DetailAdded,
    OmbudsmanRequested,
    ResolutionDisputed,
)
from schemas.events.registry import AgenciesMerged, AgencyDissolved, CalendarDecreed, Holiday
from schemas.events.router import (
    ArbitrationOpened,
    ComplaintArchived,
    ComplaintClassified,
    ComplaintJoined,
    ComplaintReferred,
    ReporterAsked,
)
from schemas.reference.load import calendars, policies
from schemas.registry.fold import Registry
from schemas.wording.dates import explain
from schemas.wording.explanations import explained
from support.given import BASIS, answered, asked, filed, given, part_opened, routed, split
from support.nation import body, registry, wib

NATION = registry()
POLICIES = policies()
FILED = "2026-03-11 09:30"


def at_filing(**more: object) -> ComplaintFiled:
    return filed(**{"at": wib(FILED), "received_at": wib(FILED), **more})


def to(agency: str, when: str, **more: object) -> Fact:
    return routed(agency, wib(when), **more)


def reply(when: str) -> DetailAdded:
    return DetailAdded(at=wib(when), text="di depan pasar")


def question(when: str) -> Fact:
    return asked(at=wib(when))


def dates(state: Complaint, nation: Registry = NATION) -> dict[Clock, datetime]:
    return {due.clock: due.due_at for due in running(state, nation, POLICIES)}


def following(state: Complaint, nation: Registry = NATION, lead: Complaint | None = None) -> NextAction:
    action = next_action(state, nation, POLICIES, lead)
    assert action is not None
    return action


def test_who_complains_before_lebaran_waits_for_the_days_off() -> None:
    # Off: 18-20, 23, 24 March, 3 April, weekends. The fifth working day after Wednesday 11 March is Wednesday 25.
    state = given(at_filing(), to("city", "2026-03-11 09:31"))
    assert dates(state) == {Clock.ACKNOWLEDGE: wib("2026-03-25 09:31"), Clock.SETTLE: wib("2026-04-08 09:30")}
    assert timeline_due(state, NATION, POLICIES) == wib("2026-03-25 09:31")


@pytest.mark.parametrize(
    ("class_", "supervision", "due"),
    [
        ("information", False, "2026-03-25 09:30"),
        ("complaint", False, "2026-04-08 09:30"),
        ("aspiration", False, "2026-04-08 09:30"),
        # 60 working days; besides the above: 1, 14, 15, 27, 28 May, 1 and 16 June.
        ("complaint", True, "2026-06-22 09:30"),
    ],
)
def test_class_and_grade_set_the_period_to_settle(class_: str, supervision: bool, due: str) -> None:
    said = {"at": wib(FILED), "class": ComplaintClass(class_), "supervision": supervision, "basis": BASIS}
    state = given(at_filing(), ComplaintClassified.model_validate(said), to("city", FILED))
    assert dates(state)[Clock.SETTLE] == wib(due)


def test_a_citizen_s_clock_is_never_restarted_by_returns_and_the_holder_s_is() -> None:
    back = ComplaintReturned(at=wib("2026-03-12 10:00"), agency="city", reason="bukan wewenang")
    state = given(at_filing(), to("city", FILED), back, to("province", "2026-03-13 10:00"))
    assert dates(state)[Clock.SETTLE] == wib("2026-04-08 09:30")
    assert dates(state)[Clock.ACKNOWLEDGE] == wib("2026-03-27 10:00")


def test_the_citizen_s_clock_runs_from_receipt_also_if_the_channel_was_late() -> None:
    state = given(at_filing(received_at=wib("2026-03-09 09:30")), to("city", FILED))
    assert dates(state)[Clock.SETTLE] == wib("2026-04-06 09:30")


def test_a_part_is_due_with_its_whole() -> None:
    part = part_opened(at=wib("2026-03-20 10:00")).model_copy(update={"received_at": wib(FILED)})
    assert dates(given(part, to("water", "2026-03-20 10:00")))[Clock.SETTLE] == wib("2026-04-08 09:30")


def test_a_holder_in_another_zone_has_its_own_midnight() -> None:
    # Friday 23:00 in Jakarta is Saturday 01:00 in Jayapura: five working days from Monday 00:00 there.
    state = given(at_filing(), to("water", "2026-04-10 23:00"))
    assert dates(state)[Clock.ACKNOWLEDGE] == wib("2026-04-19 22:00")


class TestStops:
    def test_a_question_stops_the_clock_for_every_working_day_it_touches(self) -> None:
        # Touched: 12, 13 and 16 March.
        asked_at, told_at = question("2026-03-12 10:00"), reply("2026-03-16 10:00")
        state = given(at_filing(), to("city", FILED), asked_at, told_at)
        (settle,) = [due for due in running(state, NATION, POLICIES) if due.clock is Clock.SETTLE]
        assert (settle.due_at, settle.stop_days) == (wib("2026-04-13 09:30"), 3)

    def test_while_it_stands_still_only_the_reporter_has_a_date(self) -> None:
        state = given(at_filing(), to("city", FILED), question("2026-03-12 10:00"))
        assert dates(state) == {Clock.COMPLETION: wib("2026-04-11 10:00")}
        action = following(state)
        assert (action.what, action.cause, action.due_at) == ("lapse", "incomplete", wib("2026-04-11 10:00"))

    def test_a_third_question_stops_nothing(self) -> None:
        talk = [
            question("2026-03-12 10:00"), reply("2026-03-12 11:00"),
            question("2026-03-12 12:00"), reply("2026-03-12 13:00"),
            question("2026-03-13 10:00"),
        ]  # fmt: skip
        state = given(at_filing(), to("city", FILED), *talk)
        # Both stops lie within one working day, which counts once.
        assert dates(state) == {Clock.SETTLE: wib("2026-04-09 09:30"), Clock.COMPLETION: wib("2026-04-12 10:00")}
        for lang, words in (
            ("en", "The open question does not stop this clock: at most 2 questions of one holder do."),
            ("id", "Pertanyaan yang sedang diajukan tidak menghentikan waktu ini: paling banyak 2 bagi satu pemegang."),
        ):
            settle = next(one for one in explained(state, NATION, POLICIES, lang) if one["clock"] == "settle")
            assert words in settle["explanation"]

    def test_a_period_in_calendar_days_stands_still_for_every_calendar_day_it_touches(self) -> None:
        rules = {**POLICIES.versions[0].rules}
        rules["settle.complaint"] = rules["settle.complaint"]._replace(amount=60, unit="d")
        calendar_days = Policies((POLICIES.versions[0]._replace(rules=rules),))
        # Touched: 12 to 16 March, among them a weekend.
        talk = question("2026-03-12 10:00"), reply("2026-03-16 10:00")
        state = given(at_filing(), to("city", FILED), *talk)
        (settle,) = [due for due in running(state, NATION, calendar_days) if due.clock is Clock.SETTLE]
        assert (settle.due_at, settle.stop_days) == (wib("2026-05-15 09:30"), 5)
        assert "The clock was stopped for 5 calendar days while the reporter was asked" in explain(settle, "en")
        waiting = given(at_filing(), to("city", FILED), talk[0])
        (still,) = paused(waiting, NATION, calendar_days)
        assert (still.due_at, still.stop_days) == (wib("2026-05-10 09:30"), 0)

    def test_how_many_questions_stop_the_clock_is_the_policy_s_in_force_at_the_filing(self) -> None:
        talk = [question("2026-03-12 10:00"), reply("2026-03-13 10:00"), question("2026-03-16 10:00")]
        state = given(at_filing(), to("city", FILED), *talk)
        strict = Policies((POLICIES.versions[0]._replace(stops=1),))
        later = Policies((POLICIES.versions[0], strict.versions[0]._replace(effective_at=wib("2026-03-15 00:00"))))
        assert Clock.SETTLE in {due.clock for due in running(state, NATION, strict)}
        assert Clock.SETTLE not in {due.clock for due in running(state, NATION, later)}
        assert [due.clock for due in paused(state, NATION, later)] == [Clock.SETTLE]
        assert paused(state, NATION, strict) == ()

    def test_a_stop_after_the_date_had_passed_moves_nothing(self) -> None:
        state = given(at_filing(), to("city", FILED), question("2026-04-09 10:00"), reply("2026-04-10 10:00"))
        assert dates(state)[Clock.SETTLE] == wib("2026-04-08 09:30")

    def test_the_desk_s_question_stops_it_too(self) -> None:
        desk = [ComplaintReferred(at=wib(FILED), reason="ambiguous"), ReporterAsked(at=wib(FILED), question="?")]
        waiting = given(at_filing(), *desk)
        assert dates(waiting) == {Clock.COMPLETION: wib(FILED) + timedelta(days=30)}
        state = given(at_filing(), *desk, reply("2026-03-11 10:00"), to("city", "2026-03-11 11:00"))
        assert dates(state)[Clock.SETTLE] == wib("2026-04-09 09:30")


class TestEveryStatus:
    def test_an_unplaced_complaint_is_placed_within_a_minute_or_referred_in_three_days(self) -> None:
        state = given(at_filing())
        assert dates(state) == {Clock.PLACE: wib(FILED) + timedelta(seconds=60), Clock.FORWARD: wib("2026-03-16 09:30")}
        assert [action.what for action in pending(state, NATION, POLICIES)] == ["place", "refer"]

    def test_an_answer_that_meets_silence_lapses_after_ten_working_days(self) -> None:
        state = given(at_filing(), to("city", FILED), answered(at=wib("2026-03-12 10:00")))
        action = following(state)
        assert (action.what, action.cause, action.due_at) == ("lapse", "silence", wib("2026-04-02 10:00"))

    def test_a_whole_has_only_the_citizen_s_clock(self) -> None:
        state = given(at_filing(), to("city", FILED), split(UUID(int=1)))
        assert dates(state) == {Clock.SETTLE: wib("2026-04-08 09:30")}

    def test_a_closed_complaint_can_be_disputed_for_thirty_days_and_has_no_next_action(self) -> None:
        lapse = e.ComplaintLapsed(at=wib("2026-04-02 10:00"), cause="silence")
        state = given(at_filing(), to("city", FILED), answered(at=wib("2026-03-12 10:00")), lapse)
        assert running(state, NATION, POLICIES) == ()
        assert next_action(state, NATION, POLICIES) is None
        assert timeline_due(state, NATION, POLICIES) is None
        assert dispute_until(state, NATION, POLICIES) == wib("2026-05-02 10:00")

    def test_an_open_or_withdrawn_complaint_has_no_closing_to_dispute(self) -> None:
        withdrawn = ComplaintWithdrawn(at=wib(FILED))
        assert dispute_until(given(at_filing()), NATION, POLICIES) is None
        assert dispute_until(given(at_filing(), withdrawn), NATION, POLICIES) is None


def climbed(state: Complaint, count: int, nation: Registry = NATION) -> list[NextAction]:
    """The next `count` actions, each carried out on its date."""
    done = []
    for _ in range(count):
        action = following(state, nation)
        done.append(action)
        state = after(state, carried_out(action))
    return done


def carried_out(action: NextAction) -> Fact:
    said = {"at": action.due_at, "clock": action.clock, "started_version": action.started_version}
    match action.what:
        case "remind":
            return e.ReminderSent.model_validate(said | {"due_at": action.clock_due_at})
        case "miss":
            return e.DeadlineMissed.model_validate(said | {"due_at": action.clock_due_at})
        case "move":
            moved = {"due_before_at": action.before_at, "due_at": action.clock_due_at, "calendar": "national"}
            return e.DueDateMoved.model_validate(said | moved)
        case "escalate" if action.cause == "second_dispute":
            return e.ComplaintEscalated(at=action.due_at, rung=3, cause="second_dispute")
        case "escalate":
            return e.ComplaintEscalated.model_validate(said | {"rung": action.rung, "repetition": action.repetition})
        case _:
            raise AssertionError(action)


def after(state: Complaint, fact: Fact) -> Complaint:
    return evolve(state, RecordedFact(fact, UUID(int=state.version + 1), state.version + 1))


class TestLadder:
    def test_a_holder_that_settles_nothing_climbs_rung_by_rung_and_then_for_ever(self) -> None:
        taken_up = ComplaintAcknowledged(at=wib("2026-03-12 10:00"), agency="city")
        steps = climbed(given(at_filing(), to("city", FILED), taken_up), 8)
        assert [(step.what, step.rung, step.repetition, step.due_at) for step in steps] == [
            ("remind", 0, 0, wib("2026-04-06 09:30")),
            ("miss", 0, 0, wib("2026-04-08 09:30")),
            ("escalate", 1, 0, wib("2026-04-08 09:30")),
            ("escalate", 2, 0, wib("2026-04-15 09:30")),
            ("escalate", 3, 0, wib("2026-04-22 09:30")),
            ("escalate", 4, 0, wib("2026-04-29 09:30")),
            ("escalate", 4, 1, wib("2026-05-07 09:30")),  # 1 May is a holiday
            ("escalate", 4, 2, wib("2026-05-18 09:30")),  # 14 and 15 May too
        ]
        assert {step.holder.agency for step in steps} == {"city"}

    def test_an_overdue_desk_goes_to_the_national_operator_and_then_to_the_public_list(self) -> None:
        desk = ComplaintReferred(at=wib("2026-04-13 09:00"), reason="ambiguous")
        steps = climbed(given(at_filing(), desk), 5)
        assert [(step.what, step.rung) for step in steps] == [
            ("remind", 0), ("miss", 0), ("escalate", 2), ("escalate", 4), ("escalate", 4),
        ]  # fmt: skip
        assert steps[0].holder.kind is HolderKind.DESK

    def test_an_overdue_arbiter_goes_straight_to_the_public_list(self) -> None:
        state = given(at_filing(), ArbitrationOpened(at=wib("2026-04-13 09:00"), reason="desk"))
        steps = climbed(state, 4)
        assert [(step.what, step.rung, step.repetition) for step in steps] == [
            ("remind", 0, 0), ("miss", 0, 0), ("escalate", 4, 0), ("escalate", 4, 1),
        ]  # fmt: skip

    def test_who_gets_it_after_the_date_of_the_reminder_is_not_reminded_of_it(self) -> None:
        taken_up = ComplaintAcknowledged(at=wib("2026-04-07 11:00"), agency="city")
        assert following(given(at_filing(), to("city", "2026-04-07 10:00"), taken_up)).what == "miss"


class TestRework:
    MISSED = e.DeadlineMissed(
        at=wib("2026-04-08 09:30"), clock=Clock.SETTLE, started_version=0, due_at=wib("2026-04-08 09:30")
    )

    def test_a_dispute_after_the_date_gives_the_holder_fourteen_days_of_its_own(self) -> None:
        dispute = ResolutionDisputed(at=wib("2026-04-13 09:00"), reason="-")
        state = given(at_filing(), to("city", FILED), answered(at=wib("2026-04-07 10:00")), dispute)
        assert dates(state) == {Clock.REWORK: wib("2026-05-04 09:00")}
        assert following(state).what == "remind"

    def test_a_dispute_before_the_date_leaves_the_citizen_s_clock_running(self) -> None:
        dispute = ResolutionDisputed(at=wib("2026-03-13 09:00"), reason="-")
        state = given(at_filing(), to("city", FILED), answered(at=wib("2026-03-12 10:00")), dispute)
        assert dates(state) == {Clock.SETTLE: wib("2026-04-08 09:30"), Clock.REWORK: wib("2026-04-10 09:00")}

    def test_a_binding_placement_after_the_date_records_the_miss_and_starts_rework(self) -> None:
        bound = to("city", "2026-04-13 09:00", cause="binding", binding=True)
        state = given(at_filing(), bound)
        assert dates(state)[Clock.REWORK] == wib("2026-05-04 09:00")
        assert timeline_due(state, NATION, POLICIES) == wib("2026-04-20 09:00")  # acknowledge
        miss = following(state)
        assert (miss.what, miss.clock) == ("miss", Clock.SETTLE)
        left = {(action.what, action.clock) for action in pending(after(state, carried_out(miss)), NATION, POLICIES)}
        assert left == {("remind", Clock.ACKNOWLEDGE), ("remind", Clock.REWORK)}

    def test_whoever_succeeds_a_bound_body_takes_its_clocks_over_as_they_are(self) -> None:
        bound = to("city", "2026-03-13 09:00", cause="binding", binding=True)
        state = given(at_filing(), bound, to("papua", "2026-04-20 09:00", cause="merger", binding=True))
        assert set(dates(state)) == {Clock.ACKNOWLEDGE, Clock.SETTLE}
        assert all(due.climbs for due in running(state, NATION, POLICIES)), "a merger clears nobody of a missed date"

    def test_a_binding_placement_before_the_date_changes_no_clock(self) -> None:
        bound = to("city", "2026-03-13 09:00", cause="binding", binding=True)
        assert set(dates(given(at_filing(), bound))) == {Clock.ACKNOWLEDGE, Clock.SETTLE}

    def test_an_archive_that_is_disputed_gives_the_next_agency_time_too(self) -> None:
        archived = ComplaintArchived(at=wib("2026-03-12 09:00"), reason="content", note="-")
        desk = ComplaintReferred(at=wib(FILED), reason="ambiguous")
        dispute = ResolutionDisputed(at=wib("2026-04-09 09:00"), reason="-")
        state = given(at_filing(), desk, archived, dispute, to("city", "2026-04-10 09:00"))
        assert set(dates(state)) == {Clock.ACKNOWLEDGE, Clock.REWORK}

    def test_the_second_dispute_goes_to_the_ombudsman_at_once(self) -> None:
        again = [answered(at=wib("2026-03-12 10:00")), ResolutionDisputed(at=wib("2026-03-13 09:00"), reason="-")]
        state = given(at_filing(), to("city", FILED), *again, *again)
        action = following(state)
        assert (action.what, action.rung, action.cause) == ("escalate", 3, "second_dispute")
        assert action.due_at == wib("2026-03-13 09:00")
        assert following(after(state, carried_out(action))).what == "remind"


class TestOthers:
    def test_from_a_merger_on_the_successor_is_due_and_router_says_so_within_a_minute(self) -> None:
        merged = AgenciesMerged(at=wib("2026-03-12 09:00"), agencies=("city",), successor="province", reason="-")
        nation = registry(merged)
        state = given(at_filing(), to("city", FILED))
        action = following(state, nation)
        assert (action.what, action.due_at) == ("reroute", wib("2026-03-12 09:01"))
        assert action.holder.agency == "province"
        assert following(after(state, to("province", "2026-03-12 09:01")), nation).what == "remind"

    @pytest.mark.parametrize("agency", ["city", "never-heard-of"])
    def test_a_body_that_is_gone_leaves_it_to_the_router(self, agency: str) -> None:
        nation = registry(AgencyDissolved(at=wib(FILED), agency="city", reason="-"))
        action = following(given(at_filing(), to(agency, FILED)), nation)
        assert (action.what, action.holder, action.due_at) == ("reroute", ROUTER, wib("2026-03-11 09:31"))

    def test_a_follower_has_its_lead_s_date_and_no_action_of_its_own(self) -> None:
        lead = given(at_filing(), to("city", FILED))
        state = given(at_filing(), ComplaintJoined(at=wib(FILED), lead=lead.id))
        assert next_action(state, NATION, POLICIES, lead) is None
        assert next_action(state, NATION, POLICIES) is None
        assert timeline_due(state, NATION, POLICIES, lead) == wib("2026-03-25 09:30")
        assert timeline_due(state, NATION, POLICIES) is None

    @pytest.mark.parametrize(
        "ending",
        [
            [ComplaintWithdrawn(at=wib("2026-03-12 09:00"))],
            [ComplaintWithdrawn(at=wib("2026-03-12 09:00"), cause="erasure")],
            [
                ComplaintReferred(at=wib(FILED), reason="ambiguous"),
                ComplaintArchived(at=wib("2026-03-12 09:00"), reason="content", note="-"),
            ],
            [to("city", FILED), question(FILED), e.ComplaintLapsed(at=wib("2026-03-12 09:00"), cause="incomplete")],
        ],
    )
    def test_a_lead_that_will_bring_no_answer_releases_its_followers_within_a_minute(self, ending: list[Fact]) -> None:
        lead = given(at_filing(), *ending)
        state = given(at_filing(), ComplaintJoined(at=wib(FILED), lead=lead.id))
        action = following(state, lead=lead)
        assert (action.what, action.holder, action.due_at) == ("release", ROUTER, wib("2026-03-12 09:01"))

    def test_a_secret_lead_releases_them_too(self) -> None:
        lead = given(at_filing(secret=True))
        assert following(given(at_filing(), ComplaintJoined(at=wib(FILED), lead=lead.id)), lead=lead).what == "release"

    def test_a_complaint_keeps_the_policy_in_force_when_its_clock_started(self) -> None:
        first = POLICIES.versions[0]
        rules = {name: rule._replace(amount=1) for name, rule in first.rules.items()}
        stricter = first._replace(effective_at=wib("2026-03-12 00:00"), rules=rules)
        state = given(at_filing(), to("city", "2026-03-12 09:00"))
        found = {due.clock: due.due_at for due in running(state, NATION, Policies((first, stricter)))}
        assert found == {Clock.SETTLE: wib("2026-04-08 09:30"), Clock.ACKNOWLEDGE: wib("2026-03-13 09:00")}

    def test_before_any_calendar_is_decreed_dates_skip_only_weekends(self) -> None:
        desk = ComplaintReferred(at=wib("2026-03-17 09:00"), reason="ambiguous")
        assert following(given(at_filing(), desk), Registry()).clock_due_at == wib("2026-03-20 09:00")


class TestTheRoadToTheOmbudsman:
    ASKED = OmbudsmanRequested(at=wib("2026-03-11 11:00"), reason="Saya tidak percaya kepada dinas")

    def test_who_asks_for_the_ombudsman_gets_it_at_once_though_nobody_is_late(self) -> None:
        state = given(at_filing(), to("city", FILED), self.ASKED)
        action = following(state)
        assert (action.what, action.cause, action.rung, action.due_at) == ("escalate", "direct", 3, self.ASKED.at)
        assert state.holder.agency == "city", "the holder stays the holder"

    def test_what_the_ombudsman_looks_at_already_is_raised_no_second_time(self) -> None:
        raised = e.ComplaintEscalated(at=self.ASKED.at, rung=3, cause="direct")
        state = given(at_filing(), to("city", FILED), self.ASKED, raised)
        assert all(action.what != "escalate" for action in pending(state, NATION, POLICIES))


class TestDecree:
    HOLIDAY = Holiday(on=wib("2026-03-30 12:00").date(), name="Hari pemungutan suara", kind="national")
    REVIEWED = calendars()[2].decree(wib("2026-03-16 12:00"))
    DECREE = REVIEWED.model_copy(update={"days": (*REVIEWED.days, HOLIDAY), "source": "Keppres contoh"})

    def test_a_new_day_off_moves_each_running_date_that_it_touches_once(self) -> None:
        nation = registry(self.DECREE)
        state = given(at_filing(), to("city", FILED))
        moves = [action for action in pending(state, nation, POLICIES) if action.what == "move"]
        (move,) = moves
        assert (move.clock, move.before_at, move.clock_due_at) == (
            Clock.SETTLE, wib("2026-04-08 09:30"), wib("2026-04-09 09:30"),
        )  # fmt: skip
        assert move.due_at == self.DECREE.at
        told = after(state, carried_out(move))
        assert all(action.what != "move" for action in pending(told, nation, POLICIES))

    def test_a_stopped_clock_is_moved_when_it_runs_again(self) -> None:
        nation = registry(self.DECREE)
        waiting = given(at_filing(), to("city", FILED), question("2026-03-16 09:00"))
        assert all(action.what != "move" for action in pending(waiting, nation, POLICIES))
        running_again = after(waiting, reply("2026-03-17 09:00"))
        assert any(action.what == "move" for action in pending(running_again, nation, POLICIES))

    def test_a_recorded_miss_stands(self) -> None:
        state = given(at_filing(), to("city", FILED), TestRework.MISSED)
        late = registry(self.DECREE.model_copy(update={"at": wib("2026-04-10 09:00")}))
        assert all(action.what != "move" for action in pending(state, late, POLICIES))


class TestRegionalDays:
    GALUNGAN = Holiday(on=wib("2026-03-30 12:00").date(), name="Hari Raya Galungan", kind="regional")
    BALI = CalendarDecreed(at=wib("2026-01-02 08:00"), calendar="51", year=2026, source="SE Bali", days=(GALUNGAN,))
    LATE = BALI.model_copy(update={"at": wib("2026-03-16 12:00")})

    def held_in(self, region: str | None, *decrees: Fact) -> Registry:
        return registry(body("here", region=region, zone="Asia/Makassar"), *decrees)

    @pytest.mark.parametrize(
        ("region", "due"), [("51.71", "2026-04-09 09:30"), ("51", "2026-04-09 09:30"), ("52", "2026-04-08 09:30")]
    )
    def test_a_holder_of_that_region_has_its_days_off_besides_the_nation_s(self, region: str, due: str) -> None:
        state = given(at_filing(), to("here", FILED))
        assert dates(state, self.held_in(region, self.BALI))[Clock.SETTLE] == wib(due)

    @pytest.mark.parametrize(("region", "moved"), [("51.71", [Clock.SETTLE]), ("52", [])])
    def test_a_decree_of_the_region_moves_the_dates_of_its_own_bodies_alone(
        self, region: str, moved: list[Clock]
    ) -> None:
        state = given(at_filing(), to("here", FILED))
        actions = pending(state, self.held_in(region, self.LATE), POLICIES)
        assert [action.clock for action in actions if action.what == "move"] == moved

    def test_the_reason_names_the_region_s_day_and_its_decree(self) -> None:
        state = given(at_filing(), to("here", FILED))
        (settle,) = [d for d in running(state, self.held_in("51.71", self.BALI), POLICIES) if d.clock is Clock.SETTLE]
        said = explain(settle)
        assert "30 Maret 2026 (Hari Raya Galungan)" in said
        assert "Kalender daerah 2026: SE Bali." in said
        assert "SKB" in said
        assert "Regional calendar 2026: SE Bali." in explain(settle, "en")


class TestReminders:
    @pytest.mark.parametrize(
        ("agency", "routed_at", "reminded_at"),
        [
            ("city", "2026-04-06 10:00", "2026-04-09 10:00"),
            ("city", "2026-04-06 03:00", "2026-04-09 07:30"),  # night in Jakarta: when the office opens
            ("city", "2026-04-06 22:00", "2026-04-09 16:00"),  # evening: before it closes that day
            ("province", "2026-04-06 06:45", "2026-04-09 06:45"),  # 07.45 in Makassar
            ("water", "2026-04-06 15:00", "2026-04-09 14:00"),  # 17.00 in Jayapura, where offices close at 16.00
        ],
    )
    def test_a_holder_is_reminded_in_the_working_hours_of_its_own_zone(
        self, agency: str, routed_at: str, reminded_at: str
    ) -> None:
        actions = pending(given(at_filing(), to(agency, routed_at)), NATION, POLICIES)
        (reminder,) = [a for a in actions if a.what == "remind" and a.clock is Clock.ACKNOWLEDGE]
        assert reminder.due_at == wib(reminded_at)


class TestExplained:
    def test_each_date_is_told_as_data_and_as_sentences(self) -> None:
        (acknowledge, settle) = explained(self.STATE, NATION, POLICIES, "en")
        assert (acknowledge["clock"], settle["clock"]) == ("acknowledge", "settle")
        assert settle["rule"] == {
            "name": "settle.complaint", "amount": 14, "unit": "wd", "starts": "received",
            "source": "PermenPANRB 62/2018: complaints without supervision grade, 14 working days", "sureness": "B",
            "policy": "2019-01-01", "policy_in_force_since": wib("2019-01-01 00:00"),
        }  # fmt: skip
        assert {"on": "2026-03-19", "why": "Hari Suci Nyepi"} in settle["not_counted"]
        assert {"on": "2026-03-14", "why": "weekend"} in settle["not_counted"]
        assert settle["stops"] == [{"from": wib("2026-03-12 10:00"), "until": wib("2026-03-16 10:00")}]
        assert "SKB" in settle["calendars"][0]
        assert "by a secondary source" in settle["explanation"]
        assert "If missed, these are told: the head of the unit (at once)" in settle["explanation"]

    def test_a_clock_that_stands_still_is_told_with_the_one_that_runs(self) -> None:
        waiting = given(at_filing(), to("city", FILED), question("2026-03-12 10:00"))
        found = {one["clock"]: one for one in explained(waiting, NATION, POLICIES, "en")}
        assert {clock: one["state"] for clock, one in found.items()} == {
            "completion": "running", "settle": "standing_still",
        }  # fmt: skip
        assert "is stopped until the reporter answers" in found["settle"]["explanation"]
        *_, settle = (one for one in explained(waiting, NATION, POLICIES, "id") if one["clock"] == "settle")
        assert "Waktu ini berhenti sampai pelapor menjawab" in settle["explanation"]
        assert "these look at it" not in found["completion"]["explanation"]

    def test_a_clock_that_starts_anew_says_from_which_fact(self) -> None:
        back = given(at_filing(), to("city", FILED), question("2026-03-12 10:00"), reply("2026-03-16 10:00"))
        [acknowledge, _] = explained(back, NATION, POLICIES, "en")
        assert "from when the reporter answered the question, 16 March 2026" in acknowledge["explanation"]
        waiting = given(at_filing(), to("city", FILED), question("2026-03-12 10:00"))
        taken = after(waiting, to("papua", "2026-03-16 10:00", cause="merger"))
        found = {one["clock"]: one for one in explained(taken, NATION, POLICIES, "en")}
        assert "from when it was taken over from an agency that no longer" in found["completion"]["explanation"]
        assert "from when the reporter was asked" in explained(waiting, NATION, POLICIES, "en")[0]["explanation"]

    def test_a_missed_date_stays_told_and_a_closed_complaint_tells_until_when_it_can_be_disputed(self) -> None:
        late = given(at_filing(), to("city", FILED), TestRework.MISSED)
        assert [one["missed"] for one in explained(late, NATION, POLICIES, "id") if one["clock"] == "settle"] == [True]
        closed = given(at_filing(), to("city", FILED), answered(), e.ComplaintLapsed(at=wib(FILED), cause="silence"))
        (dispute,) = explained(closed, NATION, POLICIES, "id")
        assert (dispute["clock"], dispute["state"]) == ("dispute", "open")
        assert "30 hari kalender sejak laporan ditutup" in dispute["explanation"]

    @pytest.mark.parametrize("lang", ["id", "en"])
    def test_the_citizen_s_date_stays_told_as_missed_while_the_holder_works_it_over_again(self, lang: str) -> None:
        late = [TestRework.MISSED, answered(at=wib("2026-04-10 10:00"))]
        dispute = ResolutionDisputed(at=wib("2026-04-13 09:00"), reason="-")
        for facts, others in ((late, ["silence"]), ([*late, dispute], ["rework"])):
            state = given(at_filing(), to("city", FILED), *facts)
            *first, settle = explained(state, NATION, POLICIES, lang)
            assert [one["clock"] for one in first] == others
            assert (settle["clock"], settle["state"], settle["missed"]) == ("settle", "over", True)
            assert settle["due_at"] == wib("2026-04-08 09:30")
            assert {"id": "sudah terlewati", "en": "This date was missed"}[lang] in settle["explanation"]
            assert {"id": "yang diberi tahu", "en": "these look at it"}[lang] not in settle["explanation"]
        bound = given(at_filing(), to("city", "2026-04-13 09:00", cause="binding", binding=True))
        told = {one["clock"]: one["state"] for one in explained(bound, NATION, POLICIES, lang)}
        assert told == {"settle": "over", "acknowledge": "running", "rework": "running"}

    def test_a_follower_has_the_dates_of_its_lead(self) -> None:
        follower = given(at_filing(), ComplaintJoined(at=wib(FILED), lead=UUID(int=5)))
        assert explained(follower, NATION, POLICIES, "id", self.STATE) == explained(self.STATE, NATION, POLICIES, "id")
        assert explained(follower, NATION, POLICIES, "id") == []

    def test_the_desk_is_watched_by_the_national_operator_and_an_estimated_day_says_so(self) -> None:
        moon = Holiday(on=wib("2028-02-28 12:00").date(), name="Hari Raya Idul Fitri", kind="national", estimated=True)
        decree = CalendarDecreed(at=wib("2026-01-02 08:00"), calendar="national", year=2028, source="x", days=(moon,))
        desk = ComplaintReferred(at=wib("2028-02-25 09:00"), reason="ambiguous")
        (triage,) = explained(given(at_filing(), desk), registry(decree), POLICIES, "id")
        assert "operator nasional (seketika)" in triage["explanation"]
        assert "Hari Raya Idul Fitri, perkiraan" in triage["explanation"]

    STATE = given(at_filing(), to("city", FILED), question("2026-03-12 10:00"), reply("2026-03-16 10:00"))

    @pytest.mark.parametrize(
        ("lang", "words"),
        [
            ("id", ["13 April 2026 pukul 09.30 WIB", "14 hari kerja", "laporan diterima", "PermenPANRB 62/2018"]),
            ("id", ["Hari Suci Nyepi", "Wafat Yesus Kristus", "Sabtu dan Minggu", "berhenti 3 hari kerja", "SKB"]),
            ("en", ["13 April 2026 at 09:30 WIB", "14 working days", "was received", "was stopped for 3 working days"]),
            ("en", ["Not counted", "days of weekends", "Calendar 2026"]),
        ],
    )
    def test_a_date_explains_itself(self, lang: str, words: list[str]) -> None:
        (settle,) = [due for due in running(self.STATE, NATION, POLICIES) if due.clock is Clock.SETTLE]
        said = explain(settle, lang)
        assert [word for word in words if word not in said] == []

    @pytest.mark.parametrize(("lang", "words"), [("id", "belum ditetapkan"), ("en", "not decreed yet")])
    def test_a_year_without_a_decree_says_so(self, lang: str, words: str) -> None:
        (due,) = running(given(at_filing(), ComplaintReferred(at=wib(FILED), reason="ambiguous")), Registry(), POLICIES)
        assert words in explain(due, lang)

    def test_seconds_and_calendar_days_need_no_calendar_and_an_unbroken_week_skips_nothing(self) -> None:
        place = running(given(at_filing()), NATION, POLICIES)[0]
        assert "60 detik" in explain(place)
        assert "Kalender" not in explain(place)
        desk = ComplaintReferred(at=wib("2026-03-02 09:00"), reason="ambiguous")
        (triage,) = running(given(at_filing(), desk), NATION, POLICIES)
        assert "Tidak dihitung" not in explain(triage)
