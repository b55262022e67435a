"""The reaction of the router: appends what `policy` says for each complaint, and opens the streams of parts.

The Kafka agent, the sweep and the watchdog share it. It decides on the stream alone, so each may run it again.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

import structlog

from chassis.base.ports import TimeSource
from chassis.react.reaction import Outcome, StopProcess
from chassis.write.command import handle
from chassis.write.loaded import LoadedStream
from chassis.write.repository import Cause, Repository
from router.placement import policy
from router.placement.context import PlacementContext
from router.placement.knowledge import ContextProvider
from router.reading.model_files import BadModel
from schemas.complaint.lifecycle import Status
from schemas.complaint.state import Complaint
from schemas.events.agency_inbox import ComplaintReturned
from schemas.events.base import Fact, names
from schemas.events.codec import metadata_of
from schemas.events.intake import ComplaintFiled, JoinDeclined, OmbudsmanRequested, ResolutionDisputed
from schemas.events.router import ArbitrationDecided, ComplaintSplit, ComplaintUnjoined, Part, PartOpened
from schemas.registry.fold import Registry

EVENT_TYPES: Final = names(
    ComplaintFiled,
    PartOpened,
    ComplaintReturned,
    ComplaintUnjoined,
    JoinDeclined,
    ResolutionDisputed,
    OmbudsmanRequested,
    ArbitrationDecided,
    ComplaintSplit,
)
"""Events after which `policy` may have something to do for the complaint itself."""

log = structlog.get_logger(__name__)


class PlacementReaction:
    """See `chassis.react.reaction.Reaction`."""

    def __init__(self, repository: Repository, contexts: ContextProvider, clock: TimeSource) -> None:
        self._repository, self._contexts, self._clock = repository, contexts, clock

    async def __call__(self, loaded: Sequence[LoadedStream]) -> Sequence[Outcome | None]:
        """What to append to each of these streams now."""
        try:
            context = await self._contexts.now()
        except BadModel as error:
            # Placing by another model than the registry names would record a wrong basis.
            raise StopProcess(str(error)) from error
        leads = await self._leads(loaded)
        for each in loaded:
            if each.state.parts and each.state.is_open:
                await self._open_parts(each, context.registry)
        at = self._clock.now()
        context = _with_readings(context, [each.state for each in loaded])
        return [_outcome(each, self._facts(each.state, leads, context, at), at) for each in loaded]

    def _facts(
        self, state: Complaint, leads: dict[UUID, Complaint], context: PlacementContext, at: datetime
    ) -> list[Fact]:
        try:
            return policy.next_facts(state, context, at, leads.get(state.lead) if state.lead else None)
        except Exception as error:
            # A complaint that no rule can read must not be lost: after three days a person has it.
            late = policy.overdue(state, context, at)
            if not late:
                raise
            log.error("referred unread", complaint=str(state.id), error=type(error).__name__)
            return late

    async def _leads(self, loaded: Sequence[LoadedStream]) -> dict[UUID, Complaint]:
        leads = {e.state.lead for e in loaded if e.state.status is Status.JOINED and e.state.lead is not None}
        return {lead.state.id: lead.state for lead in await self._repository.load_many(sorted(leads))}

    async def _open_parts(self, whole: LoadedStream, registry: Registry) -> None:
        streams = await self._repository.load_many([part.id for part in whole.state.parts])
        for part, stream in zip(whole.state.parts, streams, strict=True):
            if not stream.recorded:
                await self._open(whole, part, registry)

    async def _open(self, whole: LoadedStream, part: Part, registry: Registry) -> None:
        at = self._clock.now()

        def open_once(state: Complaint) -> list[Fact]:
            return policy.open_part(whole.state, part, registry, at) if state.version < 0 else []

        cause = Cause(_split_naming(part, whole), metadata_of(whole.recorded[0]).correlation_id, at)
        await handle(self._repository, part.id, open_once, cause, opens=whole.state.id)


def _with_readings(context: PlacementContext, states: Sequence[Complaint]) -> PlacementContext:
    try:
        return context.read_ahead([state for state in states if state.is_open and state.status is Status.UNPLACED])
    except Exception as error:  # noqa: BLE001 - one cannot be read: each is then read alone, and only that one waits
        log.warning("read one by one", complaints=len(states), error=type(error).__name__)
        return context


def _outcome(loaded: LoadedStream, facts: list[Fact], at: datetime) -> Outcome | None:
    if not facts:
        return None
    # The cause is the fact that brought the complaint into its stage: a repetition derives the same event ids.
    correlation = metadata_of(loaded.recorded[0]).correlation_id
    return facts, Cause(loaded.state.stage.event_id, correlation, at)


def _split_naming(part: Part, whole: LoadedStream) -> UUID:
    return next(
        event.event_id
        for event in whole.facts()
        if isinstance(event.fact, ComplaintSplit) and part.id in {named.id for named in event.fact.parts}
    )
