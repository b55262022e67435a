"""A complaint's history in sentences, whole or as it stood at some instant."""

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from schemas import wording
from schemas.complaint.fold import RecordedFact, evolve
from schemas.complaint.state import Complaint, new
from schemas.events.agency_inbox import ComplaintDelivered
from schemas.registry.fold import Registry, fold_registry


class TimelineEntry(NamedTuple):
    """One fact of the history: when, which kind, and in words."""

    at: datetime
    type: str
    sentence: str


def until(history: Sequence[RecordedFact], as_of: datetime | None) -> list[RecordedFact]:
    """The facts known at that instant (inclusive); all of them if none is named."""
    return [told for told in history if as_of is None or told.fact.at <= as_of]


def state_at(state: Complaint, history: Sequence[RecordedFact]) -> Complaint:
    """The complaint after these facts."""
    folded = new(state.id)
    for told in history:
        folded = evolve(folded, told)
    return folded


def registry_at(history: Sequence[RecordedFact], as_of: datetime | None) -> Registry:
    """The registry as it stood then: mergers and mandates of later days are not known yet."""
    return fold_registry(Registry(), until(history, as_of))


def moments(history: Sequence[RecordedFact], registry: Registry, lang: str, *, public: bool) -> list[TimelineEntry]:
    """Each fact in a sentence. Receipts are the post office's business and left out."""
    return [
        TimelineEntry(
            told.fact.at, type(told.fact).__name__, wording.sentence(told.fact, registry, lang, public=public)
        )
        for told in history
        if not isinstance(told.fact, ComplaintDelivered)
    ]


def instant(text: str, zone: str = "Asia/Jakarta") -> datetime:
    """`2026-03-01` is the end of that day in `zone`; a full ISO 8601 time is itself (in `zone` if it names none).

    Raises:
        ValueError: neither.
    """
    return beginning(text, zone) + (timedelta(days=1, microseconds=-1) if _is_day(text) else timedelta())


def beginning(text: str, zone: str = "Asia/Jakarta") -> datetime:
    """The same, a day being its beginning.

    Raises:
        ValueError: neither a day nor a time.
    """
    if _is_day(text):
        return datetime.combine(date.fromisoformat(text), time(), ZoneInfo(zone))
    at = datetime.fromisoformat(text)
    return at if at.tzinfo else at.replace(tzinfo=ZoneInfo(zone))


def _is_day(text: str) -> bool:
    return len(text) == len("2026-03-01")
