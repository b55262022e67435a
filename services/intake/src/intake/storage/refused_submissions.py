"""What could not be taken from a gateway, and why? A row here is the record of it; the dead letter is a copy.

Kept are reasons, never what the message said.
"""

from typing import Any

from chassis.deadletter.port import DeadLetter, DeadLetters
from chassis.sql.database import Database, fetch


class RefusedSubmissions:
    """Implements `chassis.deadletter.port.DeadLetters` for the topic `submissions`."""

    def __init__(self, database: Database, copies: DeadLetters) -> None:
        self._database, self._copies = database, copies

    async def put(self, letter: DeadLetter) -> None:
        """In the table first: a copy may come twice, a row may not be missing."""
        message = letter.message
        insert = "insert into set_aside (place, client, reason) values (%s, %s, %s) on conflict do nothing"
        client = (message.key or b"").decode("ascii", "replace")
        values = (f"{message.place} {message.timestamp_ms}", client, letter.reason)
        marked = self._database.paramstyle(insert)
        await self._database.run(lambda connection: fetch(connection, marked, values))
        await self._copies.put(letter)

    async def all(self, limit: int) -> list[tuple[Any, ...]]:
        """Place, client and reason of what was set aside."""
        marked = self._database.paramstyle("select place, client, reason from set_aside order by place limit %s")
        return await self._database.read(lambda connection: fetch(connection, marked, (limit,)))
