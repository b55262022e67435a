"""The content words of a report: those that tell one matter at one spot from another (`evidence`)."""

from collections.abc import Iterable, Iterator, Sequence
from collections.abc import Set as AbstractSet
from functools import cache
from itertools import pairwise, takewhile
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
    leading,
    meant,
    remedies,
    troubles,
    unlisted,
)
from router.duplicates.marks import Marks, values
from router.duplicates.neutral import LAMPS, STREET, NeutralWords
from router.duplicates.tokens import Tokens
from router.duplicates.vocabulary import Vocabulary

STREETS: Final = frozenset({STREET, "gang"})
NOT, FEARED = "tidak-", "rawan-"
DEAD: Final = "mati"
BROKEN: Final = "rusak"
GONE: Final = "hilang"
DRAIN, TARIFF = "selokan", "tarif"
ROADS: Final = "roads"
"""The issue of likeness.toml."""
LAMP_WITHIN: Final = 4
STREET_LAMP: Final = "pju"
PUBLIC: Final = "umum"
"""`penerangan jalan umum` names no road."""
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
        self._leading = leading()
        self._neutral = NeutralWords(data, self._lists, vocabulary, tokens, local)

    def content(self, marks: Marks) -> Content:
        """Each in one spelling for its group of synonyms; numbers and times as words of their own."""
        words = list(self._words())
        joined = tuple(self._joined(words))
        matter = tuple(word for at, word in words if not self._is_of_spot(at, word))
        order = (*(word for _, word in joined), *self._thanks(words), *self._repaired(matter))
        cores = dict(words)
        where = tuple(word for at, word in joined if self._is_of_spot(at, cores.get(at, word)))
        strange, broken = self._strange(words), self._broken((*matter, *self._repaired(matter)))
        return Content(
            order,
            matter,
            where,
            frozenset(self._bound(joined)),
            values(marks),
            self._tells_of_several(),
            is_over_soon(matter),
            strange,
            broken,
        )

    def _joined(self, words: Iterable[tuple[int, str]]) -> Iterator[tuple[int, str]]:
        """With a word of place before the word that it stands before, and a number behind the one that it follows."""
        leading, whole, start, last = "", "", -1, -1
        for at, word in words:
            if (name := self._leading.get(word)) is not None:
                leading += f"{name}-"
            elif word[0].isdigit() and whole and not leading and self._follows(at, last):
                whole, last = f"{whole}-{word}", at
            else:
                if whole:
                    yield start, whole
                whole, leading, start, last = leading + word, "", at, at
        yield from ((start, each) for each in (whole, leading) if each)

    def _bound(self, joined: Sequence[tuple[int, str]]) -> Iterator[tuple[str, str]]:
        for (at, one), (next_to, other) in pairwise(joined):
            if next_to == at + 1 and troubles().isdisjoint({one, other}):
                yield one, other

    def _follows(self, at: int, last: int) -> bool:
        between = self._tokens.before(at, at - last - 1)
        return all(word in self._data.numbers.between for word in between)

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

    def _strange(self, words: Sequence[tuple[int, str]]) -> frozenset[str]:
        """Numbers, times and names of places aside. What people drive is public unless it is lost or broken."""
        implied = implied_by([word for _, word in words])
        told = {word for at, word in words if not self._is_of_spot(at, word) and not self._is_placed(at)} - implied
        plain = {word for word in map(_bare, told) if len(word) > 1 and word not in self._data.time.parts}
        lost = not told.isdisjoint({canonical(GONE), *damage()})
        gone = plain & self._data.own.things - self._lists.supplies if lost else set()
        private = gone | self._housed(told) | self._billed(told) | self._lost(told)
        return unlisted(plain - implied, lambda word: self._vocabulary.issue(word) is not None) | private

    def _housed(self, told: AbstractSet[str]) -> AbstractSet[str]:
        """Parts of a building, where no building but homes or a street is named: they may be of two houses."""
        places = {word for word in self._tokens if self._vocabulary.marker(word)}
        indoors = self._lists.parts if places.isdisjoint(self._lists.homes) else self._lists.parts | {DRAIN}
        return told & set(map(canonical, indoors)) if places <= self._lists.dwellings else set()

    def _billed(self, told: AbstractSet[str]) -> AbstractSet[str]:
        """What a supply costs stands on somebody's bill."""
        return told & {TARIFF} if told & set(map(canonical, self._lists.supplies)) else set()

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
        issues = set(map(self._vocabulary.issue, self._tokens))
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
        """A negation or a fear is never dropped with a word: it belongs to the next one that tells something."""
        small = ""
        for at, word in enumerate(self._tokens):
            if self._is_street_lamp(at):
                yield at, canonical(STREET_LAMP)
            if word in self._lists.negations or word in self._lists.feared:
                small += NOT if word in self._lists.negations else FEARED
            elif number := self._number(at, word):
                if self._tokens.at(at + 1) not in self._lists.lasting:
                    yield at, small + number
                    small = ""
            elif not self._neutral.is_neutral(at):
                yield at, self._canonical(at, word, small)
                small = ""
            elif word in self._lists.remedies:
                small = ""  # "belum diperbaiki"
        if small:
            yield len(self._tokens), small

    def _number(self, at: int, word: str) -> str:
        if word[0].isdigit():
            return word.lstrip("0") or "0"
        return self._vocabulary.roman_number(self._tokens, at) or self._data.numbers.words.get(word, "")

    def _is_street_lamp(self, at: int) -> bool:
        """`lampu jalan`, `lampu mati di gang`, `street light`; not `mati lampu`, which is a power cut."""
        if self._tokens.at(at) not in LAMPS or canonical(self._tokens.at(at - 1)) == canonical(DEAD):
            return False
        ahead = self._tokens.ahead(at, LAMP_WITHIN)
        plain = takewhile(lambda each: each not in STREETS, ahead)
        passed = [each for each in plain if each not in self._lists.neutral and canonical(each) != canonical(DEAD)]
        return self._tokens.at(at - 1) == STREET or (not passed and not STREETS.isdisjoint(ahead))

    def _canonical(self, at: int, word: str, prefix: str) -> str:
        time = self._data.time
        if word in time.parts:
            return prefix + time.parts[word]
        for name, times in (("weekday", time.weekdays), ("month", time.months)):
            if word in times:
                return f"{prefix}{name}-{times[word]}"
        if word in remedies() and not prefix and not self._neutral.is_requested(at):
            return DONE + canonical(word) if word.startswith(PASSIVE) else canonical(word)
        if (
            word.startswith(PASSIVE)
            and word not in remedies()
            and not self._lists.request.isdisjoint(self._tokens.before(at, ASKED_WITHIN))
        ):
            return ASKED + canonical(word)
        if not self._vocabulary.known(word) and not self._is_of_spot(at, word):
            word = meant(word)
        # A negated word may be another one's synonym: `tidak menyala` is `mati`.
        rest = prefix.replace(NOT, "")
        found = canonical(NOT + word) if NOT in prefix else canonical(word)
        return rest + (NOT + canonical(word) if found == NOT + word else found)


@cache
def _sides() -> frozenset[str]:
    return frozenset().union(*(group for groups in contrast_data().sides.values() for group in groups))


def _bare(word: str) -> str:
    """The word without what stands before it."""
    bare = word.rpartition("-")[2]
    return bare if bare.isalpha() else ""
