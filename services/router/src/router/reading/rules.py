"""Rule-based reading of a complaint's words: sector, level of government and suspected misconduct.

A phrase counts once however often it occurs, so repetition adds no weight. The best sector must be clearly ahead of the
next; otherwise no sector is decided and a person reads the complaint.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Final, Literal, NamedTuple

from router.lexicon.files import RuleData
from router.lexicon.phrases import PhraseIndex
from router.reading.bribery import BriberyPatterns
from router.reading.levels import LevelIndex, NamedLevels
from schemas.base.values import Level

SURE, STRONG, PLAIN, WEAK = 5.0, 3.0, 2.0, 1.0
ENOUGH: Final = 3.0
"""Least weight of a decided sector."""
AS_LANDMARK: Final = 0.25
"""Factor on the weight of a phrase that only names a place (after a landmark word such as "near")."""
AHEAD: Final = 1.2
"""The best sector must weigh this many times the next."""
ALTERNATIVES: Final = 3

Kind = Literal["sector", "misconduct", "harmless", "neutral"]


class PhraseMeaning(NamedTuple):
    """What a phrase of the word lists means. `name`: the sector."""

    kind: Kind
    name: str = ""
    weight: float = 0.0


class SectorScore(NamedTuple):
    """A sector and its score, 0 to 1."""

    sector: str
    score: float


class TextReading(NamedTuple):
    """What a text says. `sector` None: undecided. `alternatives`: the other possible sectors, best first. `levels`: the
    level of government that the words name, by alternative; a sector for which they name none is not in it.
    """

    sector: str | None
    score: float
    level: Level | None
    misconduct: bool
    words: tuple[str, ...]
    alternatives: tuple[SectorScore, ...]
    levels: Mapping[str, Level] = MappingProxyType({})
    open_levels: tuple[Level, ...] = ()
    """Levels between which the words leave it open: "jalan provinsi atau jalan kabupaten"."""


class SectorDecision(NamedTuple):
    """The decided sector or None, all sectors' scores (best first), and words outside the rules that decided it."""

    sector: str | None
    scored: tuple[SectorScore, ...]
    words: tuple[str, ...] = ()
    misconduct: bool = False
    """Suspected by the model. The rules' harmless phrases overrule it, their phrases of misconduct do not need it."""


class RuleMatches(NamedTuple):
    """The phrases found in a text with their meanings, and the sector that the rules decide from them."""

    phrases: dict[str, tuple[PhraseMeaning, ...]]
    decision: SectorDecision
    levels: NamedLevels
    plain: bool = False
    """Short, of one sector, without a word that could turn its meaning."""


class Rules:
    """The word lists of one version, compiled. `homes`: the level of government responsible for each sector by law."""

    def __init__(self, data: RuleData) -> None:
        self.version = data.version
        self.homes = {name: words.home for name, words in data.sectors.items()}
        self.plain = data.plain
        self._wider = {name: words.part_of for name, words in data.sectors.items() if words.part_of is not None}
        self._landmarks = data.landmarks.words
        self._levels = LevelIndex(data)
        self._doubtful = PhraseIndex([(phrase, True) for phrase in data.plain.doubtful], data.variants)
        others = self._levels.vocabulary | self._doubtful.vocabulary
        self._words = PhraseIndex(_entries(data), data.variants, others)
        self._bribery = BriberyPatterns(data.supervision.demand)

    def read(self, text: str, addressed_to: str = "") -> TextReading:
        """Read a text by the rules alone."""
        matches = self.scan(text, addressed_to)
        return self.conclude(matches, matches.decision)

    def scan(self, text: str, addressed_to: str = "") -> RuleMatches:
        """Find the phrases and decide the sector."""
        weights: dict[str, float] = defaultdict(float)
        phrases: dict[str, tuple[PhraseMeaning, ...]] = {}
        words = self._words.spelled(f"{text}\n{addressed_to}")
        for found in self._words.find_in(words):
            if found.phrase not in phrases:
                phrases[found.phrase] = found.meanings
                share = AS_LANDMARK if found.before and found.before[-1] in self._landmarks else 1.0
                for meaning in found.meanings:
                    if meaning.kind == "sector":
                        weights[meaning.name] += meaning.weight * share
        if (bribery := self._bribery.find(text)) is not None:
            phrases[bribery] = (*phrases.get(bribery, ()), PhraseMeaning("misconduct"))
        ranked = sorted(self._narrowed(weights).items(), key=lambda item: (-item[1], item[0]))
        total = sum(weights.values()) + 1
        scored = tuple(SectorScore(name, weight / total) for name, weight in ranked)
        decision = SectorDecision(_decided(ranked), scored, misconduct=_has(phrases, "misconduct"))
        plain = decision.sector is not None and not decision.misconduct and _alone(ranked) and self._is_plain(words)
        # Looked for apart: "lampu jalan" must not hide the "jalan kabupaten" in "lampu jalan kabupaten".
        return RuleMatches(phrases, decision, self._levels.find(words, addressed_to), plain)

    def _is_plain(self, words: list[str]) -> bool:
        return len(words) <= self.plain.most_words and next(self._doubtful.find_in(words), None) is None

    def conclude(self, matches: RuleMatches, decision: SectorDecision) -> TextReading:
        """The reading for a decision, which may be the model's instead of the rules' own."""
        phrases, named, sector = matches.phrases, matches.levels, decision.sector
        words = tuple(phrase for phrase, meanings in phrases.items() if _counts(meanings, sector))
        words = tuple(dict.fromkeys((*words, *named.words(sector), *decision.words)))
        others = tuple(each for each in decision.scored if each.sector != sector)[:ALTERNATIVES]
        score = next((each.score for each in decision.scored if each.sector == sector), 0.0)
        misconduct = _has(phrases, "misconduct") or (decision.misconduct and not _has(phrases, "harmless"))
        levels = {each.sector: level for each in others if (level := named.of(each.sector)) is not None}
        return TextReading(
            sector, score, named.of(sector), misconduct, words, others, levels, named.open(sector)
        )  # fmt: skip

    def levels(self, text: str) -> frozenset[Level]:
        """Every level of government that a text names, by a kind of road or by the title of an office."""
        return self._levels.mentioned(text)

    def wider(self, sector: str) -> Iterator[str]:
        """The sectors that this one is a part of, the nearest first."""
        at = self._wider.get(sector)
        while at is not None:
            yield at
            at = self._wider.get(at)

    def _narrowed(self, weights: Mapping[str, float]) -> Mapping[str, float]:
        """The weights of wider sectors given to their part that is named clearly: "ferry" says more than "harbour". Two
        parts of one wider sector get nothing of it.
        """
        parts = [name for name in weights if name in self._wider and weights[name] >= ENOUGH]
        if not parts:
            return weights
        narrowed, above = dict(weights), {part: tuple(self.wider(part)) for part in parts}
        for part in sorted(parts, key=lambda name: (-len(above[name]), name)):
            if part not in narrowed:
                continue
            rivals = [other for other in parts if other != part and other in narrowed and other not in above[part]]
            for wider in above[part]:
                weight = narrowed.pop(wider, 0.0)
                if not any(wider in above[rival] for rival in rivals):
                    narrowed[part] += weight
        return narrowed


def _decided(ranked: list[tuple[str, float]]) -> str | None:
    if not ranked or ranked[0][1] < ENOUGH:
        return None
    if len(ranked) > 1 and ranked[0][1] < AHEAD * ranked[1][1]:
        return None
    return ranked[0][0]


def _alone(ranked: list[tuple[str, float]]) -> bool:
    """Whether no other sector has more than a weak word."""
    return all(weight <= WEAK for _, weight in ranked[1:])


def _has(phrases: dict[str, tuple[PhraseMeaning, ...]], kind: Kind) -> bool:
    return any(meaning.kind == kind for meanings in phrases.values() for meaning in meanings)


def _counts(meanings: tuple[PhraseMeaning, ...], sector: str | None) -> bool:
    return any(m.kind == "misconduct" or m.name == sector or (sector is None and m.kind != "neutral") for m in meanings)


def _entries(data: RuleData) -> Iterator[tuple[str, PhraseMeaning]]:
    for name, words in data.sectors.items():
        for weight, phrases in ((SURE, words.sure), (STRONG, words.strong), (PLAIN, words.plain), (WEAK, words.weak)):
            for phrase in phrases:
                yield phrase, PhraseMeaning("sector", name, weight)
    for phrase in data.neutral.words:
        yield phrase, PhraseMeaning("neutral")
    for phrase in data.supervision.words:
        yield phrase, PhraseMeaning("misconduct")
    for phrase in data.supervision.not_:
        yield phrase, PhraseMeaning("harmless")
