"""Updates of reports as FixMyStreet sends them (its `servicerequestupdates`). An update with the tracking code is the
reporter's detail; any other one is a note for the holder, since a public number proves nothing.
"""

from typing import Annotated, Final, NamedTuple
from uuid import UUID

from fastapi import APIRouter, Request, Response
from pydantic import ConfigDict, Field

from chassis.http.access import ANYONE, Caller, allow
from chassis.http.open311 import Format, list_response
from chassis.http.web import Language
from chassis.write.command import Handled
from intake import handlers
from intake.context import Intake
from intake.decide import AddDetail, AddNote
from intake.handlers import MoveRequest
from intake.http.filing import REPLAYED, Context, limit_rate
from intake.http.open311_docs import UPDATED, filed_as
from intake.http.open311_form import SentForm, read_form
from intake.http.open311_report import NonEmpty, validated, words_beside
from intake.settings import OPEN311_CHANNEL
from schemas.access.principal import system_acting
from schemas.base.ids import MalformedCode, derived_id, event_id, move_id, parse_public_number
from schemas.base.limits import CLIENT
from schemas.base.refusals import InvalidField, NotFound
from schemas.contract.base import InboundModel
from schemas.events.intake import DetailAdded, NoteAdded

router = APIRouter()
ROUTE: Final = "servicerequestupdates"
OPEN: Final = "open"


class UpdateForm(InboundModel):
    """The form of an update. Words, a status other than open, or a picture's address is required."""

    model_config = ConfigDict(extra="ignore", title="Open311Update")
    service_request_id: Annotated[NonEmpty, Field(description="The public number, or the tracking code.")]
    update_id: NonEmpty | None = Field(default=None, max_length=CLIENT, description="The client's own id.")
    updated_datetime: NonEmpty | None = None
    status: NonEmpty | None = Field(default=None, max_length=CLIENT)
    description: NonEmpty | None = None
    media_url: NonEmpty | None = None
    tracking_code: NonEmpty | None = Field(default=None, description="Proves that the reporter wrote it.")


class Target(NamedTuple):
    """The complaint, and whether the sender proved to be its reporter."""

    complaint: UUID
    by_reporter: bool


@router.post(
    f"/{ROUTE}.{{kind}}",
    dependencies=[allow(ANYONE)],
    status_code=201,
    responses=UPDATED,
    openapi_extra=filed_as(UpdateForm),
)
async def update_request(kind: Format, request: Request, who: Caller, context: Context, _lang: Language) -> Response:
    """Add an update to a report. Repeatable: an equal update is taken once."""
    limit_rate(context.filings, request)
    async with read_form(request, context.attachment_bytes) as sent:
        form: UpdateForm = validated(UpdateForm, sent.plain())
        text, target = _text(sent, form), await _target(request, context, form)
        key = str(derived_id(ROUTE, sent.content().decode()))
    move = MoveRequest(target.complaint, "", key, ROUTE, actor=system_acting(who))
    if target.by_reporter:
        handled = await handlers.add_detail(context, move, AddDetail(text=text))
    else:
        handled = await handlers.add_note(context, move, AddNote(text=text, channel=OPEN311_CHANNEL))
    rows = [{"update_id": str(_event_id(move, handled, by_reporter=target.by_reporter))}]
    answer = list_response(kind, "service_request_updates", "request_update", rows, 200 if handled.repeated else 201)
    answer.headers.update({REPLAYED: "true"} if handled.repeated else {})
    return answer


def _text(sent: SentForm, form: UpdateForm) -> str:
    status = form.status if form.status and form.status.lower() != OPEN else None
    parts = [form.description, "\n".join(sent.media_urls()) or None, words_beside(sent, {"status": status})]
    text = "\n\n".join(part for part in parts if part)
    if not text:
        raise InvalidField(field="description", why="must not be empty")
    return text


async def _target(request: Request, context: Intake, form: UpdateForm) -> Target:
    try:
        number = parse_public_number(form.service_request_id)
    except MalformedCode:
        return Target(
            await _opened(request, context, form.service_request_id, form.service_request_id), by_reporter=True
        )
    complaint = await context.audience.complaint_of(number)
    if complaint is None:
        raise NotFound(what=number)
    if form.tracking_code is None:
        return Target(complaint, by_reporter=False)
    if await _opened(request, context, form.tracking_code, number) != complaint:
        raise NotFound(what=number)
    return Target(complaint, by_reporter=True)


async def _opened(request: Request, context: Intake, code: str, asked: str) -> UUID:
    with context.guesses.attempt(request):
        try:
            return await context.codes.open(code)
        except InvalidField as error:
            raise NotFound(what=asked) from error


def _event_id(move: MoveRequest, handled: Handled, *, by_reporter: bool) -> UUID:
    # The id under which the update is read again, so that the client knows its own one.
    causation = move_id(move.complaint, move.client, move.route, move.key)
    kind = DetailAdded if by_reporter else NoteAdded
    return event_id(handled.loaded.stream, causation, kind.__name__, 0)
