"""Does a public servant ask for money? Seldom one phrase ("petugas kelurahan minta uang"), so it is three lists and the
few words that may stand between their entries.
"""

import re
from typing import Final

from router.lexicon.files import BriberyWords

BETWEEN: Final = 4
"""Words between who asks and the asking."""
BEHIND: Final = 2
"""Words between the asking and what is asked for."""
_DIGITS: Final = re.compile(r"(?<=\d)(?=[a-z])")


class BriberyPatterns:
    """The lists as two patterns: somebody asks; somebody is asked by."""

    def __init__(self, data: BriberyWords) -> None:
        who, what = _one_of("who", data.by), _one_of("what", data.what)
        self._what = re.compile(rf"\b{what}\b")
        self._active = re.compile(rf"\b{who}{_gap(BETWEEN)}{_one_of('how', data.asks)}{_gap(BEHIND)}{what}\b")
        self._passive = re.compile(rf"\b{_one_of('how', data.asked)}{_gap(BEHIND)}{what}{_gap(BETWEEN)}{who}\b")

    def find(self, text: str) -> str | None:
        """The entries that were met, as the lists have them; None: nobody asks."""
        said = _DIGITS.sub(" ", text.lower())
        if not self._what.search(said):
            return None
        met = self._active.search(said) or self._passive.search(said)
        return f"{met['who']} {met['how']} {met['what']}" if met else None


def _one_of(name: str, phrases: tuple[str, ...]) -> str:
    longest_first = sorted(phrases, key=len, reverse=True)
    return f"(?P<{name}>{'|'.join(phrase.replace(' ', '[^a-z0-9]+') for phrase in longest_first)})"


def _gap(words: int) -> str:
    return rf"(?:\W+\w+){{0,{words}}}?\W+"
