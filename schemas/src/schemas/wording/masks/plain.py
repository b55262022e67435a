"""A text in plain characters, with the place of each in the text as written: so that a mask finds every spelling.

Digits of any script become ASCII, invisible characters and accents of digits fall away, all dashes and spaces become
one. Pure; linear in the length of the text.
"""

import unicodedata
from collections.abc import Sequence
from functools import lru_cache
from typing import Final, NamedTuple

_INVISIBLE: Final = frozenset({"Cf", "Mn", "Me", "Cs"})
_LOOKALIKE: Final = str.maketrans("оОοΟӏІіⅼ∙·。", "oOoOlIil...")
_BLANK: Final = frozenset("\u115f\u1160\u3164\uffa0")
"""Letters of Hangul that show nothing."""


class Plain(NamedTuple):
    """`at[n]` is where the n-th character of `text` stands in the original; the last entry is the original's length."""

    text: str
    at: Sequence[int]

    def original(self, start: int, end: int) -> tuple[int, int]:
        """Where the characters from `start` to `end` of `text` begin and end in the original, with invisible
        characters that follow them.
        """
        return self.at[start], self.at[end]


def plain(text: str) -> Plain:
    """The text in plain characters."""
    if text.isascii():
        return Plain(text, range(len(text) + 1))
    made, at = list[str](), list[int]()
    for index, character in enumerate(text):
        for each in _plain(character):
            made.append(each)
            at.append(index)
    return Plain("".join(made), [*at, len(text)])


@lru_cache(maxsize=4096)
def _plain(character: str) -> str:
    if character.isascii():
        return character
    category = unicodedata.category(character)
    if category in _INVISIBLE or character in _BLANK:
        return ""
    if category == "Pd":
        return "-"
    if category in ("Zs", "Zl", "Zp"):
        return " "
    digit = unicodedata.digit(character, None)
    return str(digit) if digit is not None else unicodedata.normalize("NFKC", character).translate(_LOOKALIKE)
