"""Open requests about reporters' own data, for operators: without words and identity."""

from typing import Annotated, Any

from fastapi import APIRouter, Query

from chassis.http.access import OPERATOR, Caller, allow
from intake.http.answers import OpenRequests
from intake.http.filing import Context
from intake.request_list import MOST, read_open
from schemas.access.accused import is_kept_from

router = APIRouter()


@router.get("/data-requests", responses={200: {"model": OpenRequests}}, dependencies=[allow(OPERATOR)])
async def data_requests(
    who: Caller, context: Context, overdue: Annotated[bool, Query(description="only those past their date")] = False
) -> dict[str, Any]:
    """Reporters' requests for a copy or for the erasure of their data that are not done, with their dates (law 27/2022
    articles 32 and 43), those asked for longest ago first. A refused erasure has no date: it is done when the
    examination ends.
    """
    now, registry = context.clock.now(), await context.registry.current()
    items = []
    for one in await read_open(context):
        state = (await context.repository.load(one.complaint)).state
        if is_kept_from(who, state, registry) or (overdue and not one.is_overdue(now)):
            continue
        items.append({**one._asdict(), "complaint": str(one.complaint), "overdue": one.is_overdue(now)})
    return {"most": MOST, "items": items}
