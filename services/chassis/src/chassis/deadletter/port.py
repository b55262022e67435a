"""Where a message goes that cannot be handled, so that the ones behind it can: with its reason, never forgotten."""

from dataclasses import dataclass
from typing import Protocol

from chassis.base.message import Message


@dataclass(frozen=True, slots=True)
class DeadLetter:
    """A message set aside by `service`, why, and after how many tries. `reason` never holds a citizen's words."""

    service: str
    message: Message
    reason: str
    attempts: int = 1


class DeadLetters(Protocol):
    """Keeps dead letters. The topic `dead-letter.<service>`, a table, or a list in memory."""

    async def put(self, letter: DeadLetter) -> None:
        """Durable on return. The same message again may give a second letter, which a reader knows by its origin.

        Raises:
            Retryable: not kept; try again.
        """
        ...


class MemoryDeadLetters:
    """Dead letters of tests and simulations."""

    def __init__(self) -> None:
        self.letters: list[DeadLetter] = []

    async def put(self, letter: DeadLetter) -> None:
        self.letters.append(letter)
