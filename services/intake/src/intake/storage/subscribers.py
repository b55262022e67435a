"""People who follow a public report: one address each, sealed under the report's key.

Primary data beside the vault: no event names these people. Erasing the reporter erases them too.
"""

from collections.abc import Collection
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from pydantic_core import from_json, to_json

from chassis.sql.database import Database, placeholders
from intake.storage.sql import execute, query
from schemas.base.ids import derived_id
from schemas.base.sealed import ERASED, Keys

_FIELD = "watcher"
_COLUMNS = "id, complaint, sealed, since_at, code_version"
_CONFIRMED = "exists (select 1 from confirmations c where c.id = watchers.id)"


class Subscriber(NamedTuple):
    """An address that follows one report since `since_at`, or asked to then."""

    id: UUID
    complaint: UUID
    sealed: str
    since_at: datetime
    code_version: int = 1
    """Of the secret that its code comes from."""

    def opened(self, keys: Keys) -> tuple[str, str] | None:
        """Address and language; None if erased."""
        text = keys.open(self.id, _FIELD, self.sealed)
        if text == ERASED:
            return None
        content = from_json(text)
        return content["to"], content["lang"]


def subscriber_for(
    complaint: UUID, keys: Keys, address: str, lang: str, since_at: datetime, code_version: int = 1
) -> Subscriber:
    """The row of an address. The same address and report give the same id, which reveals neither."""
    id_ = derived_id("watcher", str(complaint), keys.mac(address.strip().lower().encode()))
    sealed = keys.seal(id_, _FIELD, to_json({"to": address, "lang": lang}).decode())
    return Subscriber(id_, complaint, sealed, since_at, code_version)


class Subscribers:
    """Stores subscribers. An unconfirmed address gets nothing but the request to confirm."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def ask(self, one: Subscriber) -> Subscriber | None:
        """Store an unconfirmed address. Returns the row, of the first request if there was one; None: confirmed."""
        statement = f"insert into watchers ({_COLUMNS}) values (%s, %s, %s, %s, %s) on conflict do nothing"  # noqa: S608
        values = (one.id.bytes, one.complaint.bytes, one.sealed, one.since_at.isoformat(), one.code_version)
        await execute(self._database, statement, *values)
        found = await self._waiting("id = %s", one.id.bytes)
        return found[0] if found else None

    async def confirm(self, id_: UUID, at: datetime) -> bool:
        """Confirm an address. Repeatable; False: not requested, or lapsed."""
        statement = (
            "insert into confirmations (id, complaint, at) "
            "select id, complaint, %s from watchers where id = %s on conflict do nothing"
        )
        await execute(self._database, statement, at.isoformat(), id_.bytes)
        return bool(await query(self._database, "select id from confirmations where id = %s", id_.bytes))

    async def of(self, complaints: Collection[UUID]) -> list[Subscriber]:
        """The confirmed subscribers of these complaints; `since_at` is the time of confirmation."""
        if not complaints:
            return []
        columns = _COLUMNS.replace("since_at", "(select at from confirmations c where c.id = watchers.id)")
        where = f"complaint in ({placeholders(len(complaints))}) and {_CONFIRMED}"
        return await self._select(f"select {columns} from watchers where {where}", *(one.bytes for one in complaints))  # noqa: S608

    async def asked(self, complaint: UUID) -> list[tuple[UUID, int]]:
        """The ids of all subscribers of this complaint, confirmed or not, and the versions of their codes."""
        statement = "select id, code_version from watchers where complaint = %s"
        found = await query(self._database, statement, complaint.bytes)
        return [(UUID(bytes=bytes(id_)), version) for id_, version in found]

    async def with_codes_of(self, version: int) -> int:
        """How many have a code of this version."""
        statement = "select count(*) from watchers where code_version = %s"
        [[count]] = await query(self._database, statement, version)
        return int(count)

    async def unconfirmed(self, by: datetime, limit: int) -> list[Subscriber]:
        """Unconfirmed subscribers requested up to `by`, oldest first."""
        return await self._waiting("since_at <= %s order by since_at limit %s", by.isoformat(), limit)

    async def lapse(self, id_: UUID) -> None:
        """Delete this address unless it was confirmed in the meantime."""
        await execute(self._database, f"delete from watchers where id = %s and not {_CONFIRMED}", id_.bytes)  # noqa: S608

    async def remove(self, id_: UUID) -> None:
        """Delete this address. Repeatable."""
        await self._delete("id", id_)

    async def forget(self, complaint: UUID) -> None:
        """Delete all addresses of this complaint. Repeatable."""
        await self._delete("complaint", complaint)

    async def _waiting(self, where: str, *values: object) -> list[Subscriber]:
        return await self._select(f"select {_COLUMNS} from watchers where not {_CONFIRMED} and {where}", *values)  # noqa: S608

    async def _select(self, statement: str, *values: object) -> list[Subscriber]:
        return [_subscriber(row) for row in await query(self._database, statement, *values)]

    async def _delete(self, column: str, value: UUID) -> None:
        for table in ("watchers", "confirmations"):
            await execute(self._database, f"delete from {table} where {column} = %s", value.bytes)  # noqa: S608


def _subscriber(row: tuple[Any, ...]) -> Subscriber:
    id_, complaint, sealed, since_at, version = row
    at = datetime.fromisoformat(since_at)
    return Subscriber(UUID(bytes=bytes(id_)), UUID(bytes=bytes(complaint)), sealed, at, version)
