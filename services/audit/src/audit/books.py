"""The books: every complaint is counted once, as open with its holder, joined, or closed for a reason.

    books.change(old, new)            one complaint changed; `old` is None before it was filed
    books.totals(position, leads)     the sums

Closing by silence and by confirmation are never added up; parts are counted apart.
"""

from collections import Counter
from dataclasses import dataclass, field
from typing import Any, NamedTuple
from uuid import UUID

from chassis.write.repository import Repository
from schemas.base.streams import COMPLAINT_PREFIX, complaint_id
from schemas.base.values import HolderKind
from schemas.complaint.lifecycle import CloseReason, Status
from schemas.complaint.state import Complaint

Leads = dict[UUID, bool | UUID]
"""By lead: whether it is open, or the lead that it has joined itself."""


class Summary(NamedTuple):
    """What the books count of one complaint."""

    part: bool
    status: Status
    holder: str
    closed: CloseReason | None
    lead: UUID | None


def summary(state: Complaint) -> Summary:
    """The counted fields of a complaint."""
    return Summary(state.whole is not None, state.status, str(state.holder), state.closed, state.lead)


def open_or_lead(state: Complaint) -> bool | UUID:
    """The entry of this complaint in `Leads`."""
    return state.lead if state.status is Status.JOINED and state.lead is not None else state.is_open


@dataclass
class Books:
    """Running sums. They do not depend on the order of the changes."""

    filed: int = 0
    open: Counter[str] = field(default_factory=Counter)
    followers: Counter[UUID] = field(default_factory=Counter)
    """Number of followers by lead."""
    closed: Counter[str] = field(default_factory=Counter)
    parts: Counter[str] = field(default_factory=Counter)

    def change(self, old: Summary | None, new: Summary | None) -> None:
        """One complaint changed from `old` to `new`."""
        if old is not None:
            self._count(old, -1)
        if new is not None:
            self._count(new, 1)

    def totals(self, position: int, leads: Leads) -> dict[str, Any]:
        """The sums. `balanced`: they add up to the number filed, every open complaint has a holder, every closed one
        a reason, and every lead exists.
        """
        open_, closed = _positive(self.open), _positive(self.closed)
        joined = {
            "to_open_lead": self._followers(leads, of_open=True),
            "to_closed_lead": self._followers(leads, of_open=False),
        }
        total = sum(open_.values()) + sum(joined.values()) + sum(closed.values())
        sound = HolderKind.NOBODY not in open_ and HolderKind.LEAD not in open_ and _NO_REASON not in closed
        return {
            "position": str(position),
            "filed": self.filed,
            "open": open_,
            "joined": joined,
            "closed": closed,
            "parts": {"open": self.parts["open"], "closed": self.parts["closed"]},
            "balanced": self.filed == total and sound,
        }

    def _count(self, one: Summary, by: int) -> None:
        if one.part:
            self.parts["closed" if one.status is Status.CLOSED else "open"] += by
            return
        self.filed += by
        match one.status:
            case Status.JOINED if one.lead is not None:
                self.followers[one.lead] += by
            case Status.CLOSED:
                self.closed[one.closed.value if one.closed else _NO_REASON] += by
            case _:
                self.open[one.holder] += by

    def _followers(self, leads: Leads, *, of_open: bool) -> int:
        return sum(count for lead, count in self.followers.items() if count and _is_open(leads, lead) is of_open)


_NO_REASON = "?"


def _positive(counts: Counter[str]) -> dict[str, int]:
    return {name: count for name, count in sorted(counts.items()) if count}


def _is_open(leads: Leads, lead: UUID) -> bool | None:
    # A lead may itself have joined another: the last of the chain decides. None: there is no such complaint.
    seen, found = set[UUID](), leads.get(lead)
    while isinstance(found, UUID) and found not in seen:
        seen.add(found)
        found = leads.get(found)
    return found if isinstance(found, bool) else None


async def read_books(repository: Repository) -> dict[str, Any]:
    """The totals of the whole store, read from its streams. Holds one summary per complaint in memory.

    Raises:
        ChassisError: as the store raises it.
    """
    books, leads, counted, position = Books(), Leads(), dict[UUID, tuple[int, Summary]](), None
    while True:
        page = await repository.store.read_all(position, (COMPLAINT_PREFIX,))
        newest = {complaint_id(event.stream): event.version for event in page.events}
        changed = [complaint for complaint, version in newest.items() if counted.get(complaint, _NEW)[0] < version]
        for loaded in await repository.load_many(changed):
            old, new = counted.get(loaded.state.id, _NEW)[1], summary(loaded.state)
            counted[loaded.state.id] = (loaded.state.version, new)
            leads[loaded.state.id] = open_or_lead(loaded.state)
            books.change(old, new)
        position = page.position
        if page.caught_up:
            return books.totals(position or 0, leads)


_NEW: tuple[int, Summary | None] = (-1, None)
