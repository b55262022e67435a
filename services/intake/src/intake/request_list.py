"""Reads the open requests about reporters' own data, and counts the overdue ones for the metric."""

import asyncio
from collections import Counter
from collections.abc import Sequence
from typing import Final
from uuid import UUID

from chassis.base import metrics
from chassis.base.retry import RetryPolicy
from intake.context import Intake
from intake.data_requests import OpenRequest, RequestKind, open_access, open_erasure
from intake.storage import open_requests
from intake.storage.relations import OPEN_REQUEST
from schemas.events.codec import decode
from schemas.events.intake import DataAccessGiven, DataAccessRequested

MOST: Final = 500
"""Requests in one answer, those asked for longest ago."""
PERIOD_S: Final = 60.0
_OF_ACCESS: Final = frozenset({DataAccessRequested.__name__, DataAccessGiven.__name__})


async def read_open(context: Intake) -> Sequence[OpenRequest]:
    """At most `MOST` open requests, those asked for longest ago first."""
    await context.audience.projection.refresh()
    listed = await context.audience.database.read(lambda connection: open_requests.page(connection, OPEN_REQUEST, MOST))
    found = [await _read(context, kind, complaint) for kind, complaint in listed]
    return [one for one in found if one is not None]


async def _read(context: Intake, kind: RequestKind, complaint: UUID) -> OpenRequest | None:
    loaded = await context.repository.load(complaint)
    if kind is RequestKind.ERASURE:
        return open_erasure(loaded.state, await context.registry.current(), context.policies)
    return open_access(loaded.state, [decode(event) for event in loaded.recorded if event.type in _OF_ACCESS])


class RequestCounts:
    """Keeps the metric `satupintu_data_requests` up to date."""

    def __init__(self, context: Intake) -> None:
        self._context = context

    async def run(self) -> None:
        """Until cancelled."""
        while True:
            await RetryPolicy().until_up(self.once, "data requests")
            await asyncio.sleep(PERIOD_S)

    def unready(self) -> str | None:
        """Never: nothing depends on it."""
        return None

    async def once(self) -> None:
        """Count once."""
        found, now = await read_open(self._context), self._context.clock.now()
        counts = Counter((one.kind, one.is_overdue(now)) for one in found)
        for kind in RequestKind:
            for overdue in (False, True):
                metrics.DATA_REQUESTS.labels(kind, "overdue" if overdue else "open").set(counts[kind, overdue])
