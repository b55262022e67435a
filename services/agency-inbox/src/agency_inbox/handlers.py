"""Carries out an agency's command, whether it came over HTTP or on the replies topic."""

from dataclasses import replace
from uuid import UUID

from agency_inbox import decide
from agency_inbox.access import as_known_to
from agency_inbox.context import Inbox
from agency_inbox.decide import ActingAgency, Assign, Move, Respond
from agency_inbox.parts import open_parts
from chassis.write.command import Handled, handle
from chassis.write.loaded import LoadedStream
from chassis.write.precondition import UNCONDITIONAL, Precondition
from chassis.write.repository import Cause
from schemas.access.principal import Principal
from schemas.complaint.state import Complaint
from schemas.events.base import Fact


async def carry_out(
    inbox: Inbox,
    agency: str,
    complaint: UUID,
    command: Move,
    cause: Cause,
    *,
    condition: Precondition = UNCONDITIONAL,
    who: Principal | None = None,
) -> Handled:
    """Decide on the complaint's present state and append the facts. `who`: see `ActingAgency`.

    Raises:
        Refusal: as `decide.move` and `command.handle` say.
        ChassisError: as the store says.
    """
    if isinstance(command, Assign) and command.officer is not None:
        command = replace(command, known=await inbox.offices.knows(agency, command.officer))
    by = ActingAgency(agency, await inbox.registry.current(), cause.at, who)
    # A part that is added after this read counts as open, so the answer waits for it.
    whole = (await inbox.repository.load(complaint)).state if isinstance(command, Respond) else None
    loaded = await parts_of(inbox, whole) if whole is not None else ()
    parts = {each.state.id: each.state for each in loaded if each.recorded}
    known = {each.state.id: as_known_to(by.who, each.state, each.facts, by.registry) for each in loaded}

    def decided(state: Complaint) -> list[Fact]:
        return decide.move(state, by, command, {part: known.get(part) for part in open_parts(state, parts)})

    return await handle(inbox.repository, complaint, decided, cause, condition=condition)


async def parts_of(inbox: Inbox, whole: Complaint) -> list[LoadedStream]:
    """The parts of a whole; of one without a stream an empty one."""
    return await inbox.repository.load_many([part.id for part in whole.parts])
