"""What is kept of a filing before its event is appended? The hash of its code and the person, many filings a commit."""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import Connection

from chassis.base.group_commit import GroupCommit
from chassis.sql.database import Database, execute_many
from intake.storage import tracking_codes, vault
from schemas.deadlines.policies import Policies


class Record(NamedTuple):
    """One filing's rows: the code's, and the person's if the reporter gave a name or a contact."""

    code: tuple[bytes, bytes]
    person: tuple[UUID, UUID, str] | None = None
    """Id, complaint, sealed."""


class Records:
    """Writes rows that may be there already: a filing that is sent again finds them."""

    def __init__(self, database: Database, now: Callable[[], datetime], policies: Policies) -> None:
        """`now`: real time, since the sweep of orphans must not be moved by a test clock."""
        self._database, self._now, self._policies = database, now, policies
        self._group = GroupCommit[Record, None]("filing-write", self._together)

    async def keep(self, record: Record) -> datetime:
        """Committed on return; since when, at the earliest.

        Raises:
            Busy, StoreUnavailable, OutcomeUnknown: ask again; the same rows do no harm.
        """
        since = self._now()
        await self._group.submit(record)
        return since

    async def keep_still(self, record: Record, since: datetime) -> None:
        """Once its event is there: write again what a sweep may have taken for an orphan's. A process may stand still
        for days in the middle of a filing (a machine put to sleep), and the sweep is awake before it.

        Raises:
            Busy, StoreUnavailable, OutcomeUnknown: ask again; the whole filing may be sent again.
        """
        now = self._now()
        swept_after = timedelta(days=self._policies.at(now).unfinished_d)
        if record.person is not None and now - since > swept_after / 2:
            await self.keep(record)

    async def close(self) -> None:
        """Finish what was accepted."""
        await self._group.close()

    def _together(self, records: Sequence[Record]) -> list[None]:
        self._database.write_now(lambda connection: self._write(connection, records))
        return [None] * len(records)

    def _write(self, connection: Connection, records: Sequence[Record]) -> None:
        # In one order, so that two processes on PostgreSQL never wait for each other.
        hashes = sorted({record.code for record in records})
        execute_many(connection, self._database.paramstyle(tracking_codes.INSERT), hashes)
        touched_at = self._now().isoformat()
        persons = sorted({record.person for record in records if record.person is not None})
        if persons:
            values = [(id_.bytes, complaint.bytes, sealed, touched_at) for id_, complaint, sealed in persons]
            execute_many(connection, self._database.paramstyle(vault.INSERT), values)
