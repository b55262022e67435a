"""One case over HTTP, for the agency that holds it or held it."""

from typing import Any
from uuid import UUID

from fastapi import APIRouter, Request, Response

from agency_inbox import queries
from agency_inbox.answers import InboxCasefile
from agency_inbox.http.context import PREFIX, Context
from chassis.http.access import READS_AGENCY, Caller, allow
from chassis.http.files import holders_file, opens_file
from chassis.http.web import Language, StrictRoute, etag

router = APIRouter(prefix=PREFIX, route_class=StrictRoute)


@router.get(
    "/inbox/{complaint}",
    dependencies=[allow(READS_AGENCY)],
    summary="Case file for the agency",
    responses={200: {"model": InboxCasefile}},
)
async def one(
    agency: str, complaint: UUID, who: Caller, context: Context, lang: Language, response: Response
) -> dict[str, Any]:
    """Everything that the agency may read of one complaint."""
    shown, state, _ = await queries.case_file(context, who, agency, complaint, lang)
    etag(response, state.version)
    return shown


@opens_file(router, "/inbox/{complaint}/attachments/{attachment}", READS_AGENCY, "File for the agency")
async def file(
    agency: str, complaint: UUID, attachment: UUID, who: Caller, context: Context, request: Request
) -> Response:
    """Open a file of a complaint that the agency reads: a copy without hidden data, always as a download."""
    holding = await queries.stream_with_files(context, who, agency, complaint)
    return await holders_file(context.attachments, holding, attachment, request)
