"""The contract with everyone outside: what agencies and the public read, and what agencies and gateways send.

Each type is a CloudEvent's body; its `ce_type` is its key in `CASES`, `REPLIES` or one of the constants.
"""

from typing import Final

from pydantic import BaseModel

from schemas.outward_case import CASES, Case, case, tell
from schemas.outward_replies import REPLIES, Acknowledged, Answered, Clarification, Progress, Returned
from schemas.outward_submission import SUBMISSION, Complaining, PlaceGiven, Reporter, Submission
from schemas.outward_summary import RETRACTED, SUMMARY, ComplaintSummary, SummaryRetracted, retraction, summary

CONTRACT: Final[dict[str, type[BaseModel]]] = {
    **CASES,
    **REPLIES,
    SUBMISSION: Submission,
    SUMMARY: ComplaintSummary,
    RETRACTED: SummaryRetracted,
}
"""Every type that crosses our border, by `ce_type`."""

__all__ = [
    "CASES",
    "CONTRACT",
    "REPLIES",
    "RETRACTED",
    "SUBMISSION",
    "SUMMARY",
    "Acknowledged",
    "Answered",
    "Case",
    "Clarification",
    "Complaining",
    "ComplaintSummary",
    "PlaceGiven",
    "Progress",
    "Reporter",
    "Returned",
    "Submission",
    "SummaryRetracted",
    "case",
    "retraction",
    "summary",
    "tell",
]
