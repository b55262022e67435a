"""Carries out an agency's command, whether it came over HTTP or on the replies topic."""

from uuid import UUID

from agency_inbox import decide
from agency_inbox.context import Inbox
from agency_inbox.decide import ActingAgency, Move, Respond
from agency_inbox.parts import open_parts
from chassis.write.command import Handled, handle
from chassis.write.precondition import UNCONDITIONAL, Precondition
from chassis.write.repository import Cause
from schemas.access.principal import Principal
from schemas.complaint.state import Complaint


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
    by = ActingAgency(agency, await inbox.registry.current(), cause.at, who)
    # A part that is added after this read counts as open, so the answer waits for it.
    whole = (await inbox.repository.load(complaint)).state if isinstance(command, Respond) else None
    parts = await parts_of(inbox, whole) if whole is not None else {}
    return await handle(
        inbox.repository,
        complaint,
        lambda state: decide.move(state, by, command, open_parts(state, parts)),
        cause,
        condition=condition,
    )


async def parts_of(inbox: Inbox, whole: Complaint) -> dict[UUID, Complaint]:
    """The parts of a whole whose streams exist, by id."""
    loaded = await inbox.repository.load_many([part.id for part in whole.parts])
    return {each.state.id: each.state for each in loaded if each.recorded}
