"""When is what due, by whom, and why: the one door to `clocks` and `actions`."""

from schemas.deadlines.actions import Cause, NextAction, What, next_action, pending, release_reason
from schemas.deadlines.clocks import Due, dispute_until, running, timeline_due

__all__ = [
    "Cause",
    "Due",
    "NextAction",
    "What",
    "dispute_until",
    "next_action",
    "pending",
    "release_reason",
    "running",
    "timeline_due",
]
