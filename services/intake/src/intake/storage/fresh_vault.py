"""Refuses a vault that is new beside a store with complaints: it would give public numbers a second time."""

from typing import Final

from chassis.base.errors import WrongStore
from chassis.base.ports import Store
from chassis.sql.database import Database
from intake.storage.sql import query
from schemas.base.streams import COMPLAINT_PREFIX

FRESH: Final = (
    "the store of SATUPINTU_STORE_URL holds complaints, but the database of SATUPINTU_VAULT_URL is new: public numbers "
    "would be given twice, and no tracking code would open anything. Restore the vault that belongs to this store from "
    "its backup. If it is lost, `satupintu codes rebuild` makes the codes and the counter of numbers from the store; "
    "names, contacts and subscriptions stay lost"
)


async def refuse_fresh(database: Database, store: Store) -> None:
    """Raises WrongStore: no number was ever taken from this vault, and the store holds a complaint."""
    if await query(database, "select year from counters limit 1"):
        return
    if (await store.read_all(None, (COMPLAINT_PREFIX,), 1)).events:
        raise WrongStore(FRESH)
