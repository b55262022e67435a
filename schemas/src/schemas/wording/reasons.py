"""Why a placement chose an agency, in words: what the text was read as, the place, and the alternatives."""

from collections.abc import Sequence
from typing import Any, Final

from schemas.base.values import Candidate
from schemas.registry.fold import Registry
from schemas.wording.names import agency
from schemas.wording.sectors import sector

WORDS_SHOWN: Final = 4
OTHERS_SHOWN: Final = 3
FOUND_BY: Final = {
    "code": ("kode wilayah", "the region code"),
    "pin": ("titik di peta", "the point on the map"),
    "coordinates": ("titik di peta", "the point on the map"),
    "address": ("alamat", "the address"),
    "text": ("isi laporan", "the report's text"),
    "addressed_to": ("instansi yang dituju", "the body addressed"),
}


def why(fact: Any, registry: Registry, lang: str) -> str:
    """The basis of a ComplaintRouted; empty if it names neither sector nor words."""
    basis, indonesian = fact.basis, lang == "id"
    if basis.sector is None and not basis.words:
        return ""
    parts = [_read(basis, lang)]
    if basis.region is not None:
        found = FOUND_BY.get(basis.region_from or "", (basis.region_from, basis.region_from))[0 if indonesian else 1]
        where = f"{basis.region_name} ({basis.region})" if basis.region_name else basis.region
        parts.append(f"wilayah {where} menurut {found}" if indonesian else f"region {where} by {found}")
    if basis.model is not None:
        parts.append(f"model {basis.model}")
    if fact.alternatives:
        others = _named(fact.alternatives, registry)
        parts.append(f"pilihan lain: {others}" if indonesian else f"also possible: {others}")
    return f" ({'; '.join(parts)})"


def in_question(candidates: Sequence[Candidate], registry: Registry, lang: str) -> str:
    """The candidates among which a person must choose."""
    if not candidates:
        return ""
    listed = _named(candidates, registry)
    return f" (kemungkinan: {listed})" if lang == "id" else f" (candidates: {listed})"


def _read(basis: Any, lang: str) -> str:
    if basis.sector is None:
        return _words(basis.words, lang).removeprefix(", ")
    named = sector(basis.sector, lang)
    read = f"bidang {named}" if lang == "id" else f"about {named}"
    return f"{read}{_sure(basis.score, lang)}{_words(basis.words, lang)}"


def _sure(score: float | None, lang: str) -> str:
    if score is None:
        return ""
    return f", keyakinan {score:.0%}" if lang == "id" else f", {score:.0%} sure"


def _words(words: Sequence[str], lang: str) -> str:
    if not words:
        return ""
    text = ", ".join(f"“{word}”" for word in words[:WORDS_SHOWN])
    return f", dari kata {text}" if lang == "id" else f", by the words {text}"


def _named(candidates: Sequence[Candidate], registry: Registry) -> str:
    shown = candidates[:OTHERS_SHOWN]
    return ", ".join(f"{agency(one.agency, one.unit, registry)} {one.score:.0%}" for one in shown)
