"""What sets a report apart from others of like words: numbers, sides, times, claims, kinds, names.

`differences` compares the contrasts of two texts. A list that knows a word is `data/contrasts.toml`; a word that no
list knows is taken for a name.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import Final, NamedTuple

from router.duplicates.claims import ClaimReader
from router.duplicates.content import ContentReader
from router.duplicates.contrast_data import ContrastData
from router.duplicates.evidence import Content, evidence_data
from router.duplicates.marks import Marks
from router.duplicates.positions import PositionReader
from router.duplicates.times import TimesReader
from router.duplicates.tokens import Tokens
from router.duplicates.vocabulary import Vocabulary

ROMAN_ALONE: Final = frozenset({"ii", "iii", "iv", "vi", "vii", "viii", "ix", "xi", "xii", "xiii", "xiv", "xv"})
LETTERS: Final = frozenset("bcfhjlqrtvz")
"""Single letters that are no short form of a word: a letter of a gate or a block after whatever word."""
QUESTION: Final = "question"
_SHORTEST: Final = 3
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
    objects: Sets
    """By relation, the things that it relates to."""
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
        return _Pass(self, Tokens(list(self._untitled(tokens))), marks, local).contrasts()

    def _untitled(self, tokens: Sequence[str]) -> Iterator[str]:
        """Without titles, where one stands between the word for a place and its name: Jalan Kolonel Sugiono."""
        titles, named = self.data.titles.words, False
        for word, after in zip(tokens, (*tokens[1:], ""), strict=True):
            named = self.vocabulary.marker(word) or (named and word in titles)
            if not (named and word in titles and after):
                yield word


class _Pass:
    def __init__(self, reader: ContrastReader, tokens: Tokens, marks: Marks, local: frozenset[str]) -> None:
        self._reader, self._data, self._tokens, self._local = reader, reader.data, tokens, local
        self._marks = marks
        self._numbers: dict[str, set[str]] = defaultdict(set)
        self._amounts: dict[str, set[str]] = defaultdict(set)
        self._kinds: dict[str, set[str]] = defaultdict(set)
        self._times = TimesReader(reader.data, evidence_data().since, tokens)
        self._negated, self._words, self._names = set[str](), set[str](), set[str]()
        self._days = list(self._times.days())
        self._vague, self._own, self._label = False, False, ""

    def contrasts(self) -> Contrasts:
        for at, token in enumerate(self._tokens):
            if (value := self._value(at, token)) is not None:
                self._number(at, value)
            else:
                self._word(at, token)
        if self._marks.money:
            self._amounts["money"] |= self._marks.money
        reader = self._reader
        where = PositionReader(self._data, reader.vocabulary, self._tokens, self._is_name, self._local)
        sides, relations, objects, strict, toward = where.positions(reader.sides)
        content = ContentReader(self._data, reader.vocabulary, self._tokens, self._local).content(self._marks)
        return Contrasts(
            self._marks.codes, _frozen(self._numbers), _frozen(self._amounts), tuple(self._days), self._marks.clock,
            self._when(), _frozen(sides), _frozen(relations), _frozen(objects),
            frozenset(strict), frozenset(toward), self._claims(),
            _frozen(self._kinds), frozenset(self._negated), frozenset(self._words), frozenset(self._names), content,
            self._vague, self._own,
        )  # fmt: skip

    def _when(self) -> Sets:
        times = self._times.times()
        for name, found in (("part", self._marks.parts), ("date", self._marks.days), ("month", self._marks.months)):
            times[name] |= found
        return _frozen(times)

    def _claims(self) -> frozenset[str]:
        claims = {*ClaimReader(self._data.claims, self._reader.claims, self._tokens).claims()}
        return frozenset(claims | {QUESTION} if self._marks.asks else claims)

    def _labelled_by(self, at: int) -> str:
        """The word that the number at this place stands behind."""
        at -= 1
        while self._tokens.at(at) in self._data.numbers.between:
            at -= 1
        return self._label if self._tokens.at(at)[:1].isdigit() else self._tokens.at(at)

    def _value(self, at: int, token: str) -> str | None:
        numbers, vocabulary = self._data.numbers, self._reader.vocabulary
        if token[0].isdigit():
            return token.lstrip("0") or "0"
        label = self._labelled_by(at)
        addressed = label in numbers.labels
        if label and (token in ROMAN_ALONE or len(token) == 1) and (roman := vocabulary.roman_number(self._tokens, at)):
            return roman
        if len(token) == 1 and label and (addressed or token in LETTERS):
            return vocabulary.roman.get(token, token) if addressed else token
        units = {*numbers.units, *self._data.time.units}
        if token in numbers.words and (addressed or self._tokens.at(at + 1) in units):
            return numbers.words[token]
        return None

    def _number(self, at: int, value: str) -> None:
        label, after, data = self._labelled_by(at), self._tokens.at(at + 1), self._data
        addressed = label in data.numbers.labels
        if after in data.time.units and not addressed:
            if (days := self._times.counted(at, value, after)) is not None:
                self._days.append(days)
        elif label in data.numbers.money or (after in data.numbers.units and not addressed):
            self._amounts[after if after in data.numbers.units else "money"].add(value)
        elif label:
            letter = after if len(after) == 1 and after in "abcdefgh" and value.isdigit() else ""
            self._numbers[label].add(value + letter)
            self._label = label

    def _word(self, at: int, word: str) -> None:
        data, after = self._data, self._tokens.at(at + 1)
        for name, meaning in self._reader.kinds.get(word, ()):
            self._kinds[name].add(meaning)
        if word in data.vague.here or (word in data.vague.places and after in data.vague.mine):
            self._vague = True
        if word in ("my", "our"):
            self._vague |= after in data.vague.places
            self._own |= after in data.own.things
        if word in data.own.words or (word in data.own.things and after in data.vague.mine):
            self._own = True
        self._said(at, word)

    def _said(self, at: int, word: str) -> None:
        vocabulary, before = self._reader.vocabulary, self._tokens.at(at - 1)
        if len(word) < _SHORTEST or word in self._local:
            return
        issue = vocabulary.issue(word)
        said = issue.upper() if issue else word
        if issue is None and before in self._data.negation.words:
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
