"""What a pass over the words of a text asks about one word."""

from collections.abc import Callable, Mapping
from typing import Final, NamedTuple

from router.duplicates.tokens import Tokens

NAMED_WITHIN: Final = 3
"""A single letter so many words behind a marker may be the number of what is named: "SDN Dupak I"."""


class Vocabulary(NamedTuple):
    """What the pass asks of the feature extractor about a word: its issue, whether it says nothing, whether a list
    knows it, whether it marks a place, its Roman number.
    """

    issue: Callable[[str], str | None]
    silent: Callable[[str], bool]
    known: Callable[[str], bool]
    marker: Callable[[str], bool]
    roman: Mapping[str, str]

    def roman_number(self, tokens: Tokens, at: int) -> str | None:
        """The number that a Roman numeral there stands for; one of a single letter needs a named place before it."""
        number = self.roman.get(tokens.at(at)) if at else None
        if number is None or len(tokens.at(at)) > 1:
            return number
        return number if any(map(self.marker, tokens.before(at, NAMED_WITHIN))) else None
