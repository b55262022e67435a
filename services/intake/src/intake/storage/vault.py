"""Who complained, and how are they reached? Sealed under the complaint's own key, apart from the events.

A row is written before the complaint's first event names it and never changed, only touched; every reading by a holder
is recorded (law 27/2022 article 31).
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from pydantic_core import from_json

from chassis.sql.database import Database, fetch
from intake.commands import canonical
from schemas.base.refusals import DataErased
from schemas.base.sealed import ERASED, Keys
from schemas.contract.submission import Reporter
from schemas.deadlines.policies import Policies

INSERT = (
    "insert into persons (id, complaint, sealed, touched_at) values (%s, %s, %s, %s) "
    "on conflict (id) do update set touched_at = excluded.touched_at"
)
_FIELD = "person"


def seal(keys: Keys, person: UUID, reporter: Reporter) -> str:
    """The row's content. The same person in the same row is the same text."""
    return keys.seal(person, _FIELD, canonical(reporter).decode())


class Vault:
    """Reads persons, and forgets them."""

    def __init__(self, database: Database, now: Callable[[], datetime], policies: Policies) -> None:
        """`now`: real time."""
        self._database, self._now, self._policies = database, now, policies

    async def read(self, person: UUID, keys: Keys) -> Reporter:
        """Who it is.

        Raises:
            DataErased: forgotten.
        """
        found = await self._ask("select sealed from persons where id = %s", (person.bytes,))
        opened = keys.open(person, _FIELD, found[0][0]) if found else ERASED
        if opened == ERASED:
            raise DataErased
        return Reporter.model_validate(from_json(opened))

    async def record_reading(self, complaint: UUID, agency: str, officer: str | None, at: datetime) -> None:
        """Who read it and when, before it is shown."""
        values = (complaint.bytes, agency, officer, at.isoformat())
        await self._do("insert into readings (complaint, agency, officer, at) values (%s, %s, %s, %s)", values)

    async def readings(self, complaint: UUID) -> list[tuple[str, str | None, datetime]]:
        """Agency, officer and time of every reading, oldest first."""
        found = await self._ask(
            "select agency, officer, at from readings where complaint = %s order by number", (complaint.bytes,)
        )
        return [(agency, officer, datetime.fromisoformat(at)) for agency, officer, at in found]

    async def forget(self, complaint: UUID) -> None:
        """Remove every row of a complaint, also those of filings that were refused. Repeatable."""
        await self._do("delete from persons where complaint = %s", (complaint.bytes,))

    async def doubtful(self, limit: int) -> list[tuple[UUID, UUID]]:
        """Persons (id, complaint) that nobody has touched for long and no sweep has found named, oldest first."""
        statement = "select id, complaint from persons where named = 0 and touched_at < %s order by touched_at limit %s"
        found = await self._ask(statement, (self._long_ago(), limit))
        return [(UUID(bytes=bytes(id_)), UUID(bytes=bytes(complaint))) for id_, complaint in found]

    async def mark_named(self, person: UUID) -> None:
        """A stream names this row: it stays until erasure."""
        await self._do("update persons set named = 1 where id = %s", (person.bytes,))

    async def remove_orphan(self, person: UUID) -> None:
        """Remove a row that no stream names, unless a filing has touched it in the meantime."""
        await self._do("delete from persons where id = %s and touched_at < %s", (person.bytes, self._long_ago()))

    def _long_ago(self) -> str:
        # Whom no stream names after so long untouched: the filing was never finished (law 27/2022: personal data is
        # kept no longer than it is needed).
        now = self._now()
        return (now - timedelta(days=self._policies.at(now).unfinished_d)).isoformat()

    async def _ask(self, statement: str, values: tuple[object, ...]) -> list[tuple[Any, ...]]:
        marked = self._database.paramstyle(statement)
        return await self._database.read(lambda connection: fetch(connection, marked, values))

    async def _do(self, statement: str, values: tuple[object, ...]) -> None:
        marked = self._database.paramstyle(statement)
        await self._database.run(lambda connection: fetch(connection, marked, values))
