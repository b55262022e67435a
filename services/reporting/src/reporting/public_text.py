"""What of a complaint the public may see.

Secret ones hide the whole report, supervision-grade ones are kept from everyone but those who examine them,
and a part is told as part of its whole. Numbers and addresses that point to a person are masked in what is shown.
"""

from schemas.complaint.state import Complaint
from schemas.wording.masks import masked


def is_public(state: Complaint) -> bool:
    """Whether the public may know of this complaint at all."""
    return state.is_public


def public_text(state: Complaint) -> str:
    """The desk's wording for the public if there is one, else the text as sent; masked either way."""
    return masked(state.restated_text or state.text)


def public_title(state: Complaint) -> str | None:
    """The title, likewise."""
    title = state.restated_title or state.title
    return masked(title) if title else None
