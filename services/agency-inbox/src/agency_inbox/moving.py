"""One move of an agency, for its API and its pages: the same key is the same move on both."""

from typing import NamedTuple
from uuid import UUID

from agency_inbox.bodies import HttpBody, command_of
from agency_inbox.context import Inbox
from agency_inbox.handlers import carry_out
from chassis.write.cases import case_of
from chassis.write.command import Handled, last_version
from chassis.write.loaded import LoadedStream
from chassis.write.precondition import UNCONDITIONAL, Precondition
from chassis.write.repository import Cause
from schemas.access.principal import FOR_AN_AGENCY, Principal, acting_as, client_of
from schemas.access.reading import Extent, as_agency
from schemas.base import ids
from schemas.complaint.state import Complaint


class MoveRequest(NamedTuple):
    """Whose move it is on which complaint. `route`: of the API. `key`, `client` and `device` make a repetition safe."""

    agency: str
    complaint: UUID
    route: str
    key: str
    client: str
    device: str | None = None
    condition: Precondition = UNCONDITIONAL


def page_move(who: Principal, agency: str, complaint: UUID, route: str, key: str) -> MoveRequest:
    """As the API names the same person's request with this key."""
    return MoveRequest(agency, complaint, route, key, client_of(who))


def causes_of(asked: MoveRequest) -> tuple[UUID, ...]:
    """The ids of the request: its own, and those by which earlier versions named it."""
    # The agency is part of the id: somebody may use one key in two agencies that they work for.
    named, former = ids.office_move_ids(
        asked.complaint, f"agency:{asked.agency}", asked.client, asked.device, asked.route, asked.key
    )
    return (named, *former)


async def move(context: Inbox, who: Principal, asked: MoveRequest, body: HttpBody) -> Complaint:
    """Carry out the body's command; the complaint afterwards, as far as the agency may read it.

    Raises:
        Refusal, ChassisError: as `handlers.carry_out` says.
    """
    agency, complaint = asked.agency, asked.complaint
    named, *former = causes_of(asked)
    at, request = context.clock.now(), body.model_dump_json().encode()
    actor = acting_as(who, *FOR_AN_AGENCY, body=agency)
    cause = Cause(named, complaint, at, request=request, former=tuple(former), actor=actor)
    done = await carry_out(context, agency, complaint, command_of(body), cause, condition=asked.condition, who=who)
    return (await _seen(context, who, asked, done, cause)).state


async def _seen(context: Inbox, who: Principal, asked: MoveRequest, done: Handled, cause: Cause) -> LoadedStream:
    """The complaint as it is, or, if the agency may not read that any more, as the move left it."""
    loaded, registry = await context.repository.load(asked.complaint), await context.registry.current()
    case = await case_of(context.repository, loaded, registry)
    if as_agency(who, asked.agency, case).extent is Extent.EVERYTHING:
        return loaded
    return loaded.until(last_version(loaded, cause) if done.repeated else done.version)
