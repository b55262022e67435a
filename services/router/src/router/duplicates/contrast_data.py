"""The lists of `data/contrasts.toml`: numbers, times, places and what is somebody's own."""

from functools import cache
from typing import Annotated, Final

from pydantic import BeforeValidator

from router.lexicon.files import Phrase, StrictModel, parse_toml, read_data

FILE: Final = "contrasts.toml"


def _split(value: object) -> object:
    return frozenset(value.split()) if isinstance(value, str) else value


Words = Annotated[frozenset[str], BeforeValidator(_split)]
"""Words in one string, divided by spaces."""
Groups = tuple[Words, ...]
"""Each is one meaning."""


class NumberWords(StrictModel):
    """How numbers are labelled, written and counted."""

    labels: Words
    words: dict[Phrase, str]
    between: Words


class TimeWords(StrictModel):
    """Since when, at which part of the day, on which day."""

    units: dict[Phrase, float]
    words: dict[Phrase, float]
    past: Words
    often: Words
    aged: Words
    parts: dict[Phrase, str]
    weekdays: dict[Phrase, str]
    months: dict[Phrase, str]
    moments: dict[str, str]


class RelationWords(StrictModel):
    """Where a thing is, seen from a landmark."""

    words: dict[Phrase, str]
    toward: Words
    near: Words


class VagueWords(StrictModel):
    """Places that only their reporter knows."""

    mine: Words
    places: Words
    here: Words


class CodeWords(StrictModel):
    """Marks of numbers of one's own."""

    plates: Words


class OwnWords(StrictModel):
    """What is one person's own: things with a word for "my" behind them, and words that say it alone."""

    things: Words
    words: Words


class WordList(StrictModel):
    """A list of words."""

    words: Words


class ContrastData(StrictModel):
    """contrasts.toml."""

    version: str
    numbers: NumberWords
    time: TimeWords
    sides: dict[Phrase, Groups]
    relations: RelationWords
    vague: VagueWords
    own: OwnWords
    codes: CodeWords
    titles: WordList


@cache
def contrast_data() -> ContrastData:
    """The lists of contrasts.toml. Raises BadRules."""
    return parse_toml(ContrastData, read_data(FILE), FILE)
