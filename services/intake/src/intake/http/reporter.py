"""The reporter's endpoints. Whoever has the tracking code is the reporter, so the code is never logged."""

from collections.abc import Callable, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any, Final, NamedTuple, TypeVar
from uuid import UUID

from fastapi import APIRouter, Depends, HTTPException, Query, Request, Response
from pydantic import BaseModel
from starlette.datastructures import FormData

from chassis.attachments.store import Copy, FileId
from chassis.http.access import REPORTER, Caller, allow
from chassis.http.files import answer, opens_file
from chassis.http.openapi import gives
from chassis.http.web import ClientId, Conditional, IdempotencyKey, Language, StrictRoute
from chassis.write.command import Handled
from chassis.write.loaded import LoadedStream
from chassis.write.precondition import Precondition
from intake import data_access, decide, handlers, tracking_view
from intake.contacts import notice_of
from intake.context import Intake
from intake.data_access import AskForData
from intake.decide import AddDetail, CallOmbudsman, Confirm, DeclineJoin, Dispute, Erase, Withdraw
from intake.handlers import MoveRequest
from intake.http import data_requests, follow, lookups, lost_codes, numbers, persons, photos
from intake.http.answers import DataCopy, Explanation, TrackingPage
from intake.http.filing import REPLAYED, Context, with_notice
from intake.notices.choices import NoticeChoices
from intake.notify import mail_returned, recipients_of, reporter_of
from intake.settings import FORM_BYTES
from intake.uploads import upload_of
from schemas.access.principal import system_acting
from schemas.base.envelope import Actor
from schemas.base.ids import parse_tracking_code
from schemas.base.refusals import FileWaiting, FileWithheld, InvalidField, NotFound
from schemas.complaint.attachments import FileState, attached_as
from schemas.complaint.state import Complaint
from schemas.events.base import Fact
from schemas.wording.casefile import own_file_name
from schemas.wording.explanations import explained
from schemas.wording.names import agency as agency_name

COPIES: Final = "`original`: as it was sent; `cleaned`: as the holder opens it, without hidden data"
router = APIRouter(prefix="/api/v1", route_class=StrictRoute)
router.include_router(follow.router)
C = TypeVar("C", bound=BaseModel)


class TrackedComplaint(NamedTuple):
    """The complaint of a tracking code, and the language of the answer."""

    context: Intake
    complaint: UUID
    code: str
    lang: str

    async def loaded(self) -> LoadedStream:
        """Load its stream, to decide on it.

        Raises:
            NotFound: the code was stored, but the filing was never finished.
        """
        return _found(await self.context.repository.load(self.complaint))

    async def page(self, response: Response) -> dict[str, Any]:
        """The present tracking page."""
        context, loaded = self.context, _found(await self.context.repository.reader.load(self.complaint))
        registry, lead = await context.registry.current(), await handlers.visible_lead_of(context, loaded.state)
        parts = [part.state for part in await handlers.parts_of(context, loaded.state)]
        response.headers["ETag"] = handlers.page_tag(loaded.state, parts)
        page = tracking_view.page(
            loaded.state, loaded.facts(), self.code, registry, context.policies, self.lang, lead, parts,
            scans=context.attachments.scans,
        )  # fmt: skip
        reporter = await reporter_of(context, loaded)
        returned = await mail_returned(context, loaded, reporter)
        contact = notice_of(reporter, self.lang, sms=context.sms, returned=returned)
        chosen = {"notices": await notices_of(context, loaded)}
        return with_notice(context, page | contact | chosen, self.lang)


async def notices_of(context: Intake, loaded: LoadedStream) -> dict[str, Any] | None:
    """What the reporter is notified of; None: there is no contact that can be used."""
    recipients = await recipients_of(context, loaded)
    if recipients is None:
        return None
    given = {"email": recipients.mail, "phone": recipients.phone}
    contacts = [name for name, address in given.items() if address]
    return {**recipients.shown(loaded.state.language).model_dump(), "contacts": contacts}


@gives(429)
async def _tracked(tracking_code: str, request: Request, context: Context, lang: Language) -> TrackedComplaint:
    with context.guesses.attempt(request):
        complaint = await context.codes.open(tracking_code)
    return TrackedComplaint(context, complaint, parse_tracking_code(tracking_code), lang)


Tracked = Annotated[TrackedComplaint, Depends(_tracked)]


def _found(loaded: LoadedStream) -> LoadedStream:
    if not loaded.recorded:
        raise NotFound(what="complaint")
    return loaded


@dataclass(frozen=True, slots=True)
class ReporterMove:
    """Carries out one command of the reporter and answers with the tracking page."""

    tracked: TrackedComplaint
    client: str
    key: str
    condition: Precondition
    response: Response
    actor: Actor | None

    def request(self, route: str) -> MoveRequest:
        return MoveRequest(self.tracked.complaint, self.client, self.key, route, self.condition, self.actor)

    async def decided(
        self, route: str, command: C, rule: Callable[[Complaint, C, datetime], Sequence[Fact]]
    ) -> dict[str, Any]:
        context, at = self.tracked.context, self.tracked.context.clock.now()
        request = self.request(route)
        return await self.answer(await handlers.move(context, request, command, lambda state: rule(state, command, at)))

    async def answer(self, handled: Handled) -> dict[str, Any]:
        if handled.repeated:
            self.response.headers[REPLAYED] = "true"
        return await self.tracked.page(self.response)


@gives(410)
async def _move(
    tracked: Tracked, who: Caller, client: ClientId, key: IdempotencyKey, condition: Conditional, response: Response
) -> ReporterMove:
    return ReporterMove(tracked, client, key, condition, response, system_acting(who))


STORED: Final[dict[int | str, dict[str, Any]]] = {201: {"model": TrackingPage}}
UPLOAD: Final = {
    "requestBody": {
        "required": True,
        "content": {
            "multipart/form-data": {
                "schema": {
                    "type": "object",
                    "required": ["file"],
                    "properties": {"file": {"type": "string", "format": "binary"}},
                }
            }
        },
    }
}
Move = Annotated[ReporterMove, Depends(_move)]


@router.get("/complaints/{tracking_code}", dependencies=[allow(REPORTER)], responses={200: {"model": TrackingPage}})
async def track(tracked: Tracked, response: Response) -> dict[str, Any]:
    """Status, holder, due dates and timeline of a complaint."""
    return await tracked.page(response)


@router.get(
    "/complaints/{tracking_code}/explain", dependencies=[allow(REPORTER)], responses={200: {"model": Explanation}}
)
async def explain(tracked: Tracked, response: Response) -> dict[str, Any]:
    """How each due date was calculated."""
    context = tracked.context
    state = (await tracked.loaded()).state
    response.headers["ETag"] = await handlers.tag_of(context, state)
    registry, lead = await context.registry.current(), await handlers.visible_lead_of(context, state)
    return {"due": explained(state, registry, context.policies, tracked.lang, lead)}


@router.post(
    "/complaints/{tracking_code}/details", dependencies=[allow(REPORTER)], responses={200: {"model": TrackingPage}}
)
async def add_detail(move: Move, body: AddDetail) -> dict[str, Any]:
    """Add a detail, or answer a question."""
    return await move.answer(await handlers.add_detail(move.tracked.context, move.request("details"), body))


@router.post(
    "/complaints/{tracking_code}/withdrawal", dependencies=[allow(REPORTER)], responses={200: {"model": TrackingPage}}
)
async def withdraw(move: Move, body: Withdraw) -> dict[str, Any]:
    """Withdraw the complaint."""
    return await move.decided("withdrawal", body, decide.withdraw)


@router.post(
    "/complaints/{tracking_code}/confirmation", dependencies=[allow(REPORTER)], responses={200: {"model": TrackingPage}}
)
async def confirm(move: Move, body: Confirm) -> dict[str, Any]:
    """Confirm that the answer settles the complaint."""
    return await move.decided("confirmation", body, decide.confirm)


@router.post(
    "/complaints/{tracking_code}/dispute", dependencies=[allow(REPORTER)], responses={200: {"model": TrackingPage}}
)
async def dispute(move: Move, body: Dispute) -> dict[str, Any]:
    """Dispute the outcome."""
    return await move.answer(await handlers.dispute(move.tracked.context, move.request("dispute"), body))


@router.post(
    "/complaints/{tracking_code}/unjoin", dependencies=[allow(REPORTER)], responses={200: {"model": TrackingPage}}
)
async def decline_join(move: Move, body: DeclineJoin | None = None) -> dict[str, Any]:
    """Undo a join: the complaint is not the same matter as the one it follows. No rule joins it again."""
    handled = await handlers.decline_join(move.tracked.context, move.request("unjoin"), body or DeclineJoin())
    return await move.answer(handled)


@router.post(
    "/complaints/{tracking_code}/ombudsman", dependencies=[allow(REPORTER)], responses={200: {"model": TrackingPage}}
)
async def call_ombudsman(move: Move, body: CallOmbudsman) -> dict[str, Any]:
    """Ask the Ombudsman to look at the complaint now."""
    return await move.decided("ombudsman", body, decide.call_ombudsman)


@router.post(
    "/complaints/{tracking_code}/erasure", dependencies=[allow(REPORTER)], responses={200: {"model": TrackingPage}}
)
async def erase(move: Move, body: Erase | None = None) -> dict[str, Any]:
    """Erase the reporter's personal data and texts."""
    await handlers.erase(move.tracked.context, move.request("erasure"), body or Erase())
    return await move.tracked.page(move.response)


@router.post(
    "/complaints/{tracking_code}/notices", dependencies=[allow(REPORTER)], responses={200: {"model": TrackingPage}}
)
async def choose_notices(
    tracked: Tracked, body: NoticeChoices, key: IdempotencyKey, response: Response
) -> dict[str, Any]:
    """Choose what is told by which contact, and in which language. It replaces what was chosen before, so that asking
    twice changes nothing more.
    """
    del key
    await handlers.choose_notices(tracked.context, tracked.complaint, body)
    return await tracked.page(response)


@router.post("/complaints/{tracking_code}/data", dependencies=[allow(REPORTER)], responses={200: {"model": DataCopy}})
async def copy_of_data(move: Move, _body: AskForData | None = None) -> dict[str, Any]:
    """Everything that is held about the reporter, for people and programs: the complaint with its history, name and
    contacts, which body read them and why, which bodies got the complaint, and the files (law 27/2022).
    """
    move.response.headers["Cache-Control"] = "no-store"
    await handlers.ask_for_data(move.tracked.context, move.request("data"))
    return await held_about(move.tracked, move.response)


async def held_about(tracked: TrackedComplaint, response: Response | None = None) -> dict[str, Any]:
    """The copy of everything that is held about the reporter."""
    context, loaded = tracked.context, await tracked.loaded()
    page = await tracked.page(response or Response())
    parts, registry = await handlers.parts_of(context, loaded.state), await context.registry.current()
    history, reporter = loaded.facts(), await reporter_of(context, loaded)
    former = [
        {"at": at, "body": body, "body_name": agency_name(body, None, registry), "reason": None}
        for body, _, at in await context.vault.readings(tracked.complaint)
    ]
    return {
        "made_at": context.clock.now(),
        "complaint": page,
        "contact": reporter.model_dump(exclude_none=True) if reporter else None,
        "contact_readings": former + data_access.readings(history, registry),
        "recipients": data_access.recipients([history, *(part.facts() for part in parts)], registry),
        "files": data_access.files(history, tracked.code, scans=context.attachments.scans),
    }


@router.post(
    "/complaints/{tracking_code}/attachments",
    dependencies=[allow(REPORTER)],
    status_code=201,
    openapi_extra=UPLOAD,
    responses={201: {"model": TrackingPage}},
)
@gives(411)
async def attach(move: Move, request: Request) -> dict[str, Any]:
    """Upload a file, in the form field `file`."""
    context = move.tracked.context
    async with _form_of(request, max(context.attachment_bytes.values())) as form:
        given = form.get("file")
        if given is None or isinstance(given, str):
            raise InvalidField(field="file", why="a form field of that name with the file is needed")
        handled = await handlers.attach(context, move.request("attachments"), await upload_of(given))
    return await move.answer(handled)


@opens_file(router, "/complaints/{tracking_code}/attachments/{attachment}", REPORTER)
async def download(
    tracked: Tracked,
    attachment: UUID,
    request: Request,
    copy: Annotated[Copy, Query(description=COPIES)] = Copy.ORIGINAL,
) -> Response:
    """Download one's own file as it was sent, or as the holder opens it; it is never displayed inline."""
    loaded = await tracked.loaded()
    scans = tracked.context.attachments.scans
    one = attached_as((recorded.fact for recorded in loaded.facts()), attachment, scans=scans)
    if one.state is FileState.INFECTED:
        raise FileWithheld(why=one.state.value)
    if one.state is FileState.WAITING and scans:
        raise FileWaiting
    sent = one.added if copy is Copy.ORIGINAL else one.opened_by_holder()
    kept = copy if one.state is FileState.CLEANED else Copy.ORIGINAL
    opened = await tracked.context.attachments.open(
        FileId(tracked.complaint, attachment, kept, sent.size_bytes), loaded.keys
    )
    return await answer(opened, sent.media_type, own_file_name(one), request)


def _form_of(request: Request, most: int) -> AbstractAsyncContextManager[FormData]:
    length = request.headers.get("content-length", "")
    if not length.isdigit():
        raise HTTPException(411)
    if int(length) > most + FORM_BYTES:
        raise InvalidField(field="file", why=f"a file has at most {most} bytes")
    return request.form(max_files=1, max_fields=5)


router.include_router(lookups.router)
router.include_router(persons.router)
router.include_router(photos.router)
router.include_router(numbers.router)
router.include_router(data_requests.router)
router.include_router(lost_codes.router)
