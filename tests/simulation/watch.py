"""Checks the books after every step, directly in the store.

The rules are the audit's; here they are applied to the streams that a step touched, and now and then to all of them.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import timedelta
from typing import Any, Final
from uuid import UUID

from audit.audit import Audit
from audit.books import Books, Summary, summary
from audit.finding import AuditContext, Violation
from audit.rules.conduct import conduct_faults
from audit.rules.history import stream_faults, transition_faults
from audit.rules.state import RelatedComplaints, pointed_to, state_faults
from chassis.write.repository import Repository
from schemas.base.envelope import RecordedEvent
from schemas.base.sealed import Keys
from schemas.base.streams import COMPLAINT_PREFIX, REGISTRY, SUPPORT_PREFIX, complaint_id
from schemas.complaint.fold import RecordedFact
from schemas.complaint.lifecycle import Status
from schemas.complaint.state import Complaint, new
from schemas.events import BY_NAME
from schemas.events.codec import decode
from schemas.registry.fold import Registry
from simulation.remembered import DECODE, FOLDS, founded, metadata_of
from simulation.stepper import at_once
from support.world import POLICIES

FOR_EVER: Final = timedelta(days=36_500)
"""Nothing counts as late while processes are down on purpose."""


class Lost(Exception):
    """A broken rule, with its code."""

    def __init__(self, code: str, what: str) -> None:
        super().__init__(f"{code}: {what}")
        self.code = code


class Watch:
    """The state that all streams add up to."""

    def __init__(self, store: Any, keyring: Any, finds: Mapping[str, Collection[str]]) -> None:
        """`finds`: the event types that each task looks for."""
        self._looked_for = {type_: [role for role, types in finds.items() if type_ in types] for type_ in BY_NAME}
        self.found = dict.fromkeys(finds, 0)
        """For each such task, the number of events that it looks for."""
        self._store, self._keyring = store, keyring
        self._read = 0
        self.states: dict[UUID, Complaint] = {}
        self._keys: dict[UUID, Keys] = {}
        self._ids: dict[str, set[UUID]] = {}
        self._causes: set[tuple[str, UUID]] = set()
        self.supports: set[tuple[str, str]] = set()
        self.told: dict[UUID, list[RecordedFact]] = {}
        self.registry = Registry()
        self._books, self._counted = Books(), dict[UUID, Summary]()
        self.news: list[RecordedEvent] = []

    def state(self, complaint: UUID) -> Complaint:
        return self.states.get(complaint) or new(complaint)

    @property
    def read(self) -> int:
        """The number of events."""
        return self._read

    def look(self) -> None:
        """Read what is new. Raises Lost."""
        if self._read == len(self._store.events):
            self.news = []
            return
        self.news = self._store.events[self._read :]
        self._read += len(self.news)
        touched: dict[UUID, None] = {}
        for event in self.news:
            self._causes.add((event.stream, metadata_of(event).causation_id))
            for role in self._looked_for[event.type]:
                self.found[role] += 1
            if event.stream.startswith(SUPPORT_PREFIX):
                supporter = DECODE(event).supporter
                self.supports.add((event.stream.removeprefix(SUPPORT_PREFIX), supporter))
            elif event.stream.startswith(COMPLAINT_PREFIX):
                touched[complaint_id(event.stream)] = None
                self._add(event)
        if decrees := [event for event in self.news if event.stream == REGISTRY]:
            said = [RecordedFact(DECODE(event), event.id, event.version) for event in decrees]
            self.registry = founded(self.registry, said)
            touched.update(dict.fromkeys(self.states))
        basis = AuditContext(self.registry, POLICIES, self.now, FOR_EVER) if touched else None
        for complaint in touched:
            self._judge(complaint, basis)
        if touched:
            self._balance()

    now: Any = None

    def _add(self, event: RecordedEvent) -> None:
        complaint = complaint_id(event.stream)
        before = self.state(complaint)
        told = RecordedFact(DECODE(event, self._keys_of(complaint, event)), event.id, event.version)
        basis = AuditContext(self.registry, POLICIES, told.fact.at, FOR_EVER)
        # One event at a time: dense versions, written by its owner, a new id, allowed in that status, lawful.
        found = [*stream_faults(event.stream, [event._replace(version=event.version - before.version - 1)])]
        if event.id in self._ids.setdefault(event.stream, set()):
            found.append(Violation("id-twice", event.stream, event.version, str(event.id)))
        self._ids[event.stream].add(event.id)
        found += transition_faults(event.stream, before, told)
        found += conduct_faults(event.stream, before, told, basis)
        _raise(found)
        self.states[complaint] = FOLDS(before, [told])
        self.told.setdefault(complaint, []).append(told)

    def _keys_of(self, complaint: UUID, event: RecordedEvent) -> Keys:
        # The books need no text: keys are kept from the beginning, whatever was erased since.
        if complaint not in self._keys:
            owner = complaint
            if event.type == "PartOpened":
                owner = decode(event, Keys()).whole  # type: ignore[attr-defined]
            self._keys[complaint] = self._keys.get(owner) or at_once(self._keyring.load([owner]))[owner]
        return self._keys[complaint]

    def _judge(self, complaint: UUID, basis: AuditContext | None) -> None:
        state = self.state(complaint)
        assert basis is not None
        around = {other: self.states[other] for other in pointed_to(state) if other in self.states}
        _raise(state_faults(state, RelatedComplaints(around), basis))
        now = summary(state)
        if self._counted.get(complaint) != now:
            self._books.change(self._counted.get(complaint), now)
            self._counted[complaint] = now

    def _balance(self) -> None:
        told = self._books.totals(0, {lead: state.is_open for lead, state in self.states.items()})
        if not told["balanced"]:
            raise Lost("books", f"the books do not balance: {told}")

    def late(self, tolerance: timedelta) -> None:
        """Nothing may be overdue once everything runs. Raises Lost."""
        basis = AuditContext(self.registry, POLICIES, self.now, tolerance)
        for complaint in self.states:
            self._judge(complaint, basis)

    def kept(self, promised: Sequence[tuple[str, UUID | None]]) -> None:
        """Everything that a person was told is done is in the store."""
        for stream, causation in promised:
            there = (stream, causation) in self._causes if causation else complaint_id(stream) in self.states
            if not there:
                raise Lost("promise-broken", f"somebody was told yes, and {stream} does not have it")

    def whole(self, now: Any, tolerance: timedelta = FOR_EVER) -> None:
        """The audit over the whole store."""
        walk = Audit(Repository(self._store, self._keyring, "audit"), POLICIES, now, tolerance)

        async def found() -> list[Violation]:
            return [violation async for violation, _ in walk.violations()]

        _raise(at_once(found()))
        if not walk.totals["balanced"]:
            raise Lost("books", f"the books do not balance: {walk.totals}")

    def open(self) -> Mapping[UUID, Complaint]:
        """Complaints for which somebody must still act; followers wait with their leads."""
        return {id_: s for id_, s in self.states.items() if s.is_open and s.status is not Status.JOINED}


def _raise(found: Iterator[Violation] | Sequence[Violation]) -> None:
    for violation in found:
        raise Lost(violation.code, f"{violation.stream} at version {violation.version}: {violation.what}")
