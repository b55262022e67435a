"""Title and text of a complaint as the public may read them: personal numbers, addresses and links are masked."""

from schemas.complaint.state import Complaint
from schemas.wording.masks import masked


def public_text(state: Complaint) -> str:
    """The triage desk's wording if there is one, else the text as sent; masked."""
    return masked(state.restated_text or state.text)


def public_title(state: Complaint) -> str | None:
    """The triage desk's title if there is one, else the title as sent; masked."""
    title = state.restated_title or state.title
    return masked(title) if title else None
