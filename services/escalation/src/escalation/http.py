"""Escalation over HTTP: what has climbed to each rung of the ladder."""

from typing import Annotated, Any, Final

from fastapi import APIRouter, Depends, Path, Query, Request

from escalation import views
from escalation.context import Escalation
from escalation.ladder import PUBLIC_LIST
from escalation.settings import PAGE
from escalation.views import Row
from schemas.registry import Registry

router = APIRouter()

PUBLIC: Final = ("public_number", "agency", "agency_name", "received_at", "due_at", "climbed_at")
"""What the public list tells of a complaint that is secret or of supervision grade."""
OFFICES_ONLY: Final = ("complaint", "unit", "holder", "guarded")
"""What the public list tells of nobody."""


async def _escalation(request: Request) -> Escalation:
    context: Escalation = request.app.state.escalation
    return context


Context = Annotated[Escalation, Depends(_escalation)]


@router.get("/api/v1/ladder/{rung}")
async def ladder(
    context: Context,
    rung: Annotated[int, Path(ge=1, le=4, description="1 unit head, 2 supervising body, 3 Ombudsman, 4 public list")],
    agency: Annotated[str | None, Query(max_length=64)] = None,
    page: Annotated[int, Query(ge=0, le=10_000)] = 0,
) -> dict[str, Any]:
    """What has climbed to this rung or beyond it and is still late, the longest there first. Rung 4 is public."""
    total = await context.database.read(lambda connection: views.count(connection, rung, agency))
    rows = await context.database.read(lambda connection: views.page(connection, rung, agency, page))
    registry = await context.registry.current()
    items = [_item(row, registry, public=rung == PUBLIC_LIST) for row in rows]
    return {"rung": rung, "total": total, "page": page, "page_size": PAGE, "items": items}


def _item(row: Row, registry: Registry, *, public: bool) -> dict[str, Any]:
    body = registry.agencies.get(row.agency or "")
    item = {**row._asdict(), "agency_name": body.name if body else None}
    item["class"] = item.pop("class_")
    if not public:
        return item
    if row.guarded:
        return {name: item[name] for name in PUBLIC}
    return {name: value for name, value in item.items() if name not in OFFICES_ONLY}
