"""The words of one text, in order."""

from collections.abc import Iterator, Sequence


class Tokens:
    """Words by their index; there is none before the first and behind the last one."""

    def __init__(self, words: Sequence[str]) -> None:
        self._words = words

    def __iter__(self) -> Iterator[str]:
        return iter(self._words)

    def __len__(self) -> int:
        return len(self._words)

    def at(self, index: int) -> str:
        """The word there; empty if there is none."""
        return self._words[index] if 0 <= index < len(self._words) else ""

    def before(self, index: int, count: int) -> Sequence[str]:
        """At most so many words before it, in their order."""
        return self._words[max(0, index - count) : index]

    def ahead(self, index: int, count: int) -> Sequence[str]:
        """At most so many words behind it."""
        return self._words[index + 1 : index + 1 + count]
