"""Read models from Kafka: batches on plain aiokafka; rows and `(topic id, offset, position)` move in one transaction.

projection = Projection(database, VIEW, kafka=settings.kafka, group="reporting.views")
await projection.run()
"""

from typing import Any

from sqlalchemy import MetaData, Table

from chassis.sql import Database
from chassis.view import View


def checkpoint_table(metadata: MetaData) -> Table:
    """The table of every view's checkpoints; declare it in a service's metadata before its `Database` is made."""
    raise NotImplementedError


class Projection:
    """Keeps one view up to date. Offsets live with the rows; another topic id starts again and skips what is not newer."""

    def __init__(self, database: Database, metadata: MetaData, view: View[Any], *, kafka: str, group: str) -> None:
        raise NotImplementedError

    async def run(self) -> None:
        """Until cancelled."""
        raise NotImplementedError

    def unready(self) -> str | None:
        """Why this road is not ready yet; None if it is."""
        raise NotImplementedError
