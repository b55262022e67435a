"""Finds the names of provinces, regencies, cities and districts in a text, each with a probability.

A name may belong to several regions, be a common word, be part of a street's name, or tell where somebody comes from.
So each mention is weighted evidence, and mentions that fit together (a district and its city) support each other.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from enum import Enum
from typing import Final, NamedTuple

from router.geography.codes import DISTRICT_LENGTH, REGENCY_LENGTH, is_province, province, regency
from router.lexicon.files import District, NameData
from router.lexicon.phrases import PhraseIndex, PhraseMatch

SPELLINGS: Final = {
    "kab": "kabupaten", "prov": "provinsi", "propinsi": "provinsi", "jl": "jalan", "jln": "jalan", "kec": "kecamatan",
    "kep": "kepulauan", "kel": "kelurahan", "ds": "desa", "kotamadya": "kota", "kodya": "kota", "walkot": "walikota",
    "gn": "gunung", "tj": "tanjung",
}  # fmt: skip
_KINDS: Final = ("Kota Administrasi ", "Kota ", "Kabupaten Administrasi ", "Kabupaten ")
_LONG_NAMES: Final = {"Daerah Khusus Ibukota ": "", "Daerah Istimewa ": ""}
_DISTRICT_TITLES: Final = ("kecamatan", "camat")
_SHORT_NAME: Final = 4
_AGAIN: Final = 0.5
"""Weight that a repeated mention adds, at most `_MOST` times."""
_MOST: Final = 2
_NOISE: Final = 0.3
"""Weight of "no region", so that weak evidence alone never gets a high probability."""
_FACTOR: Final = {"address": 1.5, "addressed_to": 1.0, "text": 1.0}
_HERE: Final = 1.5
_AWAY: Final = 0.3
"""Factors after words like `di` (in) and `dari` (from)."""
_GOVERNMENT: Final = 2.5
"""Factor for cities if the text has a word like `pemkot`, for regencies if it has one like `bupati`."""


class NameKind(Enum):
    """How reliably a written name means a region; the value is its weight.

    TITLED: with its title. BARE: an unambiguous name. UNSURE: also a common word, counts only after `di` or the like.
    FAINT: counts only if another name supports it.
    """

    TITLED = 3.0
    BARE = 2.0
    UNSURE = 1.0
    FAINT = 0.0


_UNSURE: Final = (NameKind.UNSURE, NameKind.FAINT)


class NameMeaning(NamedTuple):
    """A region that a written name may mean."""

    code: str
    kind: NameKind


class RegionCandidate(NamedTuple):
    """A possible region, its probability, the text that names it, and the names found."""

    code: str
    score: float
    source: str
    words: tuple[str, ...]


class _Mention(NamedTuple):
    phrase: str
    meanings: tuple[NameMeaning, ...]
    weight: float
    """Factor by source and by the word before it, without the weight of its kind."""
    located: bool
    source: str


class ToponymFinder:
    """Index of the names of all regions. `common`: words that are no unambiguous name of a district."""

    def __init__(
        self, names: NameData, known: Mapping[str, str], districts: Sequence[District], common: frozenset[str]
    ) -> None:
        self._data = names
        self._cities = {code for code, name in known.items() if name.startswith("Kota ")}
        words = {word: word for word in (*names.streets.words, *names.near.here, *names.near.away)}
        entries = _entries(known, districts, names, common)
        self._list = PhraseIndex(entries, {**words, **SPELLINGS})
        self._government = PhraseIndex(
            [*((word, True) for word in names.kin.city), *((word, False) for word in names.kin.regency)], SPELLINGS
        )

    def candidates(self, texts: Sequence[tuple[str, str]], within: str = "") -> tuple[RegionCandidate, ...]:
        """The possible regions, likeliest first: districts and regencies, or provinces if none is named.

        `texts`: (source, text) with source `address`, `text` or `addressed_to`. `within`: only regions of this code.
        """
        mentions = [mention for source, text in texts for mention in self._mentions(source, text)]
        fitting = [_fitting(mention, mentions) for mention in mentions]
        local = self._ranked(fitting, within, texts)
        return local or _provinces(mentions, within)

    def _mentions(self, source: str, text: str) -> Iterator[_Mention]:
        for found in self._list.find(text):
            weight, located = self._context(found)
            meanings = tuple(each for each in found.meanings if weight or each.kind is NameKind.TITLED)
            if meanings:
                yield _Mention(found.phrase, meanings, (weight or 1.0) * _FACTOR[source], located, source)

    def _context(self, found: PhraseMatch[NameMeaning]) -> tuple[float, bool]:
        before = found.before[-1] if found.before else ""
        if before in self._data.streets.words:
            return 0.0, False
        if before in self._data.near.here:
            return _HERE, True
        return (_AWAY, False) if before in self._data.near.away else (1.0, False)

    def _ranked(
        self, mentions: Sequence[_Mention], within: str, texts: Sequence[tuple[str, str]]
    ) -> tuple[RegionCandidate, ...]:
        weights, best = _weighed(mentions, within)
        if len(weights) > 1:
            self._weigh_by_government(weights, texts)
        ranked = sorted(weights.items(), key=lambda item: (-item[1], item[0]))
        total = sum(weights.values()) + _NOISE
        return tuple(
            RegionCandidate(_refined(code, mentions), weight / total, best[code].source, _words(code, mentions))
            for code, weight in ranked
        )

    def _weigh_by_government(self, weights: dict[str, float], texts: Sequence[tuple[str, str]]) -> None:
        kinds = {is_city for _, text in texts for found in self._government.find(text) for is_city in found.meanings}
        if len(kinds) == 1:
            (is_city,) = kinds
            for code in weights:
                weights[code] *= _GOVERNMENT if (code in self._cities) is is_city else 1 / _GOVERNMENT


def _weighed(mentions: Sequence[_Mention], within: str) -> tuple[dict[str, float], dict[str, _Mention]]:
    """The total weight of each regency, and its strongest mention."""
    weights: dict[str, float] = defaultdict(float)
    best: dict[str, tuple[float, _Mention]] = {}
    times: dict[tuple[str, str], int] = defaultdict(int)
    for mention in mentions:
        local = {regency(n.code): n for n in mention.meanings if not is_province(n.code)}
        for code, named in local.items():
            weight = _weight(mention, named) / len(local)
            times[code, mention.phrase] += 1
            again = times[code, mention.phrase] - 1
            if code.startswith(within) and weight and again <= _MOST:
                weights[code] += weight if not again else min(weight, _AGAIN / len(local))
                if code not in best or weight > best[code][0]:
                    best[code] = weight, mention
    return dict(weights), {code: mention for code, (_, mention) in best.items()}


def _weight(mention: _Mention, named: NameMeaning) -> float:
    # A common word is a place only after `di` and the like.
    if named.kind in _UNSURE and not mention.located:
        return 0.0
    return mention.weight * named.kind.value


def _fitting(mention: _Mention, mentions: Sequence[_Mention]) -> _Mention:
    """The mention reduced to the meanings that other mentions support, such as a district of a named city. A supported
    common word counts as a name.
    """
    others = {n.code for m in mentions if m.phrase != mention.phrase for n in m.meanings if n.kind not in _UNSURE}
    wider = {code for code in others if len(code) <= REGENCY_LENGTH}
    inside = {regency(code) for code in others if len(code) == DISTRICT_LENGTH}
    for fits in (
        [n for n in mention.meanings if len(n.code) == DISTRICT_LENGTH and regency(n.code) in wider],
        [n for n in mention.meanings if len(n.code) == REGENCY_LENGTH and n.code in inside],
        [n for n in mention.meanings if len(n.code) == REGENCY_LENGTH and province(n.code) in wider],
        [n for n in mention.meanings if len(n.code) == DISTRICT_LENGTH and province(n.code) in wider],
    ):
        if fits:
            sure = tuple(n._replace(kind=NameKind.BARE) if n.kind in _UNSURE else n for n in fits)
            return mention._replace(meanings=sure, located=True)
    return mention


def _refined(code: str, mentions: Sequence[_Mention]) -> str:
    """The named district of this regency if there is exactly one, else the regency."""
    named = {
        n.code
        for mention in mentions
        for n in mention.meanings
        if len(n.code) == DISTRICT_LENGTH and regency(n.code) == code and _weight(mention, n)
    }
    return next(iter(named)) if len(named) == 1 else code


def _words(code: str, mentions: Sequence[_Mention]) -> tuple[str, ...]:
    phrases = (m.phrase for m in mentions for n in m.meanings if regency(n.code) == code and _weight(m, n))
    return tuple(dict.fromkeys(phrases))


def _provinces(mentions: Sequence[_Mention], within: str) -> tuple[RegionCandidate, ...]:
    weights: dict[str, float] = defaultdict(float)
    first: dict[str, _Mention] = {}
    for mention in mentions:
        for named in mention.meanings:
            if is_province(named.code) and named.code.startswith(within):
                weights[named.code] = max(weights[named.code], _weight(mention, named))
                first.setdefault(named.code, mention)
    total = sum(weights.values()) + _NOISE
    ranked = sorted(((code, w) for code, w in weights.items() if w), key=lambda item: (-item[1], item[0]))
    return tuple(RegionCandidate(code, w / total, first[code].source, (first[code].phrase,)) for code, w in ranked)


def _entries(
    known: Mapping[str, str], districts: Sequence[District], names: NameData, common: frozenset[str]
) -> Iterator[tuple[str, NameMeaning]]:
    taken: set[str] = set()
    for code, name in known.items():
        short = _short(name)
        taken.add(short)
        for title in _titles(code, name, names):
            # A district may be called like a city with its title: "Kota Padang".
            taken.add(f"{title} {short}")
            yield f"{title} {short}", NameMeaning(code, NameKind.TITLED)
        if short not in names.unsure.words:
            yield short, NameMeaning(code, NameKind.UNSURE if short in names.unsure.names else NameKind.BARE)
    for code, aliases in names.aliases.items():
        for alias in aliases:
            if alias not in taken:
                taken.add(alias)
                yield alias, NameMeaning(code, NameKind.BARE)
    for district in districts:
        short = " ".join(district.name.lower().replace("'", "").replace("-", " ").replace("/", " ").split())
        for title in _DISTRICT_TITLES:
            yield f"{title} {short}", NameMeaning(district.code, NameKind.TITLED)
        kind = NameKind.FAINT if short in taken else _kind(short, names, common)
        if kind is not NameKind.TITLED:
            yield short, NameMeaning(district.code, kind)


def _kind(name: str, names: NameData, common: frozenset[str]) -> NameKind:
    """The kind of a district's name without title; TITLED if the bare name must not count at all."""
    words = name.split()
    is_common = all(len(word) <= _SHORT_NAME or word in common or word in names.unsure.words for word in words)
    if len(words) == 1 and is_common:
        return NameKind.TITLED
    if name.startswith(names.village_like.beginnings) or name.endswith(names.village_like.endings):
        return NameKind.FAINT
    if len(words) == 1:
        return NameKind.UNSURE
    return NameKind.UNSURE if is_common or name in names.unsure.names else NameKind.BARE


def _titles(code: str, name: str, names: NameData) -> tuple[str, ...]:
    if is_province(code):
        return names.titles.province
    return names.titles.city if name.startswith("Kota ") else names.titles.regency


def _short(name: str) -> str:
    for kind in _KINDS:
        name = name.removeprefix(kind)
    for long, short in _LONG_NAMES.items():
        name = name.replace(long, short)
    return name.lower()
