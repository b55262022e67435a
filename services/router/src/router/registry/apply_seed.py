"""Putting the first registry, and reviewed calendars, into the store: as often as anybody asks, each fact once."""

from chassis.base.ports import Clock
from chassis.write.command import handle_registry
from chassis.write.repository import Cause, Ledger
from router.registry.seed import missing
from schemas.base.ids import derived_id
from schemas.reference.load import calendars
from schemas.registry.fold import Registry


async def plant(ledger: Ledger, clock: Clock) -> int:
    """Add what is missing, in steps that every store takes; how many facts were added to the registry meanwhile."""
    known = await ledger.registry()
    before = known.version
    while True:
        after = await _step(ledger, clock, known)
        if after.version == known.version:
            return after.version - before
        known = after


async def _step(ledger: Ledger, clock: Clock, known: Registry) -> Registry:
    at = clock.now()
    causation = derived_id("seed", str(known.version))
    return await handle_registry(
        ledger, lambda state: missing(state, calendars(), at), Cause(causation, causation, at), known
    )
