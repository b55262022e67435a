"""How the passing of time gets into the streams: escalation is this sweep. It needs the store and a clock, no Kafka."""

import asyncio
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, Final

from sqlalchemy import Connection, Delete, Select, Table, delete, select

from chassis.ledger import Cause, Ledger
from chassis.loaded import Loaded
from chassis.open_work import Plan, Work
from chassis.patience import Patience
from chassis.ports import Clock
from chassis.reaction import Outcome, Reaction
from chassis.registry_view import RegistryView
from chassis.sql import Database
from chassis.statements import into
from chassis.sweep import Sweep
from escalation.policy import Step, due, next_owned
from schemas.codec import metadata_of
from schemas.complaint import Complaint
from schemas.envelope import NewEvent
from schemas.events.base import Fact
from schemas.policies import Policies
from schemas.registry import Registry
from schemas.sealed import Keys

BREATH: Final = 50
"""Complaints decided on before others on the loop get a turn."""


@dataclass(frozen=True, slots=True)
class Timers(Cause):
    """Timers that go off in one append: each fact has a cause of its own, the fact its clock started from."""

    each: tuple[Cause, ...] = ()


class TimerLedger(Ledger):
    """The ledger of a writer whose facts have a cause each."""

    def encode(self, stream: str, facts: Sequence[Fact], cause: Cause, keys: Keys) -> list[NewEvent]:
        if not isinstance(cause, Timers):
            return super().encode(stream, facts, cause, keys)
        pairs = zip(facts, cause.each, strict=True)
        return [event for fact, own in pairs for event in super(TimerLedger, self).encode(stream, [fact], own, keys)]


def reaction(registry: RegistryView, clock: Clock, policies: Policies) -> Reaction:
    """Everything that is due for each complaint by the clock's now."""

    async def react(loaded: Sequence[Loaded]) -> Sequence[Outcome | None]:
        known, outcomes = await registry.current(), list[Outcome | None]()
        for number, each in enumerate(loaded, start=1):
            now = clock.now()
            outcomes.append(_outcome(each, due(each.state, known, policies, now)))
            if number % BREATH == 0:
                await asyncio.sleep(0)
        return outcomes

    return react


def _outcome(loaded: Loaded, steps: Sequence[Step]) -> Outcome | None:
    if not steps:
        return None
    correlation = metadata_of(loaded.recorded[0]).correlation_id
    causes = tuple(Cause(step.causation, correlation, step.fact.at, step.ordinal) for step in steps)
    first = causes[0]
    timers = Timers(first.causation_id, correlation, first.at, first.ordinal, each=causes)
    return [step.fact for step in steps], timers


def plan(registry: RegistryView, policies: Policies) -> Plan:
    """The next thing that escalation must do for a complaint, as one row of open work."""
    return lambda state: planned(state, registry.known, policies)


def planned(state: Complaint, registry: Registry, policies: Policies) -> list[Work]:
    """The row, or none while the next step is not escalation's."""
    if state.agency is not None and state.agency not in registry.agencies:
        # The body is newer than what we know of the registry, so its time zone is unknown: look at once, and again.
        return [Work("look", str(state.holder), state.stage.at)]
    action = next_owned(state, registry, policies)
    return [Work("timer", str(action.holder), action.due_at)] if action is not None else []


class Replanner:
    """Plans all open work again when calendars, zones, mergers or policies have changed, also while we were away.

    `basis` in the database says by what all was planned last, by whomever. Beside it each process remembers by what it
    began to plan itself: what it wrote after another had planned all again may be by an older registry.
    """

    def __init__(
        self,
        sweep: Sweep,
        registry: RegistryView,
        policies: Policies,
        database: Database,
        *,
        table: Table,
        period_s: float = 1.0,
    ) -> None:
        self._sweep, self._registry, self._policies = sweep, registry, repr(policies)
        self._database, self._table, self._period_s = database, table, period_s
        self._on: str | None = None
        self._began_on: str | None = None
        self._patience = Patience()

    async def begin(self) -> None:
        """Before anything is planned: no date is reckoned before the calendars are known."""
        self._began_on = basis(await self._registry.current(), self._policies)

    async def run(self) -> None:
        """Until cancelled."""
        while True:
            # A store that is away for a moment is waited for: a dead process would stop the timers as well.
            await self._patience.until_up(self.once, "replanning")
            await asyncio.sleep(self._period_s)

    async def once(self) -> bool:
        """Look once; whether everything was planned again."""
        now_on = basis(await self._registry.current(), self._policies)
        if now_on == self._on:
            return False
        before = self._on or self._began_on or now_on
        stale = before != now_on or await self._planned_by() != now_on
        if stale:
            await self._sweep.replan()
            await self._database.run(lambda connection: self._note(connection, now_on))
        self._on = now_on
        return stale

    def unready(self) -> str | None:
        """Why this road is not ready yet; None if it is."""
        return None if self._on else "open work is not planned yet"

    async def _planned_by(self) -> str | None:
        return await self._database.read(lambda connection: connection.execute(_planned_on(self._table)).scalar())

    def _note(self, connection: Connection, now_on: str) -> None:
        connection.execute(_unplanned(self._table))
        connection.execute(into(self._table), {"basis": now_on})


@cache
def _planned_on(table: Table) -> Select[Any]:
    return select(table)


@cache
def _unplanned(table: Table) -> Delete:
    return delete(table)


def basis(registry: Registry, policies: str) -> str:
    """A fingerprint of all that dates depend on besides the complaint, of the policies every number. A new body changes
    none of the old dates.
    """
    jakarta = "Asia/Jakarta"
    bodies = sorted((a.id, a.zone, a.successor) for a in registry.agencies.values() if not a.alive or a.zone != jakarta)
    decrees = [(decree.calendar, decree.year, decree.at.isoformat()) for decree in registry.calendars.values()]
    said = repr((bodies, sorted(decrees), policies))
    return hashlib.sha256(said.encode()).hexdigest()
