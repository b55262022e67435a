"""Port for dead letters: messages that cannot be handled, stored with the reason so that later ones can be handled."""

from dataclasses import dataclass
from typing import Protocol

from chassis.base.message import Message


@dataclass(frozen=True, slots=True)
class DeadLetter:
    """A message that `service` could not handle, after `attempts` tries. `reason` never holds a citizen's words."""

    service: str
    message: Message
    reason: str
    attempts: int = 1


class DeadLetters(Protocol):
    """Stores dead letters: in the topic `dead-letter.<service>`, in a table, or in memory."""

    async def put(self, letter: DeadLetter) -> None:
        """Durable on return. The same message may be stored twice; its origin identifies it.

        Raises:
            Retryable: not stored; try again.
        """
        ...


class MemoryDeadLetters:
    """Dead letters of tests and simulations."""

    def __init__(self) -> None:
        self.letters: list[DeadLetter] = []

    async def put(self, letter: DeadLetter) -> None:
        self.letters.append(letter)
