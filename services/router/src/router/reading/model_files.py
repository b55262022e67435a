"""A reading model as a file: one `.npz` of arrays without code. Its card describes the model."""

import io
import zipfile
from datetime import date
from functools import cache
from hashlib import sha256
from importlib.resources import files
from pathlib import Path
from typing import Any, Final, Self

import numpy as np
from pydantic import BaseModel, ConfigDict, ValidationError

from router.reading.classifier import ForwardingRule, Model, Weights
from router.reading.vectors import Vocabulary

SUFFIX: Final = ".npz"
DEFAULT: Final = "default.npz"
RULES_ALONE: Final = "rules"
"""Model version that stands for "no model, rules only"."""
FORMAT: Final = 2
LARGEST_BYTES: Final = 50_000_000
_FEATURES: Final = ("terms", "pieces", "place", "hints")
_LISTS: Final = (*_FEATURES, "labels", "tellable")
_FLOATS: Final = ("idf", "matrix", "bias", "head_sharpness")


class BadModel(Exception):
    """A model file that is missing, broken or of another format. The message names the file and the reason."""


class CardFormat(BaseModel):
    """The part of a card that every release can read."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    format: int = FORMAT


class ModelCard(CardFormat):
    """Describes a model, for people and for comparing two models. Field names are stored in model files."""

    version: str
    made_on: date
    rules: str
    """Version of the rules whose scores were features."""
    data: dict[str, Any]
    """Training data: names and digests of the files, number of examples of each label."""
    split: str
    figures: dict[str, Any]
    threshold: float
    thresholds: dict[str, float] = {}
    """Thresholds of single labels."""
    agreement: bool = False
    """Whether the rules must find the same sector."""
    doubtful: tuple[str, ...] = ()
    """Words that always send a text to a person."""
    sources: dict[str, float] = {}
    """Thresholds of single places, by the code of a regency or city; of texts without a place under an empty key."""
    check: dict[str, Any] = {}
    """The labelled texts on which the thresholds were chosen: how, how many, and what they kept; empty: none."""
    sharpness: float
    rarest: float
    """Inverse document frequency of a word that no example had."""
    target: float
    """Share of correct texts among the automatically forwarded ones for which the threshold was chosen."""

    @classmethod
    def bare(cls, version: str) -> Self:
        """The card of a model that is only evaluated."""
        return cls(version=version, made_on=date.min, rules="", data={}, split="", figures={}, threshold=1, sharpness=1,
                   rarest=1, target=1)  # fmt: skip


def write(path: Path, model: Model, card: ModelCard) -> None:
    """Write the file atomically."""
    known, weights = model.vocabulary, model.weights
    columns = [sorted(block, key=block.__getitem__) for block in known[:4]]
    lists = dict(zip(_LISTS, (*columns, list(model.labels), sorted(model.showable)), strict=True))
    arrays = {name: _packed("\n".join(lines)) for name, lines in lists.items()}
    starts = np.array([min(block.values(), default=0) for block in known[:4]], np.int64)
    floats = dict(zip(_FLOATS, (known.idf, weights.matrix, weights.bias, weights.head_sharpness), strict=True))
    arrays |= {name: each.astype(np.float16 if name == "matrix" else np.float32) for name, each in floats.items()}
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_name(f".{path.name}.part")
    with unfinished.open("wb") as file:
        np.savez_compressed(file, allow_pickle=False, card=_packed(card.model_dump_json()), starts=starts, **arrays)
    unfinished.replace(path)


def load(content: bytes, name: str) -> tuple[Model, ModelCard]:
    """The model and its card.

    Raises:
        BadModel: not a complete model file of this format.
    """
    try:
        with np.load(io.BytesIO(content), allow_pickle=False) as stored:
            text = stored["card"].tobytes()
            if (format_ := CardFormat.model_validate_json(text).format) != FORMAT:
                raise BadModel(f"{name}: format {format_}, this release reads {FORMAT}; train it anew")
            card = ModelCard.model_validate_json(text)
            lists = {part: _lines(stored[part]) for part in _LISTS}
            starts, floats = stored["starts"].tolist(), {part: stored[part].astype(np.float32) for part in _FLOATS}
    except (ValueError, KeyError, OSError, EOFError, zipfile.BadZipFile, ValidationError) as error:
        raise BadModel(f"{name}: {error}") from error
    terms, char_ngrams, place, hints = (
        {term: at for at, term in enumerate(lists[part], start)} for part, start in zip(_FEATURES, starts, strict=True)
    )
    vocabulary = Vocabulary(terms, char_ngrams, place, hints, floats["idf"], card.rarest)
    weights = Weights(floats["matrix"], floats["bias"], card.sharpness, floats["head_sharpness"])
    _check(vocabulary, weights, lists["labels"], name)
    rule = ForwardingRule(card.threshold, card.thresholds, card.agreement, frozenset(card.doubtful), card.sources)
    return Model(card.version, lists["labels"], vocabulary, weights, rule, frozenset(lists["tellable"])), card


def read(path: Path) -> tuple[Model, ModelCard]:
    """The model in this file. Raises BadModel."""
    try:
        return load(path.read_bytes(), str(path))
    except OSError as error:
        raise BadModel(f"{path}: {error.strerror}") from error


@cache
def default() -> tuple[Model, ModelCard]:
    """The model that ships with this package. Raises BadModel."""
    return load(files("router").joinpath("data", DEFAULT).read_bytes(), DEFAULT)


def find(folder: Path, version: str | None) -> Model | None:
    """The model of this version in the folder; the shipped one for None; no model for `rules`.

    Raises:
        BadModel: missing or broken.
    """
    if version == RULES_ALONE:
        return None
    shipped, card = default()
    if version is None or version == card.version:
        return shipped
    found, card = read(folder / f"{version}{SUFFIX}")
    if card.version != version:
        raise BadModel(f"{version}{SUFFIX}: holds the model {card.version}")
    return found


def digest(content: bytes) -> str:
    """A short SHA-256, as cards record it."""
    return sha256(content).hexdigest()[:12]


def _check(vocabulary: Vocabulary, weights: Weights, labels: list[str], name: str) -> None:
    rows = sum(len(block) for block in vocabulary[:4])
    if weights.matrix.shape[0] != rows or len(vocabulary.idf) != rows:
        raise BadModel(f"{name}: {rows} features and weights for {weights.matrix.shape[0]}")
    if weights.matrix.shape[1] != len(weights.bias) or len(weights.bias) != len(labels) + len(weights.head_sharpness):
        raise BadModel(f"{name}: {len(labels)} labels and weights for {weights.matrix.shape[1]} outputs")


def _packed(text: str) -> Any:
    return np.frombuffer(text.encode(), np.uint8)


def _lines(packed: Any) -> list[str]:
    text = packed.tobytes().decode()
    return text.split("\n") if text else []
