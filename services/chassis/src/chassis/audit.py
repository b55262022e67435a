"""Walks the whole store and proves the books: every complaint filed is closed for a reason, or somebody living has it
and something is due that is not overdue. The same command in tests and in production.

Memory holds one page of streams, and 16 bytes for each stream already seen.
"""

from collections import Counter
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from chassis.audit_rules import Around, Basis, Violation, check
from chassis.ledger import Ledger, Loaded
from schemas.complaint import Complaint
from schemas.lifecycle import Status
from schemas.policies import Policies
from schemas.registry import Registry
from schemas.streams import COMPLAINT_PREFIX, complaint_id

PAGE: Final = 1000


@dataclass
class Books:
    """What was counted on the way."""

    position: int = 0
    events: int = 0
    filed: int = 0
    parts: int = 0
    open: Counter[str] = field(default_factory=Counter)
    joined: int = 0
    closed: Counter[str] = field(default_factory=Counter)

    @property
    def balanced(self) -> bool:
        """Each complaint filed is counted exactly once."""
        return self.filed == self.open.total() + self.joined + self.closed.total()

    def add(self, state: Complaint, registry: Registry) -> None:
        """Count one stream."""
        if state.whole is not None:
            self.parts += 1
            return
        self.filed += 1
        if state.status is Status.JOINED:
            self.joined += 1
        elif state.status is Status.CLOSED:
            self.closed[state.closed.value if state.closed else "?"] += 1
        else:
            self.open[str(registry.holder(state.holder))] += 1


class Audit:
    """One walk. `books` is complete when `violations` has ended."""

    def __init__(
        self, ledger: Ledger, policies: Policies, now: datetime, tolerance: timedelta, told: Callable[[int], None]
    ) -> None:
        """`told` hears after each page how many events were seen so far."""
        self._ledger, self._policies, self._now, self._tolerance = ledger, policies, now, tolerance
        self._tell, self._seen = told, set[bytes]()
        self.books = Books()

    async def violations(self) -> AsyncIterator[tuple[Violation, Loaded]]:
        """Each broken rule with the stream that breaks it."""
        basis = Basis(await self._ledger.registry(), self._policies, self._now, self._tolerance)
        position: int | None = None
        while True:
            page = await self._ledger.store.read_all(position, (COMPLAINT_PREFIX,), PAGE)
            for loaded in await self._unseen([event.stream for event in page.events]):
                self.books.add(loaded.state, basis.registry)
                for violation in check(loaded, await self._around(loaded.state), basis):
                    yield violation, loaded
            position = page.position
            self.books.position, self.books.events = position or 0, self.books.events + len(page.events)
            self._tell(self.books.events)
            if page.caught_up:
                return

    async def _unseen(self, streams: Sequence[str]) -> list[Loaded]:
        complaints = [complaint_id(stream) for stream in dict.fromkeys(streams)]
        fresh = [complaint for complaint in complaints if complaint.bytes not in self._seen]
        self._seen.update(complaint.bytes for complaint in fresh)
        return await self._ledger.load_many(fresh)

    async def _around(self, state: Complaint) -> Around:
        wanted: list[UUID] = [part.id for part in state.parts]
        if state.lead is not None:
            wanted.append(state.lead)
        found = await self._ledger.load_many(wanted) if wanted else []
        others = {each.state.id: each.state for each in found if each.recorded}
        return Around(others.get(state.lead) if state.lead else None, others)
