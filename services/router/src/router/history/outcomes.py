"""What history says of a complaint's placing: who had it first, who gave it back, who kept it, and how long that took.

From it follow examples to learn from, and what another model or registry would have done (`replaying`). A body that
gave the complaint back would have given it back again; the one that kept it would have kept it; of any other body
nothing is known, and nothing is claimed.
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
_TAKEN: Final = (ComplaintAcknowledged, ProgressRecorded, ClarificationRequested, ResponseGiven)
"""A body that does one of these has taken the complaint for its own."""
_NO_TIME: Final = timedelta()


class PlacementOutcome(NamedTuple):
    """One complaint's placing, as it happened. `filed`: the state after its first fact."""

    filed: Complaint
    first: str | None
    """The body that router chose at once; None: the desk."""
    owner: ComplaintRouted | None
    """The last placing, mergers apart."""
    proven: bool
    """A person placed it there, or the body took it."""
    returns: Mapping[str, ComplaintReturned]
    held: Mapping[str, timedelta]
    """How long each body that gave it back had it."""
    desk: timedelta | None
    """How long it lay at the desk; None: never."""
    arrived_after: timedelta
    """From its receipt until the owner had it."""
    read: ComplaintClassified | None
    """The last reading."""


def placement_outcome(complaint: UUID, told: Sequence[RecordedFact]) -> PlacementOutcome | None:
    """What happened to it; None: it is no filed complaint (a part), or was not placed yet."""
    if not told or not isinstance(told[0].fact, ComplaintFiled):
        return None
    filed = fold(new(complaint), told[:1])
    facts = [each.fact for each in told]
    placed = [fact for fact in facts if isinstance(fact, ComplaintRouted | ComplaintReferred)]
    if not placed:
        return None
    routed = [fact for fact in placed if isinstance(fact, ComplaintRouted) and fact.cause not in ("merger", "part")]
    owner = routed[-1] if routed else None
    back = {fact.agency: fact for fact in facts if isinstance(fact, ComplaintReturned) and fact.scope == "agency"}
    taken = {fact.agency for fact in facts if isinstance(fact, _TAKEN)}
    first = placed[0]
    return PlacementOutcome(
        filed,
        first.agency if isinstance(first, ComplaintRouted) else None,
        owner,
        owner is not None and (owner.cause in BY_A_PERSON or (owner.agency in taken and owner.agency not in back)),
        back,
        {agency: fact.at - _since(routed, agency, fact.at) for agency, fact in back.items()},
        _at_desk(placed),
        owner.at - filed.received_at if owner else _NO_TIME,
        next((fact for fact in reversed(facts) if isinstance(fact, ComplaintClassified)), None),
    )


def _since(routed: Sequence[ComplaintRouted], agency: str, until: datetime) -> datetime:
    return next((fact.at for fact in reversed(routed) if fact.agency == agency and fact.at <= until), until)


def _at_desk(placed: Sequence[ComplaintRouted | ComplaintReferred]) -> timedelta | None:
    lain = [after.at - before.at for before, after in pairwise(placed) if isinstance(before, ComplaintReferred)]
    return sum(lain, _NO_TIME) if lain else None
