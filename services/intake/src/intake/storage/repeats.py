"""Reports without an idempotency key, for the policy's minutes: an equal one is the same report sent again.

Decided in the database, so it holds after a restart and between processes. The rows hold keyed hashes, no content.
"""

from datetime import datetime, timedelta
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import Connection

from chassis.sql.database import Database, fetch
from intake.storage.sql import execute
from schemas.base.mac import mac
from schemas.deadlines.policies import Policies

# The row of an older report is taken over; of a younger one it stays, and its key is the answer.
_CLAIM = (
    "insert into repeats (digest, complaint, key, language, first_at) values (%s, %s, %s, %s, %s) "
    "on conflict (digest) do update set complaint = excluded.complaint, key = excluded.key, "
    "language = excluded.language, first_at = excluded.first_at where repeats.first_at <= %s"
)
_SELECT = "select complaint, key, language, first_at from repeats where digest = %s"


class Claim(NamedTuple):
    """A report under the key by which it is filed once; `at`: when it was first sent."""

    complaint: UUID
    key: str
    language: str
    at: datetime


class Repeats:
    """Claims reports by their content."""

    def __init__(self, database: Database, secret: bytes, policies: Policies) -> None:
        self._database, self._secret, self._policies = database, secret, policies

    async def claim(self, content: bytes, new: Claim) -> Claim:
        """The claim of an equal report within the policy's minutes before `new`, else `new`, stored.

        Raises:
            Busy, StoreUnavailable, OutcomeUnknown: may be repeated.
        """
        digest, since = self._digest(content), new.at - self._window(new.at)
        row = (digest, new.complaint.bytes, new.key, new.language, new.at.isoformat(), since.isoformat())

        def claim(connection: Connection) -> Claim:
            connection.exec_driver_sql(self._database.paramstyle(_CLAIM), row)
            [found] = fetch(connection, self._database.paramstyle(_SELECT), (digest,))
            complaint, key, language, at = found
            return Claim(UUID(bytes=bytes(complaint)), key, language, datetime.fromisoformat(at))

        return await self._database.run(claim)

    async def forget(self, complaint: UUID) -> None:
        """Delete the claim of this complaint: an equal report is a new one. Repeatable."""
        await execute(self._database, "delete from repeats where complaint = %s", complaint.bytes)

    async def expire(self, now: datetime) -> None:
        """Delete claims that decide nothing any more."""
        longest = max(policy.double_min for policy in self._policies.versions)
        since = now - timedelta(minutes=longest)
        await execute(self._database, "delete from repeats where first_at <= %s", since.isoformat())

    def _window(self, at: datetime) -> timedelta:
        return timedelta(minutes=self._policies.at(at).double_min)

    def _digest(self, content: bytes) -> bytes:
        return mac(self._secret, b"repeat " + content)
