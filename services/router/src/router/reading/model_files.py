"""A reading model as a file: one `.npz` without code in it, loaded without network; its card tells what it is."""

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
"""Switched to this, no model reads."""
FORMAT: Final = 2
LARGEST_BYTES: Final = 50_000_000
_LISTS: Final = ("terms", "pieces", "place", "hints", "labels", "tellable")
_FLOATS: Final = ("idf", "matrix", "bias", "head_sharpness")


class BadModel(Exception):
    """A model file that is not there, or not a whole model of ours; says which and why."""


class CardFormat(BaseModel):
    """The part of a card that every release reads."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    format: int = FORMAT


class ModelCard(CardFormat):
    """What a model is: for people, and for whoever compares two."""

    version: str
    made_on: date
    rules: str
    """Version of the rules whose reading was among the features."""
    data: dict[str, Any]
    """What it learned from: files by name and digest, how many examples of each label."""
    split: str
    figures: dict[str, Any]
    threshold: float
    thresholds: dict[str, float] = {}
    """Of labels that have one of their own."""
    agreement: bool = False
    """Whether the rules must say the same."""
    doubtful: tuple[str, ...] = ()
    """Words that make nothing sure."""
    sharpness: float
    rarest: float
    """How rare a word is that no example had."""
    target: float
    """Share of right ones among those forwarded by itself at which the threshold was set."""

    @classmethod
    def bare(cls, version: str) -> Self:
        """Of a model that is only measured."""
        return cls(version=version, made_on=date.min, rules="", data={}, split="", figures={}, threshold=1, sharpness=1,
                   rarest=1, target=1)  # fmt: skip


def write(path: Path, model: Model, card: ModelCard) -> None:
    """Put it there at once or not at all."""
    known, weights = model.vocabulary, model.weights
    lists = {
        "terms": _columns(known.terms), "pieces": _columns(known.char_ngrams), "place": _columns(known.place),
        "hints": _columns(known.hints), "labels": list(model.labels), "tellable": sorted(model.tellable),
    }  # fmt: skip
    arrays = {name: _packed("\n".join(lines)) for name, lines in lists.items()}
    starts = np.array([min(block.values(), default=0) for block in known[:4]], np.int64)
    floats = {
        "idf": known.idf, "matrix": weights.matrix, "bias": weights.bias, "head_sharpness": weights.head_sharpness
    }  # fmt: skip
    arrays |= {name: floats[name].astype(np.float16 if name == "matrix" else np.float32) for name in _FLOATS}
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_name(f".{path.name}.part")
    with beside.open("wb") as file:
        np.savez_compressed(file, allow_pickle=False, card=_packed(card.model_dump_json()), starts=starts, **arrays)
    beside.replace(path)


def load(content: bytes, name: str) -> tuple[Model, ModelCard]:
    """The model and its card.

    Raises:
        BadModel: not a whole model of ours.
    """
    try:
        with np.load(io.BytesIO(content), allow_pickle=False) as stored:
            told = stored["card"].tobytes()
            if (made := CardFormat.model_validate_json(told).format) != FORMAT:
                raise BadModel(f"{name}: format {made}, this release reads {FORMAT}; train it anew")
            card = ModelCard.model_validate_json(told)
            lists = {part: _lines(stored[part]) for part in _LISTS}
            starts, floats = stored["starts"].tolist(), {part: stored[part].astype(np.float32) for part in _FLOATS}
    except (ValueError, KeyError, OSError, EOFError, zipfile.BadZipFile, ValidationError) as error:
        raise BadModel(f"{name}: {error}") from error
    blocks = [
        {term: at for at, term in enumerate(lists[part], start)}
        for part, start in zip(("terms", "pieces", "place", "hints"), starts, strict=True)
    ]
    vocabulary = Vocabulary(blocks[0], blocks[1], blocks[2], blocks[3], floats["idf"], card.rarest)
    weights = Weights(floats["matrix"], floats["bias"], card.sharpness, floats["head_sharpness"])
    _check(vocabulary, weights, lists["labels"], name)
    tellable = frozenset(lists["tellable"])
    caution = ForwardingRule(card.threshold, card.thresholds, card.agreement, frozenset(card.doubtful))
    model = Model(card.version, lists["labels"], vocabulary, weights, caution, tellable)
    return model, card


def read(path: Path) -> tuple[Model, ModelCard]:
    """The model in that file. Raises BadModel."""
    try:
        return load(path.read_bytes(), str(path))
    except OSError as error:
        raise BadModel(f"{path}: {error.strerror}") from error


@cache
def default() -> tuple[Model, ModelCard]:
    """The model that ships with this package. Raises BadModel."""
    return load(files("router").joinpath("data", DEFAULT).read_bytes(), DEFAULT)


def find(folder: Path, version: str | None) -> Model | None:
    """The model of that version in the folder; the one that ships where none is named; no model for `rules`.

    Raises:
        BadModel: it is not there, or is not whole.
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
    """A short name for some content."""
    return sha256(content).hexdigest()[:12]


def _check(vocabulary: Vocabulary, weights: Weights, labels: list[str], name: str) -> None:
    rows = sum(len(block) for block in vocabulary[:4])
    if weights.matrix.shape[0] != rows or len(vocabulary.idf) != rows:
        raise BadModel(f"{name}: {rows} features and weights for {weights.matrix.shape[0]}")
    if weights.matrix.shape[1] != len(weights.bias) or len(weights.bias) != len(labels) + len(weights.head_sharpness):
        raise BadModel(f"{name}: {len(labels)} labels and weights for {weights.matrix.shape[1]} outputs")


def _columns(block: Any) -> list[str]:
    return sorted(block, key=block.__getitem__)


def _packed(text: str) -> Any:
    return np.frombuffer(text.encode(), np.uint8)


def _lines(packed: Any) -> list[str]:
    text = packed.tobytes().decode()
    return text.split("\n") if text else []
