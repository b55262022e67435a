"""Appends the facts that follow from the passing of time. Needs the store and a clock, no Kafka."""

import asyncio
from collections.abc import Sequence

from chassis.base.ports import TimeSource
from chassis.project.registry import RegistryView
from chassis.react.reaction import Outcome, Reaction
from chassis.sweep.open_work import OpenWork, Plan
from chassis.write.loaded import LoadedStream
from chassis.write.repository import Cause
from escalation.basis import PlanBasis
from escalation.policy import FiredTimer, due, next_owned
from escalation.settings import DECISIONS_PER_TURN
from schemas.complaint.state import Complaint
from schemas.deadlines.policies import Policies
from schemas.events.codec import metadata_of
from schemas.registry.fold import Registry


def reaction(registry: RegistryView, clock: TimeSource, policies: Policies) -> Reaction:
    """Decide every timer that is due for each complaint at the clock's present time."""

    async def react(loaded: Sequence[LoadedStream]) -> Sequence[Outcome | None]:
        known, outcomes = await registry.current(), list[Outcome | None]()
        for number, each in enumerate(loaded, start=1):
            outcomes.append(_outcome(each, due(each.state, known, policies, clock.now())))
            if number % DECISIONS_PER_TURN == 0:
                await asyncio.sleep(0)
        return outcomes

    return react


def _outcome(loaded: LoadedStream, timers: Sequence[FiredTimer]) -> Outcome | None:
    if not timers:
        return None
    correlation = metadata_of(loaded.recorded[0]).correlation_id
    causes = tuple(Cause(timer.causation, correlation, timer.fact.at, timer.ordinal) for timer in timers)
    first = causes[0]
    cause = Cause(first.causation_id, correlation, first.at, first.ordinal, each=causes)
    return [timer.fact for timer in timers], cause


def plan(registry: RegistryView, basis: PlanBasis) -> Plan:
    """The next timer of a complaint, as one row of open work."""
    return lambda state: planned(state, registry.known, basis)


def planned(state: Complaint, registry: Registry, basis: PlanBasis) -> list[OpenWork]:
    """The row, or none if the next step belongs to another service."""
    if state.agency is not None and state.agency not in registry.agencies:
        # The cached registry does not have this agency yet, so its time zone is unknown: due at once, then replanned.
        return [OpenWork("look", str(state.holder), state.stage.at, basis.of(registry))]
    action = next_owned(state, registry, basis.policies)
    return [OpenWork("timer", str(action.holder), action.due_at, basis.of(registry))] if action is not None else []
