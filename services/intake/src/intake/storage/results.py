"""Results of channel gateways' submissions: the complaint that was filed, or why it was refused."""

from collections.abc import Sequence
from typing import NamedTuple
from uuid import UUID

from pydantic_core import from_json, to_json

from chassis.sql.database import Database, placeholders
from intake.storage.sql import execute, query
from schemas.base.client_keys import canonical_key, other_spellings

_FILED = (
    "insert into submissions (client, key, complaint, refusal, repeated) values (%s, %s, %s, null, %s) "
    "on conflict (client, key) do update set complaint = excluded.complaint, refusal = null, repeated = case "
    "when submissions.complaint is null then excluded.repeated else submissions.repeated end"
)
_REFUSED = (
    "insert into submissions (client, key, refusal) values (%s, %s, %s) on conflict (client, key) "
    "do update set refusal = excluded.refusal where submissions.complaint is null"
)
_UNSIGNED = "insert into submissions (client, key, refusal) values (%s, %s, %s) on conflict (client, key) do nothing"


class Result(NamedTuple):
    """A filed complaint. `repeated`: it was there before the gateway's message: filed over HTTP, or under its former
    name.
    """

    complaint: UUID
    repeated: bool = False


class Results:
    """One row for each gateway and key; a UUID is one key in every spelling.

    The tracking code is not stored; it is derived again when the gateway asks.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    async def filed(self, client: str, key: str, complaint: UUID, *, repeated: bool = False) -> None:
        """Record the complaint; this replaces an earlier refusal."""
        await execute(self._database, _FILED, client, canonical_key(key), complaint.bytes, int(repeated))

    async def refused(self, client: str, key: str, problem: dict[str, object]) -> None:
        """Record the refusal, unless a complaint was filed under this key."""
        await execute(self._database, _REFUSED, client, canonical_key(key), to_json(problem).decode())

    async def refused_unsigned(self, client: str, key: str, problem: dict[str, object]) -> None:
        """Record the refusal of a message that does not say who sent it, and only claims to be of `client`: whatever
        `client` itself sends under this key replaces it.
        """
        await execute(self._database, _UNSIGNED, client, canonical_key(key), to_json(problem).decode())

    async def of(self, client: str, key: str, former: Sequence[str] = ()) -> Result | dict[str, object] | None:
        """The complaint, or the problem as in RFC 9457; None: not read yet. `former`: clients that it was before."""
        clients = [client, *former]
        keys = [canonical_key(key), *other_spellings(key)]  # an earlier version stored the others
        statement = (
            f"select client, complaint, refusal, repeated from submissions where client in ({placeholders(len(clients))}) "  # noqa: S608, E501
            f"and key in ({placeholders(len(keys))})"
        )
        found = await query(self._database, statement, *clients, *keys)
        # A complaint counts before a refusal, what the gateway has now before what it was.
        rows = sorted(found, key=lambda row: (row[1] is None, clients.index(row[0])))
        if not rows:
            return None
        [_, complaint, refusal, repeated] = rows[0]
        if complaint is not None:
            return Result(UUID(bytes=bytes(complaint)), bool(repeated))
        problem: dict[str, object] = from_json(refusal)
        return problem
