"""The content words of a report: those that tell one matter at one spot from another (`evidence`)."""

from collections.abc import Iterator, Sequence
from collections.abc import Set as AbstractSet
from functools import cache
from itertools import takewhile
from typing import Final

from router.duplicates.contrast_data import ContrastData, contrast_data
from router.duplicates.evidence import (
    Content,
    canonical,
    damage,
    evidence_data,
    implied_by,
    is_over_soon,
    is_public,
    remedies,
    troubles,
    unlisted,
)
from router.duplicates.marks import Marks
from router.duplicates.modifiers import NOT, modifiers
from router.duplicates.neutral import STREET, NeutralWords
from router.duplicates.tokens import Tokens
from router.duplicates.vocabulary import Vocabulary

STREETS: Final = frozenset({STREET, "gang"})
DEAD: Final = "mati"
BROKEN: Final = "rusak"
GONE: Final = "hilang"
ROADS: Final = "roads"
"""The issue of likeness.toml."""
LAMP_WITHIN: Final = 4
LAMPS: Final = ("lampu", "light", "lights")
STREET_LAMP: Final = "pju"
PUBLIC: Final = "umum"
"""`penerangan jalan umum` names no road."""
_DONE: Final = ("di", "pe")
"""What is done begins so: `ditambal`, `penambalan`."""
ASKED, DONE, THANKS = "mohon-", "sudah-", "terima-kasih"
PASSIVE, ACTIVE = "di", "me"
VERB: Final = 6
"""Letters of the shortest word with such a beginning that is taken for a verb, and not for a name."""
ASKED_WITHIN: Final = 3
NAME_WITHIN: Final = 2
"""Words behind a marker that are its name."""


class ContentReader:
    """Reads the content words of one text. `local`: words of its region's own name."""

    def __init__(self, data: ContrastData, vocabulary: Vocabulary, tokens: Tokens, local: frozenset[str]) -> None:
        self._data, self._vocabulary, self._tokens = data, vocabulary, tokens
        self._lists = evidence_data()
        self._modifiers = modifiers(tokens, self._lists, vocabulary)
        self._neutral = NeutralWords(data, self._lists, vocabulary, tokens, local, self._modifiers)

    def content(self, marks: Marks) -> Content:
        """Each in one spelling for its group of synonyms; numbers and times as words of their own."""
        said = {"clock": marks.clock, "date": marks.days | marks.months, "money": marks.money, "code": marks.codes}
        told = sorted(name for name, values in said.items() if values)
        words = list(self._words())
        matter = tuple(word for at, word in words if not self._is_of_spot(at, word))
        order = (*(word for _, word in words), *told, *self._thanks(words), *self._repaired(matter))
        raw = frozenset(word for word in self._tokens if word.startswith(ACTIVE))
        strange, broken = self._strange(words), self._broken(matter)
        return Content(order, matter, raw, self._tells_of_several(), is_over_soon(matter), strange, broken)

    def _thanks(self, words: Sequence[tuple[int, str]]) -> Iterator[str]:
        """Thanks before what is said are for it; behind it they are courtesy."""
        last = max((at for at, _ in words), default=0)
        if any(word in self._data.claims.thank and at < last for at, word in enumerate(self._tokens)):
            yield THANKS

    def _repaired(self, matter: Sequence[str]) -> Iterator[str]:
        """Who asks for a repair and tells no trouble says that it is broken."""
        repairs = (at for at, word in enumerate(self._tokens) if word in self._lists.repairs)
        if troubles().isdisjoint(matter) and any(map(self._neutral.is_requested, repairs)):
            yield canonical(BROKEN)

    def _strange(self, words: Sequence[tuple[int, str]]) -> frozenset[str]:
        """Numbers, times and names of places aside. What people drive is public unless it is lost or broken."""
        implied = implied_by([word for _, word in words])
        told = {word for at, word in words if not self._is_of_spot(at, word) and not self._is_placed(at)} - implied
        plain = {word for word in map(_bare, told) if len(word) > 1 and word not in self._data.time.parts}
        lost = not told.isdisjoint({canonical(GONE), *damage()})
        gone = plain & self._data.own.things - self._lists.supplies if lost else set()
        private = gone | self._housed(told) | self._lost(told)
        return unlisted(plain - implied, lambda word: self._vocabulary.issue(word) is not None) | private

    def _housed(self, told: AbstractSet[str]) -> AbstractSet[str]:
        """Parts of a building, where no building but homes or a street is named: they may be of two houses."""
        places = {word for word in self._tokens if self._vocabulary.marker(word)}
        return told & set(map(canonical, self._lists.parts)) if places <= self._lists.dwellings else set()

    def _lost(self, told: AbstractSet[str]) -> AbstractSet[str]:
        """That something is gone, unless it is a thing that is fixed in public space."""
        gone = told & {canonical(GONE)}
        return set() if told & set(map(canonical, self._lists.fixtures)) else gone

    def _is_placed(self, at: int) -> bool:
        """Whether it is a name behind "di" or a marker, or behind such a name."""
        word = self._tokens.at(at)
        while at and not self._vocabulary.known(word):
            at, word = at - 1, self._tokens.at(at - 1)
            if word in self._lists.placed or self._vocabulary.marker(word):
                return True
        return False

    def _broken(self, matter: Sequence[str]) -> frozenset[str]:
        """The things that are said to be broken, without what people carry along; a road is an issue by its name."""
        if damage().isdisjoint(matter):
            return frozenset()
        plain = (word for word in matter if word.isalpha() and word not in troubles())
        things = frozenset(plain) - self._data.own.things
        roads = canonical(BROKEN) in matter and STREET in self._tokens
        return things or frozenset({ROADS} if roads else ())

    def _tells_of_several(self) -> bool:
        spots = [word for at, word in enumerate(self._tokens) if self._names_spot(at, word)]
        issues = {self._vocabulary.issue(word) for at, word in enumerate(self._tokens) if at not in self._modifiers.of}
        return len(spots) > len(set(spots)) or (len(issues - {None}) > 1 and len(spots) > 1)

    def _names_spot(self, at: int, word: str) -> bool:
        """Whether a marker with a name behind it stands here."""
        name = self._tokens.at(at + 1)
        said = bool(name) and not self._vocabulary.marker(name) and self._vocabulary.issue(name) is None
        if not self._vocabulary.marker(word) or not said or name == PUBLIC or canonical(name) in troubles():
            return False
        return not self._neutral.is_neutral(at + 1)

    def _is_of_spot(self, at: int, word: str) -> bool:
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

    def _points(self, word: str) -> bool:
        """Whether a name of a spot follows it."""
        relations = self._data.relations
        return self._vocabulary.marker(word) or word in relations.words or word in relations.near

    def _words(self) -> Iterator[tuple[int, str]]:
        for at, word in enumerate(self._tokens):
            if self._is_street_lamp(at):
                yield at, canonical(STREET_LAMP)
            if number := self._number(at, word):
                if self._tokens.at(at + 1) not in self._lists.lasting and not self._is_doubled(at, word):
                    yield at, number
            elif at in self._modifiers.alone:
                yield at, self._modifiers.alone[at]
            elif not self._neutral.is_neutral(at):
                yield at, self._canonical(at, word)

    def _number(self, at: int, word: str) -> str:
        if word[0].isdigit():
            return word.lstrip("0") or "0"
        return self._vocabulary.roman_number(self._tokens, at) or self._data.numbers.words.get(word, "")

    def _is_doubled(self, at: int, word: str) -> bool:
        return word == "2" and self._tokens.at(at - 1) in self._lists.doubled

    def _is_street_lamp(self, at: int) -> bool:
        """`lampu jalan`, `lampu mati di gang`, `street light`; not `mati lampu`, which is a power cut."""
        if self._tokens.at(at) not in LAMPS or canonical(self._tokens.at(at - 1)) == canonical(DEAD):
            return False
        ahead = self._tokens.ahead(at, LAMP_WITHIN)
        plain = takewhile(lambda each: each not in STREETS, ahead)
        passed = [each for each in plain if each not in self._lists.neutral and canonical(each) != canonical(DEAD)]
        return self._tokens.at(at - 1) == STREET or (not passed and not STREETS.isdisjoint(ahead))

    def _canonical(self, at: int, word: str) -> str:
        time, prefix = self._data.time, self._modifiers.of.get(at, "")
        if word in time.parts:
            return time.parts[word]
        for name, times in (("weekday", time.weekdays), ("month", time.months)):
            if word in times:
                return f"{name}-{times[word]}"
        if word in remedies() and not prefix and not self._is_asked(at):
            return self._told(at, word)
        if (
            word.startswith(PASSIVE)
            and word not in remedies()
            and not self._lists.request.isdisjoint(self._tokens.before(at, ASKED_WITHIN))
        ):
            return ASKED + canonical(word)
        # A negated word may be another one's synonym: `tidak menyala` is `mati`.
        rest = prefix.replace(NOT, "")
        found = canonical(NOT + word) if NOT in prefix else canonical(word)
        return rest + (NOT + canonical(word) if found == NOT + word else found)

    def _is_asked(self, at: int) -> bool:
        return self._neutral.is_requested(at) and self._tokens.at(at - 1) not in self._lists.told

    def _told(self, at: int, word: str) -> str:
        """What is not asked for has been done, or is being done."""
        before = self._tokens.at(at - 1)
        if before in self._lists.told and word.startswith(_DONE):
            return f"{before}-{word}"
        return DONE + canonical(word) if word.startswith(PASSIVE) else canonical(word)


@cache
def _sides() -> frozenset[str]:
    return frozenset().union(*(group for groups in contrast_data().sides.values() for group in groups))


def _bare(word: str) -> str:
    """The word without what stands before it."""
    bare = word.rpartition("-")[2]
    return bare if bare.isalpha() else ""
