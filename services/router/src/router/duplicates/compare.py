"""Compares two complaints: whether they are about the same matter, and whether the later one may follow the earlier.

Their texts must be similar, and region, time and sector must agree. Only an unambiguous case is joined by rule; a
possible one is a suggestion for a person.
"""

from collections.abc import Sequence
from datetime import timedelta
from enum import Enum
from math import cos, hypot, radians
from typing import Final, NamedTuple
from uuid import UUID

from router.desk import decide
from router.duplicates.features import FeatureExtractor, Features, feature_data
from router.duplicates.similarity import Similarity, similarity
from router.geography.codes import DISTRICT_LENGTH, REGENCY_LENGTH
from schemas.base.values import ComplaintClass
from schemas.complaint.fold import allows
from schemas.complaint.lifecycle import Status
from schemas.complaint.state import Complaint, new
from schemas.deadlines.policies import Policies
from schemas.events.router import ComplaintJoined

SURE_SCORE, POSSIBLE_SCORE, COPY_SCORE = 0.65, 0.5, 0.9
SURE_SPOT, POSSIBLE_SPOT = 0.65, 0.4
SURE_ISSUE, POSSIBLE_ISSUE = 0.75, 0.7
COPY_WORDS: Final = 14
"""A text that shares this many words is no coincidence: the same person sent it again."""
SAME_SPOT_M, FAR_M = 50.0, 1500.0
_M_PER_DEGREE: Final = 111_200.0
_FOLLOWS_FROM: Final = (Status.UNPLACED, Status.TRIAGE, Status.ROUTED)
"""By rule: once a body has begun its own work on it, a person decides."""


class Certainty(Enum):
    """How sure it is that two complaints are about the same matter."""

    SURE = "sure"
    POSSIBLE = "possible"
    DIFFERENT = "different"


class ComparableReport(NamedTuple):
    """What is compared of a complaint."""

    state: Complaint
    features: Features
    region: str | None


class Comparison(NamedTuple):
    """`score`: the similarity of the texts, 0 to 1."""

    certainty: Certainty
    score: float


def comparable(state: Complaint, reader: FeatureExtractor, region: str | None = None) -> ComparableReport:
    """A complaint with its features. `region`: a region that was found otherwise than in its events."""
    read = state.classified.basis.region if state.classified else None
    given = state.place.region if state.place else None
    longest = max((given or "", region or "", read or ""), key=len) or None
    text = "\n".join([state.title or "", state.text, (state.place and state.place.address) or ""])
    return ComparableReport(state, reader.features(text, longest), longest)


def comparable_text(text: str, reader: FeatureExtractor, number: int) -> ComparableReport:
    """A text alone; all are of one place and day. `number` tells them apart."""
    return comparable(new(UUID(int=number))._replace(text=text), reader, "00.00")


def duplicate_metrics(pairs: Sequence[tuple[bool, str, str]], policies: Policies) -> list[str]:
    """Precision and recall of joining and of suggesting, on labelled pairs of texts: one line each."""
    reader = FeatureExtractor(feature_data())
    found = [
        (same, compare(comparable_text(one, reader, 1), comparable_text(other, reader, 2), policies).certainty)
        for same, one, other in pairs
    ]
    lines = []
    for name, kinds in (("joined", {Certainty.SURE}), ("joined or suggested", {Certainty.SURE, Certainty.POSSIBLE})):
        hits = [same for same, kind in found if kind in kinds]
        precision = f"{sum(hits) / len(hits):.3f}" if hits else "none"
        recall = sum(hits) / max(1, sum(same for same, _ in found))
        lines.append(f"{name}: {len(hits)} of {len(found)} pairs, precision {precision}, recall {recall:.3f}")
    return lines


def is_open_to_all(state: Complaint) -> bool:
    """Whether another reporter may know of it: it is open, classified (its grade is not known before), and not secret,
    of supervision grade, a part or erased.
    """
    return (
        state.is_open
        and state.classified is not None
        and state.class_ is ComplaintClass.COMPLAINT
        and not (state.secret or state.supervision or state.erased or state.whole is not None)
    )


def compare(one: ComparableReport, other: ComparableReport, policies: Policies) -> Comparison:
    """Symmetric. The policy in force when the later one was received says how many days they may be apart."""
    policy = policies.at(max(one.state.received_at, other.state.received_at))
    alike, near = similarity(one.features, other.features), _near(one, other)
    personal = one.features.personal or other.features.personal
    if alike.apart or near is False or not _within(one, other, policy.alike_d):
        return Comparison(Certainty.DIFFERENT, alike.score)
    if _within(one, other, policy.join_d) and _in_one_place(one, other) and _is_sure(alike, near is True, personal):
        return Comparison(Certainty.SURE, alike.score)
    possible = _is_possible(alike, near is True, personal)
    return Comparison(Certainty.POSSIBLE if possible else Certainty.DIFFERENT, alike.score)


def may_follow(state: Complaint, lead: Complaint) -> bool:
    """Whether router may join them by rule: the rules of the desk's join, without what a person should judge.

    Never onto an answered lead: a complaint after an answer says that the problem goes on.
    """
    return (
        state.status in _FOLLOWS_FROM
        and allows(state, ComplaintJoined)
        and lead.status is not Status.ANSWERED
        and is_open_to_all(state)
        and is_open_to_all(lead)
        and decide.apart(state, lead) is None
    )


def _is_sure(alike: Similarity, near: bool, personal: bool) -> bool:
    if alike.score >= COPY_SCORE and alike.shared >= COPY_WORDS and alike.exact:
        return True
    if personal or alike.issue < SURE_ISSUE:
        return False
    if near and alike.exact:
        return alike.issue == 1 and alike.score >= POSSIBLE_SCORE
    return alike.place and alike.exact and alike.score >= SURE_SCORE and alike.spot >= SURE_SPOT


def _is_possible(alike: Similarity, near: bool, personal: bool) -> bool:
    if personal or alike.issue < POSSIBLE_ISSUE:
        return False
    return near or (alike.place and alike.score >= POSSIBLE_SCORE and alike.spot >= POSSIBLE_SPOT)


def _within(one: ComparableReport, other: ComparableReport, days: int) -> bool:
    return abs(one.state.received_at - other.state.received_at) <= timedelta(days=days)


def _in_one_place(one: ComparableReport, other: ComparableReport) -> bool:
    # A street's name exists in many towns: without a region, or in two districts or sectors, a person decides.
    if one.region is None or other.region is None or len(min(one.region, other.region, key=len)) < REGENCY_LENGTH:
        return False
    digits = min(len(one.region), len(other.region), DISTRICT_LENGTH)
    sectors = {each.state.sector for each in (one, other)} - {None}
    return one.region[:digits] == other.region[:digits] and len(sectors) <= 1


def _near(one: ComparableReport, other: ComparableReport) -> bool | None:
    """Whether their coordinates are near each other; False: too far, or in two regions; None: not known."""
    if one.region and other.region:
        digits = min(len(one.region), len(other.region), REGENCY_LENGTH)
        if one.region[:digits] != other.region[:digits]:
            return False
    metres = _metres(one.state, other.state)
    if metres is None:
        return None
    return True if metres <= SAME_SPOT_M else (None if metres <= FAR_M else False)


def _metres(one: Complaint, other: Complaint) -> float | None:
    a, b = one.place, other.place
    if a is None or b is None or a.lat is None or a.lon is None or b.lat is None or b.lon is None:
        return None
    return _M_PER_DEGREE * hypot(a.lat - b.lat, (a.lon - b.lon) * cos(radians((a.lat + b.lat) / 2)))
