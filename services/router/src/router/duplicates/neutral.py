"""Which words of a report say nothing of its matter: courtesy, grammar, how long, how bad, what is asked for."""

from typing import Final

from router.duplicates.contrast_data import ContrastData
from router.duplicates.evidence import EvidenceData, remedies
from router.duplicates.modifiers import Modifiers
from router.duplicates.tokens import Tokens
from router.duplicates.vocabulary import Vocabulary

STREET: Final = "jalan"
REGIONS: Final = ("kota", "kabupaten", "kab", "provinsi", "prov")
KAPAN, FRONT = "kapan", "depan"
FIRST: Final = frozenset({"kami", "saya", "sy", "kita", "aku", "we"})
REQUESTED_WITHIN: Final = 10
"""Words between a request and what is asked for."""
SINCE_WITHIN: Final = 3
_SHORT_FORM: Final = frozenset("adgkmnpsuwy")
"""Single letters that people write for a word (`d` for `di`)."""


class NeutralWords:
    """Says of each word of one text whether it is neutral. `local`: words of its region's own name."""

    def __init__(
        self, data: ContrastData, lists: EvidenceData, vocabulary: Vocabulary, tokens: Tokens,
        local: frozenset[str], modifiers: Modifiers,
    ) -> None:  # fmt: skip
        self._data, self._lists, self._vocabulary = data, lists, vocabulary
        self._tokens, self._local, self._modifiers = tokens, local, modifiers

    def is_neutral(self, at: int) -> bool:
        """Whether the word there says nothing."""
        word = self._tokens.at(at)
        if at in self._modifiers.alone or self._is_negated(at):
            return False
        if word in self._lists.flanked and not self._vocabulary.marker(self._tokens.at(at - 1)):
            return self._says_nothing(at - 1) and (
                self._vocabulary.marker(self._tokens.at(at + 1)) or self._says_nothing(at + 1)
            )
        if word in self._lists.reporting:
            return self._says_nothing(at - 1) or not FIRST.isdisjoint(self._tokens.before(at, REQUESTED_WITHIN))
        return self._is_plain(at)

    def is_requested(self, at: int) -> bool:
        """Whether it is asked for, or told not to be done. A text may begin with it, but for nouns: `perbaikan`."""
        word, before = self._tokens.at(at), self._tokens.before(at, REQUESTED_WITHIN)
        if self._tokens.at(at - 1) in self._lists.told:
            return False
        first = at == 0 and not word.endswith("an")
        asked = not self._lists.request.isdisjoint(before)
        return first or asked or at in self._modifiers.answered or self._modifiers.negates(at)

    def _is_negated(self, at: int) -> bool:
        """Negated words count, but for those that a request or a negation passes over: "tidak bisa"."""
        return self._modifiers.negates(at) and self._tokens.at(at) not in self._lists.skipped

    def _says_nothing(self, at: int) -> bool:
        word = self._tokens.at(at)
        return not word or word in self._lists.flanked or word in self._lists.reporting or self._is_plain(at)

    def _is_plain(self, at: int) -> bool:
        word, before, lists = self._tokens.at(at), self._tokens.at(at - 1), self._lists
        named = self._vocabulary.marker(before)
        if word == STREET:
            return not self._vocabulary.marker(self._tokens.at(at + 1))  # Jalan Pasar Baru is not Pasar Baru
        if word in lists.negations:
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
            return self._tokens.at(at + 1) in remedies()
        if word == FRONT:
            return self._tokens.at(at + 1) == STREET
        return self._is_listed(at)

    def _is_listed(self, at: int) -> bool:
        word, before, lists = self._tokens.at(at), self._tokens.at(at - 1), self._lists
        return (
            word in lists.neutral or word in lists.lasting or word in lists.feared
            or at in self._modifiers.answered
            or f"{before} {word}" in lists.long or f"{word} {self._tokens.at(at + 1)}" in lists.long
            or (word in lists.remedies and self.is_requested(at))
            or (word in lists.skipped and self._follows_negation(at))
            or self._is_since(at)
        )  # fmt: skip

    def _follows_negation(self, at: int) -> bool:
        for each in reversed(self._tokens.before(at, SINCE_WITHIN)):
            if each in self._lists.negations:
                return True
            if each not in self._lists.skipped:
                return False
        return False

    def _is_since(self, at: int) -> bool:
        word, time = self._tokens.at(at), self._data.time
        return (word in time.parts or word in time.weekdays) and not self._lists.since.isdisjoint(
            self._tokens.before(at, SINCE_WITHIN)
        )
