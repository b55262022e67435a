"""Which words of a report say nothing of its matter: courtesy, grammar, how long, what is asked for."""

from typing import Final

from router.duplicates.contrast_data import ContrastData
from router.duplicates.evidence import EvidenceData, canonical, leading, remedies, tells_of_matter, troubles
from router.duplicates.tokens import Tokens
from router.duplicates.vocabulary import Vocabulary

STREET: Final = "jalan"
REGIONS: Final = ("kota", "kabupaten", "kab", "provinsi", "prov")
KAPAN, FRONT, NUMBER, ARTICLE = "kapan", "depan", "no", "a"
LAMPS: Final = ("lampu", "light", "lights")
REQUESTED_WITHIN: Final = 3
"""Words between a request and what is asked for."""
FIRST: Final = frozenset({"kami", "saya", "sy", "kita"})
SINCE_WITHIN: Final = 3
_SHORT_FORM: Final = frozenset("dny")
"""Single letters that people write for a word (`d` for `di`)."""


class NeutralWords:
    """Says of each word of one text whether it is neutral. `local`: words of its region's own name."""

    def __init__(
        self, data: ContrastData, lists: EvidenceData, vocabulary: Vocabulary, tokens: Tokens, local: frozenset[str]
    ) -> None:
        self._data, self._lists, self._vocabulary = data, lists, vocabulary
        self._tokens, self._local = tokens, local

    def is_neutral(self, at: int) -> bool:
        """Whether the word there says nothing."""
        word = self._tokens.at(at)
        if word in self._lists.reporting:
            return at == 0 or self._is_plain(at - 1)
        return self._is_plain(at)

    def is_requested(self, at: int) -> bool:
        """Whether it is asked for, or told not to be done. A text may begin with it, but for nouns: `perbaikan`."""
        before = self._tokens.before(at, REQUESTED_WITHIN)
        if at == 0:
            return not self._tokens.at(at).endswith("an")
        return before[-1] in self._lists.negations or not self._lists.request.isdisjoint(before)

    def _is_plain(self, at: int) -> bool:
        word, before, after = self._tokens.at(at), self._tokens.at(at - 1), self._tokens.at(at + 1)
        if word == STREET:
            return before in LAMPS or not self._names_place(after)  # Jalan Pasar Baru is not Pasar Baru
        if word in REGIONS:
            return word in self._local and after in self._local
        if word in self._local:
            return not self._vocabulary.marker(before) or before in REGIONS
        if word in (KAPAN, FRONT, NUMBER):
            return self._precedes(word, after)
        return not self._is_of_name(at) and self._is_listed(at)

    def _names_place(self, word: str) -> bool:
        thing = canonical(word)
        return self._vocabulary.marker(word) or (
            tells_of_matter(word) and thing not in troubles() and thing not in leading()
        )

    def _precedes(self, word: str, after: str) -> bool:
        if word == NUMBER:
            return after[:1].isdigit() or after in self._vocabulary.roman
        return after in remedies() if word == KAPAN else after == STREET

    def _is_of_name(self, at: int) -> bool:
        """Whether a word of courtesy, or a single letter, is a name or a part of one."""
        word, before, lists = self._tokens.at(at), self._tokens.at(at - 1), self._lists
        named = self._vocabulary.marker(before)
        if word in lists.names:
            return named or (bool(before) and before not in lists.neutral and canonical(before) not in troubles())
        if word in lists.honorifics:
            return self._is_name(self._tokens.at(at + 1))
        if len(word) > 1:
            return False
        if word == ARTICLE:
            return not at or before not in lists.neutral
        return word not in _SHORT_FORM or named or before in self._data.numbers.labels or before[:1].isdigit()

    def _is_listed(self, at: int) -> bool:
        word, lists = self._tokens.at(at), self._lists
        if word in lists.residents:
            return self._tokens.at(at - 1) in FIRST and self._vocabulary.marker(self._tokens.at(at + 1))
        if word in lists.size:
            return self._vocabulary.issue(self._tokens.at(at - 1)) is not None
        return (
            len(word) == 1 or word in lists.neutral or word in lists.lasting or self._is_since(at)
            or (word in lists.remedies and self.is_requested(at))
        )  # fmt: skip

    def _is_name(self, word: str) -> bool:
        return len(word) > 1 and word.isalpha() and not (self._vocabulary.known(word) or word in self._lists.neutral)

    def _is_since(self, at: int) -> bool:
        """Whether it says since when: "sejak sore"."""
        word, time = self._tokens.at(at), self._data.time
        if word in self._lists.since and self._tokens.at(at + 1) in self._lists.lasting | time.parts.keys():
            return True
        return (word in time.parts or word in time.weekdays) and not self._lists.since.isdisjoint(
            self._tokens.before(at, SINCE_WITHIN)
        )
