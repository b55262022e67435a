"""Keeps on one line what browsers break: `SP-2026-000001-8` at its hyphens, `06.11 WIB` before its zone. Pure.

Done once for the finished page, because both also stand inside sentences that come from elsewhere.
"""

import re
from typing import Final

_PART: Final = re.compile(
    r"<(title|textarea|option|script|style|text)\b.*?</\1>|<[^>]*>"
    r"|(?P<whole>\bSP-\d{4}-\d{6,}-\d\b|\b\d\d[.:]\d\d WI(?:B|TA|T)\b)",
    re.DOTALL,
)
"""Elements that hold text alone, tags, and between them the numbers and times of day."""


def unbroken(page: str) -> str:
    """The page with an element around each public number and each time of day that is shown."""
    return _PART.sub(_kept, page) if "SP-" in page or " WI" in page else page


def _kept(found: re.Match[str]) -> str:
    whole = found["whole"]
    return f'<span class="nobreak">{whole}</span>' if whole else found[0]
