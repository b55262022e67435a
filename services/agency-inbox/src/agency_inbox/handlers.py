"""How an agency's move is carried out, whether it was asked over HTTP or on the replies topic."""

from uuid import UUID

from agency_inbox import decide
from agency_inbox.casework import ActingAgency, Move, Respond
from agency_inbox.context import Inbox
from chassis.write.command import Handled, handle
from chassis.write.repository import Cause
from schemas.complaint.state import Complaint


async def carry_out(
    inbox: Inbox, agency: str, complaint: UUID, asked: Move, cause: Cause, *, if_match: int | None = None
) -> Handled:
    """Decide on the complaint's present state, and append.

    Raises:
        Refusal: as `decide.move` and `command.handle` say.
        ChassisError: as the store says.
    """
    registry = await inbox.registry.current()
    # A part that is named after this look counts as open: the answer then waits for it.
    whole = (await inbox.repository.load(complaint)).state if isinstance(asked, Respond) else None
    parts = await parts_of(inbox, whole) if whole is not None else {}
    by = ActingAgency(agency, registry, cause.at)
    return await handle(
        inbox.repository,
        complaint,
        lambda state: decide.move(state, by, asked, decide.open_parts(state, parts)),
        cause,
        if_match=if_match,
    )


async def parts_of(inbox: Inbox, whole: Complaint) -> dict[UUID, Complaint]:
    """The parts of a whole, as far as they are opened."""
    loaded = await inbox.repository.load_many([part.id for part in whole.parts])
    return {each.state.id: each.state for each in loaded if each.recorded}
