"""Why a file was not taken, in words for people, and how many of them a page can still tell after it led on."""

from collections.abc import Iterable, Mapping
from typing import Final

from chassis.pages.render import number
from chassis.pages.texts import N_
from intake.pages.kit import PAGES
from intake.uploads import FileRefused
from schemas.base.limits import ATTACHMENTS
from schemas.base.refusals import Refusal

MIB: Final = 1024 * 1024
SIZE: Final = N_("lebih besar dari %(most)s MB.")
WORDS: Final[Mapping[str, str]] = {
    "empty": N_("kosong."),
    "type": N_("bukan foto, video, rekaman suara, PDF, atau dokumen Word atau Excel."),
    "count": N_("melebihi %(most)s berkas yang muat dalam satu laporan."),
    "lost": N_("tidak dapat disimpan. Kirimlah sekali lagi."),
}


def fault(refusal: Refusal, name: str, lang: str) -> str:
    """One sentence about one file."""
    reason, most = (refusal.reason, refusal.most) if isinstance(refusal, FileRefused) else ("lost", 0)
    if reason == "size":
        why = PAGES.text(SIZE, lang, most=number(round(most / MIB, 1), lang))
    else:
        why = (
            PAGES.text(WORDS[reason], lang, most=ATTACHMENTS) if reason == "count" else PAGES.text(WORDS[reason], lang)
        )
    return PAGES.text(N_("“%(name)s” tidak disimpan: %(why)s"), lang, name=name, why=why)


def in_address(faults: Iterable[tuple[int, Refusal]]) -> list[tuple[str, str]]:
    """What the address of the next page tells: which file, by its number among those that were chosen, and why. A name
    would stay in histories and logs.
    """
    return [("gagal", f"{number}-{_short(refusal)}") for number, refusal in faults]


def _short(refusal: Refusal) -> str:
    if not isinstance(refusal, FileRefused):
        return "lost"
    return f"size-{refusal.most // MIB}" if refusal.reason == "size" else refusal.reason


def from_address(told: Iterable[str], lang: str) -> list[str]:
    """The sentences of what `in_address` told; nothing of it is trusted but what is well-formed."""
    return [sentence for each in list(told)[: 4 * ATTACHMENTS] if (sentence := _sentence(each, lang))]


def _sentence(told: str, lang: str) -> str | None:
    which, _, reason = told.partition("-")
    reason, _, most = reason.partition("-")
    if not (which.isascii() and which.isdecimal() and len(which) < 3):
        return None
    name = PAGES.text(N_("berkas ke-%(which)s"), lang, which=which)
    if reason == "size" and most.isascii() and most.isdecimal() and len(most) < 6:
        return fault(FileRefused("size", "", int(most) * MIB), name, lang)
    if reason in ("empty", "type", "count"):
        return fault(FileRefused(reason, ""), name, lang)  # type: ignore[arg-type]
    return fault(Refusal(), name, lang) if reason == "lost" else None
