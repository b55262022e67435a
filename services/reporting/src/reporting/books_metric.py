"""Tells the books as metrics, so that an alert rule can watch them."""

import asyncio
from collections import Counter
from typing import Final

from chassis.base import metrics
from chassis.base.retry import RetryPolicy
from chassis.sql.database import Database
from reporting.statistics.books import books

PERIOD_S: Final = 15.0
AGENCY: Final = "agency"
HOLDERS: Final = ("router", "desk", "arbiter", AGENCY)
"""Labels: agencies together, since there may be hundreds of them."""


class BooksMetric:
    """A background task. Several processes may run it: each tells the same."""

    def __init__(self, database: Database) -> None:
        self._database, self._retry_policy = database, RetryPolicy()

    async def run(self) -> None:
        """Run until cancelled."""
        while True:
            await self._retry_policy.until_up(self.tell, "metrics of the books")
            await asyncio.sleep(PERIOD_S)

    def unready(self) -> str | None:
        """None: nobody waits for it."""
        return None

    async def tell(self) -> None:
        """Set the metrics to what the read model says now. Raises what the database raises."""
        found = await self._database.read(books)
        metrics.BOOKS_BALANCED.set(found["balanced"])
        metrics.BOOKS_FILED.set(found["filed"])
        held = Counter[str]()
        for holder, count in found["open"].items():
            held[holder if holder in HOLDERS else AGENCY] += count
        for holder in HOLDERS:
            metrics.BOOKS_OPEN.labels(holder).set(held[holder])
