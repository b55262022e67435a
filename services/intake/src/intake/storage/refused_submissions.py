"""Refused messages of channel gateways: a row in `set_aside` and a copy as a dead letter.

The table holds the reason, never the content of the message.
"""

from chassis.deadletter.port import DeadLetter, DeadLetters
from chassis.sql.database import Database
from intake.storage.sql import execute
from schemas.base.topics import gateway_of

_INSERT = "insert into set_aside (place, client, reason) values (%s, %s, %s) on conflict do nothing"


class RefusedSubmissions:
    """Implements `chassis.deadletter.port.DeadLetters` for the topics of submissions."""

    def __init__(self, database: Database, copies: DeadLetters) -> None:
        self._database, self._copies = database, copies

    async def put(self, letter: DeadLetter) -> None:
        """The row is written first, because the copy may be repeated and the row must not be missing."""
        message = letter.message
        client = gateway_of(message.topic) or (message.key or b"").decode("ascii", "replace")
        await execute(self._database, _INSERT, f"{message.place} {message.timestamp_ms}", client, letter.reason)
        await self._copies.put(letter)
