"""The words of a report that tell something, each in one spelling and with what belongs to it."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise, takewhile
from typing import Final

from router.duplicates.contrast_data import ContrastData
from router.duplicates.evidence import canonical, evidence_data, leading, meant, remedies, troubles
from router.duplicates.neutral import LAMPS, STREET, NeutralWords
from router.duplicates.spots import NOT, PASSIVE, SpotReader
from router.duplicates.tokens import Tokens
from router.duplicates.vocabulary import Vocabulary

STREETS: Final = frozenset({STREET, "gang"})
FEARED: Final = "rawan-"
ASKED, DONE = "mohon-", "sudah-"
DEAD: Final = "mati"
LAMP_WITHIN: Final = 4
STREET_LAMP: Final = "pju"
ASKED_WITHIN: Final = 3


class WordReader:
    """Reads the words of one text; each comes with its index."""

    def __init__(
        self, data: ContrastData, vocabulary: Vocabulary, tokens: Tokens, neutral: NeutralWords, spots: SpotReader
    ) -> None:
        self._data, self._vocabulary, self._tokens, self._neutral = data, vocabulary, tokens, neutral
        self._lists, self._leading, self._spots = evidence_data(), leading(), spots

    def words(self) -> Iterator[tuple[int, str]]:
        """A negation or a fear is never dropped with a word: it belongs to the next one that tells something."""
        small = ""
        for at, word in enumerate(self._tokens):
            if self._is_street_lamp(at):
                yield at, canonical(STREET_LAMP)
            if word in self._lists.negations or word in self._lists.feared:
                small += NOT if word in self._lists.negations else FEARED
            elif number := self._number(at, word):
                if self._tokens.at(at + 1) not in self._lists.lasting:
                    yield at, small + number
                    small = ""
            elif not self._neutral.is_neutral(at):
                yield at, self._canonical(at, word, small)
                small = ""
            elif word in self._lists.remedies:
                small = ""  # "belum diperbaiki"
        if small:
            yield len(self._tokens), small

    def joined(self, words: Iterable[tuple[int, str]]) -> Iterator[tuple[int, str]]:
        """With a word of place before the word that it stands before, and a number behind the one that it follows."""
        leading, whole, start, last = "", "", -1, -1
        for at, word in words:
            if (name := self._leading.get(word)) is not None:
                leading += f"{name}-"
            elif word[0].isdigit() and whole and not leading and self._follows(at, last):
                whole, last = f"{whole}-{word}", at
            else:
                if whole:
                    yield start, whole
                whole, leading, start, last = leading + word, "", at, at
        yield from ((start, each) for each in (whole, leading) if each)

    def bound(self, joined: Sequence[tuple[int, str]]) -> Iterator[tuple[str, str]]:
        """Neighbours that are one name or one thing."""
        for (at, one), (next_to, other) in pairwise(joined):
            if next_to == at + 1 and troubles().isdisjoint({one, other}):
                yield one, other

    def _follows(self, at: int, last: int) -> bool:
        between = self._tokens.before(at, at - last - 1)
        return all(word in self._data.numbers.between for word in between)

    def _number(self, at: int, word: str) -> str:
        if word[0].isdigit():
            return word.lstrip("0") or "0"
        return self._vocabulary.roman_number(self._tokens, at) or self._data.numbers.words.get(word, "")

    def _is_street_lamp(self, at: int) -> bool:
        """`lampu jalan`, `lampu mati di gang`, `street light`; not `mati lampu`, which is a power cut."""
        if self._tokens.at(at) not in LAMPS or canonical(self._tokens.at(at - 1)) == canonical(DEAD):
            return False
        ahead = self._tokens.ahead(at, LAMP_WITHIN)
        plain = takewhile(lambda each: each not in STREETS, ahead)
        passed = [each for each in plain if each not in self._lists.neutral and canonical(each) != canonical(DEAD)]
        return self._tokens.at(at - 1) == STREET or (not passed and not STREETS.isdisjoint(ahead))

    def _canonical(self, at: int, word: str, prefix: str) -> str:
        time = self._data.time
        if word in time.parts:
            return prefix + time.parts[word]
        for name, times in (("weekday", time.weekdays), ("month", time.months)):
            if word in times:
                return f"{prefix}{name}-{times[word]}"
        if word in remedies() and not prefix and not self._neutral.is_requested(at):
            return DONE + canonical(word) if word.startswith(PASSIVE) else canonical(word)
        if (
            word.startswith(PASSIVE)
            and word not in remedies()
            and not self._lists.request.isdisjoint(self._tokens.before(at, ASKED_WITHIN))
        ):
            return ASKED + canonical(word)
        if not self._vocabulary.known(word) and not self._spots.is_of_spot(at, word):
            word = meant(word)
        # A negated word may be another one's synonym: `tidak menyala` is `mati`.
        rest = prefix.replace(NOT, "")
        found = canonical(NOT + word) if NOT in prefix else canonical(word)
        return rest + (NOT + canonical(word) if found == NOT + word else found)
