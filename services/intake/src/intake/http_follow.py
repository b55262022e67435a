"""Following a public report over HTTP: by its number, with an address that only this one report's key can read."""

from typing import Any

from fastapi import APIRouter, Request

from chassis.web import IdempotencyKey
from intake.audience import Audience
from intake.commands import Follow, Unfollow
from intake.context import Context
from intake.http_filing import Intake, within
from intake.watchers import watcher
from schemas.ids import MalformedCode, parse_public_number, parse_tracking_code
from schemas.refusals import InvalidField, NotFound

router = APIRouter()


@router.post("/reports/{public_number}/follow", status_code=201)
async def follow(
    public_number: str, body: Follow, request: Request, context: Intake, _key: IdempotencyKey
) -> dict[str, Any]:
    """Be told what happens to a public report. The same address twice is one."""
    within(context.lookups, request)
    audience, number = _audience(context), _number(public_number)
    complaint = await audience.complaint_of(number)
    loaded = await context.ledger.load(complaint) if complaint is not None else None
    # What is not public and what is not there get the same answer, so that nobody can probe.
    if loaded is None or not loaded.state.is_public or loaded.state.erased:
        raise NotFound(what=number)
    one = watcher(loaded.state.id, loaded.keys, body.address, body.language, context.clock.now())
    await audience.watchers.add(one)
    return {"public_number": number, "follow_code": context.codes.of(one.id)}


@router.post("/reports/{public_number}/unfollow")
async def unfollow(
    public_number: str, body: Unfollow, request: Request, context: Intake, _key: IdempotencyKey
) -> dict[str, Any]:
    """Hear of it no more. Asked again, or with a code that is no longer known, it is as it was: nobody is told."""
    within(context.lookups, request)
    audience, number = _audience(context), _number(public_number)
    code, complaint = _code(body.follow_code), await audience.complaint_of(number)
    for one in await audience.watchers.of([complaint] if complaint is not None else []):
        if context.codes.of(one.id) == code:
            await audience.watchers.remove(one.id)
    return {"public_number": number}


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
