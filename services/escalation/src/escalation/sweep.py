"""How the passing of time gets into the streams: escalation is this sweep. It needs the store and a clock, no Kafka."""

import asyncio
from collections.abc import Sequence
from typing import Final

from chassis.base.ports import TimeSource
from chassis.project.registry import RegistryView
from chassis.react.reaction import Outcome, Reaction
from chassis.sweep.open_work import OpenWork, Plan
from chassis.write.loaded import LoadedStream
from chassis.write.repository import Cause
from escalation.basis import PlanBasis
from escalation.policy import FiredTimer, due, next_owned
from schemas.complaint.state import Complaint
from schemas.deadlines.policies import Policies
from schemas.events.codec import metadata_of
from schemas.registry.fold import Registry

BREATH: Final = 50
"""Complaints decided on before others on the loop get a turn."""


def reaction(registry: RegistryView, clock: TimeSource, policies: Policies) -> Reaction:
    """Everything that is due for each complaint by the clock's now."""

    async def react(loaded: Sequence[LoadedStream]) -> Sequence[Outcome | None]:
        known, outcomes = await registry.current(), list[Outcome | None]()
        for number, each in enumerate(loaded, start=1):
            now = clock.now()
            outcomes.append(_outcome(each, due(each.state, known, policies, now)))
            if number % BREATH == 0:
                await asyncio.sleep(0)
        return outcomes

    return react


def _outcome(loaded: LoadedStream, steps: Sequence[FiredTimer]) -> Outcome | None:
    if not steps:
        return None
    correlation = metadata_of(loaded.recorded[0]).correlation_id
    causes = tuple(Cause(step.causation, correlation, step.fact.at, step.ordinal) for step in steps)
    first = causes[0]
    timers = Cause(first.causation_id, correlation, first.at, first.ordinal, each=causes)
    return [step.fact for step in steps], timers


def plan(registry: RegistryView, basis: PlanBasis) -> Plan:
    """The next thing that escalation must do for a complaint, as one row of open work."""
    return lambda state: planned(state, registry.known, basis)


def planned(state: Complaint, registry: Registry, basis: PlanBasis) -> list[OpenWork]:
    """The row, or none while the next step is not escalation's."""
    if state.agency is not None and state.agency not in registry.agencies:
        # The body is newer than what we know of the registry, so its time zone is unknown: look at once, and again.
        return [OpenWork("look", str(state.holder), state.stage.at, basis.of(registry))]
    action = next_owned(state, registry, basis.policies)
    return [OpenWork("timer", str(action.holder), action.due_at, basis.of(registry))] if action is not None else []
