"""A lost tracking code: sent to the contact that the reporter left. The answer is the same whether there is one."""

from typing import Any, Final

from fastapi import APIRouter, BackgroundTasks, Request

from chassis.http.access import ANYONE, allow
from chassis.http.openapi import gives
from chassis.http.web import IdempotencyKey, StrictRoute
from intake.context import Intake
from intake.http.answers import CodeAsked
from intake.http.filing import Context, limit_rate
from intake.http.follow import Follow
from intake.lost_codes import send_code
from schemas.base.ids import MalformedCode, parse_public_number
from schemas.base.refusals import InvalidField

router = APIRouter(route_class=StrictRoute)


class LostCode(Follow):
    """The public number of a report, and the contact that was given when it was filed."""

    public_number: str


@router.post("/lost-codes", dependencies=[allow(ANYONE)], status_code=202, responses={202: {"model": CodeAsked}})
@gives(429)
async def lost_code(
    body: LostCode, request: Request, context: Context, after: BackgroundTasks, _key: IdempotencyKey
) -> dict[str, Any]:
    """Ask that the tracking code be sent to the reporter's own contact, at most once an hour. The answer never says
    whether number and contact belong together, and never holds the code.
    """
    number = asked(context, body, request)
    after.add_task(send_code, context, number, body.address, body.language)
    return {"public_number": number, "message": SENT[body.language]}


def asked(context: Intake, body: LostCode, request: Request) -> str:
    """The number that is asked for.

    Raises:
        InvalidField: it is none, or SMS are not sent.
        HTTPException: 429.
    """
    limit_rate(context.filings, request)
    if body.phone and not context.sms:
        raise InvalidField(field="phone", why="cannot be used: no SMS is sent; give an e-mail address")
    try:
        return parse_public_number(body.public_number)
    except MalformedCode as error:
        raise InvalidField(field="public_number", why=str(error)) from error


SENT: Final = {
    "id": "Jika nomor dan kontak itu cocok, kode pelacakan dikirim ke kontak tersebut dalam beberapa menit.",
    "en": "If that number and contact belong together, the tracking code is sent to that contact within minutes.",
}
