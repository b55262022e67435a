"""Generates the training texts of the default model from hand-written sentences, deterministically.

Each sentence is varied with slang, typing errors, greetings and requests, so that the model learns the issue only.
"""

import re
from collections.abc import Iterator, Mapping
from functools import cache
from random import Random
from typing import Final

from pydantic import Field

from router.learning.examples import Example
from router.lexicon.files import StrictModel, parse_toml, read_data
from router.reading.classifier import UNCLEAR
from schemas.base.values import ComplaintClass, Sector

FILE: Final = "sentences.toml"
VARIANTS: Final = 4
"""Texts per sentence."""
SEED: Final = 20261126
_CHOICE: Final = re.compile(r"\{([^{}]*)\}")
_SLANG: Final = {
    "tidak": ("gak", "ga", "tdk", "nggak", "tak", "ndak"), "sudah": ("udah", "sdh", "udh"), "yang": ("yg",),
    "dengan": ("dgn", "sama"), "saya": ("sy", "aku", "sya"), "tolong": ("tlg", "tolongg"), "mohon": ("mhn",),
    "jalan": ("jln", "jl"), "di": ("d", "dì"), "untuk": ("utk", "buat"), "karena": ("krn", "soalnya"),
    "kalau": ("kalo", "klo"), "belum": ("blm", "blum"), "banyak": ("byk",), "bisa": ("bs",), "dari": ("dr",),
    "sampai": ("smp", "sampe"), "orang": ("org",), "rumah": ("rmh",), "sekali": ("bgt", "banget"), "dan": ("n", "dn"),
    "pelayanan": ("plynan",), "bagaimana": ("gimana", "gmn"), "kenapa": ("knp",), "sekarang": ("skrg",),
    "bapak": ("bpk", "pak"), "kami": ("kita",), "lampu": ("lampu2", "lampunya"), "sampah": ("sampahnya",),
}  # fmt: skip


class SectorSentences(StrictModel):
    """Sentences of one sector: problems, and subjects of a wish or a question."""

    says: tuple[str, ...]
    about: tuple[str, ...]


class SentenceList(StrictModel):
    """Sentences that belong to no single sector."""

    says: tuple[str, ...]


class Frames(StrictModel):
    """Texts around a subject, which replaces `{x}`."""

    openers: tuple[str, ...]
    closers: tuple[str, ...]
    wishes: tuple[str, ...]
    questions: tuple[str, ...]
    misconduct: tuple[str, ...]


class SentenceData(StrictModel):
    """Content of sentences.toml."""

    version: str
    slots: dict[str, tuple[str, ...]]
    frames: Frames
    unclear: SentenceList
    urgent: SentenceList
    sectors: dict[Sector, SectorSentences] = Field(min_length=2)


@cache
def sentence_data() -> SentenceData:
    """The sentences. Raises BadRules."""
    return parse_toml(SentenceData, read_data(FILE), FILE)


def generate(data: SentenceData, seed: int = SEED) -> Iterator[Example]:
    """Examples of every sector and class. `group` is the sentence that an example was made from."""
    writer = _Writer(data, Random(seed))  # noqa: S311 - nothing secret
    for sector, own in data.sectors.items():
        for sentence in own.says:
            yield from writer.examples(sentence, sector, ComplaintClass.COMPLAINT, VARIANTS)
        for about in own.about:
            for frames, kind in ((data.frames.wishes, "aspiration"), (data.frames.questions, "information")):
                for frame in writer.some(frames, 2):
                    yield from writer.examples(frame.replace("{x}", about), sector, ComplaintClass(kind), 1)
            for frame in writer.some(data.frames.misconduct, 1):
                yield from writer.examples(
                    frame.replace("{x}", about), sector, ComplaintClass.COMPLAINT, 1, accusing=True
                )
    for sentence in data.unclear.says:
        yield from writer.examples(sentence, UNCLEAR, None, VARIANTS)
    for sentence in data.urgent.says:
        yield from writer.examples(sentence, None, ComplaintClass.COMPLAINT, VARIANTS, urgent=True)


class _Writer:
    def __init__(self, data: SentenceData, random: Random) -> None:
        self._data, self._random = data, random
        self._slots: Mapping[str, tuple[str, ...]] = {
            **data.slots, "oknum|petugas|pegawai": ("oknum", "petugas", "pegawai")
        }  # fmt: skip

    def some(self, frames: tuple[str, ...], count: int) -> list[str]:
        return self._random.sample(frames, count)

    def examples(
        self, sentence: str, label: str | None, kind: ComplaintClass | None, times: int,
        *, accusing: bool = False, urgent: bool = False,
    ) -> Iterator[Example]:  # fmt: skip
        for _ in range(times):
            yield Example(
                self._varied(sentence), label, kind=kind, supervision=accusing, urgent=urgent, group=sentence, own=True
            )

    def _varied(self, sentence: str) -> str:
        pick = self._random.choice
        filled = sentence
        while (found := _CHOICE.search(filled)) is not None:
            choices = self._slots.get(found[1]) or tuple(found[1].split("|"))
            filled = f"{filled[: found.start()]}{pick(choices)}{filled[found.end() :]}"
        parts = (pick(self._data.frames.openers), filled, pick(self._data.frames.closers))
        return " ".join(self._typed(word) for word in " ".join(part for part in parts if part).split())

    def _typed(self, word: str) -> str:
        if word in _SLANG and self._random.random() < 0.4:
            return self._random.choice(_SLANG[word])
        if len(word) > 5 and self._random.random() < 0.04:
            at = self._random.randrange(1, len(word) - 1)
            return word[:at] + word[at + 1 :]
        return word
