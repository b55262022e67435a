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


BESIDES: Final = "[Open311]\n"
"""The line above what an Open311 client sent beside its description. The public reads only what stands before it."""

_HOUSE: Final = r"(?:no(?:mor)?\.?\s*|#)\d+\s?[a-z]?\b(?! tahun)"
_NEAR: Final = (
    (re.compile(r"(?<!\d)-?(?:1[01]|\d)[.,]\d{3,}\s*[,;/ ]\s*(?:9[5-9]|1[0-3]\d|14[01])[.,]\d{3,}"), "[position]"),
    (
        re.compile(r"\b(?:lat|long?|latitude|longitude|lintang|bujur)\w*\s*[:=]?\s*-?\d+[.,]\d+", re.IGNORECASE),
        "[position]",
    ),
    (
        re.compile(r"\b(?:r\.?t|r\.?w)\.?\s*[:.]?\s*\d{1,3}(?:\s*/\s*(?:r\.?w\.?\s*)?\d{1,3})?\b", re.IGNORECASE),
        "[address]",
    ),
    (re.compile(rf"(?<=\s){_HOUSE}(?=[\s,.;)]|$)", re.IGNORECASE), "[address]"),
    (re.compile(r"\bblok\s+[a-z]{1,2}\s?[-/]?\s?\d+(?:\s*[-/]\s*\d+)?\b", re.IGNORECASE), "[address]"),
)


def masked(text: str) -> str:
    """The text without e-mail addresses, links, identity numbers and telephone numbers."""
    return _without(_MASKS, text)


def masked_address(text: str) -> str:
    """The text also without coordinates, house numbers and numbers of neighbourhoods (RT, RW), which would undo a
    rounded position.
    """
    return _without(_NEAR, text)


def _without(masks: tuple[tuple[re.Pattern[str], str], ...], text: str) -> str:
    for pattern, mask in masks:
        text = pattern.sub(mask, text)
    return text
