"""Numbers that somebody else wrote: in a form's field, in the key of a list."""

from typing import Final

DIGITS: Final = 18
"""The most that fit a BIGINT column, whichever they are."""


def whole_number(text: str) -> int | None:
    """What the text says; None: it is not 1 to 18 of the digits 0 to 9. `int` alone also reads signs, blanks,
    underscores and the digits of other scripts, and raises ValueError beyond 4,300 digits.
    """
    return int(text) if text.isascii() and text.isdecimal() and len(text) <= DIGITS else None
