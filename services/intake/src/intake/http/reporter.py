"""The reporter's side over HTTP. Whoever bears the tracking code is the reporter; the code is never logged."""

from typing import Annotated, Any, NamedTuple
from uuid import UUID

from fastapi import APIRouter, Depends, HTTPException, Query, Request, Response
from fastapi.encoders import jsonable_encoder
from fastapi.responses import JSONResponse

from chassis.http.web import ClientId, IdempotencyKey, IfMatch, Language, etag
from chassis.write.command import Handled
from chassis.write.loaded import LoadedStream
from intake import decide, handlers, tracking_view
from intake.commands import AddDetail, Attach, CallOmbudsman, Confirm, Dispute, Erase, Withdraw
from intake.context import Context
from intake.handlers import MoveRequest
from intake.http import filing, follow
from intake.http.filing import REPLAYED, Intake, limit_rate, receipt, with_notice
from intake.settings import FORM_BYTES, MEDIA_TYPES
from intake.storage.attachments import digest, media_type
from schemas.base.limits import ATTACHMENT_BYTES, CLIENT, NAME
from schemas.base.refusals import InvalidField, NoPermission, NotFound, NotTheHolder
from schemas.events.intake import AttachmentAdded
from schemas.wording.explanations import explained
from schemas.wording.names import held_by

router = APIRouter(prefix="/api/v1")
router.include_router(filing.router)
router.include_router(follow.router)


class TrackedComplaint(NamedTuple):
    """Who asks, about which complaint."""

    context: Context
    complaint: UUID
    code: str
    lang: str

    async def loaded(self) -> LoadedStream:
        """Raises NotFound: its code was kept, but the filing was never finished."""
        loaded = await self.context.repository.load(self.complaint)
        if not loaded.recorded:
            raise NotFound(what="complaint")
        return loaded

    async def page(self, response: Response) -> dict[str, Any]:
        """The whole story now."""
        context, loaded = self.context, await self.loaded()
        etag(response, loaded.state.version)
        registry, lead = await context.registry.current(), await handlers.visible_lead_of(context, loaded.state)
        parts = [part.state for part in await handlers.parts_of(context, loaded.state)]
        told = loaded.facts()
        story = tracking_view.page(loaded.state, told, self.code, registry, context.policies, self.lang, lead, parts)
        return with_notice(context, story, self.lang)


async def _reporter(tracking_code: str, request: Request, context: Intake, lang: Language) -> TrackedComplaint:
    limit_rate(context.lookups, request)
    complaint = await context.codes.open(tracking_code)
    return TrackedComplaint(context, complaint, context.codes.of(complaint), lang)


class MoveHeaders(NamedTuple):
    """Under which key a move is asked for, by which client, after seeing which version."""

    client: str
    key: str
    if_match: int | None

    def about(self, complaint: UUID, route: str) -> MoveRequest:
        """The request as intake knows it."""
        return MoveRequest(complaint, self.client, self.key, route, self.if_match)


async def _asking(client: ClientId, key: IdempotencyKey, if_match: IfMatch) -> MoveHeaders:
    return MoveHeaders(client, key, if_match)


Bearer = Annotated[TrackedComplaint, Depends(_reporter)]
Asks = Annotated[MoveHeaders, Depends(_asking)]


@router.get("/complaints/{tracking_code}")
async def track(reporter: Bearer, response: Response) -> dict[str, Any]:
    """Where it is, who must act by when, and everything that happened."""
    return await reporter.page(response)


@router.get("/complaints/{tracking_code}/explain")
async def explain(reporter: Bearer) -> dict[str, Any]:
    """Why each date is what it is."""
    context = reporter.context
    state = (await reporter.loaded()).state
    registry, lead = await context.registry.current(), await handlers.visible_lead_of(context, state)
    return {"due": explained(state, registry, context.policies, reporter.lang, lead)}


@router.post("/complaints/{tracking_code}/details")
async def add_detail(reporter: Bearer, asks: Asks, body: AddDetail, response: Response) -> dict[str, Any]:
    """Tell more, or answer a question."""
    handled = await handlers.add_detail(reporter.context, asks.about(reporter.complaint, "details"), body)
    return await _answered(reporter, handled, response)


@router.post("/complaints/{tracking_code}/withdrawal")
async def withdraw(reporter: Bearer, asks: Asks, body: Withdraw, response: Response) -> dict[str, Any]:
    """Take it back."""
    at, asked = reporter.context.clock.now(), asks.about(reporter.complaint, "withdrawal")
    handled = await handlers.move(reporter.context, asked, body, lambda state: decide.withdraw(state, body, at))
    return await _answered(reporter, handled, response)


@router.post("/complaints/{tracking_code}/confirmation")
async def confirm(reporter: Bearer, asks: Asks, body: Confirm, response: Response) -> dict[str, Any]:
    """It is settled."""
    at, asked = reporter.context.clock.now(), asks.about(reporter.complaint, "confirmation")
    handled = await handlers.move(reporter.context, asked, body, lambda state: decide.confirm(state, body, at))
    return await _answered(reporter, handled, response)


@router.post("/complaints/{tracking_code}/dispute")
async def dispute(reporter: Bearer, asks: Asks, body: Dispute, response: Response) -> dict[str, Any]:
    """It is not settled."""
    handled = await handlers.dispute(reporter.context, asks.about(reporter.complaint, "dispute"), body)
    return await _answered(reporter, handled, response)


@router.post("/complaints/{tracking_code}/ombudsman")
async def call_ombudsman(reporter: Bearer, asks: Asks, body: CallOmbudsman, response: Response) -> dict[str, Any]:
    """The Ombudsman shall look at it now."""
    at, asked = reporter.context.clock.now(), asks.about(reporter.complaint, "ombudsman")
    handled = await handlers.move(reporter.context, asked, body, lambda state: decide.call_ombudsman(state, body, at))
    return await _answered(reporter, handled, response)


@router.post("/complaints/{tracking_code}/erasure")
async def erase(reporter: Bearer, asks: Asks, response: Response, body: Erase | None = None) -> dict[str, Any]:
    """Forget who I am and what I wrote."""
    await handlers.erase(reporter.context, asks.about(reporter.complaint, "erasure"), body or Erase())
    return await reporter.page(response)


@router.post("/complaints/{tracking_code}/attachments", status_code=201)
async def attach(reporter: Bearer, asks: Asks, request: Request, response: Response) -> dict[str, Any]:
    """Hand in a file, in the form field `file`."""
    name, content = await _file_of(request)
    told = Attach(digest=digest(content), media_type=media_type(content), size_bytes=len(content), name=name)
    handled = await handlers.attach(reporter.context, asks.about(reporter.complaint, "attachments"), told, content)
    return await _answered(reporter, handled, response)


@router.get("/complaints/{tracking_code}/attachments/{attachment}")
async def download(reporter: Bearer, attachment: UUID) -> Response:
    """A file that was handed in; always as a download, never shown in the page."""
    loaded = await reporter.loaded()
    facts = [one.fact for one in loaded.facts() if isinstance(one.fact, AttachmentAdded)]
    fact = next((fact for fact in facts if fact.attachment == attachment), None)
    if fact is None:
        raise NotFound(what="attachment")
    content = await reporter.context.attachments.read(reporter.complaint, attachment, loaded.keys)
    headers = {
        "Content-Disposition": f'attachment; filename="{attachment.hex}.{MEDIA_TYPES[fact.media_type]}"',
        "X-Content-Type-Options": "nosniff",
        "Cache-Control": "private, no-store",
    }
    return Response(content, media_type=fact.media_type, headers=headers)


@router.get("/submissions/{client}/{key}")
async def submission(client: str, key: str, request: Request, context: Intake, lang: Language) -> Response:
    """What became of a message on the topic `submissions`: 202 not read yet, 200 filed, 422 refused."""
    limit_rate(context.lookups, request)  # the answer holds a tracking code, and a gateway's keys may be guessed
    if len(client) > CLIENT or len(key) > CLIENT:
        raise InvalidField(field="key", why=f"at most {CLIENT} characters")
    found = await context.results.of(client, key)
    if found is None:
        return JSONResponse({"status": "not read yet"}, 202)
    if isinstance(found, UUID):
        return JSONResponse(
            jsonable_encoder(
                await receipt(context, (await context.repository.load(found)).state, context.codes.of(found), lang)
            )
        )
    return JSONResponse(found, 422, media_type="application/problem+json")


@router.get("/persons/{complaint}")
async def person(
    complaint: UUID,
    context: Intake,
    agency: Annotated[str, Query(max_length=NAME)],
    officer: Annotated[str | None, Query(max_length=NAME)] = None,
) -> dict[str, Any]:
    """Who complained: for the agency that holds it, if the reporter did not ask to stay unknown. Every reading is
    recorded.
    """
    loaded, whole = await _with_whole(context, complaint)
    lead = await handlers.lead_of(context, loaded.state)
    registry = await context.registry.current()
    holder = registry.holder((lead or loaded.state).holder)
    if whole.state.person is None:
        raise NotFound(what="person")
    if holder.agency != agency:
        raise NotTheHolder(**held_by(holder, registry))
    if whole.state.anonymous:
        raise NoPermission(what="person")
    found = await context.vault.read(whole.state.person, whole.keys)
    await context.vault.record_reading(complaint, agency, officer, context.clock.now())
    return found.model_dump(exclude_none=True)


async def _with_whole(context: Context, complaint: UUID) -> tuple[LoadedStream, LoadedStream]:
    """A complaint, and the one that names its reporter: itself, or the whole it is a part of."""
    loaded = await context.repository.load(complaint)
    return loaded, await context.repository.load(loaded.state.whole) if loaded.state.whole else loaded


async def _answered(reporter: TrackedComplaint, handled: Handled, response: Response) -> dict[str, Any]:
    if handled.repeated:
        response.headers[REPLAYED] = "true"
    return await reporter.page(response)


async def _file_of(request: Request) -> tuple[str | None, bytes]:
    too_large = InvalidField(field="file", why=f"a file has at most {ATTACHMENT_BYTES} bytes")
    length = request.headers.get("content-length", "")
    if not length.isdigit():
        raise HTTPException(411)
    if int(length) > ATTACHMENT_BYTES + FORM_BYTES:
        raise too_large
    async with request.form(max_files=1, max_fields=5) as form:
        given = form.get("file")
        if given is None or isinstance(given, str):
            raise InvalidField(field="file", why="a form field of that name with the file is needed")
        name, content = given.filename or None, await given.read()
    if len(content) > ATTACHMENT_BYTES:
        raise too_large
    return name and name[-NAME:], content
