"""What of a complaint the public may see.

Secret ones hide the whole report, supervision-grade ones are kept from everyone but those who examine them,
and a part is told as part of its whole. Numbers and addresses that point to a person are masked in what is shown.
"""

import re
from typing import Final

from schemas.complaint import Complaint

_MASKS: Final = (
    (re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+"), "[e-mail]"),
    (re.compile(r"(?:https?://|www\.)\S+", re.IGNORECASE), "[link]"),
    (re.compile(r"\b\d{16}\b"), "[NIK]"),
    (re.compile(r"(?:\+62|\b0)[\d\s().-]{7,15}\d"), "[phone]"),
    (re.compile(r"\b\d{8,}\b"), "[number]"),
)


def is_public(state: Complaint) -> bool:
    """Whether the public may know of this complaint at all."""
    return state.is_public


def masked(text: str) -> str:
    """The text without e-mail addresses, links, identity numbers and telephone numbers."""
    for pattern, mask in _MASKS:
        text = pattern.sub(mask, text)
    return text


def public_text(state: Complaint) -> str:
    """The desk's wording for the public if there is one, else the text as sent; masked either way."""
    return masked(state.restated_text or state.text)


def public_title(state: Complaint) -> str | None:
    """The title, likewise."""
    title = state.restated_title or state.title
    return masked(title) if title else None
