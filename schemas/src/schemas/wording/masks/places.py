"""Masks for words that tell exactly where something is: they would undo a rounded position. Pure."""

import re
from typing import Final

POSITIONS: Final = re.compile(r"(?<!\d)-?(?:1[01]|\d)[.,]\d{3,} {0,3}[,;/ ] {0,3}(?:9[5-9]|1[0-3]\d|14[01])[.,]\d{3,}")
"""Latitude and longitude in Indonesia."""
_HOUSE: Final = r"(?:no(?:mor)?\.?\s{0,3}|#)\d{1,6}\s?[a-z]?\b(?! tahun)"
_NEAR: Final = (
    (POSITIONS, "[position]"),
    (
        re.compile(
            r"\b(?:lat|long?|latitude|longitude|lintang|bujur)\w{0,20}\s{0,3}[:=]?\s{0,3}-?\d{1,3}[.,]\d+",
            re.IGNORECASE,
        ),
        "[position]",
    ),
    (
        re.compile(
            r"\b(?:r\.?t|r\.?w)\.?\s{0,3}[:.]?\s{0,3}\d{1,3}(?:\s{0,3}/\s{0,3}(?:r\.?w\.?\s{0,3})?\d{1,3})?\b",
            re.IGNORECASE,
        ),
        "[address]",
    ),
    (re.compile(rf"(?<=\s){_HOUSE}(?=[\s,.;)]|$)", re.IGNORECASE), "[address]"),
    (
        re.compile(r"\bblok\s{1,3}[a-z]{1,2}\s?[-/]?\s?\d{1,6}(?:\s{0,3}[-/]\s{0,3}\d{1,6})?\b", re.IGNORECASE),
        "[address]",
    ),
)


def masked_address(text: str) -> str:
    """The text without coordinates, house numbers and numbers of neighbourhoods (RT, RW)."""
    for pattern, mask in _NEAR:
        text = pattern.sub(mask, text)
    return text
