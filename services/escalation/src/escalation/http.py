"""The escalation ladder over HTTP."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Annotated, Any, Final, NamedTuple
from uuid import UUID

from fastapi import APIRouter, Depends, Path, Query, Request

from chassis.http.access import LADDER, Caller, allow
from chassis.http.web import Language
from chassis.project.standing import standing
from escalation import readers, views
from escalation.answers import LadderPage
from escalation.context import Escalation
from escalation.ladder import PUBLIC_LIST, SUPERVISOR
from escalation.views import LadderKey, LadderRow
from schemas import wording
from schemas.base.limits import PAGE
from schemas.base.refusals import InvalidField
from schemas.base.values import Clock
from schemas.registry.fold import Registry

router = APIRouter()

PUBLIC: Final = ("agency", "agency_name", "received_at", "due_at", "climbed_at")
"""What the public list shows of a secret complaint: which agency is late, not with what."""
OFFICES_ONLY: Final = ("complaint", "unit", "holder", "guarded", "looked_at_by", "looked_at_by_name")
"""What the public list never shows."""


async def _escalation(request: Request) -> Escalation:
    context: Escalation = request.app.state.escalation
    return context


Context = Annotated[Escalation, Depends(_escalation)]


@router.get("/api/v1/ladder/{rung}", dependencies=[allow(LADDER)], responses={200: {"model": LadderPage}})
async def ladder(
    context: Context,
    who: Caller,
    rung: Annotated[int, Path(ge=1, le=4, description="1 unit head, 2 supervising body, 3 Ombudsman, 4 public list")],
    lang: Language,
    agency: Annotated[str | None, Query(max_length=64)] = None,
    unit: Annotated[str | None, Query(max_length=64, description="what its head looks at, with `agency`")] = None,
    supervisor: Annotated[str | None, Query(max_length=64, description="bodies that stand under this one")] = None,
    after: Annotated[str | None, Query(max_length=200, description="the `next` of the page before")] = None,
    page: Annotated[int, Query(ge=0, le=10_000, description="older than `after`, and slow for high numbers")] = 0,
) -> dict[str, Any]:
    """Complaints on this rung or above that are still late, those escalated longest ago first. Rung 4 is public and the
    same for everybody; on another rung everybody sees what their office must look at.
    """
    registry = await context.registry.current()
    # The public list hides units, so it must not be filtered by unit either.
    shown_unit = unit if rung != PUBLIC_LIST else None
    reader = readers.PUBLIC if rung == PUBLIC_LIST else await readers.reader_of(context, who, registry)
    query = views.LadderQuery(rung, _bodies(registry, agency, supervisor), shown_unit, reader)
    total = await context.database.read(lambda connection: views.count(connection, query))
    found = await climbed(context, query, after, page=page, public=rung == PUBLIC_LIST)
    items = [_item(row, registry, lang, public=rung == PUBLIC_LIST) for row in found.rows]
    rows_at = await standing(context, views.METADATA, "ladder")
    page_of = {"page": page, "page_size": PAGE, "next": found.next}
    return {"rung": rung, "total": total, **page_of, "items": items, **rows_at}


class Climbed(NamedTuple):
    """One page of rows. `next`: the key after which the next page begins; None: there is none."""

    rows: Sequence[LadderRow]
    next: str | None


async def climbed(
    context: Escalation, query: views.LadderQuery, after: str | None, *, size: int = PAGE, page: int = 0,
    public: bool = False,
) -> Climbed:  # fmt: skip
    """The rows of a page. `public`: no key tells a complaint's id. Raises InvalidField: `after` is no key."""
    key = _key(after, public=public)
    rows = await context.database.read(lambda connection: views.page(connection, query, page, key, size + 1))
    if len(rows) <= size:
        return Climbed(rows, None)
    last = rows[size - 1]
    row = views.hidden(last.complaint) if public else last.complaint
    return Climbed(rows[:size], f"{last.climbed_at.isoformat()}~{row}")


def _key(text: str | None, *, public: bool) -> LadderKey | None:
    if not text:
        return None
    at, _, row = text.partition("~")
    try:
        moment = datetime.fromisoformat(at).astimezone(UTC)
        return LadderKey(moment, views.hidden_key(row) if public else str(UUID(row)), public)
    except (ValueError, OverflowError) as error:  # the year 1 in another zone is no date
        raise InvalidField(field="after", why="must be the `next` of an earlier page") from error


def _bodies(registry: Registry, agency: str | None, supervisor: str | None) -> list[str] | None:
    """The agencies whose rows match; None: all."""
    if agency is None and supervisor is None:
        return None
    under = [body.id for body in registry.agencies.values() if supervisor in (None, body.parent)]
    return [body for body in under if agency in (None, body)]


def _item(row: LadderRow, registry: Registry, lang: str, *, public: bool) -> dict[str, Any]:
    body = registry.agencies.get(row.agency or "")
    item = {**row._asdict(), "agency_name": body.name if body else None, **looks(row, registry, lang)}
    item["class"] = item.pop("class_")
    del item["supervision"]
    if not public:
        return item
    if row.guarded:
        return {name: item[name] for name in PUBLIC}
    return {name: value for name, value in item.items() if name not in OFFICES_ONLY}


def looks(row: LadderRow, registry: Registry, lang: str) -> dict[str, str | None]:
    """Which office must look at it: the holder's own head, the supervising agency, the Ombudsman, or the public."""
    clock = Clock(row.clock) if row.clock else None
    name = wording.rung_name(row.rung, clock, lang)
    body = registry.agencies.get(row.agency or "")
    if body is None or row.rung > SUPERVISOR:
        return {"looked_at_by": None, "looked_at_by_name": name}
    if row.rung < SUPERVISOR:
        return {
            "looked_at_by": body.id,
            "looked_at_by_name": f"{name}: {wording.agency(body.id, row.unit, registry)}",
        }
    parent = registry.living(body.parent) if body.parent else None
    shown = f"{name}: {parent.name}" if parent else name
    return {"looked_at_by": parent.id if parent else None, "looked_at_by_name": shown}
