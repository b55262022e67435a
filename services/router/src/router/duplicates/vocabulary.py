"""What a pass over the words of a text asks about one word."""

from collections.abc import Callable, Mapping
from typing import NamedTuple


class Vocabulary(NamedTuple):
    """What the pass asks of the feature extractor about a word: its issue, whether it says nothing, whether a list
    knows it, whether it marks a place, its Roman number.
    """

    issue: Callable[[str], str | None]
    silent: Callable[[str], bool]
    known: Callable[[str], bool]
    marker: Callable[[str], bool]
    roman: Mapping[str, str]
