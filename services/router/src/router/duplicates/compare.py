"""Are two complaints about the same matter: surely, perhaps, or not? And may the later one follow the earlier?

The texts must be alike (`likeness`), and so must region, time and field. Sure only where nothing is left open: what
is not sure is a suggestion that a person takes up or leaves.
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

SURE, ALIKE, COPY = 0.65, 0.5, 0.9
SURE_WHERE, ALIKE_WHERE = 0.65, 0.4
SURE_MATTER, ALIKE_MATTER = 0.75, 0.7
COPY_WORDS: Final = 14
"""A text of so many telling words is not written twice by chance: the same person sent it again."""
SAME_SPOT_M, FAR_M = 50.0, 1500.0
_M_PER_DEGREE: Final = 111_200.0
_FOLLOWS_FROM: Final = (Status.UNPLACED, Status.TRIAGE, Status.ROUTED)
"""By rule: once a body has begun its own work on it, a person decides."""


class Certainty(Enum):
    """How sure it is that two complaints are about the same matter."""

    SURE = "sure"
    ALIKE = "alike"
    OTHER = "other"


class ComparableReport(NamedTuple):
    """What of a complaint is compared."""

    state: Complaint
    features: Features
    region: str | None


class Comparison(NamedTuple):
    """What came of comparing two. `score`: 0 to 1, how alike their texts are."""

    certainty: Certainty
    score: float


def comparable(state: Complaint, reader: FeatureExtractor, region: str | None = None) -> ComparableReport:
    """A complaint ready to be compared. `region`: where it is, if that was found otherwise than in its facts."""
    read = state.classified.basis.region if state.classified else None
    own = state.place.region if state.place else None
    where = max((own or "", region or "", read or ""), key=len) or None
    said = "\n".join([state.title or "", state.text, (state.place and state.place.address) or ""])
    return ComparableReport(state, reader.features(said, where), where)


def duplicate_metrics(pairs: Sequence[tuple[bool, str, str]], policies: Policies) -> list[str]:
    """How often joining and suggesting are right on labelled pairs of texts of one place and day: one line each."""
    reader = FeatureExtractor(feature_data())
    found = [
        (same, compare(_of_one_place(one, reader, 1), _of_one_place(other, reader, 2), policies).certainty)
        for same, one, other in pairs
    ]
    lines = []
    for name, kinds in (("joined", {Certainty.SURE}), ("joined or suggested", {Certainty.SURE, Certainty.ALIKE})):
        hits = [same for same, kind in found if kind in kinds]
        precision = f"{sum(hits) / len(hits):.3f}" if hits else "none"
        recall = sum(hits) / max(1, sum(same for same, _ in found))
        lines.append(f"{name}: {len(hits)} of {len(found)} pairs, precision {precision}, recall {recall:.3f}")
    return lines


def _of_one_place(text: str, reader: FeatureExtractor, number: int) -> ComparableReport:
    return comparable(new(UUID(int=number))._replace(text=text), reader, "00.00")


def is_open_to_all(state: Complaint) -> bool:
    """Whether its existence may be told to another reporter: nothing secret, of supervision grade, a part or erased,
    and not before it was read, since its grade is not known until then.
    """
    return (
        state.is_open
        and state.classified is not None
        and state.class_ is ComplaintClass.COMPLAINT
        and not (state.secret or state.supervision or state.erased or state.whole is not None)
    )


def compare(one: ComparableReport, other: ComparableReport, policies: Policies) -> Comparison:
    """How sure it is that both are about the same matter. Symmetric. How far apart they may be says the policy in force
    when the later one came.
    """
    policy = policies.at(max(one.state.received_at, other.state.received_at))
    like, near = similarity(one.features, other.features), _near(one, other)
    personal = one.features.personal or other.features.personal
    if like.apart or near is False or not _together(one, other, policy.alike_d):
        return Comparison(Certainty.OTHER, like.score)
    if _together(one, other, policy.join_d) and _one_place(one, other) and _same(like, near is True, personal):
        return Comparison(Certainty.SURE, like.score)
    return Comparison(Certainty.ALIKE if _alike(like, near is True, personal) else Certainty.OTHER, like.score)


def may_follow(state: Complaint, lead: Complaint) -> bool:
    """Whether router itself may join them: the rules of the desk's join, and nothing that a person should weigh.

    Never onto an answered lead: who complains after an answer says that the trouble goes on. Never twice in a
    complaint's life: whoever unjoined it knew better.
    """
    return (
        state.status in _FOLLOWS_FROM
        and allows(state, ComplaintJoined)
        and lead.status is not Status.ANSWERED
        and is_open_to_all(state)
        and is_open_to_all(lead)
        and decide.apart(state, lead) is None
    )


def _same(like: Similarity, near: bool, personal: bool) -> bool:
    if like.score >= COPY and like.shared >= COPY_WORDS and like.exact:
        return True
    if personal or like.matter < SURE_MATTER:
        return False
    if near and like.exact:
        return like.matter == 1 and like.score >= ALIKE
    return like.place and like.exact and like.score >= SURE and like.where >= SURE_WHERE


def _alike(like: Similarity, near: bool, personal: bool) -> bool:
    if personal or like.matter < ALIKE_MATTER:
        return False
    return near or (like.place and like.score >= ALIKE and like.where >= ALIKE_WHERE)


def _together(one: ComparableReport, other: ComparableReport, within_d: int) -> bool:
    return abs(one.state.received_at - other.state.received_at) <= timedelta(days=within_d)


def _one_place(one: ComparableReport, other: ComparableReport) -> bool:
    # A street's name is there in many towns: without a region, or in two districts or fields, a person looks.
    if one.region is None or other.region is None or len(min(one.region, other.region, key=len)) < REGENCY_LENGTH:
        return False
    digits = min(len(one.region), len(other.region), DISTRICT_LENGTH)
    sectors = {each.state.sector for each in (one, other)} - {None}
    return one.region[:digits] == other.region[:digits] and len(sectors) <= 1


def _near(one: ComparableReport, other: ComparableReport) -> bool | None:
    """Whether they are near each other by coordinates; False: too far, or in two regions; None: not known."""
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
