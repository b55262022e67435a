"""An earlier binding decision, for the agency that gets a complaint because of it: which agency, when, and why."""

from collections.abc import Sequence
from typing import Any, Final

from schemas.base.sealed import ERASED
from schemas.complaint.fold import RecordedFact
from schemas.complaint.state import Complaint
from schemas.events.router import ArbitrationDecided
from schemas.registry.fold import Registry
from schemas.wording.dates import Bilingual
from schemas.wording.names import agency

GUARDED: Final[Bilingual] = {"id": "alasannya tidak dibuka untuk umum", "en": "the reason is not public"}
GONE: Final[Bilingual] = {"id": "alasannya sudah dihapus", "en": "the reason is erased"}


def decision(state: Complaint, history: Sequence[RecordedFact], registry: Registry, lang: str) -> dict[str, Any] | None:
    """The newest decision of the Ombudsman about this complaint; None if there is none.

    Without the reason if the complaint is secret or of supervision grade, since other agencies read it.
    """
    found = next((event.fact for event in reversed(history) if isinstance(event.fact, ArbitrationDecided)), None)
    if found is None:
        return None
    guarded = state.is_protected
    reason = GONE[lang] if found.reason == ERASED else found.reason
    return {
        "complaint": None if guarded else str(state.id),
        "public_number": None if guarded else state.public_number,
        "agency": found.agency,
        "unit": found.unit,
        "agency_name": agency(found.agency, found.unit, registry),
        "decided_at": found.at,
        "reason": GUARDED[lang] if guarded else reason,
    }
