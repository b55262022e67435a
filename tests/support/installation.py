"""Fills the databases of an installation without its processes."""

from collections.abc import AsyncIterator
from uuid import UUID

from chassis.attachments.configured import open_objects
from chassis.base.settings import Settings
from chassis.keys.keyring import SqlKeyRing
from chassis.sql.database import Database
from chassis.store.sql.store import SqlStore
from intake.storage.tables import HISTORY as VAULT
from schemas.base.envelope import NewEvent
from schemas.base.streams import complaint_stream


async def filled(settings: Settings, first: int, last: int) -> None:
    """Complaints `first` to `last`, each with an event, a key, a file, and a row in the vault."""
    store, ring = SqlStore(settings.store_url), SqlKeyRing(settings.keyring_url, settings.master_keys)
    vault = Database(settings.vault_url, VAULT)
    files = open_objects(settings)
    try:
        await store.store_id()
        for number in range(first, last + 1):
            complaint = UUID(int=number)
            await ring.ensure([complaint])
            event = NewEvent(UUID(int=1000 + number), "ComplaintFiled", b'{"n":1}', b'{"writer":"test"}')
            await store.append(complaint_stream(complaint), -1, [event])
            await files.put(name_of(complaint), _content(b"file %d" % number))
            await vault.run(
                lambda connection, id_=complaint: connection.exec_driver_sql(  # type: ignore[misc]
                    vault.paramstyle("insert into submissions (client, key, complaint) values ('sms', %s, %s)"),
                    (str(id_), id_.bytes),
                )
            )
        await vault.run(
            lambda connection: connection.exec_driver_sql(
                vault.paramstyle(
                    "insert into counters (year, taken) values (2026, %s) on conflict (year) do update set taken = %s"
                ),
                (last, last),
            )
        )
    finally:
        await store.close()
        await ring.close()
        await vault.close()


def name_of(complaint: UUID) -> str:
    return f"{complaint.hex[:2]}/{complaint.hex}/file.original"


async def _content(content: bytes) -> AsyncIterator[bytes]:
    yield content
