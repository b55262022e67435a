"""What wakes router and what it then does: place, open parts, let followers go, follow mergers.

The same reaction serves the agent (complaint-events), the sweep and the look-out: it decides on the stream alone.
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
from schemas.events.intake import ComplaintFiled, OmbudsmanRequested, ResolutionDisputed
from schemas.events.router import ArbitrationDecided, ComplaintSplit, ComplaintUnjoined, Part, PartOpened
from schemas.registry.fold import Registry

EVENT_TYPES: Final = names(
    ComplaintFiled,
    PartOpened,
    ComplaintReturned,
    ComplaintUnjoined,
    ResolutionDisputed,
    OmbudsmanRequested,
    ArbitrationDecided,
    ComplaintSplit,
)
"""After these there may be something to do for the complaint itself."""

log = structlog.get_logger(__name__)


class PlacementReaction:
    """The reaction (see `chassis.react.reaction.Reaction`)."""

    def __init__(self, repository: Repository, placement_context: ContextProvider, clock: TimeSource) -> None:
        self._repository, self._knowing, self._clock = repository, placement_context, clock

    async def __call__(self, loaded: Sequence[LoadedStream]) -> Sequence[Outcome | None]:
        """What router adds to each of these now."""
        try:
            known = await self._knowing.now()
        except BadModel as error:
            # Placing by another model than the registry names would be a silent lie about why.
            raise StopProcess(str(error)) from error
        leads = await self._leads(loaded)
        for each in loaded:
            if each.state.parts and each.state.is_open:
                await self._open_parts(each, known.registry)
        at = self._clock.now()
        known = _having_read(known, [each.state for each in loaded])
        return [_outcome(each, self._facts(each.state, leads, known, at), at) for each in loaded]

    def _facts(
        self, state: Complaint, leads: dict[UUID, Complaint], known: PlacementContext, at: datetime
    ) -> list[Fact]:
        if state.status is Status.JOINED and state.lead in leads:
            return policy.release(state, leads[state.lead], at)
        try:
            return policy.next_facts(state, known, at)
        except Exception as error:
            # What no rule can even read must not be lost between two offices: after three days a person has it.
            late = policy.overdue(state, known, at)
            if not late:
                raise
            log.error("referred unread", complaint=str(state.id), error=type(error).__name__)
            return late

    async def _leads(self, loaded: Sequence[LoadedStream]) -> dict[UUID, Complaint]:
        wanted = {e.state.lead for e in loaded if e.state.status is Status.JOINED and e.state.lead is not None}
        return {lead.state.id: lead.state for lead in await self._repository.load_many(sorted(wanted))}

    async def _open_parts(self, whole: LoadedStream, registry: Registry) -> None:
        parts = whole.state.parts
        there = await self._repository.load_many([part.id for part in parts])
        for part, stream in zip(parts, there, strict=True):
            if not stream.recorded:
                await self._open(whole, part, registry)

    async def _open(self, whole: LoadedStream, part: Part, registry: Registry) -> None:
        at = self._clock.now()

        def begin(state: Complaint) -> list[Fact]:
            return policy.open_part(whole.state, part, registry, at) if state.version < 0 else []

        cause = Cause(_asking(whole, part), metadata_of(whole.recorded[0]).correlation_id, at)
        await handle(self._repository, part.id, begin, cause, opens=whole.state.id)


def _having_read(known: PlacementContext, states: Sequence[Complaint]) -> PlacementContext:
    try:
        return known.ahead([state for state in states if policy.asks_to_be_read(state)])
    except Exception as error:  # noqa: BLE001 - one of them cannot be read: each alone then, so that only that one waits
        log.warning("read one by one", complaints=len(states), error=type(error).__name__)
        return known


def _outcome(loaded: LoadedStream, facts: list[Fact], at: datetime) -> Outcome | None:
    if not facts:
        return None
    # Asked for by the fact that brought it where it is: done twice, the events have the same ids.
    correlation = metadata_of(loaded.recorded[0]).correlation_id
    return facts, Cause(loaded.state.stage.event_id, correlation, at)


def _asking(whole: LoadedStream, part: Part) -> UUID:
    """The split that names this part."""
    splits = ((told.event_id, told.fact) for told in whole.facts())
    return next(id_ for id_, fact in splits if isinstance(fact, ComplaintSplit) and part.id in _named(fact))


def _named(split: ComplaintSplit) -> set[UUID]:
    return {part.id for part in split.parts}
