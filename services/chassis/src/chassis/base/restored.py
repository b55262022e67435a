"""What a restore leaves in the databases, and what it asks of the packages whose tables it brought back.

A package names by the entry point `satupintu.restored` a function for a primary database of its own, under the name of
its setting (`vault` for `VAULT_URL`): it gets a connection in a transaction, and returns what to tell the operator.
"""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

STORE_ID: Final = "store id"
LINEAGE: Final = "lineage"
"""Names of rows of the store's table `meta`. A store without a lineage was never restored: it is its own id."""
UNFINISHED: Final = "unfinished_restore"
"""A table of the event store's database while a restore is under way: nobody may use the databases."""
NUMBER_MARGIN: Final = 10_000


@dataclass(frozen=True, slots=True)
class Restored:
    """`position`, `event_id`: the newest event of the restored store. `erased`: every complaint on the list of
    erasures, and since when. `held`: which of these complaints the store holds. `number_margin`: public numbers to
    skip, because some may have been given out after the copy. `year`: of now.
    """

    position: int
    event_id: UUID | None
    erased: Mapping[UUID, datetime]
    held: Callable[[Collection[UUID]], Collection[UUID]]
    number_margin: int
    year: int
