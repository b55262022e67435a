"""Which words of a report say nothing of its matter: courtesy, grammar, how long, what is asked for."""

from typing import Final

from router.duplicates.contrast_data import ContrastData
from router.duplicates.evidence import EvidenceData, canonical, leading, remedies, tells_of_matter, troubles
from router.duplicates.tokens import Tokens
from router.duplicates.vocabulary import Vocabulary

STREET: Final = "jalan"
REGIONS: Final = ("kota", "kabupaten", "kab", "provinsi", "prov")
KAPAN, FRONT = "kapan", "depan"
REQUESTED_WITHIN: Final = 10
"""Words between a request and what is asked for."""
SINCE_WITHIN: Final = 3
_SHORT_FORM: Final = frozenset("adgkmnpsuwy")
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
        word, before, lists = self._tokens.at(at), self._tokens.at(at - 1), self._lists
        after, named = self._tokens.at(at + 1), self._vocabulary.marker(self._tokens.at(at - 1))
        if word == STREET:
            thing = tells_of_matter(after) and canonical(after) not in troubles() and canonical(after) not in leading()
            return not (thing or self._vocabulary.marker(after))  # Jalan Pasar Baru is not Pasar Baru
        if word in REGIONS:
            return word in self._local and after in self._local
        if word in self._local:
            return not named or before in REGIONS
        if named and word in lists.names:
            return False
        if len(word) == 1:
            return word in _SHORT_FORM and not (named or before in self._data.numbers.labels or before[:1].isdigit())
        if word in lists.size:
            return self._vocabulary.issue(before) is not None
        if word == KAPAN:
            return after in remedies()
        if word == FRONT:
            return after == STREET
        return (
            word in lists.neutral or word in lists.lasting or self._is_since(at)
            or (word in lists.remedies and self.is_requested(at))
        )  # fmt: skip

    def _is_since(self, at: int) -> bool:
        """Whether it says since when: "sejak sore"."""
        word, time = self._tokens.at(at), self._data.time
        return (word in time.parts or word in time.weekdays) and not self._lists.since.isdisjoint(
            self._tokens.before(at, SINCE_WITHIN)
        )
