"""What people must not read on a page: words of the other language, keys, names of code."""

import re
from typing import Final

from agency_inbox.offices.fields import FIELDS as TEMPLATE_FIELDS
from schemas.complaint.lifecycle import Status
from support.stage import ANSWER, BACK, LONG, NOTE, PROGRESS, TEXT, WHY_HIDDEN
from support.stage_citizen import SAID
from support.stage_figures import LONG_NAME

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
FILED: Final = ("Lampu padam sejak Senin. Hubungi 0812-3456-7890.",)
"""What visits file in pages."""
FIELDS: Final = tuple(f"{{{name}}}" for name in TEMPLATE_FIELDS)
"""Of answer templates: they are the same words in both languages."""
KEYS: Final = re.compile(r"%\(|\{\{|\{[a-z]+\}|\b[a-z]+_[a-z_]+\b|\b(?:[A-Z][a-z]+){2,}(?:Added|Filed|Routed|Given)\b")


def strange(words: str, lang: str) -> list[str]:
    """What people must not read on a page in this language: words of the other one, keys, names of code."""
    for said in (
        LONG, LONG_NAME, WHY_HIDDEN, *TEXT.splitlines(), ANSWER, BACK, PROGRESS, NOTE, "Jalan kota", *SAID, *FILED,
        *FIELDS,
    ):  # fmt: skip
        words = words.replace(said.strip(), " ")  # people's own words keep their language
    foreign = ONLY_ENGLISH if lang == "id" else ONLY_INDONESIAN
    found = sorted(set(re.findall(r"[a-z]+", words.lower())) & foreign)
    masks = re.findall(r"\[(?:link|e-mail|plate|phone|number|position|address)\]", words) if lang == "id" else []
    codes = [each.value for each in Status if "_" in each.value and each.value in words]
    return [*found, *masks, *KEYS.findall(words), *codes]
