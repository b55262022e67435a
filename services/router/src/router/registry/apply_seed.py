"""Applies the seed: appends what the registry lacks of this release's bodies, mandates and calendars, each once."""

from chassis.base.ports import TimeSource
from chassis.write.command import handle_registry
from chassis.write.repository import Cause, Repository
from router.registry.seed import missing
from schemas.base.ids import derived_id
from schemas.reference.load import calendars
from schemas.registry.fold import Registry


async def apply_seed(repository: Repository, clock: TimeSource) -> int:
    """Append what is missing, in batches that every store accepts; the number of facts added to the registry."""
    known = await repository.registry()
    before = known.version
    while True:
        after = await _step(repository, clock, known)
        if after.version == known.version:
            return after.version - before
        known = after


async def _step(repository: Repository, clock: TimeSource, known: Registry) -> Registry:
    at = clock.now()
    causation = derived_id("seed", str(known.version))
    return await handle_registry(
        repository, lambda state: missing(state, calendars(), at), Cause(causation, causation, at), known
    )
