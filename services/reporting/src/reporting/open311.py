"""Open311 GeoReport v2, the reading side: services, public reports, and their updates."""

from typing import Annotated, Any, Final
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response

from chassis.http.access import ANYONE, allow
from chassis.http.open311 import PREFIX, Format, list_response, object_response
from chassis.http.open311_docs import answers, list_of
from chassis.http.web import Language
from chassis.write.loaded import LoadedStream
from reporting import open311_rows as rows
from reporting import queries
from reporting.context import Reporting
from reporting.http import Context
from reporting.open311_query import MAX_ROWS, Dates, OneRequest, RequestQuery, Window
from schemas.base.ids import MalformedCode, parse_public_number
from schemas.base.refusals import NotFound
from schemas.contract import open311

CHANGESET: Final = "2026-11-30T00:00:00+07:00"
RANGE: Final = "Satupintu-Range"
"""Header: the range of time that was searched, which is at most 90 days of the one that was asked for."""
router = APIRouter(prefix=PREFIX, tags=["Open311"])


@router.get(
    "/discovery.{kind}", dependencies=[allow(ANYONE)], responses=answers(rows.DISCOVERY, "Endpoints and formats.")
)
async def discovery(kind: Format, request: Request) -> Response:
    """Endpoints and formats of this service."""
    here = f"{request.base_url}".rstrip("/") + PREFIX
    formats = ["application/json", "text/xml"]
    where = {"specification": "http://wiki.open311.org/GeoReport_v2", "url": here, "changeset": CHANGESET}
    endpoint = {**where, "type": "production", "formats": formats}
    head = {"changeset": CHANGESET, "contact": f"{here}/services.json", "key_service": "No key is needed."}
    return object_response(kind, "discovery", {**head, "endpoints": [endpoint]})


@router.get("/services.{kind}", dependencies=[allow(ANYONE)], responses=answers(list_of(rows.SERVICE), "The services."))
async def services(kind: Format, lang: Language) -> Response:
    """The services under which a report can be filed."""
    return list_response(kind, "services", "service", [_service(each) for each in open311.services(lang)])


@router.get(
    "/services/{code}.{kind}",
    dependencies=[allow(ANYONE)],
    responses=answers(rows.DEFINITION, "The service's attributes."),
)
async def definition(code: str, kind: Format, lang: Language) -> Response:
    """The attributes of a service: none of ours has any."""
    try:
        found = open311.service(code, lang)
    except KeyError as error:
        raise NotFound(what=code) from error
    return object_response(kind, "service_definition", {"service_code": found.code, "attributes": []})


@router.get(
    "/requests.{kind}",
    dependencies=[allow(ANYONE)],
    responses=answers(list_of(rows.REQUEST), "Public reports that match."),
)
async def requests(kind: Format, context: Context, lang: Language, query: Annotated[RequestQuery, Query()]) -> Response:
    """Public reports: the newest first; page by page (`page`, `page_size`) the oldest first, so that those that arrive
    meanwhile come last and no page shifts.
    """
    window = query.window(context.clock.now())
    search = _search(query, window)
    found = await context.database.read(lambda connection: queries.public_search(connection, search))
    answer = await _requests(kind, context, [row["complaint"] for row in found], lang, extended=query.extensions)
    if search.numbers is None:
        answer.headers[RANGE] = f"{window.since.isoformat()}/{window.until.isoformat()}"
    return answer


@router.get(
    "/requests/{number}.{kind}",
    dependencies=[allow(ANYONE)],
    responses=answers(list_of(rows.REQUEST), "A list of the one report."),
)
async def one(
    number: str, kind: Format, context: Context, lang: Language, query: Annotated[OneRequest, Query()]
) -> Response:
    """One public report. One that is not public and one that does not exist get the same 404."""
    search = queries.Search(numbers=_numbers([number]), most=1)
    found = await context.database.read(lambda connection: queries.public_search(connection, search))
    loaded = await _public(context, [row["complaint"] for row in found])
    if not loaded:
        raise NotFound(what=number)
    return await _requests(kind, context, [row["complaint"] for row in found], lang, extended=query.extensions)


@router.get(
    "/servicerequestupdates.{kind}",
    dependencies=[allow(ANYONE)],
    responses=answers(list_of(rows.UPDATE), "What happened in that time."),
)
async def updates(kind: Format, context: Context, lang: Language, query: Annotated[Dates, Query()]) -> Response:
    """What happened to public reports in a range of time, oldest first; of at most the 1,000 that changed last."""
    window = query.window(context.clock.now())
    changed = await context.database.read(
        lambda connection: queries.public_changed(connection, window.since, window.until, MAX_ROWS)
    )
    registry = await context.registry.current()
    found = [row for each in await _public(context, changed) for row in rows.update_rows(each, registry, lang, window)]
    answer = list_response(kind, "service_request_updates", "request_update", rows.by_time(found))
    answer.headers[RANGE] = f"{window.since.isoformat()}/{window.until.isoformat()}"
    return answer


@router.get(
    "/tokens/{token}.{kind}",
    dependencies=[allow(ANYONE)],
    responses=answers(list_of(rows.TOKEN), "The report of the token."),
)
async def token(token: str, kind: Format) -> Response:
    """Every report gets its id at once, so no tokens are given; an id is its own token."""
    numbers = _numbers([token])
    if not numbers:
        raise NotFound(what=token)
    return list_response(kind, "service_requests", "request", [{"token": token, "service_request_id": numbers[0]}])


def _service(each: open311.Open311Service) -> dict[str, Any]:
    return {
        "service_code": each.code, "service_name": each.name, "description": each.description, "metadata": False,
        "type": "realtime", "keywords": each.code.replace("-", ","), "group": "",
    }  # fmt: skip


def _numbers(given: list[str]) -> tuple[str, ...]:
    """The valid public numbers among these ids."""
    found = []
    for each in given[:MAX_ROWS]:
        try:
            found.append(parse_public_number(each))
        except MalformedCode:
            continue
    return tuple(found)


def _search(query: RequestQuery, window: Window) -> queries.Search:
    statuses = query.statuses()
    if query.service_request_id:
        return queries.Search(numbers=_numbers(query.service_request_id), most=MAX_ROWS)
    size, paged = query.page_size or MAX_ROWS, query.page is not None or query.page_size is not None
    return queries.Search(
        since=window.since, until=window.until, sectors=frozenset(query.service_code), statuses=statuses,
        oldest_first=paged, most=size, skipped=((query.page or 1) - 1) * size,
    )  # fmt: skip


async def _public(context: Reporting, complaints: list[str]) -> list[LoadedStream]:
    loaded = await context.repository.reader.load_many([UUID(complaint) for complaint in complaints])
    # A row may be older than its stream, so the stream decides whether it is public.
    return [each for each in loaded if each.state.is_public]


async def _requests(kind: Format, context: Reporting, complaints: list[str], lang: str, *, extended: bool) -> Response:
    loaded, registry = await _public(context, complaints), await context.registry.current()
    found = [rows.request_row(each, registry, lang, extended=extended) for each in loaded]
    return list_response(kind, "service_requests", "request", found)
