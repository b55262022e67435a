"""Endpoints of dead letters: the messages that a service could not handle, and their replay."""

from typing import Annotated, Any

from fastapi import APIRouter, Path

from chassis.base.errors import BrokerUnavailable
from chassis.deadletter.replay import BodyNotStored, DeadLetterReplay, NoSuchDeadLetter
from chassis.deadletter.shown import SERVICES, shown
from chassis.http.access import OPERATOR, allow
from chassis.http.web import IdempotencyKey, NoBody, StrictRoute
from router.context import Router
from router.http.answers import DeadLettersShown, Replayed
from router.http.request import Context
from schemas.base.refusals import InvalidField, NotFound

router = APIRouter(prefix="/api/v1/dead-letters", route_class=StrictRoute)
Service = Annotated[str, Path(max_length=64, description=f"one of {', '.join(SERVICES)}")]


@router.get("/{service}", dependencies=[allow(OPERATOR)], responses={200: {"model": DeadLettersShown}})
async def dead_letters(service: Service, context: Context) -> dict[str, Any]:
    """The messages that this service could not handle and that were not replayed yet, without their content."""
    async with of(context, service) as letters:
        return {"service": service, "letters": [shown(each).model_dump() for each in await letters.open()]}


@router.post("/{service}/{offset}/replay", dependencies=[allow(OPERATOR)], responses={200: {"model": Replayed}})
async def replay(
    service: Service, offset: int, context: Context, key: IdempotencyKey, body: NoBody | None = None
) -> dict[str, Any]:
    """Send the message to its own topic and partition again. Its service decides on the complaint's present state, so
    a second replay does no harm.
    """
    del key, body
    async with of(context, service) as letters:
        try:
            await letters.replay(offset)
        except NoSuchDeadLetter as error:
            raise NotFound(service=service, offset=offset) from error
        except BodyNotStored as error:
            raise InvalidField(field="offset", why="its message was too large to be kept") from error
    return {"service": service, "offset": offset}


def of(context: Router, service: str) -> DeadLetterReplay:
    """Those of a service. Raises NotFound: there is no such service. BrokerUnavailable: this process reaches none."""
    if service not in SERVICES:
        raise NotFound(service=service)
    if context.dead_letters is None:
        raise BrokerUnavailable("this process does not reach Kafka")
    return context.dead_letters(service)
