"""What an agency keeps besides its cases, over HTTP: answer templates, and each officer's saved views."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter
from pydantic import Field

from agency_inbox import answer_templates as templates
from agency_inbox import saved_views as views
from agency_inbox.answer_templates import MOST
from agency_inbox.answers import AnswerTemplate, AnswerTemplates, Deleted, SavedView, SavedViews
from agency_inbox.http.context import PREFIX, Context
from agency_inbox.offices.fields import FIELDS
from chassis.http.access import AGENCY, Caller, allow
from chassis.http.openapi import gives
from chassis.http.web import ClientId, IdempotencyKey, StrictRoute
from schemas.base.ids import derived_id
from schemas.contract.base import RequestModel

router = APIRouter(prefix=PREFIX, route_class=StrictRoute)
Version = Annotated[int, Field(ge=1, le=2**31 - 1, description="the one that was read")]
Value = Annotated[str, Field(min_length=1, max_length=64)]


class TemplateBody(RequestModel):
    """Words for answers; fields such as `{nomor}` are filled in when it is used."""

    name: Annotated[str, Field(min_length=1, max_length=templates.NAME)]
    text: Annotated[str, Field(min_length=1, max_length=MOST)]


class TemplateChange(TemplateBody):
    """New words of a template."""

    version: Version


class TemplateDeletion(RequestModel):
    """Which version is deleted."""

    version: Version


class Filters(RequestModel):
    """As the inbox takes them. `nobody`: those that have no such value."""

    status: Value | None = None
    unit: Value | None = None
    sector: Value | None = None
    region: Value | None = None
    officer: Value | None = None
    due: Annotated[str, Field(pattern="^(overdue|today|week)$")] | None = None


class ViewBody(RequestModel):
    """Filters and the name under which they are kept."""

    name: Annotated[str, Field(min_length=1, max_length=views.NAME)]
    filters: Filters


class ViewDeletion(RequestModel):
    """Which saved view is deleted."""

    name: Annotated[str, Field(min_length=1, max_length=views.NAME)]


@router.get(
    "/templates", dependencies=[allow(AGENCY)], summary="Answer templates", responses={200: {"model": AnswerTemplates}}
)
async def listed(agency: str, context: Context) -> dict[str, Any]:
    """The agency's answer templates by name, and the fields that they may have."""
    found = await templates.listed(context, agency)
    return {"templates": [each._asdict() for each in found], "fields": list(FIELDS)}


@router.post(
    "/templates",
    dependencies=[allow(AGENCY)],
    summary="Add an answer template",
    responses={200: {"model": AnswerTemplate}},
)
@gives(412)
async def add(
    agency: str, context: Context, body: TemplateBody, key: IdempotencyKey, client: ClientId
) -> dict[str, Any]:
    """Add an answer template. The same request with the same key adds it once."""
    id_ = derived_id("answer-template", agency, client, key)
    return (await templates.keep(context, agency, id_, 0, body.name, body.text))._asdict()


@router.post(
    "/templates/{template}",
    dependencies=[allow(AGENCY)],
    summary="Change an answer template",
    responses={200: {"model": AnswerTemplate}},
)
@gives(412)
async def change(
    agency: str, template: UUID, context: Context, body: TemplateChange, _key: IdempotencyKey
) -> dict[str, Any]:
    """Change the name and the words of the version that was read; 412 if somebody changed or deleted it meanwhile."""
    return (await templates.keep(context, agency, template, body.version, body.name, body.text))._asdict()


@router.post(
    "/templates/{template}/deletion",
    dependencies=[allow(AGENCY)],
    summary="Delete an answer template",
    responses={200: {"model": Deleted}},
)
@gives(412)
async def delete(
    agency: str, template: UUID, context: Context, body: TemplateDeletion, _key: IdempotencyKey
) -> dict[str, Any]:
    """Delete the version that was read; 412 if somebody changed it meanwhile."""
    await templates.delete(context, agency, template, body.version)
    return {"deleted": True}


@router.get("/saved-views", dependencies=[allow(AGENCY)], summary="Saved views", responses={200: {"model": SavedViews}})
async def saved(agency: str, who: Caller, context: Context) -> dict[str, Any]:
    """The caller's own filters of the inbox that have a name."""
    return {"views": [each._asdict() for each in await views.listed(context, who, agency)]}


@router.post("/saved-views", dependencies=[allow(AGENCY)], summary="Save a view", responses={200: {"model": SavedView}})
async def save(agency: str, who: Caller, context: Context, body: ViewBody, _key: IdempotencyKey) -> dict[str, Any]:
    """Keep filters under a name, in place of those that had it. Only the caller sees it."""
    filters = body.filters.model_dump(exclude_none=True)
    return (await views.keep(context, who, agency, body.name, filters))._asdict()


@router.post(
    "/saved-views/deletion",
    dependencies=[allow(AGENCY)],
    summary="Delete a saved view",
    responses={200: {"model": Deleted}},
)
async def forget(
    agency: str, who: Caller, context: Context, body: ViewDeletion, _key: IdempotencyKey
) -> dict[str, Any]:
    """Keep the filters under this name no longer."""
    await views.forget(context, who, agency, body.name)
    return {"deleted": True}
