"""A read model made again straight from the store, beside the old one, then swapped in one transaction."""

from typing import Any

from sqlalchemy import Connection, MetaData, Table

from chassis.ports import Store
from chassis.sql import Database
from chassis.view import View


async def rebuild(store: Store, database: Database, metadata: MetaData, view: View[Any]) -> int:
    """Make `view` again from every event of the store, and tell the position reached. Readers see the old rows until
    the new ones are complete; a live projection goes on meanwhile and afterwards."""
    raise NotImplementedError


def table_hash(connection: Connection, table: Table) -> str:
    """A hash of all rows, whatever their order: two builds of a view are equal if it is."""
    raise NotImplementedError
