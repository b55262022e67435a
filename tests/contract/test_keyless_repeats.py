"""Claims of keyless reports from several connections at once, over SQLite and PostgreSQL."""

import asyncio
from contextlib import AsyncExitStack
from datetime import timedelta
from uuid import UUID

from chassis.sql.database import Database
from intake.storage.repeats import Claim, Repeats
from intake.storage.tables import metadata
from schemas.reference.load import policies
from support.inbox import T0


async def test_equal_reports_of_several_processes_at_the_same_moment_have_one_claim(sql_url: str) -> None:
    async with AsyncExitStack() as stack:
        databases = [Database(sql_url, metadata) for _ in range(4)]
        for database in databases:
            stack.push_async_callback(database.close)
        processes = [Repeats(database, b"s" * 32, policies()) for database in databases]
        for minutes in (0, 10):  # the second time the row of an older report is taken over
            at = T0 + timedelta(minutes=minutes)
            news = [Claim(UUID(int=n), f"{minutes}-{n}", "id", at) for n in range(40)]
            claims = await asyncio.gather(*(processes[n % 4].claim(b"words", new) for n, new in enumerate(news)))
            assert len(set(claims)) == 1
            assert claims[0] in news
