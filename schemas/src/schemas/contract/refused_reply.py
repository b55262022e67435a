"""What an agency's topic says of a reply that was refused: a code and the reason, and nothing of the reply itself."""

from collections.abc import Mapping
from typing import Final

from pydantic import Field

from schemas.contract.base import OutboundModel

REFUSED_REPLY: Final = "reply.refused"
"""The `ce_type`."""
UNKNOWN_TYPE: Final = "unknown-type"
FAILED: Final = "failed"
MORE: Final = "more-refused"
CODES: Final[Mapping[str, str]] = {
    "not-found": "there is no such complaint, or it was never yours: one answer for both",
    "not-the-holder": "another body holds the complaint now",
    "already-closed": "the complaint is closed",
    "wrong-status": "the complaint's status does not allow this, such as a third question to the reporter",
    "unseen-detail": "the reporter added something after `seen_version`: read the newest message, then answer again",
    "parts-open": "you lead a split complaint, and mandatory parts of it are not closed yet",
    "binding-placement": "the arbiter placed the complaint with you, so it cannot be returned",
    "unknown-agency": "`suggested_agency` is not registered, or exists no more",
    "unknown-unit": "the agency has no such unit",
    "data-erased": "the reporter's data was erased, so nothing can be added",
    "request-differs": "this `ce_id` was used before for a reply with other contents",
    "invalid-field": "a field is missing, wrong or unknown, or the body is not JSON; the reason names the field",
    UNKNOWN_TYPE: "`ce_type` is missing, or none of the types of replies",
    FAILED: "the platform could not carry it out although the reply may be right; its operator has a copy",
    MORE: "`count` replies up to this one were refused that are not told one by one",
}
"""Every code, with what it means. A new code may come."""


class ReplyRefused(OutboundModel):
    """A reply of this agency changed nothing. The record's key says which one: topic, partition and offset."""

    code: str = Field(examples=["unseen-detail"])
    reason: str
    """A sentence. It repeats none of the reply's content."""
    count: int | None = None
    """Only with `more-refused`: how many."""
