"""The files of open data over HTTP: the index, the schema, the hashes, and each day's file."""

from datetime import date
from typing import Any, Final

from fastapi import APIRouter, Response
from pydantic import BaseModel

from chassis.http.access import ANYONE, allow
from chassis.http.web import StrictRoute
from reporting.http import Context
from reporting.open_data.described import API, INDEX_PATH, described, schema
from reporting.open_data.files import body_of, package
from schemas.base.refusals import NotFound

router: Final = APIRouter(route_class=StrictRoute)
PLAIN: Final = "text/plain; charset=utf-8"
CSV: Final = "text/csv; charset=utf-8"
FRESH: Final = "public, max-age=60"


class Licence(BaseModel):
    """Under which terms the files may be used."""

    name: str
    title: str
    path: str


class OpenDataIndex(BaseModel):
    """A Frictionless tabular data package. `version`: SHA-256 of `SHA256SUMS`, which names the content of all files.
    `position`: up to which event they count. `pending`: some file is not made anew yet.
    """

    profile: str
    name: str
    title: str
    licenses: list[Licence]
    version: str
    position: str
    pending: bool
    resources: list[dict[str, str | int]]


class FieldTold(BaseModel):
    """One column."""

    name: str
    type: str
    description: str


class TableSchema(BaseModel):
    """The columns (Frictionless Table Schema)."""

    fields: list[FieldTold]
    missingValues: list[str]  # noqa: N815 - the name of the specification
    primaryKey: str  # noqa: N815


@router.get(INDEX_PATH, dependencies=[allow(ANYONE)], responses={200: {"model": OpenDataIndex}})
async def open_data_index(context: Context, response: Response) -> dict[str, Any]:
    """Which files there are: one for each day in Jakarta on which a public report was received."""
    response.headers["cache-control"] = "no-cache"
    return described(await context.database.read(package))


@router.get(f"{API}/schema.json", dependencies=[allow(ANYONE)], responses={200: {"model": TableSchema}})
async def open_data_columns() -> dict[str, Any]:
    """The columns of every file (Frictionless Table Schema)."""
    return schema()


@router.get(
    f"{API}/SHA256SUMS",
    dependencies=[allow(ANYONE)],
    response_class=Response,
    responses={200: {"content": {"text/plain": {"schema": {"type": "string"}}}}},
)
async def open_data_hashes(context: Context) -> Response:
    """Hash and name of each file, for `sha256sum --check`."""
    found = await context.database.read(package)
    return Response(found.sums, media_type=PLAIN, headers={"cache-control": "no-cache"})


@router.get(
    f"{API}/{{day}}.csv",
    dependencies=[allow(ANYONE)],
    response_class=Response,
    responses={200: {"content": {"text/csv": {"schema": {"type": "string"}}}}},
)
async def open_data_file(day: date, context: Context) -> Response:
    """The reports received on one day that the public may read now, by public number (RFC 4180)."""
    body = await context.database.read(lambda connection: body_of(connection, day))
    if body is None:
        raise NotFound(what=f"{day}.csv")
    return Response(body, media_type=CSV, headers={"cache-control": FRESH})
