"""Who of the public wants to hear of a public report? An address each, sealed under the report's own key.

Primary data beside the vault: no event names these people, and whoever forgets the reporter forgets them too.
"""

from collections.abc import Collection
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from pydantic_core import from_json, to_json

from chassis.sql.database import Database, fetch, placeholders
from schemas.base.ids import derived_id
from schemas.base.sealed import ERASED, Keys

_FIELD = "watcher"
_COLUMNS = "id, complaint, sealed, since_at"
_CONFIRMED = "exists (select 1 from confirmations c where c.id = watchers.id)"


class Subscriber(NamedTuple):
    """One person who follows one report, since then, or who asked to."""

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


def subscriber_for(complaint: UUID, keys: Keys, address: str, lang: str, since_at: datetime) -> Subscriber:
    """The row of that address: the same for the same address and report, and opening nothing by itself."""
    id_ = derived_id("watcher", str(complaint), keys.mac(address.strip().lower().encode()))
    sealed = keys.seal(id_, _FIELD, to_json({"to": address, "lang": lang}).decode())
    return Subscriber(id_, complaint, sealed, since_at)


class Subscribers:
    """Keeps them. An address that was only asked for hears nothing until whoever reads its letters says yes."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def ask(self, one: Subscriber) -> Subscriber | None:
        """Kept until it is confirmed or lapses; asked again, it is as it was asked first. None: it is confirmed."""
        statement = f"insert into watchers ({_COLUMNS}) values (%s, %s, %s, %s) on conflict do nothing"  # noqa: S608
        await self._do(statement, one.id.bytes, one.complaint.bytes, one.sealed, one.since_at.isoformat())
        found = await self._waiting("id = %s", one.id.bytes)
        return found[0] if found else None

    async def confirm(self, id_: UUID, at: datetime) -> bool:
        """The address is theirs: from now on it hears. Repeatable; False: nobody asked for it, or it lapsed."""
        statement = (
            "insert into confirmations (id, complaint, at) "
            "select id, complaint, %s from watchers where id = %s on conflict do nothing"
        )
        await self._do(statement, at.isoformat(), id_.bytes)
        return bool(await self._ask("select id from confirmations where id = %s", id_.bytes))

    async def of(self, complaints: Collection[UUID]) -> list[Subscriber]:
        """Everybody who follows one of these, since when the address was confirmed."""
        if not complaints:
            return []
        columns = _COLUMNS.replace("since_at", "(select at from confirmations c where c.id = watchers.id)")
        where = f"complaint in ({placeholders(len(complaints))}) and {_CONFIRMED}"
        found = await self._ask(
            f"select {columns} from watchers where {where}",  # noqa: S608
            *(complaint.bytes for complaint in complaints),
        )
        return [_watcher(row) for row in found]

    async def asked(self, complaint: UUID) -> list[UUID]:
        """Everybody who follows it or asked to."""
        found = await self._ask("select id from watchers where complaint = %s", complaint.bytes)
        return [UUID(bytes=bytes(row[0])) for row in found]

    async def unconfirmed(self, by: datetime, limit: int) -> list[Subscriber]:
        """Those asked for by then that nobody confirmed, oldest first."""
        return await self._waiting("since_at <= %s order by since_at limit %s", by.isoformat(), limit)

    async def lapse(self, id_: UUID) -> None:
        """Forget this address, unless it was confirmed in the meantime."""
        await self._do(f"delete from watchers where id = %s and not {_CONFIRMED}", id_.bytes)  # noqa: S608

    async def remove(self, id_: UUID) -> None:
        """This one follows no longer. Repeatable."""
        await self._delete("id", id_)

    async def forget(self, complaint: UUID) -> None:
        """Nobody follows this report any more. Repeatable."""
        await self._delete("complaint", complaint)

    async def _waiting(self, where: str, *values: object) -> list[Subscriber]:
        found = await self._ask(f"select {_COLUMNS} from watchers where not {_CONFIRMED} and {where}", *values)  # noqa: S608
        return [_watcher(row) for row in found]

    async def _delete(self, column: str, value: UUID) -> None:
        for table in ("watchers", "confirmations"):
            await self._do(f"delete from {table} where {column} = %s", value.bytes)  # noqa: S608

    async def _ask(self, statement: str, *values: object) -> list[tuple[Any, ...]]:
        marked = self._database.paramstyle(statement)
        return await self._database.read(lambda connection: fetch(connection, marked, values))

    async def _do(self, statement: str, *values: object) -> None:
        marked = self._database.paramstyle(statement)
        await self._database.run(lambda connection: fetch(connection, marked, values))


def _watcher(row: tuple[Any, ...]) -> Subscriber:
    id_, complaint, sealed, since_at = row
    return Subscriber(UUID(bytes=bytes(id_)), UUID(bytes=bytes(complaint)), sealed, datetime.fromisoformat(since_at))
