"""What sets a report apart from others of like words: numbers, sides, times, claims, kinds, names.

One pass over the words of a text; `differences` compares two. A list that knows a word is `data/contrasts.toml`;
a word that no list knows is taken for a name.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Final, NamedTuple

from router.duplicates.content import ContentReader
from router.duplicates.contrast_data import ContrastData
from router.duplicates.evidence import Content
from router.duplicates.marks import Marks
from router.duplicates.vocabulary import Vocabulary

ROMAN_ALONE: Final = frozenset({"ii", "iii", "iv", "vi", "vii", "viii", "ix", "xi", "xii", "xiii", "xiv", "xv"})
LETTERS: Final = frozenset("bcfhjlqrtvz")
"""Single letters that are no short form of a word: a letter of a gate or a block after whatever word."""
AHEAD: Final = 3
"""How many words a relation or a claim looks ahead."""
_SHORTEST: Final = 3
_PASSIVE: Final = "di"
_WHEN: Final = ("sebelum", "setelah")
"""Relations that two texts must not tell differently, even where it is not clear of what."""
Sets = Mapping[str, frozenset[str]]


class Contrasts(NamedTuple):
    """`numbers`: by the word before them. `amounts`: by unit. `days`: since when, in days. `times`: parts of the day,
    weekdays, dates. `sides`, `kinds`: by list. `relations`: by the thing that they relate to. `words`: what is said,
    each issue as one word; `names`: those of them that no list knows.
    """

    codes: frozenset[str]
    numbers: Sets
    amounts: Sets
    days: tuple[float, ...]
    clock: frozenset[int]
    times: Sets
    sides: Sets
    relations: Sets
    strict: frozenset[str]
    toward: frozenset[str]
    claims: frozenset[str]
    kinds: Sets
    negated: frozenset[str]
    words: frozenset[str]
    names: frozenset[str]
    content: Content
    """What the other text must tell too (`content`)."""
    vague: bool
    own: bool
    """Of one person or household alone."""


class ContrastReader:
    """Reads contrasts with these lists."""

    def __init__(self, data: ContrastData, vocabulary: Vocabulary) -> None:
        self.data, self.vocabulary = data, vocabulary
        self.sides, self.kinds = data.of(data.sides), data.of(data.kinds)
        self.claims = {word: name for name, words in data.claims.words.items() for word in words}
        time = data.time
        self.listed = frozenset().union(
            self.sides, self.claims, data.relations.words, data.claims.fixed, data.claims.done, data.claims.thank,
            data.claims.not_yet, time.units, time.words, time.parts, time.weekdays, time.months, data.numbers.units,
            data.numbers.words, data.vague.here, data.vague.mine, data.relations.near, data.relations.toward,
            data.titles.words,
        )  # fmt: skip
        """Words that a list of contrasts handles; they are no names."""

    def contrasts(self, tokens: Sequence[str], marks: Marks, local: frozenset[str]) -> Contrasts:
        """The contrasts of one text. `local`: words of its region's own name."""
        return _Pass(self, [each for each in tokens if each not in self.data.titles.words], marks, local).contrasts()


class _Pass:
    def __init__(self, reader: ContrastReader, tokens: Sequence[str], marks: Marks, local: frozenset[str]) -> None:
        self._reader, self._data, self._tokens, self._local = reader, reader.data, tokens, local
        self._marks = marks
        self._numbers: dict[str, set[str]] = defaultdict(set)
        self._amounts: dict[str, set[str]] = defaultdict(set)
        self._sides: dict[str, set[str]] = defaultdict(set)
        self._kinds: dict[str, set[str]] = defaultdict(set)
        self._times: dict[str, set[str]] = defaultdict(set)
        self._relations: dict[str, set[str]] = defaultdict(set)
        self._days: list[float] = []
        self._strict, self._toward, self._claims = set[str](), set[str](), set[str]()
        self._negated, self._words, self._names = set[str](), set[str](), set[str]()
        self._vague, self._own, self._label = False, False, ""

    def contrasts(self) -> Contrasts:
        for at, token in enumerate(self._tokens):
            if (value := self._value(at, token)) is not None:
                self._number(at, value)
            else:
                self._word(at, token)
        if self._marks.money:
            self._amounts["money"] |= self._marks.money
        for name, found in (("part", self._marks.parts), ("date", self._marks.days), ("month", self._marks.months)):
            self._times[name] |= found
        reader = self._reader
        content = ContentReader(self._data, reader.vocabulary, self._tokens, self._local).content(self._marks)
        return Contrasts(
            self._marks.codes, _frozen(self._numbers), _frozen(self._amounts), tuple(self._days), self._marks.clock,
            _frozen(self._times), _frozen(self._sides), _frozen(self._relations), frozenset(self._strict),
            frozenset(self._toward), frozenset(self._claims), _frozen(self._kinds), frozenset(self._negated),
            frozenset(self._words), frozenset(self._names), content, self._vague, self._own,
        )  # fmt: skip

    def _at(self, at: int) -> str:
        return self._tokens[at] if 0 <= at < len(self._tokens) else ""

    def _labelled_by(self, at: int) -> str:
        """The word that the number at this place stands behind."""
        at -= 1
        while self._at(at) in self._data.numbers.between:
            at -= 1
        return self._label if self._at(at)[:1].isdigit() else self._at(at)

    def _value(self, at: int, token: str) -> str | None:
        numbers, roman = self._data.numbers, self._reader.vocabulary.roman
        if token[0].isdigit():
            return token.lstrip("0") or "0"
        label = self._labelled_by(at)
        addressed = label in numbers.labels
        if token in ROMAN_ALONE and label:
            return roman.get(token)
        if len(token) == 1 and label and (addressed or token in LETTERS):
            return roman.get(token, token) if addressed else token
        if token in numbers.words and (addressed or self._at(at + 1) in {*numbers.units, *self._data.time.units}):
            return numbers.words[token]
        return None

    def _number(self, at: int, value: str) -> None:
        label, after, data = self._labelled_by(at), self._at(at + 1), self._data
        addressed = label in data.numbers.labels
        if after in data.time.units and not addressed:
            self._since(at, value, after)
        elif label in data.numbers.money or (after in data.numbers.units and not addressed):
            self._amounts[after if after in data.numbers.units else "money"].add(value)
        elif label:
            letter = after if len(after) == 1 and after in "abcdefgh" and value.isdigit() else ""
            self._numbers[label].add(value + letter)
            self._label = label

    def _since(self, at: int, value: str, unit: str) -> None:
        often, aged = self._data.time.often, self._data.time.aged
        if value.isdigit() and self._at(at + 2) not in often and self._at(at - 1) not in aged:
            self._days.append(int(value) * self._data.time.units[unit])

    def _word(self, at: int, word: str) -> None:
        data, reader = self._data, self._reader
        self._time(at, word)
        self._claim(at, word)
        self._relation(at, word)
        self._spot(at, word)
        for name, meaning in reader.kinds.get(word, ()):
            self._kinds[name].add(meaning)
        if word in data.vague.here or (word in data.vague.places and self._at(at + 1) in data.vague.mine):
            self._vague = True
        if word in ("my", "our"):
            self._vague |= self._at(at + 1) in data.vague.places
            self._own |= self._at(at + 1) in data.own.things
        if word in data.own.words or (word in data.own.things and self._at(at + 1) in data.vague.mine):
            self._own = True
        self._said(at, word)

    def _time(self, at: int, word: str) -> None:
        time, before, after = self._data.time, self._at(at - 1), self._at(at + 1)
        if word in time.words and before not in ("setiap", "tiap", "every"):
            self._days.append(time.words[word])
        if word in time.units and after in time.past and not before[:1].isdigit() and before not in time.units:
            self._days.append(time.units[word])
        if word in time.parts and not before[:1].isdigit():
            self._times["part"].add(time.parts[word])
        if word in time.weekdays and before != "pasar":
            self._times["weekday"].add(time.weekdays[word])
        if word == "minggu" and before in ("hari", "malam"):
            self._times["weekday"].add("7")
        if word in time.months:
            self._times["month"].add(time.months[word])

    def _claim(self, at: int, word: str) -> None:
        claims, reader = self._data.claims, self._reader
        if (name := reader.claims.get(word)) and not self._is_done_again(at, name):
            self._claims.add(name)
        ahead = [self._at(at + step) for step in range(1, AHEAD + 1)]
        if word in claims.thank and any(each in claims.thanks or each in claims.fixed for each in ahead[:2]):
            self._claims.add("settled")
        if word in claims.there and self._at(at - 1) in claims.not_yet and ahead[0] not in claims.nothing:
            self._claims.add("absent")
        if (word in claims.fixed and self._settles(at)) or (word in claims.done and self._is_done(ahead)):
            self._claims.add("settled")

    def _settles(self, at: int) -> bool:
        """Whether the words before say that it is done, and none of them that it is not."""
        before = [self._at(at - step) for step in range(1, AHEAD + 1)]
        claims = self._data.claims
        return any(each in claims.done for each in before) and not any(each in claims.not_yet for each in before)

    def _is_done(self, ahead: Sequence[str]) -> bool:
        """Whether the words after `sudah` say what was done, or what is no more."""
        claims, (first, second) = self._data.claims, ahead[:2]
        done = len(first) > len(_PASSIVE) + _SHORTEST and first.startswith(_PASSIVE) and first not in claims.reported
        return done or (first in claims.not_yet and second in claims.faults)

    def _is_done_again(self, at: int, name: str) -> bool:
        again = self._data.claims.words["again"]
        return name == "again" or (name == "install" and any(self._at(at + step) in again for step in (1, 2)))

    def _relation(self, at: int, word: str) -> None:
        relations = self._data.relations
        if word in relations.toward and (end := self._end(at)):
            self._toward.add(end)
        if (name := relations.words.get(word)) is None:
            return
        for each in {*self._object(at), *self._next(at)}:
            self._relations[each].add(name)
        if name in _WHEN:
            self._relations[""].add(name)
        if name in relations.strict and (self._object(at) or relations.things & {*self._next(at)}):
            self._strict.add(name)

    def _end(self, at: int) -> str:
        """The word that a direction leads to; empty if it is a number or a side, which are read as such."""
        ahead = (each for each in self._tokens[at + 1 : at + 1 + AHEAD] if each not in self._data.relations.between)
        end = next(ahead, "")
        plain = len(end) >= _SHORTEST and not end[0].isdigit() and end not in self._reader.sides
        return end if plain else ""

    def _next(self, at: int) -> list[str]:
        """The next word that is no relation itself."""
        ahead = self._tokens[at + 1 : at + 1 + AHEAD]
        relations = self._data.relations
        return [each for each in ahead if len(each) > _SHORTEST and each not in relations.words][:1]

    def _object(self, at: int) -> list[str]:
        """The thing that a relation names: a place's marker and its name, or a name."""
        found: list[str] = []
        for token in self._tokens[at + 1 : at + 1 + AHEAD]:
            if token in self._data.relations.words or token in self._data.relations.toward:
                if found:
                    break
                continue
            if self._reader.vocabulary.marker(token):
                found.append(token)
                continue
            if self._is_name(token):
                found.append(token)
                break
            if found or not self._reader.vocabulary.silent(token):
                break
        return found

    def _spot(self, at: int, word: str) -> None:
        loose, before = self._data.loose, self._at(at - 1)
        for name, meaning in self._reader.sides.get(word, ()):
            if name == "compass" and (before in loose.regions or before in self._local):
                self._sides["region"].add(meaning)
            elif name == "height" and self._data.relations.words.get(word) and not self._object(at) and not before:
                continue
            else:
                self._sides[name].add(meaning)

    def _said(self, at: int, word: str) -> None:
        vocabulary, before = self._reader.vocabulary, self._at(at - 1)
        if len(word) < _SHORTEST or word in self._local:
            return
        issue = vocabulary.issue(word)
        said = issue.upper() if issue else word
        if issue is None and before in (
            "tidak",
            "tak",
            "bukan",
            "tanpa",
            "tdk",
            "gak",
            "ga",
            "nggak",
            "ndak",
            "not",
            "no",
            "ora",
        ):
            self._negated.add(said)
            return
        if issue is None and (vocabulary.silent(word) or word in self._reader.listed):
            return
        self._words.add(said)
        if self._is_name(word):
            self._names.add(word)

    def _is_name(self, word: str) -> bool:
        known = self._reader.vocabulary.known(word) or word in self._reader.listed
        return len(word) >= _SHORTEST and not word[0].isdigit() and not known and word not in self._local


def _frozen(sets: Mapping[str, set[str]]) -> Sets:
    return {name: frozenset(values) for name, values in sets.items() if values}
