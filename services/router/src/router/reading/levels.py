"""The level of government that a text names for a sector: by a kind of road, school or hospital, or by its owner.

First come phrases of the sector (an SMA is the province's, law 23/2014), then general ones, then the addressee.
"""

from collections.abc import Iterator, Sequence
from typing import Final, Literal, NamedTuple

from router.lexicon.files import RuleData
from router.lexicon.phrases import PhraseIndex
from schemas.base.values import Level

Kind = Literal["general", "thing", "sector"]
GENERAL: Final = "general"
THING: Final = "thing"
SECTOR: Final = "sector"
_ALL: Final = tuple(Level)


class LevelMeaning(NamedTuple):
    """What a phrase says: "general" of all sectors, "thing" of a kind of road or lamp, "sector" of a sector's task."""

    kind: Kind
    level: Level
    sector: str = ""


class NamedLevels(NamedTuple):
    """The phrases of a level in a text, and the levels of its addressee."""

    phrases: tuple[tuple[str, tuple[LevelMeaning, ...]], ...]
    titles: frozenset[Level]

    def of(self, sector: str | None) -> Level | None:
        """The level named for this sector; None: none, or several. Without a sector, what the text names at all."""
        meanings = [meaning for _, some in self.phrases for meaning in some]
        by_sector = {m.level for m in meanings if m.kind != GENERAL and m.sector == sector}
        general = {m.level for m in meanings if m.kind == GENERAL or (sector is None and m.kind == THING)}
        found = by_sector or general or self.titles
        return next(iter(found)) if len(found) == 1 else None

    def open(self, sector: str | None) -> tuple[Level, ...]:
        """The levels between which the words leave it open: "jalan provinsi atau jalan kabupaten"."""
        named = {m.level for _, some in self.phrases for m in some if _is_named(m, sector)}
        return tuple(level for level in _ALL if level in named) if len(named) > 1 else ()

    def words(self, sector: str | None) -> tuple[str, ...]:
        """The phrases that speak of this sector; of any sector, if it is None."""
        return tuple(
            phrase
            for phrase, some in self.phrases
            if any(sector in (None, m.sector) or m.kind == GENERAL for m in some)
        )


class LevelIndex:
    """The phrases of all levels, compiled."""

    def __init__(self, data: RuleData) -> None:
        self._phrases = PhraseIndex(_entries(data), data.variants)
        addressed = ((phrase, level) for level, phrases in data.addressed.items() for phrase in phrases)
        self._addressed = PhraseIndex(addressed, data.variants)
        self._negations = data.negations.words
        self.vocabulary = self._phrases.vocabulary | self._negations

    def find(self, words: list[str], addressed_to: str = "") -> NamedLevels:
        """The levels named in spelled words and by the addressee."""
        return NamedLevels(tuple(self._affirmed(words)), self._titles(addressed_to))

    def mentioned(self, text: str) -> frozenset[Level]:
        """Every level that a text names, by a kind of road, as the owner, or by the title of an office."""
        found = self._affirmed(self._phrases.spelled(text))
        named = {meaning.level for _, meanings in found for meaning in meanings if meaning.kind != SECTOR}
        return frozenset(named) | self._titles(text)

    def _affirmed(self, words: list[str]) -> Iterator[tuple[str, tuple[LevelMeaning, ...]]]:
        """The phrases without those that are denied ("bukan jalan provinsi")."""
        for found in self._phrases.find_in(words):
            if self._negations.isdisjoint(found.before):
                yield found.phrase, found.meanings

    def _titles(self, text: str) -> frozenset[Level]:
        if not text:
            return frozenset()
        return frozenset(level for found in self._addressed.find(text) for level in found.meanings)


def _is_named(meaning: LevelMeaning, sector: str | None) -> bool:
    return meaning.kind == GENERAL or (meaning.kind == THING and meaning.sector == sector)


def _entries(data: RuleData) -> Iterator[tuple[str, LevelMeaning]]:
    for level, phrases in data.levels.items():
        yield from ((phrase, LevelMeaning(GENERAL, level)) for phrase in phrases)
    for words in (data.levels_of_roads, data.levels_of_lamps):
        by_level: Sequence[tuple[Level, Sequence[str]]] = (
            (Level.NATIONAL, words.national), (Level.PROVINCE, words.province), (Level.REGENCY, words.regency),
        )  # fmt: skip
        for level, named in by_level:
            yield from ((phrase, LevelMeaning(THING, level, sector)) for phrase in named for sector in words.sectors)
    for name, sector_words in data.sectors.items():
        for level, phrases in sector_words.level.items():
            yield from ((phrase, LevelMeaning(SECTOR, level, name)) for phrase in phrases)
