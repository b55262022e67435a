"""Which rows of the ladder somebody may see, as a condition of SQL, so that pages and totals agree.

It says of rows what `schemas.access.reading` says of complaints: an office sees what it must look at.
"""

from collections.abc import Iterable
from uuid import UUID

from sqlalchemy import ColumnElement, Connection, false, func, or_, select, true

from escalation.context import Escalation
from escalation.ladder import SUPERVISOR
from escalation.views import LADDER
from schemas.access.accused import WORKS_FOR, is_kept_from
from schemas.access.principal import FOR_AN_AGENCY, Principal, Role
from schemas.access.reading import OMBUDSMAN
from schemas.base.values import DESK, ROUTER
from schemas.registry.fold import Registry

_ROW = LADDER.c
PUBLIC: ColumnElement[bool] = ~func.coalesce(_ROW.supervision, _ROW.guarded)
"""The public list: nothing of supervision grade, whose agency would learn from it that it is examined."""


async def reader_of(context: Escalation, who: Principal, registry: Registry) -> ColumnElement[bool]:
    """The rows that an office of `who` must look at, and none that accuses an agency that they work for."""
    hidden = await _hidden(context, who, registry)
    return or_(*_offices(who, registry)) & _ROW.complaint.not_in(hidden)


def _offices(who: Principal, registry: Registry) -> Iterable[ColumnElement[bool]]:
    yield true() if who.has(Role.OPERATOR) or who.has(Role.ANALYST) else false()
    if who.has(Role.TRIAGE):
        yield _ROW.holder.in_([str(DESK), str(ROUTER)])
    if who.has(Role.ARBITER):
        yield _ROW.rung >= OMBUDSMAN
    for grant in who.in_role(Role.INSPECTORATE):
        held = true() if grant.body is None else _ROW.agency.in_(_names(registry, grant.body))
        yield func.coalesce(_ROW.supervision, false()) & held
    for agency in {grant.body for grant in who.in_role(*FOR_AN_AGENCY) if grant.body}:
        yield from _agency(agency, who.units(agency), registry)


def _agency(agency: str, units: frozenset[str] | None, registry: Registry) -> Iterable[ColumnElement[bool]]:
    if units is not None:
        yield (_ROW.agency == agency) & _ROW.unit.in_(units)
        return
    yield _ROW.agency.in_(_names(registry, agency))
    under = [body.id for body in registry.agencies.values() if body.parent and _today(registry, body.parent) == agency]
    names = [name for body in under for name in _names(registry, body)]
    yield _ROW.agency.in_(names) & (_ROW.rung >= SUPERVISOR)


async def _hidden(context: Escalation, who: Principal, registry: Registry) -> list[str]:
    if not who.in_role(*WORKS_FOR):
        return []
    found = await context.database.read(_examined)
    loaded = await context.repository.load_many(found)
    return [str(each.state.id) for each in loaded if is_kept_from(who, each.state, registry)]


def _examined(connection: Connection) -> list[UUID]:
    query = select(_ROW.complaint).where(func.coalesce(_ROW.supervision, _ROW.guarded))
    return [UUID(complaint) for complaint in connection.execute(query).scalars()]


def _names(registry: Registry, agency: str) -> list[str]:
    """The agency and those that were merged into it: rows may carry any of their ids."""
    return [body for body in registry.agencies if _today(registry, body) == agency]


def _today(registry: Registry, agency: str) -> str | None:
    living = registry.living(agency)
    return living.id if living is not None else None
