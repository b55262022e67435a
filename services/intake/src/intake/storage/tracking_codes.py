"""Finds the complaint of a tracking code. The table maps hash -> complaint, so it reveals no codes.

The code is HMAC(secret, complaint): every process derives the same one, and the table can be rebuilt from the store and
the secrets.
"""

from collections.abc import Sequence
from uuid import UUID

from pydantic_core import from_json
from sqlalchemy import Connection

from chassis.base.errors import WrongStore
from chassis.base.ports import Store
from chassis.base.secret_file import FIRST, Secrets, SecretVersion
from chassis.sql.database import Database, placeholders
from intake.settings import CODES_AT_ONCE
from intake.storage.sql import query
from schemas.base.envelope import RecordedEvent
from schemas.base.ids import MalformedCode, parse_tracking_code, tracking_code
from schemas.base.mac import mac
from schemas.base.refusals import InvalidField, NotFound
from schemas.base.streams import COMPLAINT_PREFIX, complaint_id
from schemas.events.intake import ComplaintFiled

INSERT = "insert into codes (hash, complaint) values (%s, %s) on conflict do nothing"


class TrackingCodes:
    """Tracking codes under secrets with versions. Each complaint keeps the version that it was filed under."""

    def __init__(self, database: Database, secrets: Secrets | bytes) -> None:
        self._database = database
        self._secrets = Secrets.fixed(secrets) if isinstance(secrets, bytes) else secrets

    @property
    def newest(self) -> int:
        """The version for what is filed now."""
        return self._secrets.newest.version

    def works(self, version: int) -> bool:
        """Whether codes of this version still open anything."""
        return self._numbered(version).ended_at is None

    def of(self, complaint: UUID, version: int) -> str:
        """The tracking code. It grants access: never store or log it.

        Raises:
            WrongStore: the file of code secrets lacks this version.
        """
        return tracking_code(self._numbered(version).secret, complaint)

    def row(self, complaint: UUID, code: str, version: int) -> tuple[bytes, bytes]:
        """The table row of a code."""
        return _hash(self._numbered(version).secret, code), complaint.bytes

    async def open(self, code: str) -> UUID:
        """The complaint of `code`, as typed by a person. Takes the same time whether there is one or not.

        Raises:
            InvalidField: a typing error.
            NotFound: no complaint has this code, or its version was ended.
        """
        try:
            canonical = parse_tracking_code(code)
        except MalformedCode as error:
            raise InvalidField(field="tracking_code", why=str(error)) from error
        found = await self._find(canonical)
        # Another process may have filed it under a version that was added a moment ago.
        if found is None and self._secrets.look_again():
            found = await self._find(canonical)
        if found is None:
            raise NotFound(what="complaint")
        return found

    async def known(self, code: str) -> UUID | None:
        """The complaint of a code in its canonical form, of any version, also an ended one."""
        return await self._find(code, self._secrets.versions)

    async def rebuild(self, store: Store) -> int:
        """Add missing rows from the store; returns the number of complaints. May run beside other processes."""
        position, seen, caught_up = None, 0, False
        while not caught_up:
            page = await store.read_all(position, (COMPLAINT_PREFIX,), CODES_AT_ONCE)
            position, caught_up = page.position, page.caught_up
            new = [event for event in page.events if event.type == ComplaintFiled.__name__]
            seen += len(new)
            await self._insert([self._row_of(event) for event in new])
        return seen

    def _row_of(self, event: RecordedEvent) -> tuple[bytes, bytes]:
        complaint, version = complaint_id(event.stream), version_of(event)
        return self.row(complaint, self.of(complaint, version), version)

    async def _insert(self, new: Sequence[tuple[bytes, bytes]]) -> None:
        def insert(connection: Connection) -> None:
            connection.exec_driver_sql(self._database.paramstyle(INSERT), list(new))

        if new:
            await self._database.run(insert)

    async def _find(self, code: str, versions: Sequence[SecretVersion] | None = None) -> UUID | None:
        hashes = [_hash(each.secret, code) for each in versions or self._secrets.valid]
        statement = f"select complaint from codes where hash in ({placeholders(len(hashes))})"  # noqa: S608
        found = await query(self._database, statement, *hashes)
        return UUID(bytes=bytes(found[0][0])) if found else None

    def _numbered(self, version: int) -> SecretVersion:
        found = self._secrets.numbered(version)
        if found is None and self._secrets.look_again():
            found = self._secrets.numbered(version)
        if found is None:
            raise WrongStore(
                f"there is no version {version} of the code secret: restore secrets/code.secret from the newest backup"
            )
        return found


def version_of(filed: RecordedEvent) -> int:
    """The version of the code secret that a `ComplaintFiled` names."""
    version: int = from_json(filed.data).get("code_version", FIRST)
    return version


def _hash(secret: bytes, code: str) -> bytes:
    # Keyed apart from the code's own derivation, so guesses cannot be checked with the table alone.
    return mac(secret, b"code " + code.encode())
