"""A command's precondition holds at the moment of its append, on every event store and between two processes."""

import asyncio
from uuid import UUID

from chassis.base.ports import Store
from chassis.keys.keyring import MemoryKeyRing
from chassis.write.cache import StreamCache
from chassis.write.command import handle
from chassis.write.precondition import Precondition, entity_tag
from chassis.write.repository import Cause, Repository
from schemas.base.ids import derived_id
from schemas.base.refusals import VersionMismatch
from schemas.complaint.state import Complaint
from schemas.events.base import Fact
from schemas.events.intake import DetailAdded
from support.inbox import T0
from support.lives import filed, write

COMPLAINT, WRITERS, ROUNDS = UUID(int=5), 6, 5


async def test_of_six_writers_who_read_one_version_one_writes(store: Store, other: Store) -> None:
    keyring = MemoryKeyRing()
    # One caches what it read, the other reads each time.
    desks = [Repository(store, keyring, "intake", StreamCache()), Repository(other, keyring, "intake")]
    await write(desks[0], COMPLAINT, filed())

    async def add(writer: int, version: int) -> bool:
        def rule(_: Complaint) -> list[Fact]:
            return [DetailAdded(at=T0, text=f"Tiang {writer}")]

        cause = Cause(derived_id(str(version), str(writer)), COMPLAINT, T0, request=b"%d" % writer)
        condition = Precondition(frozenset({entity_tag(version)}))
        try:
            await handle(desks[writer % 2], COMPLAINT, rule, cause, condition=condition)
        except VersionMismatch:
            return False
        return True

    for version in range(ROUNDS):
        done = await asyncio.gather(*(add(writer, version) for writer in range(WRITERS)))
        assert sum(done) == 1
    assert (await desks[1].load(COMPLAINT)).state.version == ROUNDS
