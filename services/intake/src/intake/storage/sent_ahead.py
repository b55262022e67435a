"""Files that were sent before their complaint: from the review page of filing, until it is filed or given up.

The rows hold no content; a file's name is sealed under the key of the complaint that it may become.
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import NamedTuple
from uuid import UUID

from chassis.sql.database import Database
from intake.storage.sql import execute, query
from schemas.base.sealed import ERASED, Keys

_FIELD = "file-name"
_COLUMNS = "attachment, media_type, size_bytes, digest, name"


class SentAhead(NamedTuple):
    """A file that waits for its complaint. `digest`: SHA-256 of its content, in hex."""

    attachment: UUID
    media_type: str
    size_bytes: int
    digest: str
    name: str | None


class FilesAhead:
    """Remembers these files."""

    def __init__(self, database: Database, now: Callable[[], datetime]) -> None:
        """`now`: real time, since the sweep of unfinished filings does not follow a test clock."""
        self._database, self._now = database, now

    async def of(self, complaint: UUID, keys: Keys) -> list[SentAhead]:
        """Those of one complaint, in the order in which they were sent."""
        statement = f"select {_COLUMNS} from files_ahead where complaint = %s order by sent_at, attachment"  # noqa: S608
        return [_opened(row, keys) for row in await query(self._database, statement, complaint.bytes)]

    async def keep(self, complaint: UUID, file: SentAhead, keys: Keys) -> None:
        """Remember one. Repeatable."""
        statement = (
            f"insert into files_ahead (complaint, {_COLUMNS}, sent_at) values (%s, %s, %s, %s, %s, %s, %s) "  # noqa: S608
            "on conflict do nothing"
        )
        name = keys.seal(file.attachment, _FIELD, file.name) if file.name else None
        row = (file.attachment.bytes, file.media_type, file.size_bytes, file.digest, name)
        await execute(self._database, statement, complaint.bytes, *row, self._now().isoformat())

    async def drop(self, complaint: UUID, attachment: UUID) -> None:
        """Forget one. Repeatable."""
        statement = "delete from files_ahead where complaint = %s and attachment = %s"
        await execute(self._database, statement, complaint.bytes, attachment.bytes)

    async def forget(self, complaint: UUID) -> None:
        """Forget all of one complaint. Repeatable."""
        await execute(self._database, "delete from files_ahead where complaint = %s", complaint.bytes)

    async def untouched(self, since: timedelta, limit: int) -> list[tuple[UUID, timedelta]]:
        """Complaints whose newest file was sent longer ago than `since`, and how long ago; oldest first."""
        statement = (
            "select complaint, max(sent_at) from files_ahead group by complaint having max(sent_at) < %s "
            "order by max(sent_at) limit %s"
        )
        now = self._now()
        found = await query(self._database, statement, (now - since).isoformat(), limit)
        return [(UUID(bytes=bytes(complaint)), now - datetime.fromisoformat(at)) for complaint, at in found]


def _opened(row: tuple[bytes, str, int, str, str | None], keys: Keys) -> SentAhead:
    id_, media_type, size, digest, sealed = row
    attachment = UUID(bytes=bytes(id_))
    name = keys.open(attachment, _FIELD, sealed) if sealed else None
    return SentAhead(attachment, media_type, size, digest, None if name == ERASED else name)
