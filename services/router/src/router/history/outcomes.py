"""The outcome of a complaint's placement as history tells it: who had it first, who returned it, who kept it, how long.

Training labels (`labels`) and counterfactuals (`counterfactual`) follow from it. A body that returned the complaint
would have returned it again; the body that kept it would have kept it; of any other body nothing is known.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Final, NamedTuple
from uuid import UUID

from schemas.complaint.fold import RecordedFact, fold
from schemas.complaint.state import Complaint, new
from schemas.events.agency_inbox import (
    ClarificationRequested,
    ComplaintAcknowledged,
    ComplaintReturned,
    ProgressRecorded,
    ResponseGiven,
)
from schemas.events.intake import ComplaintFiled
from schemas.events.router import ComplaintClassified, ComplaintReferred, ComplaintRouted

BY_A_PERSON: Final = ("desk", "binding")
_ACCEPTED: Final = (ComplaintAcknowledged, ProgressRecorded, ClarificationRequested, ResponseGiven)
"""A body that does one of these has accepted the complaint as its own."""
_NO_TIME: Final = timedelta()


class PlacementOutcome(NamedTuple):
    """One complaint's placement, as it happened."""

    filed: Complaint
    """The state after its first event."""
    first: str | None
    """The body that router chose first; None: the desk."""
    owner: ComplaintRouted | None
    """The last placement, mergers apart."""
    proven: bool
    """A person placed it with the owner, or the owner accepted it."""
    returns: Mapping[str, ComplaintReturned]
    held: Mapping[str, timedelta]
    """How long each body that returned it had it."""
    desk: timedelta | None
    """How long it was in triage; None: never."""
    arrived_after: timedelta
    """From its receipt until the owner had it."""
    read: ComplaintClassified | None
    """The last reading."""


def placement_outcome(complaint: UUID, history: Sequence[RecordedFact]) -> PlacementOutcome | None:
    """The outcome; None for a part, and for a complaint that was not placed yet."""
    if not history or not isinstance(history[0].fact, ComplaintFiled):
        return None
    filed = fold(new(complaint), history[:1])
    facts = [each.fact for each in history]
    placed = [fact for fact in facts if isinstance(fact, ComplaintRouted | ComplaintReferred)]
    if not placed:
        return None
    routed = [fact for fact in placed if isinstance(fact, ComplaintRouted) and fact.cause not in ("merger", "part")]
    owner = routed[-1] if routed else None
    returns = {fact.agency: fact for fact in facts if isinstance(fact, ComplaintReturned) and fact.scope == "agency"}
    accepted = {fact.agency for fact in facts if isinstance(fact, _ACCEPTED)}
    first = placed[0]
    return PlacementOutcome(
        filed,
        first.agency if isinstance(first, ComplaintRouted) else None,
        owner,
        owner is not None
        and (owner.cause in BY_A_PERSON or (owner.agency in accepted and owner.agency not in returns)),
        returns,
        {agency: fact.at - _since(routed, agency, fact.at) for agency, fact in returns.items()},
        _time_at_desk(placed),
        owner.at - filed.received_at if owner else _NO_TIME,
        next((fact for fact in reversed(facts) if isinstance(fact, ComplaintClassified)), None),
    )


def _since(routed: Sequence[ComplaintRouted], agency: str, until: datetime) -> datetime:
    return next((fact.at for fact in reversed(routed) if fact.agency == agency and fact.at <= until), until)


def _time_at_desk(placed: Sequence[ComplaintRouted | ComplaintReferred]) -> timedelta | None:
    stays = [after.at - before.at for before, after in pairwise(placed) if isinstance(before, ComplaintReferred)]
    return sum(stays, _NO_TIME) if stays else None
