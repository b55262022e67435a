"""Random actions of citizens, agencies, the desk, the arbiter, the registry and time, in any order, lose nothing.

`LIFECYCLE_EXAMPLES=5000` tries more lives than the usual 200.
"""

import os
from collections.abc import Callable
from datetime import timedelta
from typing import Any, Final
from uuid import UUID

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from agency_inbox.decide import Acknowledge, Clarify, Move, RecordProgress, Respond, Return
from agency_inbox.delivery import undelivered
from agency_inbox.views import BEFORE_ANYBODY
from audit.books import Books, Summary, summary
from audit.rules.history import lifecycle_faults
from escalation.moves import Decree, moved_by, with_decree
from intake import decide as intake
from intake.decide import AddDetail, CallOmbudsman, Confirm, Dispute, Withdraw
from router.desk import decide as desk
from router.placement.sweep import IGNORED_TYPES, plan
from router.registry.mandates import AgencyUnit
from schemas.access.reading import owner_of
from schemas.base.ids import public_number
from schemas.base.streams import complaint_stream
from schemas.base.values import HolderKind
from schemas.complaint.fold import fold
from schemas.complaint.lifecycle import WITH_AGENCY, CloseReason, Status
from schemas.complaint.state import Complaint, new
from schemas.contract.submission import Complaining
from schemas.deadlines import next_action, running
from schemas.events.base import Fact
from schemas.events.escalation import DueDateMoved
from schemas.events.registry import CalendarDecreed, DecreedPeriod, Holiday, PolicyDecreed
from support.placing import CITY, PROVINCE, REGENCY, dissolved, merged
from support.world import POLICIES, World

EXAMPLES: Final = int(os.environ.get("LIFECYCLE_EXAMPLES", "200"))
BODIES: Final = (CITY, REGENCY, PROVINCE, "pln", "kemen-pu", "kpk")
TEXTS: Final = (
    "Jalan berlubang besar di depan pasar",
    "Listrik padam sejak kemarin malam di rumah kami",
    "Pegawai meminta uang untuk mengurus surat, ini pungli",
    "Sampah menumpuk di pinggir jalan dan bau sekali",
    "Saya ingin menyampaikan sesuatu yang tidak jelas",
)
HOLDERS: Final = {
    Status.UNPLACED: HolderKind.ROUTER,
    Status.TRIAGE: HolderKind.DESK,
    Status.ARBITRATION: HolderKind.ARBITER,
    Status.JOINED: HolderKind.LEAD,
    Status.CLOSED: HolderKind.NOBODY,
}

WORK_OF_ROUTER: Final = plan(timedelta(minutes=1))
PERIODS: Final = (
    (DecreedPeriod(rule="settle.complaint", amount=5, unit="wd"), DecreedPeriod(rule="triage", amount=10, unit="d")),
    (DecreedPeriod(rule="acknowledge", amount=1, unit="wd"), DecreedPeriod(rule="silence", amount=40, unit="d")),
)

bodies = st.sampled_from(BODIES)
which = st.integers(0, 99)


def held_by_desk(state: Complaint) -> bool:
    return state.status is Status.TRIAGE


def held_by_agency(state: Complaint) -> bool:
    return state.agency is not None and state.status is not Status.AWAITING_REPORTER


def is_answered(state: Complaint) -> bool:
    return state.status is Status.ANSWERED


def is_placed(state: Complaint) -> bool:
    return state.status in (Status.TRIAGE, Status.ROUTED, Status.IN_PROGRESS)


def is_joined(state: Complaint) -> bool:
    return state.status is Status.JOINED


ANSWERED_ENDINGS = {CloseReason.CONFIRMED, CloseReason.SILENCE}
"""After these endings of its lead a follower has its answer and may dispute it."""


class Lives(RuleBasedStateMachine):
    """A state machine over one nation with a few complaints."""

    def __init__(self, world: World | None = None) -> None:
        super().__init__()
        self.world = world or World()
        self.books, self.counted = Books(), dict[UUID, Summary]()
        self.checked: dict[UUID, int] = {}
        self.passed: dict[UUID, int] = {}

    def one(self, number: int, wanted: Callable[[Complaint], bool] = lambda _: True) -> UUID | None:
        """One complaint, usually of the wanted kind if there is one; in one of ten cases any complaint."""
        states = self.world.states
        found = [complaint for complaint, state in states.items() if wanted(state)] if number % 10 else []
        found = found or list(states)
        return found[number % len(found)] if found else None

    def ask(self, complaint: UUID | None, decide: Callable[[Complaint], list[Fact]]) -> None:
        """Run a command; it may be refused."""
        if complaint is not None:
            self.world.command(complaint, decide)

    @initialize(text=st.sampled_from(TEXTS[:2]))
    def three_are_filed_and_placed(self, text: str) -> None:
        for _ in range(3):
            self.files(text, "32.73", secret=False)
        self.world.sweep()

    # actions of citizens

    @rule(text=st.sampled_from(TEXTS), region=st.sampled_from(["32.73", "32.04", None]), secret=st.booleans())
    def files(self, text: str, region: str | None, secret: bool) -> None:
        number = len(self.world.histories)
        place = {"region": region} if region else None
        form = Complaining.model_validate({"text": text, "place": place, "secret": secret})
        name = public_number(self.world.now.date(), number)
        self.ask(
            self.world.named(f"filed {number}"), lambda s: intake.file(s, form, self.world.now, public_number=name)
        )

    @rule(number=which)
    def tells_more(self, number: int) -> None:
        self.ask(self.one(number), lambda s: intake.add_detail(s, AddDetail(text="Sudah lama begini"), self.world.now))

    @rule(number=which, how=st.sampled_from(["withdraws", "is forgotten", *["stays"] * 6]))
    def leaves(self, number: int, how: str) -> None:
        if how == "withdraws":
            self.ask(self.one(number), lambda s: intake.withdraw(s, Withdraw(), self.world.now))
        if how == "is forgotten":
            self.ask(self.one(number), lambda s: intake.erase(s, self.world.now))

    @rule(number=which)
    def confirms(self, number: int) -> None:
        self.ask(self.one(number, is_answered), lambda s: intake.confirm(s, Confirm(rating=4), self.world.now))

    @rule(number=which)
    def disputes(self, number: int) -> None:
        said, now = Dispute(reason="Belum selesai"), self.world.now
        self.ask(
            self.one(number, lambda s: is_answered(s) or s.status in (Status.CLOSED, Status.JOINED)),
            lambda s: intake.dispute(s, said, now, lead=self.world.lead_of(s), until=self.world.until(s)),
        )

    # actions of agencies, the holder and others

    @rule(number=which, asked=st.sampled_from([
        Acknowledge(), RecordProgress("Sedang dikerjakan"), Clarify("Di mana tepatnya?"),
        Return("Bukan kewenangan kami"), Return("Bukan kami", suggested="pln"), Return("Unit lain", suggested_unit="pu"),
    ]))  # fmt: skip
    def the_holder_moves(self, number: int, asked: Move) -> None:
        complaint = self.one(number, held_by_agency)
        if complaint is not None:
            holder = self.world.registry.holder(self.world.state(complaint).holder)
            self.world.move(complaint, holder.agency or CITY, asked)

    @rule(number=which, behind=st.booleans())
    def the_holder_answers(self, number: int, behind: bool) -> None:
        complaint = self.one(number, held_by_agency)
        if complaint is not None:
            state = self.world.state(complaint)
            holder = self.world.registry.holder(state.holder)
            seen = state.detail_version - 1 if behind else state.version
            self.world.move(complaint, holder.agency or CITY, Respond("Sudah kami perbaiki hari ini.", max(seen, 0)))

    @rule(number=which)
    def each_who_gets_it_says_that_it_is_not_theirs(self, number: int) -> None:
        complaint = self.one(number, lambda s: s.status in (Status.ROUTED, Status.IN_PROGRESS))
        for _ in range(4):
            if complaint is None:
                return
            holder = self.world.registry.holder(self.world.state(complaint).holder)
            self.world.move(complaint, holder.agency or CITY, Return("Bukan kewenangan kami", suggested="pln"))
            self.world.react(complaint)

    @rule(number=which, body=bodies)
    def a_body_that_may_not_have_it_answers(self, number: int, body: str) -> None:
        complaint = self.one(number)
        if complaint is None:
            return
        state, version = self.world.state(complaint), self.world.state(complaint).version
        holds = self.world.registry.holder(state.holder).agency == body
        said = self.world.move(complaint, body, Respond("Sudah kami perbaiki hari ini.", version))
        assert holds or said is not None, "only the holder answers"

    @rule(number=which)
    def the_reporter_asks_for_the_ombudsman(self, number: int) -> None:
        self.ask(self.one(number), lambda s: intake.call_ombudsman(s, CallOmbudsman(reason="Lihatlah"), self.world.now))

    # actions of the desk and the arbiter

    @rule(number=which, body=bodies, back=st.booleans())
    def the_desk_places(self, number: int, body: str, back: bool) -> None:
        wanted = held_by_desk if not back else held_by_agency
        self.ask(self.one(number, wanted), lambda s: desk.place(s, self.world.desk, AgencyUnit(body, None), None))

    @rule(number=which, what=st.sampled_from(["ask", "archive", "arbitrate", "restate"]))
    def the_desk_does(self, number: int, what: str) -> None:
        by = self.world.desk
        moves: dict[str, Callable[[Complaint], list[Fact]]] = {
            "ask": lambda s: desk.ask(s, by, "Di mana?"),
            "archive": lambda s: desk.archive(s, by, "unintelligible", "Tidak dapat dipahami"),
            "arbitrate": lambda s: desk.open_arbitration(s, by),
            "restate": lambda s: desk.restate(s, by, "Jalan rusak", None),
        }
        self.ask(self.one(number, held_by_desk), moves[what])

    @rule(number=which, body=bodies)
    def the_arbiter_decides(self, number: int, body: str) -> None:
        contested = self.one(number, lambda s: s.status is Status.ARBITRATION)
        self.ask(
            contested, lambda s: desk.arbitrate(s, self.world.desk, AgencyUnit(body, None), "Menurut undang-undang")
        )

    @rule(number=which, other=which)
    def two_are_joined(self, number: int, other: int) -> None:
        one, two = self.one(number, is_placed), self.one(other, is_placed)
        for follower, lead in ((one, two), (two, one)):  # only the later one may follow
            if lead is not None:
                self.ask(follower, lambda s, lead=lead: desk.join(s, self.world.desk, self.world.state(lead)))  # type: ignore[misc]

    @rule(number=which)
    def a_lead_is_taken_back(self, number: int) -> None:
        followers = self.one(number, is_joined)
        lead = self.world.state(followers).lead if followers is not None else None
        self.ask(lead, lambda s: intake.withdraw(s, Withdraw(), self.world.now))

    @rule(number=which)
    def one_is_unjoined(self, number: int) -> None:
        self.ask(self.one(number, is_joined), lambda s: desk.unjoin(s, self.world.desk))

    @rule(number=which, body=bodies, other=bodies, mandatory=st.booleans())
    def one_is_split(self, number: int, body: str, other: str, mandatory: bool) -> None:
        complaint = self.one(number, lambda s: held_by_desk(s) or held_by_agency(s))
        if complaint is None:
            return
        state, by = self.world.state(complaint), self.world.desk
        lead = AgencyUnit(other, None) if state.status is Status.TRIAGE else None
        split_id = self.world.named(f"split {state.version}")
        shares = [desk.Share(AgencyUnit(body, None), mandatory, "Bagian pekerjaan")]
        self.ask(complaint, lambda s: desk.split(s, by, shares, split_id, lead))

    # events of the registry and of time

    @rule(number=which)
    def services_react(self, number: int) -> None:
        complaint = self.one(number)
        if complaint is not None:
            self.world.react(complaint)

    @rule(hours=st.sampled_from([1, 30, 80, 24 * 6, 24 * 12, 24 * 30]))
    def time_passes_and_the_sweeps_look(self, hours: int) -> None:
        self.world.advance(timedelta(hours=hours))
        self.world.sweep()
        assert self.world.sweep() == 0, "what was done is not done again"
        for state in self.world.states.values():
            action = self.next(state)
            assert action is None or action.due_at > self.world.now, f"{action} is overdue after the sweep"

    @precondition(lambda self: self.world.registry.version < 25)
    @rule(body=st.sampled_from([CITY, "pln", "kpk"]), successor=st.sampled_from([PROVINCE, "kemen-pu", None]))
    def a_body_ends(self, body: str, successor: str | None) -> None:
        # Without a successor the supervising agency takes over; without one of those, the desk.
        if self.world.registry.agencies[body].alive:
            gone = dissolved(body) if successor is None else merged(body, successor=successor)
            self.world.decree(gone.model_copy(update={"at": self.world.now}))

    @precondition(lambda self: self.world.registry.version < 25)
    @rule(days=st.integers(1, 20))
    def days_off_are_decreed(self, days: int) -> None:
        self.the_clock_goes_on()
        on = (self.world.now + timedelta(days=days)).date()
        off = (Holiday(on=on, name="Cuti bersama", kind="joint_leave"),)
        self.decreed_as_previewed(
            CalendarDecreed(at=self.world.now, calendar="national", year=on.year, source="SKB", days=off)
        )

    @precondition(lambda self: self.world.registry.version < 25)
    @rule(days=st.integers(1, 20), periods=st.sampled_from(PERIODS))
    def periods_are_decreed(self, days: int, periods: tuple[DecreedPeriod, ...]) -> None:
        self.the_clock_goes_on()
        at, effective_at = self.world.now, self.world.now + timedelta(days=days)
        fact = PolicyDecreed(at=at, effective_at=effective_at, source="Permen", periods=periods)
        dates = {id_: running(state, self.world.registry, POLICIES) for id_, state in self.world.states.items()}
        self.decreed_as_previewed(fact)
        for id_, state in self.world.states.items():
            assert running(state, self.world.registry, POLICIES) == dates[id_], "a clock that runs keeps its period"

    def the_clock_goes_on(self) -> None:
        # Decrees are told apart by their time, and no clock gives two of them the same.
        self.world.now += timedelta(microseconds=1)

    def decreed_as_previewed(self, decree: Decree) -> None:
        before, after = self.world.registry, with_decree(self.world.registry, decree)
        expected = [
            (each.complaint, each.clock, each.due_before_at, each.due_at, each.agency)
            for state in self.world.states.values()
            for each in moved_by(state, before, after, POLICIES, self.world.now)
        ]
        begun = {id_: len(history) for id_, history in self.world.histories.items()}
        self.world.decree(decree)
        for id_ in self.world.states:
            while self.world.time_passes_for(id_):
                pass
        happened = [
            (id_, told.fact.clock, told.fact.due_before_at, told.fact.due_at, told.fact.agency or "")
            for id_, history in self.world.histories.items()
            for told in history[begun[id_] :]
            if isinstance(told.fact, DueDateMoved) and told.fact.decreed_at == self.world.now
        ]
        assert sorted(happened) == sorted(expected), "what the preview said is what happened"

    # invariants

    @invariant()
    def each_has_one_holder_that_exists(self) -> None:
        for state in self.world.states.values():
            today = self.world.registry.holder(state.holder)
            if state.status in HOLDERS:
                assert state.holder.kind is HOLDERS[state.status]
            elif state.status in WITH_AGENCY - {Status.AWAITING_REPORTER}:
                assert state.holder.kind is HolderKind.AGENCY
            else:
                assert state.holder.kind in (HolderKind.AGENCY, HolderKind.DESK)
            assert today.agency is None or self.world.registry.agencies[today.agency].alive

    @invariant()
    def something_is_next_for_each_that_is_open(self) -> None:
        for state in self.world.states.values():
            if state.is_open and state.status is not Status.JOINED:
                assert self.next(state) is not None
            if state.status is Status.CLOSED:
                assert self.next(state) is None

    @invariant()
    def who_follows_waits_for_a_lead_that_brings_an_answer_or_lets_go(self) -> None:
        for state in self.world.states.values():
            if state.status is not Status.JOINED:
                continue
            lead = self.world.lead_of(state)
            assert lead is not None
            assert lead.is_open or lead.closed in ANSWERED_ENDINGS or self.next(state) is not None

    @invariant()
    def no_complaint_wanders_for_ever(self) -> None:
        for state in self.world.states.values():
            assert len(state.returned_by) <= POLICIES.at(state.received_at).returns

    @invariant()
    def histories_are_dense_and_lawful(self) -> None:
        for complaint, history in self.world.histories.items():
            if self.checked.get(complaint) == len(history):
                continue
            self.checked[complaint] = len(history)
            assert [told.version for told in history] == list(range(len(history)))
            assert self.world.state(complaint).version == len(history) - 1
            assert list(lifecycle_faults(complaint_stream(complaint), complaint, history)) == []

    @invariant()
    def what_the_views_pass_over_moves_nothing_in_them(self) -> None:
        for complaint, history in self.world.histories.items():
            for told in history[self.passed.get(complaint, 0) :]:
                name, begun = type(told.fact).__name__, new(complaint)
                before, after = (fold(begun, history[: told.version + more]) for more in (0, 1))
                if name in IGNORED_TYPES:
                    assert WORK_OF_ROUTER(before) == WORK_OF_ROUTER(after)
                if name in BEFORE_ANYBODY:
                    assert (undelivered(before, (), {}), undelivered(after, (), {})) == ([], [])
                    assert owner_of(before) is owner_of(after) is None
            self.passed[complaint] = len(history)

    @invariant()
    def the_books_balance(self) -> None:
        for complaint, state in self.world.states.items():
            now = summary(state)
            self.books.change(self.counted.get(complaint), now)
            self.counted[complaint] = now
        told = self.books.totals(0, {lead: state.is_open for lead, state in self.world.states.items()})
        assert told["balanced"]
        assert told["filed"] == sum(state.whole is None for state in self.world.states.values())

    @invariant()
    def followers_form_no_circle(self) -> None:
        for state in self.world.states.values():
            seen = {state.id}
            lead = self.world.lead_of(state)
            while lead is not None:
                assert lead.id not in seen
                seen.add(lead.id)
                lead = self.world.lead_of(lead)

    def next(self, state: Complaint) -> Any:
        return next_action(state, self.world.registry, POLICIES, self.world.lead_of(state))


TestLives = Lives.TestCase
TestLives.settings = settings(
    max_examples=EXAMPLES, stateful_step_count=40, deadline=None, suppress_health_check=list(HealthCheck)
)
