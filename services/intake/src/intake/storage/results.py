"""What became of a submission that a channel gateway sent? Filed as which complaint, or refused and why."""

from uuid import UUID

from pydantic_core import from_json, to_json

from chassis.sql.database import Database, fetch


class Results:
    """One row per gateway and key. The tracking code is not in it: it is derived again when the gateway asks."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def filed(self, client: str, key: str, complaint: UUID) -> None:
        """It is this complaint: final, whatever was said before."""
        statement = (
            "insert into submissions (client, key, complaint, refusal) values (%s, %s, %s, null) "
            "on conflict (client, key) do update set complaint = excluded.complaint, refusal = null"
        )
        await self._do(statement, (client, key, complaint.bytes))

    async def refused(self, client: str, key: str, problem: dict[str, object]) -> None:
        """It was refused, unless this key has been filed with another content."""
        statement = (
            "insert into submissions (client, key, refusal) values (%s, %s, %s) on conflict (client, key) "
            "do update set refusal = excluded.refusal where submissions.complaint is null"
        )
        await self._do(statement, (client, key, to_json(problem).decode()))

    async def of(self, client: str, key: str) -> UUID | dict[str, object] | None:
        """The complaint, or the problem; None: not read yet."""
        statement = self._database.paramstyle(
            "select complaint, refusal from submissions where client = %s and key = %s"
        )
        found = await self._database.read(lambda connection: fetch(connection, statement, (client, key)))
        if not found:
            return None
        [(complaint, refusal)] = found
        if complaint is not None:
            return UUID(bytes=bytes(complaint))
        problem: dict[str, object] = from_json(refusal)
        return problem

    async def _do(self, statement: str, values: tuple[object, ...]) -> None:
        marked = self._database.paramstyle(statement)
        await self._database.run(lambda connection: fetch(connection, marked, values))
