"""Where a thing is, seen from others: in front of what, on which side, toward what."""

from collections import defaultdict
from collections.abc import Callable
from typing import Final, NamedTuple

from router.duplicates.contrast_data import ContrastData
from router.duplicates.tokens import Tokens
from router.duplicates.vocabulary import Vocabulary

AHEAD: Final = 3
"""How many words a relation looks ahead."""
_SHORTEST: Final = 3
_WHEN: Final = ("sebelum", "setelah")
"""Relations that two texts must not tell differently, even where it is not clear of what."""


class Positions(NamedTuple):
    """`sides`: by list. `relations`: by the thing that they relate to. `objects`: the next thing, by relation.
    `strict`: relations that both texts must tell. `toward`: what a direction leads to.
    """

    sides: dict[str, set[str]]
    relations: dict[str, set[str]]
    objects: dict[str, set[str]]
    strict: set[str]
    toward: set[str]


class PositionReader:
    """Reads the positions of one text. `is_name`: whether no list knows a word; `local`: words of its region's name."""

    def __init__(
        self, data: ContrastData, vocabulary: Vocabulary, tokens: Tokens,
        is_name: Callable[[str], bool], local: frozenset[str],
    ) -> None:  # fmt: skip
        self._data, self._vocabulary, self._tokens, self._is_name, self._local = (
            data,
            vocabulary,
            tokens,
            is_name,
            local,
        )
        self._found = Positions(defaultdict(set), defaultdict(set), defaultdict(set), set(), set())

    def positions(self, lists: dict[str, list[tuple[str, str]]]) -> Positions:
        """The positions. `lists`: for each word of a side the lists it is in and its meaning there."""
        for at, word in enumerate(self._tokens):
            self._relation(at, word, lists)
            for name, meaning in lists.get(word, ()):
                self._side(at, word, name, meaning)
        return self._found

    def _relation(self, at: int, word: str, sides: dict[str, list[tuple[str, str]]]) -> None:
        relations = self._data.relations
        if word in relations.toward and (end := self._end(at, sides)):
            self._found.toward.add(end)
        if (name := relations.words.get(word)) is None:
            return
        for each in {*self._object(at), *self._next(at)}:
            self._found.relations[each].add(name)
        self._found.objects[name].update(self._next(at))
        if name in _WHEN:
            self._found.relations[""].add(name)
        if name in relations.strict and (self._object(at) or relations.things & {*self._next(at)}):
            self._found.strict.add(name)

    def _end(self, at: int, sides: dict[str, list[tuple[str, str]]]) -> str:
        """The word that a direction leads to; empty if it is a number or a side, which are read as such."""
        ahead = (each for each in self._tokens.ahead(at, AHEAD) if each not in self._data.relations.between)
        end = next(ahead, "")
        return end if len(end) >= _SHORTEST and not end[0].isdigit() and end not in sides else ""

    def _next(self, at: int) -> list[str]:
        """The next word that is no relation itself."""
        relations = self._data.relations
        return [
            each for each in self._tokens.ahead(at, AHEAD) if len(each) > _SHORTEST and each not in relations.words
        ][:1]

    def _object(self, at: int) -> list[str]:
        """The thing that a relation names: a place's marker and its name, or a name."""
        found: list[str] = []
        for token in self._tokens.ahead(at, AHEAD):
            if token in self._data.relations.words or token in self._data.relations.toward:
                if found:
                    break
                continue
            if self._vocabulary.marker(token):
                found.append(token)
                continue
            if self._is_name(token):
                found.append(token)
                break
            if found or not self._vocabulary.silent(token):
                break
        return found

    def _side(self, at: int, word: str, name: str, meaning: str) -> None:
        before = self._tokens.at(at - 1)
        if name == "compass" and (before in self._data.loose.regions or before in self._local):
            self._found.sides["region"].add(meaning)
        elif name == "height" and self._data.relations.words.get(word) and not self._object(at) and not before:
            pass
        else:
            self._found.sides[name].add(meaning)
