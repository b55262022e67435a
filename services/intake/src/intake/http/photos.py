"""Photos of public reports: the holder or the desk lets the public see one, or takes it back; anybody opens it."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel

from chassis.attachments.store import Copy, FileId
from chassis.http.access import ANYONE, HOLDER, TRIAGE, Caller, allow
from chassis.http.files import answer, opens_file
from chassis.http.openapi import gives
from chassis.http.web import IdempotencyKey, NoBody, StrictRoute
from chassis.write.cases import case_of
from chassis.write.command import handle
from chassis.write.lead import root_lead
from chassis.write.loaded import LoadedStream
from chassis.write.repository import Cause
from intake import photos
from intake.canonical import canonical
from intake.contact_reading import body_of
from intake.context import Intake
from intake.http.filing import Context
from schemas.access.principal import FOR_AN_AGENCY, Principal, Role, acting_as, client_of
from schemas.base.ids import MalformedCode, move_id, parse_public_number
from schemas.base.refusals import InvalidField, NotFound
from schemas.complaint.attachments import attached_as
from schemas.complaint.state import Complaint
from schemas.events.base import Fact
from schemas.wording.casefile import file_name

router = APIRouter(route_class=StrictRoute)


class PhotoState(BaseModel):
    """Whether the public sees the photo now."""

    complaint: UUID
    attachment: UUID
    public: bool


@router.post(
    "/photos/{complaint}/{attachment}/release",
    dependencies=[allow(HOLDER | TRIAGE)],
    summary="Let the public see a photo",
    responses={200: {"model": PhotoState}},
)
@gives(409, 410)
async def release(
    complaint: UUID, attachment: UUID, who: Caller, context: Context, key: IdempotencyKey, _body: NoBody | None = None
) -> dict[str, Any]:
    """Let the public see a photo: its copy without hidden data."""
    return await carry_out(context, who, complaint, attachment, key, releases=True)


@router.post(
    "/photos/{complaint}/{attachment}/revocation",
    dependencies=[allow(HOLDER | TRIAGE)],
    summary="Take a photo back from the public",
    responses={200: {"model": PhotoState}},
)
@gives(410)
async def revoke(
    complaint: UUID, attachment: UUID, who: Caller, context: Context, key: IdempotencyKey, _body: NoBody | None = None
) -> dict[str, Any]:
    """Let the public see a photo no longer."""
    return await carry_out(context, who, complaint, attachment, key, releases=False)


async def carry_out(
    context: Intake, who: Principal, complaint: UUID, attachment: UUID, key: str, *, releases: bool
) -> dict[str, Any]:
    """Release or revoke it, as whoever holds the complaint or as the desk.

    Raises:
        NotFound: `who` is neither, or there is no such file.
    """
    at, loaded = context.clock.now(), await context.repository.load(complaint)
    agency = await _agency(context, who, loaded, releases=releases)

    def rule(state: Complaint) -> Sequence[Fact]:
        # Whether the file can be shown does not change back, so the history before is enough.
        photo = attached_as((one.fact for one in loaded.facts()), attachment, scans=context.attachments.scans)
        if releases:
            return photos.release(state, photo, at, agency)
        return photos.revoke(state, attachment, at, agency)

    named = move_id(complaint, client_of(who), f"photo/{attachment}/{releases}", key)
    actor = acting_as(who, *FOR_AN_AGENCY, body=agency) if agency else acting_as(who, Role.TRIAGE)
    cause = Cause(named, complaint, at, request=canonical(NoBody()), actor=actor)
    await handle(context.repository, complaint, rule, cause)
    shown = attachment in (await context.repository.load(complaint)).state.released
    return {"complaint": str(complaint), "attachment": str(attachment), "public": shown}


@opens_file(router, "/reports/{public_number}/photos/{attachment}", ANYONE, "Photo of a public report")
async def public_photo(public_number: str, attachment: UUID, context: Context, request: Request) -> Response:
    """A photo that the holder or the desk lets the public see: the copy without hidden data."""
    loaded = await _public(context, public_number)
    state = loaded.state
    if attachment not in state.released:
        raise NotFound(what="attachment")
    one = attached_as((each.fact for each in loaded.facts()), attachment, scans=context.attachments.scans)
    if not photos.is_showable(one) or one.checked is None:
        raise NotFound(what="attachment")
    file = FileId(state.id, attachment, Copy.CLEANED, one.checked.size_bytes)
    opened = await context.attachments.open(file, loaded.keys)
    return await answer(opened, one.checked.media_type, file_name(one, anonymous=True), request)


async def _public(context: Intake, written: str) -> LoadedStream:
    try:
        number = parse_public_number(written)
    except MalformedCode as error:
        raise InvalidField(field="public_number", why=str(error)) from error
    complaint = await context.audience.complaint_of(number)
    loaded = await context.repository.load(complaint) if complaint is not None else None
    if loaded is None or not loaded.state.is_public or loaded.state.erased:
        raise NotFound(what="attachment")
    return loaded


async def _agency(context: Intake, who: Principal, loaded: LoadedStream, *, releases: bool) -> str | None:
    """The body that holds it and for which `who` acts; None: the desk. Raises NotFound."""
    registry = await context.registry.current()
    try:
        held = await root_lead(context.repository, loaded.state) or loaded.state
        return body_of(who, loaded.state, held, registry)
    except NotFound:
        photos.check_desk(who, await case_of(context.repository, loaded, registry), releases=releases)
        return None
