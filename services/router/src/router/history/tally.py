"""Sums up a replay: owner changes, returns avoided, days saved. Holds sums and one number for each complaint."""

from array import array
from collections import Counter
from dataclasses import dataclass, field
from datetime import timedelta
from statistics import median
from typing import Any, Final

from router.history.counterfactual import CounterfactualEnd, OutcomePair

DAY: Final = timedelta(days=1)
SHOWN: Final = 20
"""Pairs of bodies that a report lists."""


def _days() -> "array[float]":
    return array("d")


@dataclass
class ReplayTally:
    """Only proven owners count as right, avoided or saved. A complaint that the replay sends to the desk, and that
    never was there in history, takes the usual time at the desk; where nobody ever was at the desk, its days are
    unknown and count nowhere.
    """

    complaints: int = 0
    counts: Counter[str] = field(default_factory=Counter)
    changes: Counter[tuple[str, str]] = field(default_factory=Counter)
    saved: "array[float]" = field(default_factory=_days)
    """Days saved of each complaint whose time is known."""
    at_desk: "array[float]" = field(default_factory=_days)
    """Days at the desk of each complaint that was there."""
    without_desk: "array[float]" = field(default_factory=_days)
    """Days saved before the unknown time at the desk is taken off."""

    def add(self, pair: OutcomePair) -> None:
        """Count one complaint."""
        actual, other = pair.actual, pair.counterfactual
        self.complaints += 1
        if actual.desk is not None:
            self.at_desk.append(actual.desk / DAY)
        self.counts["owner_known"] += actual.proven
        self.counts["desk before"] += actual.first is None
        self.counts["desk after"] += other.first is None
        self.counts["unknown"] += other.end is CounterfactualEnd.ELSEWHERE
        if actual.proven:
            was, is_ = _is_owner(actual.first, pair), _is_owner(other.first, pair)
            self.counts["right before"] += was
            self.counts["right after"] += is_
            self.counts["now_wrong"] += was and not is_
        if other.first != actual.first:
            self.changes[actual.first or "desk", other.first or "desk"] += 1
        if pair.comparable:
            self.counts["returns before"] += len(actual.returns)
            self.counts["returns after"] += other.returns
            (self.without_desk if other.desk_unknown else self.saved).append(pair.saved / DAY)

    @property
    def usual_desk_days(self) -> float | None:
        """The median time at the desk, in days; None: no complaint ever left the desk."""
        return median(self.at_desk) if self.at_desk else None

    def told(self, skipped: int) -> dict[str, Any]:
        """The report. `skipped`: complaints that were not replayed."""
        counts, usual = self.counts, self.usual_desk_days
        saved = [each for each in self.saved if each]
        if usual is not None:
            saved += [each - usual for each in self.without_desk if each != usual]
        return {
            "complaints": self.complaints,
            "not_replayed": skipped,
            "owner_known": counts["owner_known"],
            "first_holder_changed": self.changes.total(),
            "right_at_once": {"before": counts["right before"], "after": counts["right after"]},
            "to_the_desk": {"before": counts["desk before"], "after": counts["desk after"]},
            "returns": {
                "before": counts["returns before"],
                "after": counts["returns after"],
                "avoided": counts["returns before"] - counts["returns after"],
            },
            "now_wrong": counts["now_wrong"],
            "unknown": counts["unknown"],
            "days_saved": {
                "total": round(sum(saved), 1),
                "complaints": len(saved),
                "median": round(median(saved), 1) if saved else 0.0,
                "unknown": len(self.without_desk) if usual is None else 0,
                "by_usual_desk_time": 0 if usual is None else len(self.without_desk),
                "usual_desk_days": None if usual is None else round(usual, 2),
            },
            "changes": [
                {"from": before, "to": after, "complaints": count}
                for (before, after), count in sorted(self.changes.items(), key=lambda item: (-item[1], item[0]))[:SHOWN]
            ],
        }


def _is_owner(first: str | None, pair: OutcomePair) -> bool:
    owner = pair.actual.owner
    return first is not None and owner is not None and first == owner.agency
