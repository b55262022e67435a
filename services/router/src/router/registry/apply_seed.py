"""Applies the seed: appends what the registry lacks of this release's bodies, mandates and calendars, each once."""

from functools import partial

from chassis.base.ports import TimeSource
from chassis.write.command import handle_registry
from chassis.write.repository import Cause, Repository
from router.registry.seed import missing
from schemas.base.envelope import Actor
from schemas.base.ids import derived_id
from schemas.reference.load import calendars


async def apply_seed(repository: Repository, clock: TimeSource, actor: Actor | None = None) -> int:
    """Append what is missing, in batches that every store accepts; the number of facts added to the registry. `actor`:
    who ran the command; None: a process that starts.
    """
    known = await repository.registry()
    first = known.version
    while True:
        at, causation = clock.now(), derived_id("seed", str(known.version))
        decision = partial(missing, calendars=calendars(), at=at)
        after = await handle_registry(repository, decision, Cause(causation, causation, at, actor=actor), known)
        if after.version == known.version:
            return after.version - first
        known = after
