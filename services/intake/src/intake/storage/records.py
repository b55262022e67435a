"""Writes the code's hash and the person of a filing before its event is appended, many filings in one commit."""

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
    """The rows of one filing. `person`: id, complaint and sealed content, if the reporter gave a name or a contact."""

    code: tuple[bytes, bytes]
    person: tuple[UUID, UUID, str] | None = None


class Records:
    """Writes rows; rows that are there already stay."""

    def __init__(self, database: Database, now: Callable[[], datetime], policies: Policies) -> None:
        """`now`: real time, since the sweep of unfinished filings does not follow a test clock."""
        self._database, self._now, self._policies = database, now, policies
        self._group = GroupCommit[Record, None]("filing-write", self._together)

    async def keep(self, record: Record) -> datetime:
        """Write the rows; committed on return. Returns a time not later than the commit.

        Raises:
            Busy, StoreUnavailable, OutcomeUnknown: may be repeated.
        """
        since = self._now()
        await self._group.submit(record)
        return since

    async def keep_still(self, record: Record, since: datetime) -> None:
        """After the append, write the rows again if a sweep may have deleted them: a machine may sleep for days in the
        middle of a filing.

        Raises:
            Busy, StoreUnavailable, OutcomeUnknown: the whole filing may be repeated.
        """
        now = self._now()
        swept_after = timedelta(days=self._policies.at(now).unfinished_d)
        if record.person is not None and now - since > swept_after / 2:
            await self.keep(record)

    async def close(self) -> None:
        """Finish the writes already accepted."""
        await self._group.close()

    def _together(self, records: Sequence[Record]) -> list[None]:
        self._database.write_now(lambda connection: self._write(connection, records))
        return [None] * len(records)

    def _write(self, connection: Connection, records: Sequence[Record]) -> None:
        # Sorted, so that two processes on PostgreSQL do not deadlock.
        hashes = sorted({record.code for record in records})
        execute_many(connection, self._database.paramstyle(tracking_codes.INSERT), hashes)
        touched_at = self._now().isoformat()
        persons = sorted({record.person for record in records if record.person is not None})
        if persons:
            values = [(id_.bytes, complaint.bytes, sealed, touched_at) for id_, complaint, sealed in persons]
            execute_many(connection, self._database.paramstyle(vault.INSERT), values)
