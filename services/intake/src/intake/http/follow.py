"""Following a public report over HTTP: by its number, with an address that only this one report's key can read, once a
letter to that address was answered. Nobody can be made to hear of what they never asked for.
"""

from typing import Any, Final
from uuid import UUID

from fastapi import APIRouter, Request

from chassis.http.web import IdempotencyKey
from chassis.write.loaded import LoadedStream
from intake.commands import ByCode, Follow
from intake.context import Context
from intake.http.filing import Intake, limit_rate
from intake.notify import ask_to_confirm
from intake.storage.audience import Audience
from intake.storage.subscribers import subscriber_for
from schemas.base.ids import MalformedCode, parse_public_number, parse_tracking_code
from schemas.base.refusals import InvalidField, NotFound

router = APIRouter()


@router.post("/reports/{public_number}/follow", status_code=202)
async def follow(
    public_number: str, body: Follow, request: Request, context: Intake, _key: IdempotencyKey
) -> dict[str, Any]:
    """Ask to be told what happens to a public report: a letter with a code goes to that address, and nothing else until
    it is confirmed. The answer is the same for an address that follows already: nobody learns who does.
    """
    limit_rate(context.filings, request)
    audience, number = _audience(context), _number(public_number)
    loaded = await _public(context, number)
    one = subscriber_for(loaded.state.id, loaded.keys, body.address, body.language, context.clock.now())
    if (kept := await audience.subscribers.ask(one)) is not None:
        await ask_to_confirm(context, loaded, kept)
    return {"public_number": number, "message": _SENT[body.language]}


@router.post("/reports/{public_number}/follow/confirmation")
async def confirm(
    public_number: str, body: ByCode, request: Request, context: Intake, _key: IdempotencyKey
) -> dict[str, Any]:
    """The address is mine: tell me from now on. Again, it is as it was; a code that lapsed is not found."""
    limit_rate(context.lookups, request)
    audience, number = _audience(context), _number(public_number)
    loaded = await _public(context, number)
    for one in await _named(context, loaded.state.id, body):
        if await audience.subscribers.confirm(one, context.clock.now()):
            return {"public_number": number}
    raise NotFound(what=number)


@router.post("/reports/{public_number}/unfollow")
async def unfollow(
    public_number: str, body: ByCode, request: Request, context: Intake, _key: IdempotencyKey
) -> dict[str, Any]:
    """Hear of it no more. Asked again, or with a code that is no longer known, it is as it was: nobody is told."""
    limit_rate(context.lookups, request)
    audience, number = _audience(context), _number(public_number)
    if (complaint := await audience.complaint_of(number)) is not None:
        for one in await _named(context, complaint, body):
            await audience.subscribers.remove(one)
    return {"public_number": number}


async def _public(context: Context, number: str) -> LoadedStream:
    complaint = await _audience(context).complaint_of(number)
    loaded = await context.repository.load(complaint) if complaint is not None else None
    # What is not public and what is not there get the same answer, so that nobody can probe. Whose key is gone is being
    # erased at this very moment.
    if loaded is None or not loaded.state.is_public or loaded.state.erased or not loaded.keys.generations:
        raise NotFound(what=number)
    return loaded


async def _named(context: Context, complaint: UUID, body: ByCode) -> list[UUID]:
    code = _code(body.follow_code)
    return [one for one in await _audience(context).subscribers.asked(complaint) if context.codes.of(one) == code]


def _audience(context: Context) -> Audience:
    assert context.audience is not None, "the composition root of a web side opens it"
    return context.audience


def _number(text: str) -> str:
    try:
        return parse_public_number(text)
    except MalformedCode as error:
        raise InvalidField(field="public_number", why=str(error)) from error


def _code(text: str) -> str:
    try:
        return parse_tracking_code(text)
    except MalformedCode as error:
        raise InvalidField(field="follow_code", why=str(error)) from error


_SENT: Final = {
    "id": (
        "Bila alamat itu belum mengikuti laporan ini, sebuah kode dikirim ke sana; "
        "kabar baru dikirim setelah kode itu dikonfirmasi."
    ),
    "en": (
        "Unless that address follows this report already, a code was sent to it; "
        "it hears of nothing until that is confirmed."
    ),
}
