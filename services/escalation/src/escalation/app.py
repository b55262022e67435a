"""Composition root of escalation: opens what its endpoints and background tasks use."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final

from chassis.project.added_column import AddedColumn
from chassis.project.from_store import StoreProjection
from chassis.project.rebuild import Rebuildable, rebuildable
from chassis.service.platform import Platform
from chassis.service.process import BackgroundTask
from chassis.service.service import Service
from chassis.sql.database import Database
from chassis.sweep.sweep import Sweep
from escalation import due_dates, http, pages
from escalation.basis import PlanBasis
from escalation.context import Escalation
from escalation.previews import Previews
from escalation.settings import SERVICE
from escalation.sweep import plan, reaction
from escalation.views import LADDER, METADATA, SWEEP, ladder_view
from schemas.reference.load import policies


@asynccontextmanager
async def open_escalation(platform: Platform) -> AsyncIterator[Escalation]:
    """The service's own tables over the platform."""
    settings, registry, rules = platform.settings, platform.registry, policies()
    repository = platform.repository(SERVICE)
    database = Database(settings.views_of(SERVICE), METADATA)
    basis = PlanBasis(registry, rules)
    sweep = Sweep(
        database,
        repository,
        platform.clock,
        plan=plan(registry, basis),
        react=reaction(registry, platform.clock, rules),
        tables=SWEEP,
        basis=basis.now,
        period_s=settings.sweep_period_s,
    )
    ladder = StoreProjection(platform.store, database, METADATA, ladder_view(repository, registry, rules))
    previews = Previews(repository, registry, database, sweep, platform.clock, rules)
    try:
        yield Escalation(repository, registry, database, ladder, sweep, platform.clock, previews)
    finally:
        await previews.close()
        await database.close()


@asynccontextmanager
async def open_worker(platform: Platform) -> AsyncIterator[list[BackgroundTask]]:
    """The sweep, and the ladder's read model."""
    async with open_escalation(platform) as context:
        grade = AddedColumn(context.database, LADDER.c.supervision, context.repository, lambda state: state.supervision)
        yield [context.sweep, context.ladder, grade]


def views(context: Escalation) -> list[Rebuildable]:
    """The ladder and the open work, for `satupintu rebuild`."""
    return [rebuildable(context.ladder), rebuildable(context.sweep.open_work)]


service: Final = Service(SERVICE, [http.router, due_dates.router, pages.router], open_escalation, open_worker, views)
