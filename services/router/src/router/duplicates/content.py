"""The content words of a report: those that tell one matter at one spot from another (`evidence`)."""

from collections.abc import Iterator, Sequence
from typing import Final

from router.duplicates.contrast_data import ContrastData
from router.duplicates.evidence import Content, canonical, damage, evidence_data, is_over_soon, troubles
from router.duplicates.marks import Marks, values
from router.duplicates.neutral import STREET, NeutralWords
from router.duplicates.private import PrivateReader
from router.duplicates.spots import SpotReader
from router.duplicates.tokens import Tokens
from router.duplicates.vocabulary import Vocabulary
from router.duplicates.words import WordReader

BROKEN: Final = "rusak"
ROADS: Final = "roads"
"""The issue of likeness.toml."""
THANKS: Final = "terima-kasih"


class ContentReader:
    """Reads the content words of one text. `local`: words of its region's own name."""

    def __init__(self, data: ContrastData, vocabulary: Vocabulary, tokens: Tokens, local: frozenset[str]) -> None:
        self._data, self._tokens, self._lists = data, tokens, evidence_data()
        self._neutral = NeutralWords(data, self._lists, vocabulary, tokens, local)
        self._spots = SpotReader(data, vocabulary, tokens, self._neutral)
        self._reader = WordReader(data, vocabulary, tokens, self._neutral, self._spots)
        self._private = PrivateReader(data, vocabulary, tokens, self._spots)

    def content(self, marks: Marks) -> Content:
        """Each in one spelling for its group of synonyms; numbers and times as words of their own."""
        words = list(self._reader.words())
        joined = tuple(self._reader.joined(words))
        matter = tuple(word for at, word in words if not self._spots.is_of_spot(at, word))
        order = (*(word for _, word in joined), *self._thanks(words), *self._repaired(matter))
        cores = dict(words)
        where = tuple(word for at, word in joined if self._spots.is_of_spot(at, cores.get(at, word)))
        strange, broken = self._private.strange(words), self._broken((*matter, *self._repaired(matter)))
        return Content(
            order,
            matter,
            where,
            frozenset(self._reader.bound(joined)),
            values(marks),
            self._spots.tells_of_several(),
            is_over_soon(matter),
            strange,
            broken,
        )

    def _thanks(self, words: Sequence[tuple[int, str]]) -> Iterator[str]:
        """Thanks before what is said are for it; behind it they are courtesy."""
        last = max((at for at, _ in words), default=0)
        if any(word in self._lists.thanks and at < last for at, word in enumerate(self._tokens)):
            yield THANKS

    def _repaired(self, matter: Sequence[str]) -> Iterator[str]:
        """Who asks for a repair and tells no trouble says that it is broken."""
        repairs = (at for at, word in enumerate(self._tokens) if word in self._lists.repairs)
        if troubles().isdisjoint(matter) and any(map(self._neutral.is_requested, repairs)):
            yield canonical(BROKEN)

    def _broken(self, matter: Sequence[str]) -> frozenset[str]:
        """The things that are said to be broken, without what people carry along; a road is an issue by its name."""
        if damage().isdisjoint(matter):
            return frozenset()
        plain = (word for word in matter if word.isalpha() and word not in troubles())
        things = frozenset(plain) - self._data.own.things
        roads = canonical(BROKEN) in matter and STREET in self._tokens
        return things or frozenset({ROADS} if roads else ())
