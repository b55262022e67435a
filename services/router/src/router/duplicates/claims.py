"""What a text claims or asks for: it is settled, it is there no more, build it, remove it, is it so?"""

from collections.abc import Iterator, Sequence
from typing import Final

from router.duplicates.contrast_data import ClaimWords
from router.duplicates.tokens import Tokens

AHEAD: Final = 3
"""How many words a claim looks ahead."""
SETTLED, ABSENT = "settled", "absent"
_SHORTEST: Final = 3
_PASSIVE: Final = "di"


class ClaimReader:
    """Reads the claims of one text. `names`: of which claim each word is."""

    def __init__(self, claims: ClaimWords, names: dict[str, str], tokens: Tokens) -> None:
        self._claims, self._names, self._tokens = claims, names, tokens

    def claims(self) -> Iterator[str]:
        """The names of the claims."""
        for at, word in enumerate(self._tokens):
            yield from self._of(at, word)

    def _of(self, at: int, word: str) -> Iterator[str]:
        claims = self._claims
        if (name := self._names.get(word)) and not self._is_done_again(at, name):
            yield name
        ahead = [self._tokens.at(at + step) for step in range(1, AHEAD + 1)]
        if word in claims.thank and any(each in claims.thanks or each in claims.fixed for each in ahead[:2]):
            yield SETTLED
        if word in claims.there and self._tokens.at(at - 1) in claims.not_yet and ahead[0] not in claims.nothing:
            yield ABSENT
        if (word in claims.fixed and self._settles(at)) or (word in claims.done and self._is_done(ahead)):
            yield SETTLED

    def _settles(self, at: int) -> bool:
        """Whether the words before say that it is done, and none of them that it is not."""
        before, claims = self._tokens.before(at, AHEAD), self._claims
        return any(each in claims.done for each in before) and not any(each in claims.not_yet for each in before)

    def _is_done(self, ahead: Sequence[str]) -> bool:
        """Whether the words after `sudah` say what was done, or what is no more."""
        claims, (first, second) = self._claims, ahead[:2]
        done = len(first) > len(_PASSIVE) + _SHORTEST and first.startswith(_PASSIVE) and first not in claims.reported
        return done or (first in claims.not_yet and second in claims.faults)

    def _is_done_again(self, at: int, name: str) -> bool:
        again = self._claims.words["again"]
        return name == "again" or (name == "install" and not again.isdisjoint(self._tokens.ahead(at, AHEAD - 1)))
