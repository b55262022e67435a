"""When it happened, since when, and at which part of the day, as one text says it."""

from collections import defaultdict
from collections.abc import Iterator

from router.duplicates.contrast_data import ContrastData
from router.duplicates.tokens import Tokens

EACH = ("setiap", "tiap", "every")
MOMENT = "moment"
SINCE_WITHIN = 3


class TimesReader:
    """Reads the times of one text. `since`: words that tell since when and not on which day."""

    def __init__(self, data: ContrastData, since: frozenset[str], tokens: Tokens) -> None:
        self._time, self._numbers, self._since, self._tokens = data.time, data.numbers, since, tokens

    def days(self) -> Iterator[float]:
        """How many days ago it was or began: "kemarin", "minggu lalu", "3 hari"."""
        time = self._time
        for at, word in enumerate(self._tokens):
            before = self._tokens.at(at - 1)
            yield from self._counted(at, word)
            if word in time.words and before not in EACH:
                yield time.words[word]
            if (
                word in time.units
                and self._tokens.at(at + 1) in time.past
                and not before[:1].isdigit()
                and before not in time.units
            ):
                yield time.units[word]

    def _counted(self, at: int, word: str) -> Iterator[float]:
        """The days of "3 hari", but not of "3 hari sekali" or "umur 3 tahun"."""
        time, value, before = self._time, self._numbers.words.get(word, word), self._tokens.at(at - 1)
        unit = time.units.get(self._tokens.at(at + 1))
        often, aged = self._tokens.at(at + 2) in time.often, before in time.aged or before in self._numbers.labels
        if value.isdigit() and unit is not None and not often and not aged:
            yield int(value) * unit

    def times(self) -> dict[str, set[str]]:
        """Parts of the day, weekdays, months, and days counted back from the report, by kind."""
        found: dict[str, set[str]] = defaultdict(set)
        for at, word in enumerate(self._tokens):
            for kind, value in self._of(at, word):
                found[kind].add(value)
        return found

    def _of(self, at: int, word: str) -> Iterator[tuple[str, str]]:
        time, before = self._time, self._tokens.at(at - 1)
        if word in time.parts and not before[:1].isdigit():
            yield "part", time.parts[word]
        if word in time.weekdays and before != "pasar":
            yield "weekday", time.weekdays[word]
        if word == "minggu" and before in ("hari", "malam"):
            yield "weekday", "7"
        if word in time.months:
            yield "month", time.months[word]
        if self._since.isdisjoint(self._tokens.before(at, SINCE_WITHIN)):
            yield from ((MOMENT, days) for days in self._moment(at, word))

    def _moment(self, at: int, word: str) -> tuple[str, ...]:
        """The days back to the day that it names; a night may belong to two."""
        time, after = self._time, self._tokens.at(at + 1)
        phrase = f"{word} {after}"
        if phrase in time.moments:
            return tuple(time.moments[phrase].split())
        if word in time.units and time.units[word] >= 1 and after in time.past:
            count = self._tokens.at(at - 1)
            count = self._numbers.words.get(count, count)
            return (str(int(time.units[word]) * (int(count) if count.isdigit() else 1)),)
        before = f"{self._tokens.at(at - 1)} {word}"
        return () if before in time.moments else tuple(time.moments.get(word, "").split())
