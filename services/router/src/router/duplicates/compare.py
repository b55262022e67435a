"""Compares two complaints: whether they are about the same matter, and whether the later one may follow the earlier.

Their texts must be similar, and region, time and sector must agree. Only an unambiguous case is joined by rule; a
possible one is a suggestion for a person.
"""

from collections.abc import Sequence
from datetime import timedelta
from enum import Enum
from typing import Final, NamedTuple
from uuid import UUID

from router.desk import decide
from router.duplicates.differences import difference
from router.duplicates.features import FeatureExtractor, Features, feature_data
from router.duplicates.pins import Pin, is_one_point, metres, pin
from router.duplicates.similarity import Similarity, similarity
from router.duplicates.times import MOMENT
from router.geography.codes import DISTRICT_LENGTH, REGENCY_LENGTH
from schemas.base.values import ComplaintClass
from schemas.complaint.fold import allows
from schemas.complaint.lifecycle import Status
from schemas.complaint.state import Complaint, new
from schemas.deadlines.policies import Policies
from schemas.events.router import ComplaintJoined

POSSIBLE_SCORE, COPY_SCORE = 0.5, 0.9
POSSIBLE_SPOT, POSSIBLE_ISSUE = 0.4, 0.7
COPY_WORDS: Final = 14
"""A text that shares this many words is no coincidence. It may be a template that two people filled in with numbers of
their own, so it is a suggestion at most."""
SAME_SPOT_M, FAR_M = 25.0, 1500.0
"""Two street lamps stand some 30 m apart."""
EVENT_H: Final = 24
"""Reports of what is over soon are of one event if they came within so many hours."""
RIVER: Final = "river"
"""Said of whatever is named after a river (Desa Sungai Pinang); it takes no part in how wide an issue is."""
_FOLLOWS_FROM: Final = (Status.UNPLACED, Status.TRIAGE, Status.ROUTED)
"""By rule: once a body has begun its own work on it, a person decides."""


class Certainty(Enum):
    """How sure it is that two complaints are about the same matter."""

    SURE = "sure"
    POSSIBLE = "possible"
    DIFFERENT = "different"


class ComparableReport(NamedTuple):
    """What is compared of a complaint. `features`: of what was filed; `all_features`: also of what was added later.
    `pin`: its coordinates, if they say where it is.
    """

    state: Complaint
    features: Features
    region: str | None
    all_features: Features
    pin: Pin | None = None


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
    filed = reader.features(text, longest)
    added = "\n".join(text for _, text in state.details)
    later = reader.features(f"{text}\n{added}", longest) if added else filed
    return ComparableReport(state, filed, longest, later, pin(state.place, longest))


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
        and state.is_public
        and not state.erased
    )


def compare(one: ComparableReport, other: ComparableReport, policies: Policies) -> Comparison:
    """Symmetric. The policy in force when the later one was received says how many days they may be apart."""
    policy = policies.at(max(one.state.received_at, other.state.received_at))
    alike, near = similarity(one.all_features, other.all_features), _near(one, other)
    if alike.apart or near is False or not _within(one, other, policy.alike_d):
        return Comparison(Certainty.DIFFERENT, alike.score)
    both = one.all_features, other.all_features, alike
    same_time = _within(one, other, policy.join_d) and _on_one_day(one.state, other.state)
    nearby = near is True and not _is_one_pin(one, other)
    if same_time and _in_one_place(one, other) and _is_sure(*both, nearby) and _of_one_event(one, other):
        return Comparison(Certainty.SURE, alike.score)
    return Comparison(Certainty.POSSIBLE if _is_possible(*both, near is True) else Certainty.DIFFERENT, alike.score)


def may_follow(state: Complaint, lead: Complaint) -> bool:
    """Whether router may join them by rule: the rules of the desk's join, without what a person should judge.

    Never onto an answered lead: a complaint after an answer says that the problem goes on. Nor onto one that waits for
    its reporter, who may let it lapse. What an agency holds is not taken from it for a lead that another one holds.
    """
    return (
        state.status in _FOLLOWS_FROM
        and allows(state, ComplaintJoined)
        and lead.status not in (Status.ANSWERED, Status.AWAITING_REPORTER)
        and state.agency in (None, lead.agency)
        and is_open_to_all(state)
        and is_open_to_all(lead)
        and decide.apart(state, lead) is None
    )


def _is_sure(one: Features, other: Features, alike: Similarity, near: bool) -> bool:
    """Positive evidence of the same thing at the same spot, and nothing that sets the two apart."""
    # The contrasts come last: they cost the most, and texts that share little are not the same word for word.
    if one.personal or other.personal or not (near or alike.score >= POSSIBLE_SCORE):
        return False
    own = (a.contrasts.own or _strange(a, b) for a, b in ((one, other), (other, one)))
    listed = bool(one.issues or other.issues)
    if any(own) or not (listed or _one_is_broken(one, other)) or not _name_one_spot(one, other, alike, near):
        return False
    return difference(one.contrasts, other.contrasts) is None


def _one_is_broken(one: Features, other: Features) -> bool:
    """Whether both say of the same things, which no list of issues knows, that they are broken."""
    return bool(one.contrasts.content.broken) and one.contrasts.content.broken == other.contrasts.content.broken


def _strange(one: Features, other: Features) -> frozenset[str]:
    """What it tells that no list of public matters knows, and that is no name of a spot in the other text."""
    return one.contrasts.content.strange.difference(*other.spots.values())


def _name_one_spot(one: Features, other: Features, alike: Similarity, near: bool) -> bool:
    """Whether what they name, or where they are, is the spot itself and not the village around it."""
    if (one.contrasts.vague or other.contrasts.vague) and not alike.numbered:
        return False
    issues, wide = (one.issues | other.issues) - {RIVER}, feature_data().settlements.wide
    return near or alike.point or bool(alike.place and (alike.numbered or (issues and issues <= wide)))


def _is_possible(one: Features, other: Features, alike: Similarity, near: bool) -> bool:
    if alike.score >= COPY_SCORE and alike.shared >= COPY_WORDS:
        return True
    if one.personal or other.personal or alike.issue < POSSIBLE_ISSUE:
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
    if one.pin is None or other.pin is None:
        return None
    apart = metres(one.pin, other.pin)
    return True if apart <= SAME_SPOT_M else (None if apart <= FAR_M else False)


def _is_one_pin(one: ComparableReport, other: ComparableReport) -> bool:
    return one.pin is not None and other.pin is not None and is_one_point(one.pin, other.pin)


def _of_one_event(one: ComparableReport, other: ComparableReport) -> bool:
    """Whether what passes was reported at about one time: a power cut, or what is told as of "yesterday"."""
    said = [each.all_features.contrasts for each in (one, other)]
    passes = any(each.content.passes or MOMENT in each.times for each in said)
    return not passes or abs(one.state.received_at - other.state.received_at) <= timedelta(hours=EVENT_H)


def _on_one_day(one: Complaint, other: Complaint) -> bool:
    """Whether the days on which it happened agree, where both tell one."""
    return one.occurred_on is None or other.occurred_on is None or one.occurred_on == other.occurred_on
