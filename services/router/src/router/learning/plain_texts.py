"""Measures what plain texts add: those that are placed with less certainty (`router.placement.plain`).

The place is the one that a text's own words name, as a plain text must.
"""

from collections.abc import Collection, Mapping, Sequence
from datetime import UTC, datetime
from typing import NamedTuple

from router.learning.examples import Example
from router.learning.thresholds import BATCH
from router.placement.context import PlacementContext
from router.placement.plain import read_plainly
from router.reading.classifier import Model
from router.reading.reader import ComplaintReading, TextToRead, reader
from router.registry.mandates import MandateIndex, day_of
from router.registry.seed import seeded_registry
from schemas.base.values import Level
from schemas.reference.load import policies

TODAY = datetime(2026, 11, 30, tzinfo=UTC)


class PlainTexts(NamedTuple):
    """How many texts were placed because they are plain, and how many of them to a sector of the answering office."""

    placed: int
    right: int


def first_context(model: Model) -> PlacementContext:
    """The first registry, read with this model."""
    registry = seeded_registry((), TODAY)
    return PlacementContext(MandateIndex(registry), reader(registry).with_model(model), {}, policies())


def plain_texts(
    context: PlacementContext, examples: Sequence[Example], offices: Mapping[str, Sequence[str]],
    levels: Collection[Level] = tuple(Level),
) -> PlainTexts:  # fmt: skip
    """Of the examples whose office has sectors. `levels`: of the bodies that answer in this source."""
    placed = right = 0
    for example, reading in zip(examples, _readings(context, examples), strict=True):
        words = reading.words
        level = words.level or context.home_level(words.sector) if words.sector is not None else None
        answering = offices.get(example.label or "")
        if reading.words is reading.plain and level in levels and answering is not None:
            placed += 1
            right += words.sector in answering
    return PlainTexts(placed, right)


def _readings(context: PlacementContext, examples: Sequence[Example]) -> list[ComplaintReading]:
    found = list[ComplaintReading]()
    for at in range(0, len(examples), BATCH):
        batch = examples[at : at + BATCH]
        wholes = context.reader.words([TextToRead(each.text, each.addressed_to, each.place) for each in batch])
        for example, whole in zip(batch, wholes, strict=True):
            where = context.reader.place_in(example.text)
            reading = ComplaintReading(whole.words, where, whole.prediction, whole.plain)
            found.append(read_plainly(reading, context, day_of(TODAY)))
    return found
