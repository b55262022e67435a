"""Keeps public numbers on one line: browsers break `SP-2026-000001-8` at its hyphens. Pure.

Done once for the finished page, because numbers also stand inside sentences that come from elsewhere.
"""

import re
from typing import Final

_PART: Final = re.compile(
    r"<(title|textarea|option|script|style|text)\b.*?</\1>|<[^>]*>|(?P<number>\bSP-\d{4}-\d{6,}-\d\b)", re.DOTALL
)
"""Elements that hold text alone, tags, and the numbers between them."""


def unbroken(page: str) -> str:
    """The page with an element around each public number that is shown."""
    return _PART.sub(_kept, page) if "SP-" in page else page


def _kept(found: re.Match[str]) -> str:
    number = found["number"]
    return f'<span class="nobreak">{number}</span>' if number else found[0]
