"""Counts what another model would have chosen beside what the live model chose, before anybody switches to it.

A read model fed from the store: each placement by rule is repeated with the shadow model on the state as it was. It
writes to no stream, and placement does not wait for it.
"""

from collections import Counter
from collections.abc import Callable, Collection, Iterator, Sequence
from typing import Any, Final, NamedTuple
from uuid import UUID

from pydantic_core import from_json
from sqlalchemy import Column, Connection, MetaData, String, Table, delete, func, insert, select

from chassis.base.metrics import SHADOW_CHOICES
from chassis.project.view import View
from chassis.write.loaded import LoadedStream
from chassis.write.repository import Repository
from router.history.outcomes import BY_A_PERSON
from router.placement.choose import Referral, choose, question_of
from router.placement.context import PlacementContext
from router.placement.knowledge import ContextProvider
from router.placement.views import METADATA
from router.placement.views import TABLES as STATUS
from router.reading.reader import Reader
from schemas.base.envelope import RecordedEvent
from schemas.base.streams import COMPLAINT_PREFIX
from schemas.complaint.fold import fold
from schemas.complaint.state import new
from schemas.events.router import ComplaintReferred, ComplaintRouted

DESK: Final = "desk"
LISTED: Final = 20
"""Pairs of bodies that a tally lists."""
_WITHOUT_READING: Final = (*BY_A_PERSON, "merger", "part", "split")


class ShadowChoice(NamedTuple):
    """The body and sector that the live model and the shadow model chose for one complaint; body `desk`: a referral."""

    complaint: str
    event: str
    model: str
    live: str
    live_sector: str | None
    shadow: str
    shadow_sector: str | None


def define(metadata: MetaData, prefix: str) -> Sequence[Table]:
    """Declare the table; a second call returns the same one."""
    return [
        Table(
            f"{prefix}shadow",
            metadata,
            Column("complaint", String(36), nullable=False, index=True),
            Column("event", String(36), primary_key=True),
            Column("model", String(80), primary_key=True),
            Column("live", String(64), nullable=False),
            Column("live_sector", String(64)),
            Column("shadow", String(64), nullable=False),
            Column("shadow_sector", String(64)),
            keep_existing=True,
        )
    ]


TABLE: Final = define(METADATA, "")[0]


def shadow_view(
    repository: Repository, contexts: ContextProvider, model: str, read_with: Callable[[PlacementContext], Reader]
) -> View[ShadowChoice]:
    """The view of the shadow model named `model`. Each model has its own position."""

    async def prepare(events: Sequence[RecordedEvent]) -> Sequence[ShadowChoice]:
        by_rule = [event for event in events if _is_by_rule(event)]
        if not by_rule:
            return []
        ids = {event.id for event in by_rule}
        context = await contexts.current()
        context = context._replace(reader=read_with(context))
        loaded = await repository.load_for(by_rule)
        return [made for each in loaded if not each.state.erased for made in _choices(each, ids, context, model)]

    return View(f"shadow.{model}", define, apply, prepare, (COMPLAINT_PREFIX,), load=repository.load_with)


def _is_by_rule(event: RecordedEvent) -> bool:
    if event.type == ComplaintRouted.__name__:
        return from_json(event.data)["cause"] not in _WITHOUT_READING
    return event.type == ComplaintReferred.__name__ and from_json(event.data)["reason"] != "overdue"


def _choices(
    loaded: LoadedStream, ids: Collection[UUID], context: PlacementContext, model: str
) -> Iterator[ShadowChoice]:
    history = loaded.facts()
    for index, event in enumerate(history):
        fact = event.fact
        if event.event_id not in ids or not isinstance(fact, ComplaintRouted | ComplaintReferred):
            continue
        before = fold(new(loaded.state.id), history[:index])
        question = question_of(before, context, fact.at)
        choice = choose(question, context)
        live = fact.agency if isinstance(fact, ComplaintRouted) else DESK
        shadow = DESK if isinstance(choice, Referral) else choice.body.agency
        sector = fact.basis.sector if fact.basis else None
        SHADOW_CHOICES.labels(model, "yes" if live == shadow else "no").inc()
        yield ShadowChoice(str(before.id), str(event.event_id), model, live, sector, shadow, question.sector)


def apply(connection: Connection, tables: Sequence[Table], choices: Sequence[ShadowChoice]) -> None:
    """Write both choices."""
    [table] = tables
    newest = {(each.event, each.model): each for each in choices}
    for event, model in newest:
        connection.execute(delete(table).where(table.c.event == event, table.c.model == model))
    if newest:
        connection.execute(insert(table), [each._asdict() for each in newest.values()])


def tally(connection: Connection, model: str) -> dict[str, Any]:
    """How many choices differ, where, and which of the two models named the body that holds the complaint now."""
    live, shadow, holder = TABLE.c.live, TABLE.c.shadow, STATUS.standing.c.held_by
    rows = connection.execute(
        select(live, shadow, holder, func.count().label("complaints"))
        .select_from(TABLE.outerjoin(STATUS.standing, STATUS.standing.c.complaint == TABLE.c.complaint))
        .where(TABLE.c.model == model)
        .group_by(live, shadow, holder)
    ).all()
    differing = [row for row in rows if row.live != row.shadow]
    pairs = Counter[tuple[str, str]]()
    for row in differing:
        pairs[row.live, row.shadow] += row.complaints
    return {
        "model": model,
        "choices": sum(row.complaints for row in rows),
        "disagreements": pairs.total(),
        "held_by_the_live_choice": sum(row.complaints for row in differing if row.held_by == row.live),
        "held_by_the_shadow_choice": sum(row.complaints for row in differing if row.held_by == row.shadow),
        "where": [
            {"live": chosen, "shadow": other, "complaints": count}
            for (chosen, other), count in sorted(pairs.items(), key=lambda item: (-item[1], item[0]))[:LISTED]
        ],
    }
