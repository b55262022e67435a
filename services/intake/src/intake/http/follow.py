"""Following a public report by mail or telephone. An address gets nothing but a code until it is confirmed with it."""

from collections.abc import Callable
from typing import Any, Final, Literal, Self
from uuid import UUID

from fastapi import APIRouter, Request
from pydantic import Field, field_validator, model_validator

from chassis.http.access import ANYONE, allow
from chassis.http.openapi import gives
from chassis.http.web import IdempotencyKey, StrictRoute
from chassis.write.loaded import LoadedStream
from intake.contacts import mail_address, phone_number
from intake.context import Intake
from intake.http.answers import FollowAsked, FollowChanged
from intake.http.filing import Context, limit_rate
from intake.notify import ask_to_confirm
from intake.storage.subscribers import subscriber_for
from schemas.base.ids import MalformedCode, parse_public_number, parse_tracking_code
from schemas.base.limits import CONTACT
from schemas.base.refusals import InvalidField, NotFound
from schemas.contract.base import InboundModel

router = APIRouter(route_class=StrictRoute)


def _usable(written: str | None, read: Callable[[str], str | None], why: str) -> str | None:
    address = read(written) if written is not None else None
    if written is not None and address is None:
        raise ValueError(why)
    return address


class Follow(InboundModel):
    """The address to notify: an e-mail address or a telephone number."""

    email: str | None = Field(default=None, max_length=CONTACT)
    phone: str | None = Field(default=None, max_length=CONTACT)
    language: Literal["id", "en"] = "id"

    @property
    def address(self) -> str:
        return self.email or self.phone or ""

    @field_validator("email")
    @classmethod
    def _mail(cls, written: str | None) -> str | None:
        return _usable(written, mail_address, "must be an e-mail address")

    @field_validator("phone")
    @classmethod
    def _number(cls, written: str | None) -> str | None:
        return _usable(written, phone_number, "must be a telephone number")

    @model_validator(mode="after")
    def _one(self) -> Self:
        if (self.email is None) == (self.phone is None):
            raise ValueError("give an email or a phone, one of them")
        return self


class ByCode(InboundModel):
    """The code of a subscription. Every notification contains it; it confirms and ends the subscription."""

    follow_code: str


@router.post(
    "/reports/{public_number}/follow",
    dependencies=[allow(ANYONE)],
    status_code=202,
    responses={202: {"model": FollowAsked}},
)
@gives(429)
async def follow(
    public_number: str, body: Follow, request: Request, context: Context, _key: IdempotencyKey
) -> dict[str, Any]:
    """Ask to be notified of a public report. The address gets a code, and nothing else until it is confirmed. For an
    address that follows already the answer is the same, so it does not reveal who follows.
    """
    limit_rate(context.filings, request)
    if body.phone and not context.sms:
        raise InvalidField(field="phone", why=_NO_SMS[body.language])
    audience, number = context.audience, _parsed(parse_public_number, "public_number", public_number)
    loaded = await _public(context, number)
    now, version = context.clock.now(), context.codes.newest
    one = subscriber_for(loaded.state.id, loaded.keys, body.address, body.language, now, version)
    if (unconfirmed := await audience.subscribers.ask(one)) is not None:
        await ask_to_confirm(context, loaded, unconfirmed)
    return {"public_number": number, "message": _CODE_SENT[body.language]}


@router.post(
    "/reports/{public_number}/follow/confirmation",
    dependencies=[allow(ANYONE)],
    summary="Confirm the address",
    responses={200: {"model": FollowChanged}},
)
@gives(429)
async def confirm(
    public_number: str, body: ByCode, request: Request, context: Context, _key: IdempotencyKey
) -> dict[str, Any]:
    """Confirm the address; notifications begin. Repeatable; a lapsed code is not found."""
    audience, number = context.audience, _parsed(parse_public_number, "public_number", public_number)
    loaded = await _public(context, number)
    with context.guesses.attempt(request):
        for one in await _with_code(context, loaded.state.id, body):
            if await audience.subscribers.confirm(one, context.clock.now()):
                return {"public_number": number}
        raise NotFound(what=number)


@router.post(
    "/reports/{public_number}/unfollow", dependencies=[allow(ANYONE)], responses={200: {"model": FollowChanged}}
)
@gives(429)
async def unfollow(
    public_number: str, body: ByCode, request: Request, context: Context, _key: IdempotencyKey
) -> dict[str, Any]:
    """End the notifications. Repeatable; the answer for an unknown code is the same."""
    audience, number = context.audience, _parsed(parse_public_number, "public_number", public_number)
    if (complaint := await audience.complaint_of(number)) is not None:
        with context.guesses.attempt(request):
            found = await _with_code(context, complaint, body)
        for one in found:
            await audience.subscribers.remove(one)
        if not found:
            context.guesses.failed(request)
    return {"public_number": number}


async def public_number_of(context: Intake, written: str) -> str:
    """The number of a report that can be followed.

    Raises:
        InvalidField: no number.
        NotFound: there is none, or the public does not read it.
    """
    number = _parsed(parse_public_number, "public_number", written)
    await _public(context, number)
    return number


async def _public(context: Intake, number: str) -> LoadedStream:
    complaint = await context.audience.complaint_of(number)
    loaded = await context.repository.load(complaint) if complaint is not None else None
    # Not public and not there get the same answer, so that nobody can probe. A complaint without keys is being erased.
    if loaded is None or not loaded.state.is_public or loaded.state.erased or not loaded.keys.generations:
        raise NotFound(what=number)
    return loaded


async def _with_code(context: Intake, complaint: UUID, body: ByCode) -> list[UUID]:
    code = _parsed(parse_tracking_code, "follow_code", body.follow_code)
    asked = await context.audience.subscribers.asked(complaint)
    return [one for one, version in asked if context.codes.works(version) and context.codes.of(one, version) == code]


def _parsed(parse: Callable[[str], str], field: str, text: str) -> str:
    try:
        return parse(text)
    except MalformedCode as error:
        raise InvalidField(field=field, why=str(error)) from error


_NO_SMS: Final = {
    "id": "tidak dapat dipakai: SMS tidak dikirim; berikan alamat surel",
    "en": "cannot be used: no SMS is sent; give an e-mail address",
}
_CODE_SENT: Final = {
    "id": (
        "Jika alamat itu belum mengikuti laporan ini, sebuah kode dikirim ke alamat tersebut. "
        "Pemberitahuan dikirim setelah kode itu dikonfirmasi."
    ),
    "en": (
        "If that address does not follow this report yet, a code was sent to it. "
        "It gets notifications after the code is confirmed."
    ),
}
