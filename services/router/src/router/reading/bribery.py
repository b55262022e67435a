"""The bribery rule: detects that a public servant asks for money.

The words vary too much for fixed phrases ("petugas kelurahan minta uang"), so three word lists are matched with a few
words allowed between them.
"""

import re
from typing import Final

from router.lexicon.files import BriberyWords

BETWEEN: Final = 4
"""Most words allowed between the person who asks and the verb."""
BEHIND: Final = 2
"""Most words allowed between the verb and the thing asked for."""
_DIGITS: Final = re.compile(r"(?<=\d)(?=[a-z])")


class BriberyPatterns:
    """The word lists compiled to two patterns: active ("asks for") and passive ("is asked for ... by")."""

    def __init__(self, data: BriberyWords) -> None:
        who, what = _one_of("who", data.by), _one_of("what", data.what)
        self._what = re.compile(rf"\b{what}\b")
        self._active = re.compile(rf"\b{who}{_gap(BETWEEN)}{_one_of('how', data.asks)}{_gap(BEHIND)}{what}\b")
        self._passive = re.compile(rf"\b{_one_of('how', data.asked)}{_gap(BEHIND)}{what}{_gap(BETWEEN)}{who}\b")

    def find(self, text: str) -> str | None:
        """The matched list entries joined by spaces, never the reporter's own words; None without a match."""
        spaced = _DIGITS.sub(" ", text.lower())
        if not self._what.search(spaced):
            return None
        match = self._active.search(spaced) or self._passive.search(spaced)
        return f"{match['who']} {match['how']} {match['what']}" if match else None


def _one_of(name: str, phrases: tuple[str, ...]) -> str:
    longest_first = sorted(phrases, key=len, reverse=True)
    return f"(?P<{name}>{'|'.join(phrase.replace(' ', '[^a-z0-9]+') for phrase in longest_first)})"


def _gap(words: int) -> str:
    return rf"(?:\W+\w+){{0,{words}}}?\W+"
