"""The public list of what is ignored: reports that climbed the whole ladder and are still late."""

from datetime import datetime
from http import HTTPStatus
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response

from chassis.http.access import ANYONE
from chassis.pages.parts import ask
from chassis.signin.pages import language_of, page_allow, page_router, render
from reporting.http import Context
from reporting.pages.kit import PAGES
from schemas import wording
from schemas.complaint.lifecycle import Status
from schemas.registry.calendars import DEFAULT_ZONE
from schemas.registry.fold import Registry
from schemas.wording.sectors import sector

router: APIRouter = page_router()


@router.get("/terabaikan", dependencies=[page_allow(ANYONE)])
async def ignored(
    request: Request,
    context: Context,
    instansi: Annotated[str, Query(max_length=64)] = "",
    sesudah: Annotated[str, Query(max_length=200)] = "",
) -> Response:
    """The list that escalation keeps, those escalated longest ago first. `sesudah`: the last key of the page before."""
    lang, registry = language_of(request), await context.registry.current()
    asked = {"agency": instansi, "after": sesudah}
    query: dict[str, Any] = {"lang": lang} | {name: value for name, value in asked.items() if value}
    found = await ask(request, "/api/v1/ladder/4", query)
    items = [_item(item, registry, lang) for item in found["items"]] if found else []
    return render(
        request, "terabaikan.html", HTTPStatus.OK, PAGES, items=items, total=found["total"] if found else None,
        body=registry.agencies.get(instansi), begun=bool(sesudah),
        after=found["next"] if found else None, now=context.clock.now(),
    )  # fmt: skip


def _item(item: dict[str, Any], registry: Registry, lang: str) -> dict[str, Any]:
    """With dates as dates, the names of agency and field, and the status in words. Of a protected complaint the list
    names the agency and the times alone.
    """
    body = registry.agencies.get(item["agency"] or "")
    return {
        "agency": item["agency"],
        "agency_name": item["agency_name"],
        "number": item.get("public_number"),
        "sector": sector(item["sector"], lang) if item.get("sector") else None,
        "status": wording.status(Status(item["status"]), lang) if item.get("status") else None,
        "received_at": _at(item["received_at"]),
        "due_at": _at(item["due_at"]),
        "climbed_at": _at(item["climbed_at"]),
        "zone": body.zone if body else DEFAULT_ZONE,
    }


def _at(written: str | None) -> datetime | None:
    return datetime.fromisoformat(written) if written else None
