"""Title, text and address of a complaint as the public may read them: personal numbers, addresses and links are masked.

Where the position is not shown exactly, the words must not give it away either.
"""

from schemas.complaint.position import Precision, precision, public_position
from schemas.complaint.state import Complaint
from schemas.wording.masks import BESIDES, masked, masked_address


def public_text(state: Complaint) -> str:
    """The triage desk's wording if there is one, else the text as sent without what an Open311 client added; masked."""
    return _masked(state, state.restated_text or state.text.partition(f"\n{BESIDES}")[0].rstrip())


def public_title(state: Complaint) -> str | None:
    """The triage desk's title if there is one, else the title as sent; masked."""
    title = state.restated_title or state.title
    return _masked(state, title) if title else None


def public_response(state: Complaint) -> str | None:
    """The agency's answer, masked."""
    return masked(state.response) if state.response and not state.erased else None


def public_address(state: Complaint) -> str | None:
    """The address as sent where the position is exact, masked; else the name or code of the region."""
    place, routed = state.place, state.routed
    shown = public_position(state)
    if shown is not None and shown.precision is Precision.EXACT and place is not None and place.address:
        return masked(place.address)
    return (routed.basis.region_name if routed else None) or (place.region if place else None)


def _masked(state: Complaint, text: str) -> str:
    # Telephone numbers first: "nomor 0812 3456 7890" would lose its first group as a house number and show the others.
    hidden = masked(text)
    return hidden if precision(state) is Precision.EXACT else masked_address(hidden)
