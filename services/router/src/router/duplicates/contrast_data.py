"""The lists of `data/contrasts.toml`: the words that set two reports of like words apart."""

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
    units: Words
    money: Words


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


class LooseLists(StrictModel):
    """Lists of `sides` that count only where both texts have one."""

    lists: Words
    regions: Words


class RelationWords(StrictModel):
    """Where a thing is, seen from a landmark."""

    words: dict[Phrase, str]
    strict: Words
    toward: Words
    between: Words
    things: Words
    near: Words


class ClaimWords(StrictModel):
    """What is said to have happened or asked for."""

    words: dict[Phrase, Words]
    done: Words
    fixed: Words
    reported: Words
    faults: Words
    thanks: Words
    thank: Words
    not_yet: Words
    nothing: Words
    there: Words


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
    loose: LooseLists
    relations: RelationWords
    claims: ClaimWords
    vague: VagueWords
    own: OwnWords
    kinds: dict[Phrase, Groups]
    codes: CodeWords
    titles: WordList
    negation: WordList

    def of(self, groups: dict[str, Groups]) -> dict[str, list[tuple[str, str]]]:
        """For each word the lists it is in, and its meaning there."""
        found: dict[str, list[tuple[str, str]]] = {}
        for name, meanings in groups.items():
            for number, words in enumerate(meanings):
                for word in words:
                    found.setdefault(word, []).append((name, str(number)))
        return found


@cache
def contrast_data() -> ContrastData:
    """The lists of contrasts.toml. Raises BadRules."""
    return parse_toml(ContrastData, read_data(FILE), FILE)
