"""Generates the training texts of the default model from hand-written sentences, deterministically.

Each sentence is varied with slang, typing errors, greetings and requests, so that the model learns the issue only.
"""

import re
from collections.abc import Iterator
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
    random = Random(seed)  # noqa: S311 - nothing secret
    frames = data.frames

    def example(
        sentence: str, label: str | None, kind: str | None, *, accusing: bool = False, urgent: bool = False
    ) -> Example:
        return Example(
            _varied(sentence, data, random), label, kind=ComplaintClass(kind) if kind else None,
            supervision=accusing, urgent=urgent, group=sentence, own=True,
        )  # fmt: skip

    for sector, own in data.sectors.items():
        for sentence in own.says:
            yield from (example(sentence, sector, "complaint") for _ in range(VARIANTS))
        for about in own.about:
            for texts, kind in ((frames.wishes, "aspiration"), (frames.questions, "information")):
                for frame in random.sample(texts, 2):
                    yield example(frame.replace("{x}", about), sector, kind)
            frame = random.sample(frames.misconduct, 1)[0]
            yield example(frame.replace("{x}", about), sector, "complaint", accusing=True)
    for sentence in data.unclear.says:
        yield from (example(sentence, UNCLEAR, None) for _ in range(VARIANTS))
    for sentence in data.urgent.says:
        yield from (example(sentence, None, "complaint", urgent=True) for _ in range(VARIANTS))


def _varied(sentence: str, data: SentenceData, random: Random) -> str:
    while (found := _CHOICE.search(sentence)) is not None:
        choices = data.slots.get(found[1]) or tuple(found[1].split("|"))
        sentence = f"{sentence[: found.start()]}{random.choice(choices)}{sentence[found.end() :]}"
    parts = (random.choice(data.frames.openers), sentence, random.choice(data.frames.closers))
    return " ".join(_typed(word, random) for word in " ".join(part for part in parts if part).split())


def _typed(word: str, random: Random) -> str:
    """The word as people type it: sometimes as slang, sometimes with a character missing."""
    if word in _SLANG and random.random() < 0.4:
        return random.choice(_SLANG[word])
    if len(word) > 5 and random.random() < 0.04:
        at = random.randrange(1, len(word) - 1)
        return word[:at] + word[at + 1 :]
    return word
