"""The persons who complained, sealed under the complaint's own key, apart from the events.

A row is written before the complaint's first event names it. Its content never changes. Every reading by a holder is a
fact, `ContactRead`; the table `readings` holds those of earlier versions (law 27/2022 article 31).
"""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from uuid import UUID

from pydantic_core import from_json

from chassis.sql.database import Database, placeholders
from intake.canonical import canonical
from intake.storage.sql import execute, query
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
    """The row's sealed content; the same for the same person and row."""
    return keys.seal(person, _FIELD, canonical(reporter).decode())


class Vault:
    """Reads and erases persons."""

    def __init__(self, database: Database, now: Callable[[], datetime], policies: Policies) -> None:
        """`now`: real time."""
        self._database, self._now, self._policies = database, now, policies

    async def read(self, person: UUID, keys: Keys) -> Reporter:
        """Name and contacts.

        Raises:
            DataErased: the person was erased.
        """
        found = await query(self._database, "select sealed from persons where id = %s", person.bytes)
        opened = keys.open(person, _FIELD, found[0][0]) if found else ERASED
        if opened == ERASED:
            raise DataErased
        return Reporter.model_validate(from_json(opened))

    async def readings(self, complaint: UUID) -> list[tuple[str, str | None, datetime]]:
        """Agency, officer and time of every reading before `ContactRead` recorded them, oldest first."""
        statement = "select agency, officer, at from readings where complaint = %s order by number"
        found = await query(self._database, statement, complaint.bytes)
        return [(agency, officer, datetime.fromisoformat(at)) for agency, officer, at in found]

    async def forget(self, complaint: UUID) -> None:
        """Delete every row of a complaint, also rows of refused filings. Repeatable."""
        await execute(self._database, "delete from persons where complaint = %s", complaint.bytes)

    async def complaints_among(self, complaints: Sequence[UUID]) -> set[UUID]:
        """Those of `complaints` that have a person."""
        statement = f"select distinct complaint from persons where complaint in ({placeholders(len(complaints))})"  # noqa: S608
        found = await query(self._database, statement, *(complaint.bytes for complaint in complaints))
        return {UUID(bytes=bytes(row[0])) for row in found}

    async def doubtful(self, limit: int) -> list[tuple[UUID, UUID]]:
        """Persons (id, complaint) not yet found in a stream and untouched for long, oldest first."""
        statement = "select id, complaint from persons where named = 0 and touched_at < %s order by touched_at limit %s"
        found = await query(self._database, statement, self._long_ago(), limit)
        return [(UUID(bytes=bytes(id_)), UUID(bytes=bytes(complaint))) for id_, complaint in found]

    async def mark_named(self, person: UUID) -> None:
        """Record that a stream names this row, so it stays until erasure."""
        await execute(self._database, "update persons set named = 1 where id = %s", person.bytes)

    async def remove_orphan(self, person: UUID) -> None:
        """Delete a row that no stream names, unless a filing has touched it in the meantime."""
        statement = "delete from persons where id = %s and touched_at < %s"
        await execute(self._database, statement, person.bytes, self._long_ago())

    def _long_ago(self) -> str:
        # A filing older than this was never finished (law 27/2022: personal data is kept only as long as needed).
        now = self._now()
        return (now - timedelta(days=self._policies.at(now).unfinished_d)).isoformat()
