"""Who of the public wants to hear of a public report? An address each, sealed under the report's own key.

Primary data beside the vault: no event names these people, and whoever forgets the reporter forgets them too.
"""

from collections.abc import Collection
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from pydantic_core import from_json, to_json

from chassis.sql import Database, listed, rows
from schemas.ids import derived_id
from schemas.sealed import ERASED, Keys

_FIELD = "watcher"
_COLUMNS = "id, complaint, sealed, since_at"


class Watcher(NamedTuple):
    """One person who follows one report."""

    id: UUID
    complaint: UUID
    sealed: str
    since_at: datetime

    def opened(self, keys: Keys) -> tuple[str, str] | None:
        """Address and language; None if they are forgotten."""
        text = keys.open(self.id, _FIELD, self.sealed)
        if text == ERASED:
            return None
        said = from_json(text)
        return said["to"], said["lang"]


def watcher(complaint: UUID, keys: Keys, address: str, lang: str, since_at: datetime) -> Watcher:
    """The row of that address: the same for the same address and report, and opening nothing by itself."""
    id_ = derived_id("watcher", str(complaint), keys.mac(address.strip().lower().encode()))
    sealed = keys.seal(id_, _FIELD, to_json({"to": address, "lang": lang}).decode())
    return Watcher(id_, complaint, sealed, since_at)


class Watchers:
    """Keeps them."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def add(self, one: Watcher) -> None:
        """Committed on return; the same address again changes nothing."""
        statement = f"insert into watchers ({_COLUMNS}) values (%s, %s, %s, %s) on conflict do nothing"  # noqa: S608
        await self._do(statement, (one.id.bytes, one.complaint.bytes, one.sealed, one.since_at.isoformat()))

    async def of(self, complaints: Collection[UUID]) -> list[Watcher]:
        """Everybody who follows one of these."""
        if not complaints:
            return []
        statement = f"select {_COLUMNS} from watchers where complaint in ({listed(len(complaints))})"  # noqa: S608
        keys = [complaint.bytes for complaint in complaints]
        marked = self._database.marks(statement)
        found = await self._database.read(lambda connection: rows(connection, marked, keys))
        return [_watcher(row) for row in found]

    async def remove(self, id_: UUID) -> None:
        """This one follows no longer. Repeatable."""
        await self._do("delete from watchers where id = %s", (id_.bytes,))

    async def forget(self, complaint: UUID) -> None:
        """Nobody follows this report any more. Repeatable."""
        await self._do("delete from watchers where complaint = %s", (complaint.bytes,))

    async def _do(self, statement: str, values: tuple[object, ...]) -> None:
        marked = self._database.marks(statement)
        await self._database.run(lambda connection: rows(connection, marked, values))


def _watcher(row: tuple[Any, ...]) -> Watcher:
    id_, complaint, sealed, since_at = row
    return Watcher(UUID(bytes=bytes(id_)), UUID(bytes=bytes(complaint)), sealed, datetime.fromisoformat(since_at))
