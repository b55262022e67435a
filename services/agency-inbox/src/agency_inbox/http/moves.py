"""An agency's commands over HTTP. A complaint of another agency and one that does not exist get the same 404."""

from dataclasses import dataclass
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Response

from agency_inbox.answers import MOVED
from agency_inbox.bodies import (
    AcknowledgementBody,
    AssignmentBody,
    ClarificationBody,
    HttpBody,
    NoteBody,
    ProgressBody,
    ResponseBody,
    ReturnBody,
)
from agency_inbox.casefile import summary
from agency_inbox.context import Inbox
from agency_inbox.http.context import PREFIX, Context
from agency_inbox.moving import MoveRequest, move
from chassis.http.access import AGENCY, Caller, allow
from chassis.http.openapi import gives
from chassis.http.web import ClientId, Conditional, DeviceId, IdempotencyKey, Language, StrictRoute, etag
from chassis.write.precondition import Precondition
from schemas.access.principal import Principal

router = APIRouter(prefix=PREFIX, route_class=StrictRoute)


@dataclass(frozen=True, slots=True)
class MoveEndpoint:
    """Carries out moves for one request."""

    context: Inbox
    who: Principal
    key: str
    client: str
    device: str | None
    condition: Precondition
    lang: str
    response: Response

    async def answer(self, agency: str, complaint: UUID, route: str, body: HttpBody) -> dict[str, Any]:
        """Carry out the body's command and answer with the complaint's new state."""
        asked = MoveRequest(agency, complaint, route, self.key, self.client, self.device, self.condition)
        state = await move(self.context, self.who, asked, body)
        etag(self.response, state.version)
        return summary(state, await self.context.registry.current(), self.context.policies, self.lang)


@gives(410)
async def _endpoint(
    context: Context,
    who: Caller,
    key: IdempotencyKey,
    client: ClientId,
    device: DeviceId,
    condition: Conditional,
    lang: Language,
    response: Response,
) -> MoveEndpoint:
    return MoveEndpoint(context, who, key, client, device, condition, lang, response)


Endpoint = Annotated[MoveEndpoint, Depends(_endpoint)]


@router.post("/inbox/{complaint}/acknowledgement", dependencies=[allow(AGENCY)], responses=MOVED)
async def acknowledge(
    agency: str, complaint: UUID, endpoint: Endpoint, body: AcknowledgementBody | None = None
) -> dict[str, Any]:
    """Accept the complaint and begin to work on it."""
    return await endpoint.answer(agency, complaint, "acknowledgement", body or AcknowledgementBody())


@router.post("/inbox/{complaint}/return", dependencies=[allow(AGENCY)], responses=MOVED)
async def return_(agency: str, complaint: UUID, endpoint: Endpoint, body: ReturnBody) -> dict[str, Any]:
    """Return the complaint because the agency is not competent."""
    return await endpoint.answer(agency, complaint, "return", body)


@router.post("/inbox/{complaint}/progress", dependencies=[allow(AGENCY)], responses=MOVED)
async def progress(agency: str, complaint: UUID, endpoint: Endpoint, body: ProgressBody) -> dict[str, Any]:
    """Record a progress note."""
    return await endpoint.answer(agency, complaint, "progress", body)


@router.post("/inbox/{complaint}/clarification", dependencies=[allow(AGENCY)], responses=MOVED)
async def clarify(agency: str, complaint: UUID, endpoint: Endpoint, body: ClarificationBody) -> dict[str, Any]:
    """Ask the reporter a question."""
    return await endpoint.answer(agency, complaint, "clarification", body)


@router.post("/inbox/{complaint}/response", dependencies=[allow(AGENCY)], responses=MOVED)
async def respond(agency: str, complaint: UUID, endpoint: Endpoint, body: ResponseBody) -> dict[str, Any]:
    """Answer the complaint."""
    return await endpoint.answer(agency, complaint, "response", body)


@router.post("/inbox/{complaint}/notes", dependencies=[allow(AGENCY)], responses=MOVED)
async def note(agency: str, complaint: UUID, endpoint: Endpoint, body: NoteBody) -> dict[str, Any]:
    """Write a note for colleagues. Only the agency and the arbiter read it."""
    return await endpoint.answer(agency, complaint, "notes", body)


@router.post("/inbox/{complaint}/assignment", dependencies=[allow(AGENCY)], responses=MOVED)
async def assign(agency: str, complaint: UUID, endpoint: Endpoint, body: AssignmentBody) -> dict[str, Any]:
    """Say which officer works on the case."""
    return await endpoint.answer(agency, complaint, "assignment", body)
