"""Which words of a report belong to the name of a spot."""

from functools import cache
from typing import Final

from router.duplicates.contrast_data import ContrastData, contrast_data
from router.duplicates.evidence import canonical, evidence_data, is_public, troubles
from router.duplicates.neutral import NeutralWords
from router.duplicates.tokens import Tokens
from router.duplicates.vocabulary import Vocabulary

NOT: Final = "tidak-"
PUBLIC: Final = "umum"
"""`penerangan jalan umum` names no road."""
PASSIVE, ACTIVE = "di", "me"
VERB: Final = 6
"""Letters of the shortest word with such a beginning that is taken for a verb, and not for a name."""
NAME_WITHIN: Final = 2
"""Words behind a marker that are its name."""


class SpotReader:
    """Says of each word of one text whether it is of a spot."""

    def __init__(self, data: ContrastData, vocabulary: Vocabulary, tokens: Tokens, neutral: NeutralWords) -> None:
        self._data, self._vocabulary, self._tokens, self._neutral = data, vocabulary, tokens, neutral
        self._lists = evidence_data()

    def is_of_spot(self, at: int, word: str) -> bool:
        """Whether the word there, in its canonical form, is a name, a number, a side or a place of a spot."""
        here, data = self._tokens.at(at), self._data
        named = self._vocabulary.marker(self._tokens.at(at - 1))
        if (
            word.startswith(NOT)
            or word in troubles()
            or (not named and is_public(word) and not self._vocabulary.marker(here))
        ):
            return False
        if (
            word[0].isdigit()
            or self._tokens.at(at + 1)[:1].isdigit()
            or here in data.relations.words
            or here in _sides()
        ):
            return True
        owned = self._vocabulary.marker(here) and here in data.own.things
        if owned and (not self._names_spot(at, here) or canonical(self._tokens.at(at + 1)).isupper()):
            return False  # a shop that is closed, and not the shop of a name
        before = self._tokens.at(at - 1)
        verb = canonical(before).isupper() or (before.startswith((PASSIVE, ACTIVE)) and len(before) >= VERB)
        within = 1 if verb else NAME_WITHIN
        return any(map(self._points, (here, *self._tokens.before(at, within))))

    def is_placed(self, at: int) -> bool:
        """Whether it is a name behind "di" or a marker, or behind such a name."""
        word = self._tokens.at(at)
        while at and not self._vocabulary.known(word):
            at, word = at - 1, self._tokens.at(at - 1)
            if word in self._lists.placed or self._vocabulary.marker(word):
                return True
        return False

    def tells_of_several(self) -> bool:
        """Whether it names two spots of one kind, or tells two issues at two spots."""
        spots = [word for at, word in enumerate(self._tokens) if self._names_spot(at, word)]
        issues = set(map(self._vocabulary.issue, self._tokens))
        return len(spots) > len(set(spots)) or (len(issues - {None}) > 1 and len(spots) > 1)

    def _names_spot(self, at: int, word: str) -> bool:
        """Whether a marker with a name behind it stands here."""
        name = self._tokens.at(at + 1)
        said = bool(name) and not self._vocabulary.marker(name) and self._vocabulary.issue(name) is None
        if not self._vocabulary.marker(word) or not said or name == PUBLIC or canonical(name) in troubles():
            return False
        return not self._neutral.is_neutral(at + 1)

    def _points(self, word: str) -> bool:
        """Whether a name of a spot follows it."""
        relations = self._data.relations
        return self._vocabulary.marker(word) or word in relations.words or word in relations.near


@cache
def _sides() -> frozenset[str]:
    return frozenset().union(*(group for groups in contrast_data().sides.values() for group in groups))
