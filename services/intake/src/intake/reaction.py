"""What intake does after an event: notify reporters, complete erasures, and end parts with their whole.

Driven by Kafka at once and by the sweep later, so everything is repeatable.
"""

from collections.abc import Sequence

from chassis.react.reaction import Outcome, Reaction
from chassis.write.command import handle
from chassis.write.loaded import LoadedStream
from chassis.write.repository import Cause
from intake import decide, handlers, notify
from intake.context import Intake
from intake.notices.news import NEWS
from schemas.complaint.state import Complaint
from schemas.events.base import names
from schemas.events.escalation import ComplaintLapsed
from schemas.events.intake import ComplaintWithdrawn, PersonalDataErased, ResolutionConfirmed
from schemas.events.router import ComplaintArchived, ComplaintClassified, ComplaintSplit, PartOpened

EXAMINATION_ENDS = names(ComplaintLapsed, ResolutionConfirmed, ComplaintArchived, ComplaintClassified)
"""After these, what was to be erased may no longer be kept for an examination."""
EVENT_TYPES = NEWS | EXAMINATION_ENDS | names(PersonalDataErased, ComplaintWithdrawn, ComplaintSplit, PartOpened)


def follow_up(context: Intake) -> Reaction:
    """Bring everything up to date for a complaint, its parts and its whole."""

    async def react(loaded: Sequence[LoadedStream]) -> Sequence[Outcome | None]:
        for each in loaded:
            await _complete_erasure(context, each.state)
            await _erase_after_examination(context, each.state)
            await _end_parts(context, each.state)
            await notify.notify_reporter(context, each)
        await notify.notify_audience(context, loaded)
        return [await _end_with_whole(context, each.state) for each in loaded]

    return react


async def _complete_erasure(context: Intake, state: Complaint) -> None:
    if state.erased and state.whole is None:
        await handlers.destroy(context, state.id)


async def _erase_after_examination(context: Intake, state: Complaint) -> None:
    if state.erased or state.erasure is None or decide.is_examined(state):
        return
    cause = Cause(state.erasure.event_id, state.id, context.clock.now())
    await handle(context.repository, state.id, lambda now: decide.erase_after_examination(now, cause.at), cause)
    await handlers.destroy(context, state.id)


async def _end_parts(context: Intake, whole: Complaint) -> None:
    if not whole.parts or not (whole.erased or decide.ended_by_reporter(whole)):
        return
    cause = _ending(context, whole)
    for part in whole.parts:
        await handle(context.repository, part.id, lambda state: decide.follow_whole(state, whole, cause.at), cause)


async def _end_with_whole(context: Intake, part: Complaint) -> Outcome | None:
    """End a part that was opened after its whole had ended."""
    if part.whole is None or (part.erased and not part.is_open):
        return None
    whole = (await context.repository.load(part.whole)).state
    cause = _ending(context, whole)
    return decide.follow_whole(part, whole, cause.at), cause


def _ending(context: Intake, whole: Complaint) -> Cause:
    # The same cause from the whole and from the part, so the fact is appended once.
    return Cause(whole.stage.event_id, whole.id, context.clock.now())
