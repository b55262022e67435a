"""Which complaint a public number names, for the desk, which joins complaints by their ids."""

from typing import Any
from uuid import UUID

from fastapi import APIRouter
from pydantic import BaseModel

from chassis.http.access import TRIAGE, allow
from chassis.http.web import StrictRoute
from intake.http.filing import Context
from schemas.base.ids import MalformedCode, parse_public_number
from schemas.base.refusals import InvalidField, NotFound

router = APIRouter(route_class=StrictRoute)


class Numbered(BaseModel):
    """A complaint by its public number."""

    complaint: UUID
    public_number: str


@router.get(
    "/numbers/{public_number}",
    dependencies=[allow(TRIAGE)],
    summary="Complaint of a public number",
    responses={200: {"model": Numbered}},
)
async def numbered(public_number: str, context: Context) -> dict[str, Any]:
    """The complaint with this public number, if the public may know of it."""
    try:
        number = parse_public_number(public_number)
    except MalformedCode as error:
        raise InvalidField(field="public_number", why=str(error)) from error
    complaint = await context.audience.complaint_of(number)
    # As unknown as one that there is not: nothing is joined to a protected complaint.
    if complaint is None or not (await context.repository.load(complaint)).state.may_be_public:
        raise NotFound(what="report")
    return {"complaint": str(complaint), "public_number": number}
