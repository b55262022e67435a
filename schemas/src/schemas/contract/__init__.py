"""The contract with the outside: what agencies and the public read, and what agencies and gateways send.

Each type is the body of a CloudEvent; its `ce_type` is its key in `CASES`, `REPLIES` or one of the constants.
"""

from typing import Final

from pydantic import BaseModel

from schemas.contract.agency_messages import CASES, Case, agency_message, newest_message
from schemas.contract.agency_replies import REPLIES, Acknowledged, Answered, Clarification, Progress, Returned
from schemas.contract.open_data import RETRACTED, SUMMARY, ComplaintSummary, SummaryRetracted, retraction, summary
from schemas.contract.refused_reply import CODES, FAILED, MORE, REFUSED_REPLY, ReplyRefused
from schemas.contract.submission import SUBMISSION, Complaining, PlaceGiven, Reporter, Submission

CONTRACT: Final[dict[str, type[BaseModel]]] = {
    **CASES,
    **REPLIES,
    REFUSED_REPLY: ReplyRefused,
    SUBMISSION: Submission,
    SUMMARY: ComplaintSummary,
    RETRACTED: SummaryRetracted,
}
"""Every outward type, by `ce_type`."""

__all__ = [
    "CASES",
    "CODES",
    "CONTRACT",
    "FAILED",
    "MORE",
    "REFUSED_REPLY",
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
    "ReplyRefused",
    "Reporter",
    "Returned",
    "Submission",
    "SummaryRetracted",
    "agency_message",
    "newest_message",
    "retraction",
    "summary",
]
