"""A world whose events are also written to an event store, each by its owner, and read back from there."""

import asyncio
from collections.abc import Callable, Sequence
from datetime import timedelta
from itertools import groupby
from uuid import UUID

from audit.audit import Audit
from chassis.base.ports import Append, Store
from chassis.keys.keyring import MemoryKeyRing
from chassis.write.repository import Cause, Repository
from schemas.base.envelope import NewEvent
from schemas.base.ids import event_id
from schemas.base.sealed import Keys
from schemas.base.streams import REGISTRY, complaint_stream
from schemas.complaint.state import Complaint
from schemas.events import writer_of
from schemas.events.base import Fact
from schemas.events.registry import AgenciesMerged, AgencyDissolved, CalendarDecreed, PolicyDecreed
from schemas.events.router import PartOpened
from support import placing
from support.world import POLICIES, World

GRACE = timedelta(seconds=30)


class StoredWorld(World):
    """All complaints and the registry as of `now`, in one empty store."""

    def __init__(self, opened: Callable[[], Store]) -> None:
        super().__init__()
        self._runner = asyncio.Runner()
        self.store = opened()
        self._keyring = MemoryKeyRing()
        self._written_to: set[UUID] = set()
        self._registered = 0
        self._register(placing.country())

    def id_of(self, complaint: UUID, fact: Fact, version: int) -> UUID:
        return event_id(complaint_stream(complaint), complaint, type(fact).__name__, version)

    def add(self, complaint: UUID, facts: Sequence[Fact]) -> int:
        count = super().add(complaint, facts)
        if facts:
            self._runner.run(self._write(complaint, facts))
            self._written_to.add(complaint)
        return count

    def decree(self, fact: AgenciesMerged | AgencyDissolved | CalendarDecreed | PolicyDecreed) -> None:
        super().decree(fact)
        self._register([fact])

    def read_back(self) -> list[Complaint]:
        """Every complaint written since the last call, folded from what the store returns."""
        asked, self._written_to = sorted(self._written_to), set()
        return [loaded.state for loaded in self._runner.run(self._repository("reader").load_many(asked))]

    def audit(self) -> tuple[list[str], bool]:
        """The findings of the audit over the whole store, and whether its books balance. Erased complaints have lost
        their keys before.
        """

        async def walked() -> tuple[list[str], bool]:
            for complaint, state in self.states.items():
                if state.erased:
                    await self._keyring.destroy(complaint)
            walk = Audit(self._repository("reader"), POLICIES, self.now, GRACE)
            found = [f"{violation.code}: {violation.what}" async for violation, _ in walk.violations()]
            return found, walk.totals["balanced"]

        return self._runner.run(walked())

    def close(self) -> None:
        self._runner.run(self.store.close())
        self._runner.close()

    async def _write(self, complaint: UUID, facts: Sequence[Fact]) -> None:
        stream, version = complaint_stream(complaint), len(self.histories[complaint]) - len(facts) - 1
        keys = await self._keys(complaint)
        events: list[NewEvent] = []
        for owner, owned in groupby(facts, lambda fact: writer_of(type(fact).__name__)):
            for fact in owned:
                cause = Cause(complaint, complaint, fact.at, ordinal=version + 1 + len(events))
                events += self._repository(owner).encode(stream, [fact], cause, keys)
        seen = {told.event_id for told in self.histories[complaint][: version + 1]}
        await self.store.append_many([Append(stream, version, events, seen)])

    async def _keys(self, complaint: UUID) -> Keys:
        born = self.histories[complaint][0].fact
        owner = self.states[complaint].whole if isinstance(born, PartOpened) else complaint
        assert owner is not None
        return (await self._keyring.ensure([owner]))[owner]

    def _register(self, facts: Sequence[Fact]) -> None:
        events = [
            event
            for number, fact in enumerate(facts, start=self._registered)
            for event in self._repository(writer_of(type(fact).__name__)).encode(
                REGISTRY, [fact], Cause(UUID(int=1), UUID(int=1), fact.at, ordinal=number), Keys()
            )
        ]
        self._runner.run(self.store.append(REGISTRY, self._registered - 1, events))
        self._registered += len(facts)

    def _repository(self, writer: str) -> Repository:
        return Repository(self.store, self._keyring, writer)
