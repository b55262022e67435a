"""Every page in every state: where it is, and what its words may not hold. A new page adds its lines here."""

import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import Final, NamedTuple

from schemas.complaint.lifecycle import Status
from support.stage import ANSWER, LONG, PROGRESS, TEXT

ONLY_ENGLISH: Final = frozenset(
    [
        "the",
        "and",
        "your",
        "you",
        "is",
        "are",
        "was",
        "of",
        "with",
        "this",
        "report",
        "reports",
        "from",
        "which",
        "not",
        "to",
        "for",
        "by",
    ]
)
ONLY_INDONESIAN: Final = frozenset(
    [
        "yang",
        "dan",
        "laporan",
        "anda",
        "dengan",
        "untuk",
        "sudah",
        "belum",
        "tidak",
        "dari",
        "kepada",
        "oleh",
        "ini",
        "itu",
    ]
)
KEYS: Final = re.compile(r"%\(|\{\{|\{[a-z]+\}|\b[a-z]+_[a-z_]+\b|\b(?:[A-Z][a-z]+){2,}(?:Added|Filed|Routed|Given)\b")
WORDS: Final = {"#f-isi": "Lampu padam sejak Senin. Hubungi 0812-3456-7890.", "#f-tanggal": "2026-03-01"}


class Visit(NamedTuple):
    """One state of one page. `route`: as it is declared. `opens`: the staged report that is opened first. `steps`: forms
    that are sent there one after another: what is filled in by selectors, and the button that is pressed. `person`: who
    signs in first. `status`: of the last answer.
    """

    name: str
    route: str
    path: str
    opens: str | None = None
    steps: tuple[tuple[Mapping[str, str], str], ...] = ()
    person: str | None = None
    status: int = 200


NONE: Final[Mapping[str, str]] = MappingProxyType({})
GO: Final = "#laporan .buttons .govuk-button >> nth=0"
FOUND: Final = ({"#f-cari_wilayah": "kota bandung"}, "#laporan [value=cari]")
CHOSEN: Final = ({"input[name=wilayah] >> nth=0": "check"}, GO)
STATES: Final = ("unplaced", "triage", "routed", "in_progress", "awaiting_reporter", "answered", "arbitration")
VISITS: Final = (
    Visit("beranda", "/", "/"),
    Visit("lacak", "/lacak", "/lacak"),
    Visit("lacak-nomor", "/lacak", "/lacak?nomor=SP-2026-000001-8"),
    Visit("lacak-galat", "/lacak", "/lacak", steps=(({"#f-kode": "7K3M"}, "main form button"),), status=422),
    *(Visit(f"lacak-{state}", "/lacak/{key}", "/lacak/{number}", opens=state) for state in STATES),
    Visit("lacak-panjang", "/lacak/{key}", "/lacak/{number}", opens="long"),
    Visit("lacak-rahasia", "/lacak/{key}", "/lacak/{number}", opens="secret"),
    Visit("lacak-berhasil", "/lacak/{key}", "/lacak/{number}?berhasil=keterangan", opens="in_progress"),
    Visit(
        "lacak-sanggahan-galat", "/lacak/{key}", "/lacak/{number}", opens="answered",
        steps=((NONE, "form:has([value=sanggahan]) button"),), status=422,
    ),
    Visit("lacak-tidak-ada", "/lacak/{key}", "/lacak/7K3M-9QX2A-TB4C9", status=422),
    Visit("lapor-1", "/lapor", "/lapor"),
    Visit("lapor-1-galat", "/lapor", "/lapor", steps=((NONE, GO),), status=422),
    Visit("lapor-2", "/lapor", "/lapor", steps=((WORDS, GO),)),
    Visit("lapor-2-wilayah", "/lapor", "/lapor", steps=((WORDS, GO), FOUND)),
    Visit("lapor-2-tidak-ada", "/lapor", "/lapor", steps=((WORDS, GO), ({"#f-cari_wilayah": "Atlantis"}, FOUND[1]))),
    Visit("lapor-3", "/lapor", "/lapor", steps=((WORDS, GO), FOUND, CHOSEN)),
    Visit("lapor-tinjau", "/lapor", "/lapor", steps=((WORDS, GO), FOUND, CHOSEN, ({"#f-nama": "Ani " * 20}, GO))),
    Visit(
        "lapor-terkirim", "/lapor/terkirim/{key}", "/lapor",
        steps=((WORDS, GO), FOUND, CHOSEN, ({"#f-nama": "Ani"}, GO), (NONE, ".govuk-button[value=kirim]")),
    ),
    Visit("keluar", "/keluar", "/keluar"),
    Visit("masuk-kedaluwarsa", "/masuk/kembali", "/masuk/kembali?state=x", status=400),
    Visit("saya", "/saya", "/saya", person="Maya Anggraini"),
)  # fmt: skip
NOT_VISITED: Final = {"/masuk": "leads to the provider at once", "/aset/{name}": "is no page"}


def strange(words: str, lang: str) -> list[str]:
    """What people must not read on a page in this language: words of the other one, keys, names of code."""
    for said in (LONG, *TEXT.splitlines(), ANSWER, PROGRESS, *WORDS.values()):
        words = words.replace(said.strip(), " ")  # people's own words keep their language
    foreign = ONLY_ENGLISH if lang == "id" else ONLY_INDONESIAN
    found = sorted(set(re.findall(r"[a-z]+", words.lower())) & foreign)
    masks = re.findall(r"\[(?:link|e-mail|plate|phone|number|position|address)\]", words) if lang == "id" else []
    codes = [each.value for each in Status if "_" in each.value and each.value in words]
    return [*found, *masks, *KEYS.findall(words), *codes]
