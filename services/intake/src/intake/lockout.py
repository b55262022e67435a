"""Whom the end of a version of the code secret locks out."""

from typing import NamedTuple
from uuid import UUID

from intake.context import Intake
from intake.settings import CODES_AT_ONCE
from intake.storage.tracking_codes import version_of
from schemas.base.streams import COMPLAINT_PREFIX, complaint_id
from schemas.complaint.state import Complaint
from schemas.events.intake import ComplaintFiled


class Lockout(NamedTuple):
    """Complaints of one version, without those whose data is erased. `unreachable`: open, and the reporter left neither
    a name nor a contact, so that nobody can write to them.
    """

    open: int = 0
    unreachable: int = 0
    closed: int = 0
    subscriptions: int = 0

    def __str__(self) -> str:
        return (
            f"{self.open} open reports ({self.unreachable} of them without a contact), {self.closed} closed reports, "
            f"{self.subscriptions} subscriptions"
        )


async def lockout_of(context: Intake, version: int) -> Lockout:
    """Count them. Reads the whole store."""
    found = Lockout(subscriptions=await context.audience.subscribers.with_codes_of(version))
    position, caught_up = None, False
    while not caught_up:
        page = await context.repository.store.read_all(position, (COMPLAINT_PREFIX,), CODES_AT_ONCE)
        position, caught_up = page.position, page.caught_up
        filed = [each for each in page.events if each.type == ComplaintFiled.__name__ and version_of(each) == version]
        found = await _with(context, found, [complaint_id(each.stream) for each in filed])
    return found


async def _with(context: Intake, found: Lockout, complaints: list[UUID]) -> Lockout:
    states = [loaded.state for loaded in await context.repository.load_many(complaints)] if complaints else []
    living = [state for state in states if not state.erased]
    unreachable = [state for state in living if _is_unreachable(state)]
    is_open = sum(state.is_open for state in living)
    return found._replace(
        open=found.open + is_open,
        unreachable=found.unreachable + len(unreachable),
        closed=found.closed + len(living) - is_open,
    )


def _is_unreachable(state: Complaint) -> bool:
    return state.is_open and state.person is None
