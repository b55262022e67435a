"""Masks for what identifies a person in published text: numbers and addresses, whoever wrote them."""

import re
from typing import Final

_MASKS: Final = (
    (re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+"), "[e-mail]"),
    (re.compile(r"(?:https?://|www\.)\S+", re.IGNORECASE), "[link]"),
    (re.compile(r"\b\d{16}\b"), "[NIK]"),
    (re.compile(r"(?:\+62|\b0)[\d\s().-]{7,15}\d"), "[phone]"),
    (re.compile(r"\b\d{8,}\b"), "[number]"),
)


def masked(text: str) -> str:
    """The text without e-mail addresses, links, identity numbers and telephone numbers."""
    for pattern, mask in _MASKS:
        text = pattern.sub(mask, text)
    return text
