"""A complaint's history in sentences, complete or as known at some time."""

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from typing import Final, NamedTuple
from zoneinfo import ZoneInfo

from schemas import wording
from schemas.complaint.fold import RecordedFact, evolve
from schemas.complaint.state import Complaint, new
from schemas.events.agency_inbox import INTERNAL, ComplaintDelivered
from schemas.events.base import Fact
from schemas.events.intake import ContactRead, DataAccessGiven, DataAccessRequested, ErasureRefused, ErasureRequested
from schemas.registry.fold import Registry, fold_registry
from schemas.wording.casefile import TimelineRow, timeline_row

NOT_PUBLIC: Final = (
    *INTERNAL, ComplaintDelivered, ContactRead, DataAccessRequested, DataAccessGiven, ErasureRequested, ErasureRefused,
)  # fmt: skip
"""What the public is not told: receipts between machines, what an agency keeps for itself, what concerns the
reporter's own data.
"""


class TimelineEntry(NamedTuple):
    """One fact: domain time, event type, a sentence, and the fact itself."""

    at: datetime
    type: str
    sentence: str
    fact: Fact

    def row(self) -> TimelineRow:
        """As the API answers it."""
        return timeline_row(self.fact, {"at": self.at, "type": self.type, "sentence": self.sentence})


def until(history: Sequence[RecordedFact], as_of: datetime | None) -> list[RecordedFact]:
    """The facts up to `as_of` (inclusive); None: all."""
    return [recorded for recorded in history if as_of is None or recorded.fact.at <= as_of]


def state_at(state: Complaint, history: Sequence[RecordedFact]) -> Complaint:
    folded = new(state.id)
    for recorded in history:
        folded = evolve(folded, recorded)
    return folded


def registry_at(history: Sequence[RecordedFact], as_of: datetime | None) -> Registry:
    """The registry folded from the facts up to `as_of`."""
    return fold_registry(Registry(), until(history, as_of))


def moments(
    history: Sequence[RecordedFact], registry: Registry, lang: str, *, public: bool, words: bool = True
) -> list[TimelineEntry]:
    """Each fact as a sentence, without delivery receipts and what an agency keeps for itself; for the public without
    what only the reporter is told. Without `words` nothing that people wrote.
    """
    untold = NOT_PUBLIC if public else (ComplaintDelivered, *INTERNAL)
    return [
        TimelineEntry(
            fact.at, type(fact).__name__, wording.sentence(fact, registry, lang, public=public, words=words), fact
        )
        for fact in (recorded.fact for recorded in history)
        if not isinstance(fact, untold)
    ]


def instant(text: str, zone: str = "Asia/Jakarta") -> datetime:
    """A date such as `2026-03-01` as the end of that day in `zone`, or an ISO 8601 time (in `zone` if it names none).

    Raises:
        ValueError: neither a date nor a time.
    """
    return beginning(text, zone) + (timedelta(days=1, microseconds=-1) if _is_date(text) else timedelta())


def beginning(text: str, zone: str = "Asia/Jakarta") -> datetime:
    """Like `instant`, but a date is the beginning of that day.

    Raises:
        ValueError: neither a date nor a time.
    """
    if _is_date(text):
        return datetime.combine(date.fromisoformat(text), time(), ZoneInfo(zone))
    at = datetime.fromisoformat(text)
    return at if at.tzinfo else at.replace(tzinfo=ZoneInfo(zone))


def _is_date(text: str) -> bool:
    return len(text) == len("2026-03-01")
