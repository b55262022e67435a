"""Results of channel gateways' submissions: the complaint that was filed, or why it was refused."""

from uuid import UUID

from pydantic_core import from_json, to_json

from chassis.sql.database import Database
from intake.storage.sql import execute, query

_FILED = (
    "insert into submissions (client, key, complaint, refusal) values (%s, %s, %s, null) "
    "on conflict (client, key) do update set complaint = excluded.complaint, refusal = null"
)
_REFUSED = (
    "insert into submissions (client, key, refusal) values (%s, %s, %s) on conflict (client, key) "
    "do update set refusal = excluded.refusal where submissions.complaint is null"
)


class Results:
    """One row for each gateway and key. The tracking code is not stored; it is derived again when the gateway asks."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def filed(self, client: str, key: str, complaint: UUID) -> None:
        """Record the complaint; this replaces an earlier refusal."""
        await execute(self._database, _FILED, client, key, complaint.bytes)

    async def refused(self, client: str, key: str, problem: dict[str, object]) -> None:
        """Record the refusal, unless a complaint was filed under this key."""
        await execute(self._database, _REFUSED, client, key, to_json(problem).decode())

    async def of(self, client: str, key: str) -> UUID | dict[str, object] | None:
        """The complaint, or the problem as in RFC 9457; None: not read yet."""
        statement = "select complaint, refusal from submissions where client = %s and key = %s"
        found = await query(self._database, statement, client, key)
        if not found:
            return None
        [(complaint, refusal)] = found
        if complaint is not None:
            return UUID(bytes=bytes(complaint))
        problem: dict[str, object] = from_json(refusal)
        return problem
