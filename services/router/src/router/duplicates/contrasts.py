"""What a report tells that another one of the same matter tells too: its content, its times, and whose matter it is."""

from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import NamedTuple

from router.duplicates.content import ContentReader
from router.duplicates.contrast_data import ContrastData
from router.duplicates.evidence import Content, evidence_data
from router.duplicates.marks import Marks
from router.duplicates.times import TimesReader
from router.duplicates.tokens import Tokens
from router.duplicates.vocabulary import Vocabulary

MINE_BEFORE = ("my", "our")
Sets = Mapping[str, frozenset[str]]


class Contrasts(NamedTuple):
    """`days`: since when, in days. `times`: parts of the day, weekdays, months and dates, by kind."""

    days: tuple[float, ...]
    times: Sets
    content: Content
    vague: bool
    """It tells of a spot that only its reporter knows."""
    own: bool
    """Of one person or household alone."""


class ContrastReader:
    """Reads contrasts with these lists."""

    def __init__(self, data: ContrastData, vocabulary: Vocabulary) -> None:
        self._data, self._vocabulary = data, vocabulary

    def contrasts(self, words: Sequence[str], marks: Marks, local: frozenset[str]) -> Contrasts:
        """The contrasts of one text. `local`: words of its region's own name."""
        tokens = Tokens(words)
        times = TimesReader(self._data, evidence_data().since, tokens)
        content = ContentReader(self._data, self._vocabulary, tokens, local).content(marks)
        found = times.times()
        for kind, values in (("part", marks.parts), ("date", marks.days), ("month", marks.months)):
            found[kind] |= values
        sets = {kind: frozenset(values) for kind, values in found.items() if values}
        return Contrasts(
            tuple(times.days()), sets, content, self._is_vague(tokens), marks.masked or self._is_own(tokens)
        )

    def _is_vague(self, tokens: Tokens) -> bool:
        vague = self._data.vague
        return not vague.here.isdisjoint(tokens) or self._is_mine(tokens, vague.places)

    def _is_own(self, tokens: Tokens) -> bool:
        own = self._data.own
        return not own.words.isdisjoint(tokens) or self._is_mine(tokens, own.things)

    def _is_mine(self, tokens: Tokens, things: frozenset[str]) -> bool:
        """Whether one of these is said to be the reporter's: "rumah saya", "my house"."""
        mine = self._data.vague.mine
        return any(
            (one in things and other in mine) or (one in MINE_BEFORE and other in things)
            for one, other in pairwise(tokens)
        )
