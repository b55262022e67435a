"""Every service's rules over a list of events per complaint, without store, clock or Kafka. The decisions are the real
code.
"""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from functools import cache
from uuid import UUID

from agency_inbox import decide as agency
from agency_inbox.decide import ActingAgency as InboxBy
from agency_inbox.decide import Move
from agency_inbox.parts import open_parts
from escalation import policy as escalation
from intake import decide as intake
from router.desk.decide import DecisionContext
from router.placement import policy as router
from router.placement.context import PlacementContext
from router.registry.mandates import MandateIndex
from schemas.base.ids import derived_id
from schemas.base.refusals import Refusal
from schemas.complaint.fold import RecordedFact, allows, evolve
from schemas.complaint.lifecycle import Status
from schemas.complaint.state import Complaint, new
from schemas.deadlines import dispute_until
from schemas.events.base import Fact
from schemas.events.registry import AgenciesMerged, AgencyDissolved, CalendarDecreed, PolicyDecreed
from schemas.reference.load import policies
from schemas.registry.fold import Registry
from support import placing

POLICIES = policies()
ROUNDS = 40
"""The number of rounds within which everything due must be done; otherwise the sweeps cause each other's work without
end.
"""


class NotAllowed(AssertionError):
    """A decision produced an event that the lifecycle does not allow there."""


@cache
def beginning() -> tuple[Registry, PlacementContext]:
    registry = placing.registry()
    return registry, placing.known(registry)


class World:
    """All complaints and the registry as of `now`."""

    def __init__(self) -> None:
        self.registry, self.known = beginning()
        self.now = placing.T0
        self.histories: dict[UUID, list[RecordedFact]] = {}
        self.states: dict[UUID, Complaint] = {}

    @property
    def desk(self) -> DecisionContext:
        return DecisionContext(self.registry, policies(), self.now)

    def state(self, complaint: UUID) -> Complaint:
        return self.states.get(complaint) or new(complaint)

    def lead_of(self, state: Complaint) -> Complaint | None:
        return self.states.get(state.lead) if state.lead is not None else None

    def named(self, name: str) -> UUID:
        return derived_id("world", name)

    def id_of(self, complaint: UUID, fact: Fact, version: int) -> UUID:
        return derived_id("told", str(complaint), str(version))

    def until(self, state: Complaint) -> datetime | None:
        return dispute_until(self.lead_of(state) or state, self.registry, POLICIES)

    def add(self, complaint: UUID, facts: Sequence[Fact]) -> int:
        """Add events, each checked against the lifecycle; returns their number."""
        history = self.histories.setdefault(complaint, [])
        for fact in facts:
            state, kind = self.state(complaint), type(fact)
            if not allows(state, kind):
                raise NotAllowed(f"{kind.__name__} while {state.status.value}, closed {state.closed}")
            told = RecordedFact(fact, self.id_of(complaint, fact, len(history)), len(history))
            history.append(told)
            self.states[complaint] = evolve(state, told)
        return len(facts)

    def command(self, complaint: UUID, decide: Callable[[Complaint], list[Fact]]) -> str | None:
        """Carry out a person's request. Returns the refusal's name, if it was refused."""
        try:
            facts = decide(self.state(complaint))
        except Refusal as no:
            return no.code()
        self.add(complaint, facts)
        return None

    def move(self, complaint: UUID, body: str, asked: Move) -> str | None:
        """Carry out an agency's request."""
        by = InboxBy(body, self.registry, self.now)
        parts = {id_: state for id_, state in self.states.items() if state.whole == complaint}
        return self.command(complaint, lambda s: agency.move(s, by, asked, open_parts(s, parts)))

    def decree(self, fact: AgenciesMerged | AgencyDissolved | CalendarDecreed | PolicyDecreed) -> None:
        self.registry = placing.grown(self.registry, fact)
        # The reader uses names, which stay when a body ends: the expensive part is kept.
        self.known = self.known._replace(mandates=MandateIndex(self.registry))

    def react(self, complaint: UUID) -> int:
        """Do what the services' reactions and sweeps do for one complaint now; returns the number of events."""
        done = self.add(complaint, self._router(self.state(complaint)))
        done += self._open_parts(self.state(complaint))
        state = self.state(complaint)
        if state.whole is not None:
            done += self.add(complaint, intake.follow_whole(state, self.state(state.whole), self.now))
        return done

    def sweep(self) -> int:
        """Do everything that is due by now, and assert that this ends."""
        total = 0
        for _ in range(ROUNDS):
            done = sum(self.react(complaint) for complaint in list(self.states))
            done += sum(self.time_passes_for(complaint) for complaint in list(self.states))
            total += done
            if not done:
                return total
        raise AssertionError(f"still busy after {ROUNDS} rounds")

    def advance(self, delta: timedelta) -> None:
        self.now += delta

    def time_passes_for(self, complaint: UUID) -> int:
        """Append what escalation's timers of one complaint require now, in one append; the number of events."""
        steps = escalation.due(self.state(complaint), self.registry, POLICIES, self.now)
        return self.add(complaint, [step.fact for step in steps])

    def _router(self, state: Complaint) -> list[Fact]:
        lead = self.lead_of(state)
        if state.status is Status.JOINED and lead is not None:
            return router.release(state, lead, self.now)
        return router.next_facts(state, self.known, self.now)

    def _open_parts(self, whole: Complaint) -> int:
        missing = [part for part in whole.parts if part.id not in self.states] if whole.is_open else []
        return sum(self.add(part.id, router.open_part(whole, part, self.registry, self.now)) for part in missing)
