"""What a small word makes of the word behind it: "tidak", "belum", "rawan", "hampir".

A negation or a fear is never dropped with the word that it belongs to: it goes to the next word that says something,
over grammar, and where none follows it stands alone. Both may belong to one word: "tidak mau pindah".
"""

from typing import Final, NamedTuple

from router.duplicates.evidence import EvidenceData
from router.duplicates.tokens import Tokens
from router.duplicates.vocabulary import Vocabulary

NOT: Final = "tidak-"
FEARED: Final = "rawan-"
WITHIN: Final = 4
"""Words between a modifier and what it belongs to."""


class Modifiers(NamedTuple):
    """By the index of a word. `of`: what belongs to it, written before it; `alone`: what stands for itself."""

    of: dict[int, str]
    alone: dict[int, str]
    answered: frozenset[int]
    """Words that say that an office did not answer: "belum ada tindakan"."""

    def negates(self, at: int) -> bool:
        """Whether the word there is negated."""
        return NOT in self.of.get(at, "")


def modifiers(tokens: Tokens, lists: EvidenceData, vocabulary: Vocabulary) -> Modifiers:
    """The modifiers of one text."""
    found, alone, answered = dict[int, str](), dict[int, str](), set[int]()
    for at, word in enumerate(tokens):
        prefix = NOT if word in lists.negations else FEARED if word in lists.feared else ""
        if not prefix:
            continue
        passed = lists.skipped | lists.neutral if word in lists.unsure else lists.skipped
        to = _belongs_to(tokens, at, lists, passed, vocabulary)
        if to is None:
            alone |= {at: prefix.rstrip("-")} if prefix == NOT or word in lists.unsure else {}
        elif prefix == NOT and (tokens.at(to) in lists.answers or tokens.at(to) in lists.remedies):
            answered.add(to)
        elif prefix not in found.get(to, ""):
            found[to] = found.get(to, "") + prefix
    return Modifiers(found, alone, frozenset(answered))


def _belongs_to(
    tokens: Tokens, at: int, lists: EvidenceData, passed: frozenset[str], vocabulary: Vocabulary
) -> int | None:
    """The index of the word that the modifier there belongs to; None if it belongs to none."""
    for to in range(at + 1, min(len(tokens), at + 1 + WITHIN)):
        word = tokens.at(to)
        if word in passed or word in lists.negations or word in lists.feared:
            continue
        return None if vocabulary.marker(word) or word[0].isdigit() else to
    return None
