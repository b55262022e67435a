"""The content words of a report: those that tell one matter at one spot from another (`evidence`)."""

from collections.abc import Iterator, Sequence
from functools import cache
from itertools import takewhile
from typing import Final

from router.duplicates.contrast_data import ContrastData, contrast_data
from router.duplicates.evidence import Content, canonical, evidence_data, remedies
from router.duplicates.marks import Marks
from router.duplicates.vocabulary import Vocabulary

STREET: Final = "jalan"
STREETS: Final = frozenset({STREET, "gang"})
DEAD: Final = "mati"
LAMP_WITHIN: Final = 4
LAMPS: Final = ("lampu", "light", "lights")
STREET_LAMP: Final = "pju"
REGIONS: Final = ("kota", "kabupaten", "kab", "provinsi", "prov")
NOT: Final = "tidak-"
KAPAN, FRONT = "kapan", "depan"
_DONE: Final = ("di", "pe")
"""What is done begins so: `ditambal`, `penambalan`."""
FEARED: Final = "rawan-"
ASKED: Final = "mohon-"
PASSIVE: Final = "di"
ASKED_WITHIN: Final = 3
REQUESTED_WITHIN: Final = 10
"""Words between a request and what is asked for."""
SINCE_WITHIN: Final = 3
NEGATED_WITHIN: Final = 3
NAME_WITHIN: Final = 2
"""Words behind a marker that are its name."""
_SHORT_FORM: Final = frozenset("adgkmnpsuwy")
"""Single letters that people write for a word (`d` for `di`)."""


class ContentReader:
    """Reads the content words of one text. `local`: words of its region's own name."""

    def __init__(
        self, data: ContrastData, vocabulary: Vocabulary, tokens: Sequence[str], local: frozenset[str]
    ) -> None:
        self._data, self._vocabulary, self._tokens, self._local = data, vocabulary, tokens, local
        self._lists = evidence_data()

    def content(self, marks: Marks) -> Content:
        """Each in one spelling for its group of synonyms; numbers and times as words of their own."""
        said = {"clock": marks.clock, "date": marks.days | marks.months, "money": marks.money, "code": marks.codes}
        told = (name for name, values in said.items() if values)
        words = list(self._words())
        order = (*(word for _, word in words), *sorted(told))
        matter = tuple(word for at, word in words if not self._is_of_spot(at, word))
        return Content(order, matter, self._tells_of_several())

    def _tells_of_several(self) -> bool:
        spots = [word for at, word in enumerate(self._tokens) if self._names_spot(at, word)]
        issues = {self._vocabulary.issue(word) for word in self._tokens} - {None}
        return len(spots) > len(set(spots)) or (len(issues) > 1 and len(spots) > 1)

    def _names_spot(self, at: int, word: str) -> bool:
        """Whether a marker with a name behind it stands here."""
        name = self._at(at + 1)
        said = bool(name) and not self._vocabulary.marker(name) and self._vocabulary.issue(name) is None
        return self._vocabulary.marker(word) and said and not self._is_neutral(at + 1, name)

    def _is_of_spot(self, at: int, word: str) -> bool:
        here, data = self._at(at), self._data
        if word[0].isdigit() or self._at(at + 1)[:1].isdigit() or here in data.relations.words or here in _sides():
            return True
        return any(map(self._points, (here, *self._before(at, NAME_WITHIN))))

    def _points(self, word: str) -> bool:
        """Whether a name of a spot follows it."""
        relations = self._data.relations
        return self._vocabulary.marker(word) or word in relations.words or word in relations.near

    def _words(self) -> Iterator[tuple[int, str]]:
        for at, word in enumerate(self._tokens):
            if self._is_street_lamp(at):
                yield at, canonical(STREET_LAMP)
            if number := self._number(at, word):
                if self._at(at + 1) not in self._lists.lasting and not self._is_doubled(at, word):
                    yield at, number
            elif not self._is_neutral(at, word):
                yield at, self._canonical(at, word)

    def _at(self, at: int) -> str:
        return self._tokens[at] if 0 <= at < len(self._tokens) else ""

    def _before(self, at: int, words: int) -> Sequence[str]:
        return self._tokens[max(0, at - words) : at]

    def _number(self, at: int, word: str) -> str:
        if word[0].isdigit():
            return word.lstrip("0") or "0"
        roman = self._vocabulary.roman.get(word) if at and len(word) > 1 else None
        return roman or self._data.numbers.words.get(word, "")

    def _is_doubled(self, at: int, word: str) -> bool:
        return word == "2" and self._at(at - 1) in self._lists.doubled

    def _is_street_lamp(self, at: int) -> bool:
        """`lampu jalan`, `lampu mati di gang`, `street light`; not `mati lampu`, which is a power cut."""
        if self._at(at) not in LAMPS or canonical(self._at(at - 1)) == canonical(DEAD):
            return False
        ahead = self._tokens[at + 1 : at + 1 + LAMP_WITHIN]
        plain = takewhile(lambda each: each not in STREETS, ahead)
        passed = [each for each in plain if each not in self._lists.neutral and canonical(each) != canonical(DEAD)]
        return self._at(at - 1) == STREET or (not passed and not STREETS.isdisjoint(ahead))

    def _is_neutral(self, at: int, word: str) -> bool:
        if word in self._lists.flanked and not self._vocabulary.marker(self._at(at - 1)):
            return self._says_nothing(at - 1) and (
                self._vocabulary.marker(self._at(at + 1)) or self._says_nothing(at + 1)
            )
        return self._is_plain(at, word)

    def _says_nothing(self, at: int) -> bool:
        word = self._at(at)
        return not word or word in self._lists.flanked or self._is_plain(at, word)

    def _is_plain(self, at: int, word: str) -> bool:
        lists, before = self._lists, self._at(at - 1)
        named = self._vocabulary.marker(before)
        if word == STREET or word in lists.negations:
            return True
        if word in self._local:
            return not named or before in REGIONS
        if named and word in lists.names:
            return False
        if len(word) == 1:
            return word in _SHORT_FORM and not (named or before in self._data.numbers.labels or before[:1].isdigit())
        if word in lists.size:
            return self._vocabulary.issue(before) is not None
        if word == KAPAN:
            return self._at(at + 1) in remedies()
        if word == FRONT:
            return self._at(at + 1) == STREET
        return (
            word in lists.neutral or word in lists.lasting or word in lists.feared
            or f"{before} {word}" in lists.long or f"{word} {self._at(at + 1)}" in lists.long
            or (word in lists.remedies and self._is_requested(at))
            or (word in lists.skipped and self._is_negated(at))
            or self._is_since(at, word)
        )  # fmt: skip

    def _is_requested(self, at: int) -> bool:
        """Whether it is asked for, or told not to be done. A text may begin with it, but for nouns: `perbaikan`."""
        word, before = self._at(at), self._before(at, REQUESTED_WITHIN)
        if self._at(at - 1) in self._lists.told:
            return False
        first = at == 0 and not word.endswith("an")
        return first or self._is_negated(at) or not self._lists.request.isdisjoint(before)

    def _is_since(self, at: int, word: str) -> bool:
        time = self._data.time
        return (word in time.parts or word in time.weekdays) and not self._lists.since.isdisjoint(
            self._before(at, SINCE_WITHIN)
        )

    def _canonical(self, at: int, word: str) -> str:
        time = self._data.time
        for times in (time.parts, time.weekdays, time.months):
            if word in times:
                return times[word]
        if self._at(at - 1) in self._lists.told and word in remedies() and word.startswith(_DONE):
            return self._at(at - 1) + "-" + word
        if (
            word.startswith(PASSIVE)
            and word not in remedies()
            and not self._lists.request.isdisjoint(self._before(at, ASKED_WITHIN))
        ):
            return ASKED + canonical(word)
        if self._at(at - 1) in self._lists.feared:
            return FEARED + canonical(word)
        if not self._is_negated(at):
            return canonical(word)
        # A negated word may be another one's synonym: `tidak menyala` is `mati`.
        found = canonical(NOT + word)
        return found if found != NOT + word else NOT + canonical(word)

    def _is_negated(self, at: int) -> bool:
        for each in reversed(self._before(at, NEGATED_WITHIN)):
            if each in self._lists.negations:
                return True
            if each not in self._lists.skipped:
                return False
        return False


@cache
def _sides() -> frozenset[str]:
    return frozenset().union(*(group for groups in contrast_data().sides.values() for group in groups))
