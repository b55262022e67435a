"""Features of a text for duplicate detection: issue and location, by the lists of `data/likeness.toml`.

All words for one issue become one word (`berlubang`, `pothole` -> ROADS). Names are taken after words such as `jalan`
and `pasar`, numbers with the word before them; sides (`timur`) belong to their name; polite words do not count.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache, cached_property
from typing import Final

from router.duplicates.contrast_data import contrast_data
from router.duplicates.contrasts import ContrastReader, Contrasts
from router.duplicates.marks import marks
from router.duplicates.tokens import Tokens
from router.duplicates.vocabulary import Vocabulary
from router.geography.codes import PROVINCE_LENGTH, REGENCY_LENGTH
from router.lexicon.files import Phrase, StrictModel, WordSet, parse_toml, read_data

Number = tuple[str, str]
"""The word that an address's number stands behind, and the number."""

_TOKEN: Final = re.compile(r"[a-z]+|\d+[a-z]?(?![a-z])|\d+")
_MASK: Final = re.compile(r"\[[A-Za-z-]{2,12}\]|https?://\S+|\S+@\S+|\d{7,}")
_UP_TO: Final = re.compile(r"(?<=\d)\s*(?:sd|s/d|s\.d\.?)\s*(?=\d)")
_DRAWN_OUT: Final = re.compile(r"(.)\1{2,}")
_ENDINGS: Final = ("nya", "lah", "kah", "ku", "mu")
_SHORTEST: Final = 3
_STEM: Final = 4
"""Letters before an ending that short words may have of themselves (`kaku`, `masalah`)."""
_LONG_ENOUGH: Final = 6
"""Characters of the longest unlisted word that keeps `-nya`: it may belong to the word."""
_NAMED_WORDS: Final = 2
"""The number of words after a marker that are its name."""
_OUTER: Final = "outer"
_STREET, _NUMBER = "jalan", "no"
_AND: Final = ("dan", "s", "d", "sd", "sampai", "dua", "tiga", "empat", "enam")
"""Between two numbers or names of a list, or within a name (Simpang Empat Tugu)."""
ISSUE, SPOT, NAME, NUMBER, SIDE, OTHER, ORDINARY = 1.5, 2.0, 1.5, 1.0, 0.7, 0.4, 0.3


class Markers(StrictModel):
    """Words after which a place is named or numbered."""

    spot: frozenset[Phrase]
    area: frozenset[Phrase]
    number: frozenset[Phrase]
    unique: frozenset[Phrase]
    side: frozenset[Phrase]


class Settlements(StrictModel):
    """Markers of spots as wide as a village, and the issues for which such a spot is enough."""

    markers: frozenset[Phrase]
    wide: frozenset[Phrase]


class UnitWords(StrictModel):
    """Words that make a number one of time or amount."""

    after: frozenset[Phrase]
    before: frozenset[Phrase]


class WordText(StrictModel):
    """A list of words, as one text."""

    words: str


class FeatureData(StrictModel):
    """likeness.toml."""

    version: str
    variants: dict[Phrase, Phrase]
    phrases: dict[Phrase, Phrase]
    roman: dict[Phrase, str]
    markers: Markers
    settlements: Settlements
    generic: WordSet
    """Words behind a marker that are no name."""
    faced: WordSet
    """Words before a landmark."""
    units: UnitWords
    personal: WordSet
    """Words of what concerns one person or household."""
    matters: dict[str, frozenset[Phrase]]
    """The words of each issue."""
    common: WordText
    """Words that say nothing of issue or spot."""
    ordinary: WordText
    negation: WordSet
    """Words that negate the next one."""


@dataclass(frozen=True)
class Features:
    """One text. `words`: all words that count, with their weights; `where`: those of the spot; `spots`: names after
    each marker; `areas`: names of wider areas; `landmarks`: what it is in front of.
    """

    words: Mapping[str, float]
    where: Mapping[str, float]
    issues: frozenset[str]
    spots: Mapping[str, frozenset[str]]
    areas: Mapping[str, frozenset[str]]
    numbers: frozenset[Number]
    sides: frozenset[Number]
    landmarks: frozenset[str]
    personal: bool
    read_contrasts: Callable[[], Contrasts] = field(compare=False, repr=False)

    @cached_property
    def contrasts(self) -> Contrasts:
        """Read when they are asked for: they cost five times as much as the rest, and few pairs are that similar."""
        return self.read_contrasts()


class FeatureExtractor:
    """Extracts features. `regions`: the names of regions by code; a region's own name is ignored in its texts."""

    def __init__(self, data: FeatureData, regions: Mapping[str, str] | None = None) -> None:
        self.version, self.data, self._regions = data.version, data, regions or {}
        longest_first = sorted(data.phrases, key=len, reverse=True)
        self._phrase = re.compile(rf"\b(?:{'|'.join(map(re.escape, longest_first))})\b")
        self.issues = {word: issue for issue, words in data.matters.items() for word in words}
        self.silent = frozenset(data.common.words.split()) - self.issues.keys()
        self.ordinary = frozenset(data.ordinary.words.split()) - self.issues.keys() - data.markers.side
        listed = data.personal.words | data.markers.spot | data.markers.area | self.ordinary
        self._listed = self.issues.keys() | self.silent | listed
        places = data.markers.spot | data.markers.area
        self.vocabulary = Vocabulary(
            self.issues.get, self.silent.__contains__, self._listed.__contains__, places.__contains__, data.roman
        )
        self._contrasts = ContrastReader(contrast_data(), self.vocabulary)

    def features(self, text: str, region: str | None = None) -> Features:
        """The features of a text of this region."""
        local = self._local(region or "")

        def contrasts() -> Contrasts:
            found = marks(text)
            return self._contrasts.contrasts(self.tokens(found.plain), found, local)

        return _Extraction(self, text, local).features(contrasts)

    def _local(self, region: str) -> frozenset[str]:
        names = (self._regions.get(region[:length], "") for length in (PROVINCE_LENGTH, REGENCY_LENGTH))
        return frozenset(_TOKEN.findall(" ".join(names).lower())) - self.data.markers.side

    def tokens(self, text: str) -> list[str]:
        """The words of a text, each in one spelling, and its numbers."""
        lower = _UP_TO.sub(" dan ", _MASK.sub(" ", text).lower())
        plain = self._phrase.sub(lambda found: self.data.phrases[found[0]], lower)
        return [each if each[0].isdigit() else self.spell(each) for each in _TOKEN.findall(plain)]

    def spell(self, word: str) -> str:
        """One spelling for the usual variants and endings."""
        word = self.data.variants.get(word, word)
        if word in self._listed or word in self.data.roman:
            return word  # the street III is not the street I
        short = _DRAWN_OUT.sub(r"\1", word)
        for form in (short, *(short.removesuffix(ending) for ending in _ENDINGS)):
            ends = _SHORTEST if form == word.removesuffix("nya") else _STEM
            if len(form) >= ends and form != word and self.data.variants.get(form, form) in self._listed:
                return self.data.variants.get(form, form)
        return short.removesuffix("nya") if len(short) > _LONG_ENOUGH else short


class _Extraction:
    """One pass over one text: remembers the last marker, the name after it and the label of the next number."""

    def __init__(self, reader: FeatureExtractor, text: str, local: frozenset[str]) -> None:
        self._data, self._reader, self._tokens, self._local = reader.data, reader, reader.tokens(text), local
        self._places = Tokens(self._tokens)
        self._words: dict[str, float] = {}
        self._where: dict[str, float] = {}
        self._spots: dict[str, set[str]] = {}
        self._areas: dict[str, set[str]] = {}
        self._numbers: set[Number] = set()
        self._sides: set[Number] = set()
        self._issues: set[str] = set()
        self._landmarks: set[str] = set()
        self._marker, self._left, self._name, self._label = "", 0, "", ""
        self._outer = ""
        """`_OUTER` while a marker is the name of another one."""
        self._personal = False

    def features(self, contrasts: Callable[[], Contrasts]) -> Features:
        for at, token in enumerate(self._tokens):
            if (value := self._value(at, token)) is not None:
                self._number(at, value)
            else:
                self._word(at, token)
        spots, areas = ({key: frozenset(names) for key, names in each.items()} for each in (self._spots, self._areas))
        return Features(
            self._words | self._where, self._where, frozenset(self._issues), spots, areas,
            frozenset(self._numbers), frozenset(self._sides), frozenset(self._landmarks), self._personal,
            contrasts,
        )  # fmt: skip

    def _value(self, at: int, token: str) -> str | None:
        if token[0].isdigit():
            return token.lstrip("0") or "0"
        if len(token) == 1 and self._before(at) in self._data.markers.number:
            return self._data.roman.get(token, token)
        return self._reader.vocabulary.roman_number(self._places, at) if self._label else None

    def _number(self, at: int, value: str) -> None:
        units, before = self._data.units, self._before(at)
        after = self._tokens[at + 1] if at + 1 < len(self._tokens) else ""
        addressed = before in self._data.markers.number
        if before in units.before or (after in units.after and not addressed) or not self._label:
            return
        self._numbers.add((self._label, value))
        self._where[f"{self._label} {value}"] = NUMBER

    def _before(self, at: int) -> str:
        return self._tokens[at - 1] if at else ""

    def _word(self, at: int, word: str) -> None:
        markers = self._data.markers
        if word in markers.spot or word in markers.area or word in markers.number:
            self._mark(at, word)
        elif word in markers.side and (self._name or self._marker):
            self._side(word)
        elif (issue := self._reader.issues.get(word)) and self._before(at) not in self._data.negation.words:
            self._issue(issue)
            self._reset()
        elif word in self._reader.ordinary:
            self._words.setdefault(word, ORDINARY)
            self._reset()
        elif self._marker and self._left and word in contrast_data().titles.words:
            pass  # Gang Haji Soleh
        elif word in self._data.personal.words:
            self._personal = True
            self._words[word] = OTHER
            self._reset()
        elif word in self._reader.silent or word in self._local or len(word) < _SHORTEST:
            if word not in _AND:
                self._reset()
        else:
            self._named(word)

    def _mark(self, at: int, word: str) -> None:
        markers, faced = self._data.markers, self._before(at) in self._data.faced.words
        if word == _NUMBER and self._name:
            return  # Jalan Melati no 12 is Jalan Melati 12
        if self._before(at) == _STREET and word not in markers.number:
            self._named(word)  # Jalan Sungai Indah names no river
            return
        nested = self._marker in markers.spot and self._before(at) == self._marker
        self._outer = _OUTER if nested else ""  # Simpang Kampung Lalang is a crossing
        self._marker, self._left, self._name = word, _NAMED_WORDS, ""
        self._label = word if word in markers.number else ""
        wide = word in self._data.settlements.markers
        if faced or (word in markers.spot and word not in markers.number and not wide):
            self._landmarks.add(word)
            self._where[f"@{word}"] = SIDE
        if issue := self._reader.issues.get(word):
            self._issue(issue)

    def _side(self, word: str) -> None:
        if self._name:
            self._sides.add((self._name, word))
            self._where[f"{self._name} {word}"] = SIDE
        elif self._marker != _STREET:
            self._named(word)  # Pasar Baru, Simpang Lima; a Jalan Raya is no name

    def _issue(self, issue: str) -> None:
        self._issues.add(issue)
        self._words[issue.upper()] = ISSUE

    def _reset(self) -> None:
        self._marker, self._left, self._name, self._label = "", 0, "", ""

    def _named(self, word: str) -> None:
        if self._marker in self._data.markers.area and self._left:
            self._areas.setdefault(self._marker, set()).add(word)
            self._words.setdefault(word, OTHER)
        elif self._marker and self._left:
            for marker in filter(None, (self._marker, self._outer)):
                self._spots.setdefault(marker, set()).add(word)
            self._where[word] = SPOT
        else:
            self._where.setdefault(word, NAME)
        self._left = max(0, self._left - 1)
        self._name = self._label = word


@cache
def feature_data() -> FeatureData:
    """The lists of likeness.toml. Raises BadRules."""
    return parse_toml(FeatureData, read_data("likeness.toml"), "likeness.toml")
