"""Random histories in the store of reporting, in the order in which services might have written them."""

from collections.abc import Sequence
from datetime import datetime
from random import Random
from uuid import UUID

from chassis.write.repository import Cause, Repository
from reporting.context import Reporting
from schemas.complaint.fold import RecordedFact
from schemas.events import OWNER
from schemas.events.router import PartOpened
from support.inbox import keep_registry
from support.strangers import NEW_BODIES
from support.timed_lives import Told, histories


async def fill(reporting: Reporting, random: Random, size: int) -> Told:
    """Write random histories; the figures read them now and then. Returns them."""
    await keep_registry(reporting.repository.store, reporting.repository)
    await keep_registry(reporting.repository.store, reporting.repository, *NEW_BODIES)
    found = histories(random, size)
    for each, history in mixed(random, found):
        await append(reporting.repository, each, history)
        if random.random() < 0.05:
            await reporting.figures.catch_up()
    await reporting.figures.catch_up()
    return found


def mixed(random: Random, found: Told) -> list[tuple[UUID, Sequence[RecordedFact]]]:
    """Pieces of streams, mixed; each stream stays in order. Parts come after all wholes."""
    wholes = {each: history for each, history in found.items() if not isinstance(history[0].fact, PartOpened)}
    parts = {each: history for each, history in found.items() if each not in wholes}
    return [*_mixed(random, wholes), *_mixed(random, parts)]


def _mixed(random: Random, found: Told) -> list[tuple[UUID, Sequence[RecordedFact]]]:
    rest, pieces = {each: list(history) for each, history in found.items()}, []
    while rest:
        each = random.choice(list(rest))
        count = random.randint(1, 3)
        pieces.append((each, rest[each][:count]))
        rest[each] = rest[each][count:]
        if not rest[each]:
            del rest[each]
    return pieces


async def append(repository: Repository, complaint: UUID, facts: Sequence[RecordedFact]) -> None:
    """Append each of these facts as the service that owns it."""
    for told in facts:
        owner = Repository(repository.store, repository.keyring, OWNER[type(told.fact).__name__])
        loaded = await owner.load(complaint)
        if not loaded.recorded:
            loaded = await owner.with_keys(loaded, told.fact.whole if isinstance(told.fact, PartOpened) else complaint)
        cause = Cause(told.event_id, complaint, told.fact.at)
        made = owner.prepare(loaded, [told.fact], cause)
        await owner.store.append(made.stream, made.expected_version, made.events)
    return


def newest(found: Told) -> datetime:
    """The time of the last fact."""
    return max(history[-1].fact.at for history in found.values())
