"""Opens what asks other services in other processes, and what knows their readers, by a process's settings."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx2
from starlette.datastructures import State

from chassis.base.clock import SystemClock
from chassis.base.settings import Settings
from chassis.http.reader import Readers
from chassis.pages.calls import LIMIT_S, Away


@asynccontextmanager
async def open_parts(settings: Settings, state: State) -> AsyncIterator[None]:
    """Keep both in an app's state. Without `parts_url` a page shows what its own process has."""
    state.readers = Readers(settings.reader_key.get_secret_value(), SystemClock())
    if settings.parts_url is None:
        yield
        return
    async with httpx2.AsyncClient(base_url=settings.parts_url, timeout=LIMIT_S, follow_redirects=False) as client:
        state.away = Away(client, state.readers)
        yield
