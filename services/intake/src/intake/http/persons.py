"""Who complained, for the body that holds the complaint. Every reading is a fact that the reporter sees."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from fastapi import APIRouter, Response
from pydantic import BaseModel

from chassis.http.access import HOLDER, Caller, allow
from chassis.http.openapi import gives
from chassis.http.web import Conditional, IdempotencyKey, StrictRoute, etag
from chassis.write.command import handle
from chassis.write.lead import root_lead
from chassis.write.loaded import LoadedStream
from chassis.write.precondition import entity_tag
from chassis.write.repository import Cause
from intake import contact_reading, decide, handlers
from intake.canonical import canonical
from intake.contact_reading import ReadContact, body_of
from intake.contacts import unusable
from intake.context import Intake
from intake.decide import DecideErasure
from intake.http.answers import ErasureDecided, PersonShown
from intake.http.filing import REPLAYED, Context
from intake.notify import mail_returned
from schemas.access.accused import is_kept_from
from schemas.access.principal import FOR_AN_AGENCY, Principal, Role, acting_as, client_of
from schemas.base.ids import move_id
from schemas.base.refusals import NotFound
from schemas.complaint.state import Complaint
from schemas.events.base import Fact

ROUTE: Final = "readings"

router = APIRouter(route_class=StrictRoute)


@router.post("/persons/{complaint}/readings", responses={200: {"model": PersonShown}}, dependencies=[allow(HOLDER)])
@gives(403, 410)
async def read_contact(
    complaint: UUID,
    body: ReadContact,
    who: Caller,
    context: Context,
    key: IdempotencyKey,
    condition: Conditional,
    response: Response,
) -> dict[str, Any]:
    """The reporter's name and contacts, for the body that holds the complaint, unless the reporter is anonymous. The
    reporter sees in the timeline that this body looked at them, when and for which reason.
    """
    response.headers["Cache-Control"] = "no-store"
    loaded, at = await context.repository.load(complaint), context.clock.now()
    held = await root_lead(context.repository, loaded.state) or loaded.state
    registry = await context.registry.current()
    acts_for = body_of(who, loaded.state, held, registry)
    owner, part = loaded.state.whole or complaint, complaint if loaded.state.whole else None

    def rule(state: Complaint) -> Sequence[Fact]:
        # It may have changed hands meanwhile. Of a part, the reporter is that of its whole, which may accuse as well.
        body_of(who, loaded.state if part else state, state if state.id == held.id else held, registry)
        if is_kept_from(who, state, registry):
            raise NotFound(complaint=str(complaint))
        return contact_reading.read_contact(state, body, at, acts_for, part)

    async def tag_of(present: LoadedStream) -> str:
        # What the body reads is the complaint in the path, perhaps a part; the fact belongs to the whole.
        return entity_tag((loaded if part else present).state.version)

    cause = _cause(who, complaint, owner, acts_for, ROUTE, key, at, body)
    handled = await handle(context.repository, owner, rule, cause, condition=condition, tag_of=tag_of)
    rule(handled.loaded.state)  # a repeat: it may have been erased since
    etag(response, loaded.state.version if part else handled.version)
    if handled.repeated:
        response.headers[REPLAYED] = "true"
    return await _shown(context, handled.loaded)


@router.post("/persons/{complaint}/erasure", responses={200: {"model": ErasureDecided}}, dependencies=[allow(HOLDER)])
@gives(410)
async def decide_erasure(
    complaint: UUID,
    body: DecideErasure,
    who: Caller,
    context: Context,
    key: IdempotencyKey,
    condition: Conditional,
    response: Response,
) -> dict[str, Any]:
    """Decide on the reporter's request for erasure, which waits while this body examines suspected misconduct: erase
    now, or keep the data until the examination ends. The reporter reads the reason.
    """
    at, registry = context.clock.now(), await context.registry.current()
    held = (await context.repository.load(complaint)).state
    acts_for = body_of(who, held, held, registry)

    def rule(state: Complaint) -> Sequence[Fact]:
        body_of(who, state, state, registry)
        return decide.decide_erasure(state, body, at, acts_for)

    cause = _cause(who, complaint, complaint, acts_for, "erasure", key, at, body)
    handled = await handle(context.repository, complaint, rule, cause, condition=condition)
    if (await context.repository.load(complaint)).state.erased:
        await handlers.destroy(context, complaint)
    etag(response, handled.version)
    if handled.repeated:
        response.headers[REPLAYED] = "true"
    return {"complaint": str(complaint), "decision": body.decision}


def _cause(
    who: Principal, complaint: UUID, owner: UUID, body: str, route: str, key: str, at: datetime, command: BaseModel
) -> Cause:
    actor = acting_as(who, *FOR_AN_AGENCY, Role.INSPECTORATE, body=body) or acting_as(who, Role.INSPECTORATE)
    causation = move_id(complaint, client_of(who), route, key)
    return Cause(causation, owner, at, request=canonical(command), actor=actor)


async def _shown(context: Intake, owner: LoadedStream) -> dict[str, Any]:
    assert owner.state.person is not None
    found = await context.vault.read(owner.state.person, owner.keys)
    names = unusable(found, returned=await mail_returned(context, owner, found))
    return found.model_dump(exclude_none=True) | ({"unusable": names} if names else {})
