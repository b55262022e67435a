"""Parts of one SMS that wait for the missing ones, sealed under a key derived from the master key.

Parts belong together by gateway, sender, reference and total. A group is closed in one transaction, before it is filed:
what arrives later cannot change it, and after a crash it is filed under the same key again.
"""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple
from uuid import UUID

from pydantic_core import from_json, to_json
from sqlalchemy import Connection

from chassis.sql.database import Database, fetch, placeholders
from chassis.sql.engine import take_write_lock
from intake.storage.sql import execute, query
from schemas.base.client_keys import canonical_key, other_spellings
from schemas.base.ids import derived_id
from schemas.base.sealed import Keys
from schemas.contract.submission import Submission

_FIELD = "sms"
_INSERT = (
    "insert into sms_parts (client, key, series, number, total, digest, sealed, at) "
    "values (%s, %s, %s, %s, %s, %s, %s, %s) on conflict (client, key) do nothing"
)
_OF = (
    "select key, number, total, digest, at, filed_as from sms_parts where client = %s and series = %s order by at, key"
)

_GROUP = "select key, number, total, sealed from sms_parts where client = %s and filed_as = %s order by at, key"


class Part(NamedTuple):
    """One stored part. `filed_as`: the idempotency key of its closed group."""

    key: str
    number: int
    total: int
    digest: str
    at: datetime
    filed_as: str | None


class SmsParts:
    """The waiting parts of all gateways."""

    def __init__(self, database: Database, keys: Keys, now: Callable[[], datetime]) -> None:
        self._database, self._keys, self._now = database, keys, now

    async def keep(self, client: str, submission: Submission, text: str) -> str:
        """Store a part of this gateway with its text as it was sent; its series. Repeatable."""
        part, sender = submission.sms_part, submission.reporter
        assert part is not None
        who = (sender.phone or sender.email or "") if sender else ""
        of = [client, submission.channel, who, part.reference, str(part.total)]
        series, digest = self._keys.mac(to_json(of)), self._keys.mac(to_json([part.part, text]))
        body = {**submission.model_dump(mode="json", by_alias=True, exclude_unset=True), "text": text}
        sealed = self._keys.seal(_id(client, submission.key), _FIELD, to_json(body).decode())
        row = (
            client,
            submission.key,
            series,
            part.part,
            part.total,
            digest,
            sealed,
            self._now().isoformat(),
        )
        await execute(self._database, _INSERT, *row)
        return series

    async def close(self, client: str, series: str, waits: timedelta) -> None:
        """Close complete groups, and those whose first part came more than `waits` ago."""
        by = self._now() - waits
        await self._database.run(lambda connection: _close(connection, client, series, by))

    async def waiting(self) -> list[tuple[str, str]]:
        """Gateway and series of everything that is not closed."""
        found = await query(self._database, "select distinct client, series from sms_parts where filed_as is null")
        return [(client, series) for client, series in found]

    async def waits(self, clients: Sequence[str], key: str) -> bool:
        """Whether this part of one of these clients waits for others."""
        keys = [canonical_key(key), *other_spellings(key)]
        named, spelled = placeholders(len(clients)), placeholders(len(keys))
        statement = (
            f"select key from sms_parts where client in ({named}) and key in ({spelled}) "  # noqa: S608
            "and sealed is not null"
        )
        return bool(await query(self._database, statement, *clients, *keys))

    async def closed(self) -> list[tuple[str, str]]:
        """Gateway and key of the groups that were closed and are not filed yet."""
        statement = "select distinct client, filed_as from sms_parts where filed_as is not null and sealed is not null"
        return [(client, key) for client, key in await query(self._database, statement)]

    async def group(self, client: str, filed_as: str) -> tuple[list[str], int, dict[int, dict[str, object]]]:
        """Of a closed group: all keys, the total, and the bodies by number."""
        statement = (
            "select key, number, total, sealed from sms_parts where client = %s and filed_as = %s order by at, key"
        )
        rows = await query(self._database, statement, client, filed_as)
        bodies: dict[int, dict[str, object]] = {}
        for key, number, _, sealed in rows:
            if sealed is not None:
                bodies.setdefault(number, from_json(self._keys.open(_id(client, key), _FIELD, sealed)))
        return [row[0] for row in rows], rows[0][2], bodies

    async def done(self, client: str, filed_as: str) -> None:
        """Delete the content of a filed group. Its rows stay for a while, so that a repeated part is recognised."""
        statement = "update sms_parts set sealed = null where client = %s and filed_as = %s"
        await execute(self._database, statement, client, filed_as)

    async def forget_old(self, keep: timedelta) -> None:
        """Delete the rows of filed groups after this time."""
        by = (self._now() - keep).isoformat()
        await execute(self._database, "delete from sms_parts where sealed is null and at < %s", by)


def _id(client: str, key: str) -> UUID:
    return derived_id("sms part", client, key)


def _close(connection: Connection, client: str, series: str, by: datetime) -> None:
    take_write_lock(connection)
    found = fetch(connection, _OF, (client, series))
    parts = [
        Part(key, number, total, digest, datetime.fromisoformat(at), filed_as)
        for key, number, total, digest, at, filed_as in found
    ]
    for group in grouped(parts):
        first = min(group, key=lambda part: part.number)
        known = next((part.filed_as for part in group if part.filed_as is not None), None)
        whole = len({part.number for part in group}) == first.total
        if known is not None or whole or min(part.at for part in group) <= by:
            for part in group:
                if part.filed_as is None:
                    mark = "update sms_parts set filed_as = %s where client = %s and key = %s"
                    fetch(connection, mark + " returning key", (known or first.key, client, part.key))


def grouped(parts: Sequence[Part]) -> list[list[Part]]:
    """Parts of one series by message, in order of arrival: a repeated part joins the message that has it, a different
    one of the same number begins another message, because telephones use a reference again. A closed message takes
    repeats only.
    """
    groups: list[list[Part]] = []
    for part in sorted(parts, key=lambda part: part.filed_as is None):
        for group in groups:
            same = [other for other in group if other.number == part.number]
            closed = next((other.filed_as for other in group if other.filed_as is not None), None)
            if part.filed_as is not None:
                fits = closed == part.filed_as
            elif same:
                fits = same[0].digest == part.digest
            else:
                fits = closed is None
            if fits:
                group.append(part)
                break
        else:
            groups.append([part])
    return groups
