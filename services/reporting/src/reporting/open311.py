"""Open311 GeoReport v2, the reading side: services, and public reports.

Of a place only the region's name is shown, because coordinates and addresses could point to the reporter.
"""

from datetime import datetime, timedelta
from typing import Annotated, Any, Final, Literal
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from chassis.http.open311 import PREFIX, Format, GeoReport, list_response, object_response
from chassis.http.web import Language
from chassis.write.loaded import LoadedStream
from reporting import queries
from reporting.context import Reporting
from reporting.http import Context
from reporting.public_text import public_text
from schemas import wording
from schemas.base.ids import MalformedCode, parse_public_number
from schemas.base.refusals import NotFound
from schemas.complaint.lifecycle import Status
from schemas.contract import open311
from schemas.contract.open311 import OTHER
from schemas.deadlines import timeline_due
from schemas.reference.load import policies
from schemas.registry.fold import Registry
from schemas.wording.sectors import sector

MAX_REQUESTS: Final = 1_000
SPAN: Final = timedelta(days=90)
"""The range of a search without dates, by the standard (GeoReport v2, GET requests)."""
CHANGESET: Final = "2026-11-26T00:00:00+07:00"
router = APIRouter(prefix=PREFIX, route_class=GeoReport)


class RequestQuery(BaseModel):
    """Which requests. Ids exclude all other filters; without dates the last 90 days; at most 1,000 requests."""

    model_config = ConfigDict(extra="ignore")
    service_request_id: str | None = None
    service_code: str | None = None
    start_date: AwareDatetime | None = None
    end_date: AwareDatetime | None = None
    status: Literal["open", "closed"] | None = None
    page: int = Field(default=1, ge=1, le=10_000)
    page_size: int = Field(default=MAX_REQUESTS, ge=1, le=MAX_REQUESTS)


@router.get("/discovery.{kind}")
async def discovery(kind: Format, request: Request) -> Response:
    """Endpoints and formats of this service."""
    here = f"{request.base_url}".rstrip("/") + PREFIX
    formats = ["application/json", "text/xml"]
    where = {"specification": "http://wiki.open311.org/GeoReport_v2", "url": here, "changeset": CHANGESET}
    endpoint = {**where, "type": "production", "formats": formats}
    head = {"changeset": CHANGESET, "contact": f"{here}/services.json", "key_service": "No key is needed."}
    return object_response(kind, "discovery", {**head, "endpoints": [endpoint]})


@router.get("/services.{kind}")
async def services(kind: Format, lang: Language) -> Response:
    """The services under which a report can be filed."""
    rows = [_service(each) for each in open311.services(lang)]
    return list_response(kind, "services", "service", rows)


@router.get("/services/{code}.{kind}")
async def definition(code: str, kind: Format, lang: Language) -> Response:
    """The attributes of a service: none of ours has any."""
    try:
        found = open311.service(code, lang)
    except KeyError as error:
        raise NotFound(what=code) from error
    return object_response(kind, "service_definition", {"service_code": found.code, "attributes": []})


@router.get("/requests.{kind}")
async def requests(kind: Format, context: Context, lang: Language, query: Annotated[RequestQuery, Query()]) -> Response:
    """Public reports, newest first."""
    numbers = _numbers(query.service_request_id)
    search = (
        _search(query, context.clock.now()) if numbers is None else queries.Search(numbers=numbers, most=MAX_REQUESTS)
    )
    rows = await context.database.read(lambda connection: queries.public_search(connection, search))
    return list_response(kind, "service_requests", "request", await _requests(context, rows, lang))


@router.get("/requests/{number}.{kind}")
async def one(number: str, kind: Format, context: Context, lang: Language) -> Response:
    """One public report. One that is not public and one that does not exist get the same 404."""
    search = queries.Search(numbers=_numbers(number) or (), most=1)
    rows = await context.database.read(lambda connection: queries.public_search(connection, search))
    found = await _requests(context, rows, lang)
    if not found:
        raise NotFound(what=number)
    return list_response(kind, "service_requests", "request", found)


@router.get("/tokens/{token}.{kind}")
async def token(token: str, kind: Format) -> Response:
    """Every report gets its id at once, so no tokens are given; an id is its own token."""
    numbers = _numbers(token)
    if not numbers:
        raise NotFound(what=token)
    return list_response(kind, "service_requests", "request", [{"token": token, "service_request_id": numbers[0]}])


def _service(each: open311.Open311Service) -> dict[str, Any]:
    return {
        "service_code": each.code, "service_name": each.name, "description": each.description, "metadata": False,
        "type": "realtime", "keywords": each.code.replace("-", ","), "group": "",
    }  # fmt: skip


def _numbers(given: str | None) -> tuple[str, ...] | None:
    """The valid public numbers among these ids; None: no ids given."""
    if given is None:
        return None
    found = []
    for each in given.split(",")[:MAX_REQUESTS]:
        try:
            found.append(parse_public_number(each.strip()))
        except MalformedCode:
            continue
    return tuple(found)


def _search(query: RequestQuery, now: datetime) -> queries.Search:
    until = query.end_date or now
    since = query.start_date or until - SPAN
    skipped = (query.page - 1) * query.page_size
    return queries.Search(
        since=since, until=until, sector=query.service_code, status=query.status, most=query.page_size,
        skipped=skipped,
    )  # fmt: skip


async def _requests(context: Reporting, rows: list[dict[str, Any]], lang: str) -> list[dict[str, Any]]:
    loaded = await context.repository.load_many([UUID(row["complaint"]) for row in rows])
    registry = await context.registry.current()
    # A row may be older than its stream, so the stream decides whether it is public.
    return [_request(each, registry, lang) for each in loaded if each.state.is_public]


def _request(loaded: LoadedStream, registry: Registry, lang: str) -> dict[str, Any]:
    state = loaded.state
    agency = registry.agencies.get(state.agency or (state.routed.agency if state.routed else ""))
    region = state.routed.basis.region_name if state.routed else None
    return {
        "service_request_id": state.public_number,
        "status": "closed" if state.status is Status.CLOSED else "open",
        "status_notes": wording.status(state.status, lang, state.closed),
        "service_name": sector(state.sector, lang) if state.sector else open311.service(OTHER, lang).name,
        "service_code": state.sector or OTHER,
        "description": public_text(state),
        "agency_responsible": agency.name if agency else None,
        "service_notice": None,
        "requested_datetime": state.received_at,
        "updated_datetime": state.closed_at or state.stage.at,
        "expected_datetime": timeline_due(state, registry, policies()),
        "address": region or (state.place.region if state.place else None),
        "address_id": None, "zipcode": None, "lat": None, "long": None, "media_url": None,
    }  # fmt: skip
