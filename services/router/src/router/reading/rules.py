"""What is it about? Sector, level of government and suspicion of misconduct, read off the words of a complaint.

Each entry counts once however often it is said, so that shouting decides nothing. A sector must be clearly ahead
of the next; otherwise there is none, and a person reads it.
"""

from collections import defaultdict
from collections.abc import Iterator
from typing import Final, Literal, NamedTuple

from router.lexicon.files import RuleData
from router.lexicon.phrases import PhraseIndex
from router.reading.bribery import BriberyPatterns
from schemas.base.values import Level

SURE, STRONG, PLAIN, WEAK = 5.0, 3.0, 2.0, 1.0
ENOUGH: Final = 3.0
"""Below this weight nothing was understood."""
AS_LANDMARK: Final = 0.25
"""Share of its weight that a word keeps which only says where."""
AHEAD: Final = 1.2
"""The best must weigh this many times the next."""
ALTERNATIVES: Final = 3

Kind = Literal["sector", "level", "sector_level", "misconduct", "harmless"]


class PhraseMeaning(NamedTuple):
    """What one entry of the list says. `name` is the sector; `level` where it tells one."""

    kind: Kind
    name: str = ""
    weight: float = 0.0
    level: Level | None = None


class SectorScore(NamedTuple):
    """A sector and how well it fits, 0 to 1."""

    sector: str
    score: float


class TextReading(NamedTuple):
    """What the words say. `sector` None: not clear; `alternatives` are then the ones in question, best first."""

    sector: str | None
    score: float
    level: Level | None
    misconduct: bool
    words: tuple[str, ...]
    alternatives: tuple[SectorScore, ...]


class SectorDecision(NamedTuple):
    """Which sector it is, or None, how the sectors score, best first, and by which other words."""

    sector: str | None
    scored: tuple[SectorScore, ...]
    words: tuple[str, ...] = ()
    misconduct: bool = False
    """Beside the rules' own words of misconduct; theirs that only look like it are heard first."""


class RuleMatches(NamedTuple):
    """What was met in a text, and what the rules make of it."""

    met: dict[str, tuple[PhraseMeaning, ...]]
    verdict: SectorDecision
    addressed_to: str


class Rules:
    """The rules of one version."""

    def __init__(self, data: RuleData) -> None:
        self.version = data.version
        self.homes = {name: words.home for name, words in data.sectors.items()}
        self._landmarks = data.landmarks.words
        self._words = PhraseIndex(_entries(data), data.variants)
        addressed = ((phrase, level) for level, phrases in data.addressed.items() for phrase in phrases)
        self._addressed = PhraseIndex(addressed, data.variants)
        self._demands = BriberyPatterns(data.supervision.demand)

    def read(self, text: str, addressed_to: str = "") -> TextReading:
        """Read a complaint's words, and whom it is addressed to."""
        scan = self.scan(text, addressed_to)
        return self.conclude(scan, scan.verdict)

    def scan(self, text: str, addressed_to: str = "") -> RuleMatches:
        """What is met in the words."""
        weights: dict[str, float] = defaultdict(float)
        met: dict[str, tuple[PhraseMeaning, ...]] = {}
        for found in self._words.find(f"{text}\n{addressed_to}"):
            if found.phrase not in met:
                met[found.phrase] = found.meanings
                share = AS_LANDMARK if found.before and found.before[-1] in self._landmarks else 1.0
                for meaning in found.meanings:
                    if meaning.kind == "sector":
                        weights[meaning.name] += meaning.weight * share
        if (demand := self._demands.find(text)) is not None:
            met[demand] = (*met.get(demand, ()), PhraseMeaning("misconduct"))
        ranked = sorted(weights.items(), key=lambda item: (-item[1], item[0]))
        total = sum(weights.values()) + 1
        scored = tuple(SectorScore(name, weight / total) for name, weight in ranked)
        return RuleMatches(
            met, SectorDecision(_clear(ranked), scored, misconduct=_speaks_of(met, "misconduct")), addressed_to
        )

    def conclude(self, scan: RuleMatches, verdict: SectorDecision) -> TextReading:
        """The reading, by a verdict that may know better which sector it is."""
        met, sector = scan.met, verdict.sector
        level = self._level(sector, met, scan.addressed_to)
        words = tuple(phrase for phrase, meanings in met.items() if _counts(meanings, sector))
        words += tuple(word for word in verdict.words if word not in words)
        others = tuple(one for one in verdict.scored if one.sector != sector)[:ALTERNATIVES]
        score = next((one.score for one in verdict.scored if one.sector == sector), 0.0)
        suspected = verdict.misconduct and not _speaks_of(met, "harmless")
        misconduct = suspected or _speaks_of(met, "misconduct")
        return TextReading(sector, score, level, misconduct, words, others)

    def levels(self, text: str) -> frozenset[Level]:
        """Every level of government that the words name, be it by a road's kind or by a body's title."""
        said = {m.level for found in self._words.find(text) for m in found.meanings if m.kind == "level"}
        titles = {level for found in self._addressed.find(text) for level in found.meanings}
        return frozenset(level for level in said | titles if level is not None)

    def _level(self, sector: str | None, met: dict[str, tuple[PhraseMeaning, ...]], addressed_to: str) -> Level | None:
        # The field's own words (an SMA is the province's, law 23/2014), else the general ones, else the address.
        said = [meaning for meanings in met.values() for meaning in meanings if meaning.level is not None]
        own = {m.level for m in said if m.kind == "sector_level" and m.name == sector}
        general = {m.level for m in said if m.kind == "level"}
        for levels in (own, general):
            if levels:
                return next(iter(levels)) if len(levels) == 1 else None
        addressed = {level for found in self._addressed.find(addressed_to) for level in found.meanings}
        return next(iter(addressed)) if len(addressed) == 1 else None


def _clear(ranked: list[tuple[str, float]]) -> str | None:
    if not ranked or ranked[0][1] < ENOUGH:
        return None
    if len(ranked) > 1 and ranked[0][1] < AHEAD * ranked[1][1]:
        return None
    return ranked[0][0]


def _speaks_of(met: dict[str, tuple[PhraseMeaning, ...]], kind: Kind) -> bool:
    return any(meaning.kind == kind for meanings in met.values() for meaning in meanings)


def _counts(meanings: tuple[PhraseMeaning, ...], sector: str | None) -> bool:
    return any(m.kind in ("level", "misconduct") or m.name == sector or sector is None for m in meanings)


def _entries(data: RuleData) -> Iterator[tuple[str, PhraseMeaning]]:
    for name, words in data.sectors.items():
        for weight, phrases in ((SURE, words.sure), (STRONG, words.strong), (PLAIN, words.plain), (WEAK, words.weak)):
            for phrase in phrases:
                yield phrase, PhraseMeaning("sector", name, weight)
        for level, phrases in words.level.items():
            for phrase in phrases:
                yield phrase, PhraseMeaning("sector_level", name, level=level)
    for level, phrases in data.levels.items():
        for phrase in phrases:
            yield phrase, PhraseMeaning("level", level=level)
    for phrase in data.supervision.words:
        yield phrase, PhraseMeaning("misconduct")
    for phrase in data.supervision.not_:
        yield phrase, PhraseMeaning("harmless")
