"""Topics that outsiders write: plain aiokafka, read committed, one bad message set aside while the rest goes on."""

from collections.abc import Awaitable, Callable, Sequence

from chassis.dead_letter import DeadLetters
from chassis.message import Message
from chassis.patience import Patience

Receive = Callable[[Message], Awaitable[None]]
"""Handles one record; must be repeatable. Raises `Poison` (its reason is told to the sender, so no citizen's words)
for one that can never succeed; `Retryable` errors are tried again in place, without end."""


class Outsider:
    """Reads `topics`, or every topic that matches `pattern` (new ones within 5 s), in consumer group `group`.

    Records with the same key come one after another, others at the same time. Offsets are committed after handling.
    """

    def __init__(
        self,
        service: str,
        receive: Receive,
        quarantine: DeadLetters,
        *,
        kafka: str,
        group: str,
        topics: Sequence[str] = (),
        pattern: str | None = None,
        patience: Patience | None = None,
    ) -> None:
        raise NotImplementedError

    async def run(self) -> None:
        """Until cancelled."""
        raise NotImplementedError

    def unready(self) -> str | None:
        """Why this road is not ready yet; None if it is."""
        raise NotImplementedError
