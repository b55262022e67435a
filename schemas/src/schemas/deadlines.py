"""When is what due, by whom, and why: the one door to `clocks`, `actions` and their explanations."""

from schemas.actions import Cause, NextAction, What, next_action, pending, release_reason
from schemas.clocks import Due, dispute_until, running, timeline_due
from schemas.sentences_dates import explain

__all__ = [
    "Cause",
    "Due",
    "NextAction",
    "What",
    "dispute_until",
    "explain",
    "next_action",
    "pending",
    "release_reason",
    "running",
    "timeline_due",
]
