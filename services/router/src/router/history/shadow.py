"""What another model would have chosen, counted beside what the live one chose: before anybody switches to it.

A read model fed from the store: each choice that router made by itself is made once more by the shadow, on the state
as it was, and both are kept. No stream is touched, and placing does not wait for it.
"""

from collections.abc import Callable, Sequence
from typing import Any, Final, NamedTuple

from pydantic_core import from_json
from sqlalchemy import Column, Connection, MetaData, String, Table, case, delete, func, insert, select

from chassis.base.metrics import SHADOW_CHOICES
from chassis.project.view import View
from chassis.write.loaded import LoadedStream
from chassis.write.repository import Repository
from router.history.outcomes import BY_A_PERSON
from router.placement.choose import Referral, choose, question
from router.placement.context import PlacementContext
from router.placement.knowledge import ContextProvider
from router.placement.policy import day_of
from router.placement.views import METADATA
from router.placement.views import TABLES as STANDING
from router.reading.reader import Reader
from schemas.base.envelope import RecordedEvent
from schemas.base.streams import COMPLAINT_PREFIX
from schemas.complaint.fold import fold
from schemas.complaint.state import new
from schemas.events.router import ComplaintReferred, ComplaintRouted

DESK: Final = "desk"
MOST: Final = 20
_NOT_READ: Final = (*BY_A_PERSON, "merger", "part", "split")


class ShadowChoice(NamedTuple):
    """What the live model and the shadow chose for one complaint, body and field; `desk`: neither body nor field."""

    complaint: str
    event: str
    model: str
    live: str
    live_sector: str | None
    shadow: str
    shadow_sector: str | None


def define(metadata: MetaData, prefix: str) -> Sequence[Table]:
    """Declare the table; asked twice, the same one."""
    name = f"{prefix}shadow"
    if (known := metadata.tables.get(name)) is not None:
        return [known]
    columns = [
        Column("complaint", String(36), nullable=False, index=True),
        Column("event", String(36), primary_key=True),
        Column("model", String(80), primary_key=True),
        Column("live", String(64), nullable=False),
        Column("live_sector", String(64)),
        Column("shadow", String(64), nullable=False),
        Column("shadow_sector", String(64)),
    ]
    return [Table(name, metadata, *columns)]


TABLE: Final = define(METADATA, "")[0]


def shadow_view(
    repository: Repository,
    placement_context: ContextProvider,
    model: str,
    read_with: Callable[[PlacementContext], Reader],
) -> View[ShadowChoice]:
    """The view of one shadow, `model`; another shadow has a position of its own."""

    async def prepare(events: Sequence[RecordedEvent]) -> Sequence[ShadowChoice]:
        own = {event.id for event in events if _is_routers_own(event)}
        if not own:
            return []
        known = await placement_context.current()
        seen = known._replace(reader=read_with(known))
        loaded = await repository.load_for([event for event in events if event.id in own])
        return [made for each in loaded if not each.state.erased for made in _made(each, own, seen, model)]

    return View(f"shadow.{model}", define, apply, prepare, (COMPLAINT_PREFIX,))


def _is_routers_own(event: RecordedEvent) -> bool:
    if event.type == ComplaintRouted.__name__:
        return from_json(event.data)["cause"] not in _NOT_READ
    return event.type == ComplaintReferred.__name__ and from_json(event.data)["reason"] != "overdue"


def _made(loaded: LoadedStream, own: set[Any], known: PlacementContext, model: str) -> list[ShadowChoice]:
    told = loaded.facts()
    made = []
    for at, each in enumerate(told):
        fact = each.fact
        if each.event_id not in own or not isinstance(fact, ComplaintRouted | ComplaintReferred):
            continue
        before = fold(new(loaded.state.id), told[:at])
        asked = question(before, known.reader.read(before), known)
        chosen = choose(before, asked, known, day_of(fact.at))
        live = fact.agency if isinstance(fact, ComplaintRouted) else DESK
        shadow = DESK if isinstance(chosen, Referral) else chosen.body.agency
        sector = fact.basis.sector if fact.basis else None
        SHADOW_CHOICES.labels(model, "yes" if live == shadow else "no").inc()
        made.append(
            ShadowChoice(str(before.id), str(each.event_id), model, live, sector, shadow, asked.read.words.sector)
        )
    return made


def apply(connection: Connection, tables: Sequence[Table], choices: Sequence[ShadowChoice]) -> None:
    """Keep both choices."""
    [table] = tables
    newest = {(each.event, each.model): each for each in choices}
    for event, model in newest:
        connection.execute(delete(table).where(table.c.event == event, table.c.model == model))
    if newest:
        connection.execute(insert(table), [each._asdict() for each in newest.values()])


def tally(connection: Connection, model: str) -> dict[str, Any]:
    """How often they agreed, where they did not, and who of them named the body that holds the complaint now."""
    table, standing = TABLE, STANDING.standing
    here = table.c.model == model
    differ = table.c.live != table.c.shadow
    joined = table.outerjoin(standing, standing.c.complaint == table.c.complaint)
    holds = standing.c.held_by
    row = connection.execute(
        select(
            func.count(),
            func.coalesce(func.sum(case((differ, 1), else_=0)), 0),
            func.coalesce(func.sum(case((differ & (holds == table.c.live), 1), else_=0)), 0),
            func.coalesce(func.sum(case((differ & (holds == table.c.shadow), 1), else_=0)), 0),
        )
        .select_from(joined)
        .where(here)
    ).one()
    pairs = connection.execute(
        select(table.c.live, table.c.shadow, func.count())
        .where(here, differ)
        .group_by(table.c.live, table.c.shadow)
        .order_by(func.count().desc(), table.c.live, table.c.shadow)
        .limit(MOST)
    )
    return {
        "model": model,
        "choices": row[0],
        "disagreements": int(row[1]),
        "held_by_the_live_choice": int(row[2]),
        "held_by_the_shadow_choice": int(row[3]),
        "where": [{"live": live, "shadow": shadow, "complaints": count} for live, shadow, count in pairs],
    }
