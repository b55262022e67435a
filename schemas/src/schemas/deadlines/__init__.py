"""When something is due for a complaint, by whom, and why. Read in this order:

1. `policies`: every period as versioned data with its source in law (`schemas/data/policies`).
2. `clocks`: which clocks run in which status, from which event, and until when.
3. `actions`: the next thing to do when nobody acts: place, remind, record a miss, escalate, close.

`schemas.wording.explanations` explains each date in words.
"""

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
