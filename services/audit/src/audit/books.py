"""Do the books balance? Every complaint filed is counted once: open with its holder, joined, or closed for a reason.

    books.change(old, new)                 one complaint moved; None before it was filed
    books.totals(position, lead_open)        the sums, as the front door tells them

Closing by silence and by the reporter's word are never added up; parts are counted apart.
"""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, NamedTuple
from uuid import UUID

from chassis.write.repository import Repository
from schemas.base.streams import COMPLAINT_PREFIX, complaint_id
from schemas.base.values import HolderKind
from schemas.complaint.lifecycle import CloseReason, Status
from schemas.complaint.state import Complaint

LeadOpen = Callable[[UUID], bool | None]
"""Whether a lead is open; None if there is no such complaint."""


class Summary(NamedTuple):
    """What the books need of one complaint."""

    part: bool
    status: Status
    holder: str
    closed: CloseReason | None
    lead: UUID | None


def summary(state: Complaint) -> Summary:
    """The complaint as the books see it."""
    return Summary(state.whole is not None, state.status, str(state.holder), state.closed, state.lead)


@dataclass
class Books:
    """Running sums. They follow from the summaries alone, in whatever order the changes came."""

    filed: int = 0
    open: Counter[str] = field(default_factory=Counter)
    followers: Counter[UUID] = field(default_factory=Counter)
    """By lead: whether it is open is asked when the books are told."""
    closed: Counter[str] = field(default_factory=Counter)
    parts: Counter[str] = field(default_factory=Counter)

    def change(self, old: Summary | None, new: Summary | None) -> None:
        """One complaint is now `new` and was `old`."""
        if old is not None:
            self._count(old, -1)
        if new is not None:
            self._count(new, 1)

    def totals(self, position: int, lead_open: LeadOpen) -> dict[str, Any]:
        """The sums. `balanced`: they add up to what was filed, nothing open is without a holder, nothing is closed
        without a reason, and every lead exists.
        """
        open_, closed = _positive(self.open), _positive(self.closed)
        joined = {
            "to_open_lead": self._joined(lead_open, ends=False),
            "to_closed_lead": self._joined(lead_open, ends=True),
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

    def _joined(self, lead_open: LeadOpen, *, ends: bool) -> int:
        return sum(count for lead, count in self.followers.items() if count and lead_open(lead) is (not ends))


_NO_REASON = "?"


def _positive(counts: Counter[str]) -> dict[str, int]:
    return {name: count for name, count in sorted(counts.items()) if count}


async def read_books(repository: Repository) -> dict[str, Any]:
    """The books of the whole store, straight from its streams. Holds one summary a complaint.

    Raises:
        ChassisError: as the store says.
    """
    books, known, position = Books(), dict[UUID, tuple[int, Summary]](), None
    while True:
        page = await repository.store.read_all(position, (COMPLAINT_PREFIX,))
        newest = {complaint_id(event.stream): event.version for event in page.events}
        behind = [complaint for complaint, version in newest.items() if known.get(complaint, _UNKNOWN)[0] < version]
        for loaded in await repository.load_many(behind):
            old, new = known.get(loaded.state.id, _UNKNOWN)[1], summary(loaded.state)
            known[loaded.state.id] = (loaded.state.version, new)
            books.change(old, new)
        position = page.position
        if page.caught_up:
            return books.totals(position or 0, lambda lead: _is_open(known, lead))


_UNKNOWN: tuple[int, Summary | None] = (-1, None)


def _is_open(known: dict[UUID, tuple[int, Summary]], lead: UUID) -> bool | None:
    # A lead may itself have joined another since: then that one decides.
    seen: set[UUID] = set()
    while (found := known.get(lead)) is not None and lead not in seen:
        seen.add(lead)
        one = found[1]
        if one.status is not Status.JOINED or one.lead is None:
            return one.status is not Status.CLOSED
        lead = one.lead
    return None
