"""Files many complaints through the front door, and follows each until it is placed, at the desk, or refused.

Retry-safe: each goes out under its own key, so a run cut off is simply run again.
"""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import asynccontextmanager
from typing import Any, Final, NamedTuple

import aiohttp

from local.rows import Row

CONNECTIONS: Final = 32
TRIES: Final = 30
PAUSE_S: Final = 0.5
REPLAYED: Final = "Idempotent-Replayed"
"""Header of the answer to a request that was carried out before."""
BUSY: Final = frozenset({429, 502, 503, 504})


class Outcome(NamedTuple):
    """What came of one row. `kind`: filed, known (filed before) or refused; `where`: the status it ended in, or why
    it was refused.
    """

    row: int
    kind: str
    where: str


class Unreachable(Exception):
    """The front door did not answer, however often it was asked."""


Step = Callable[[Outcome], None]


async def file_all(address: str, rows: Iterable[Row], told: Step, connections: int = CONNECTIONS) -> Counter[str]:
    """File every row; the counts by `kind where`. `told` hears of each as it ends.

    Raises:
        Unreachable: the front door is not there.
    """
    counts: Counter[str] = Counter()
    source = iter(rows)
    async with opened(address, connections) as session:

        async def work() -> None:
            for row in source:
                outcome = await file_one(session, row)
                counts[f"{outcome.kind} {outcome.where}"] += 1
                told(outcome)

        async with asyncio.TaskGroup() as workers:
            for _ in range(connections):
                workers.create_task(work())
    return counts


@asynccontextmanager
async def opened(address: str, connections: int = CONNECTIONS) -> AsyncIterator[aiohttp.ClientSession]:
    """A session with the front door."""
    connector = aiohttp.TCPConnector(limit=connections)
    async with aiohttp.ClientSession(address, connector=connector, timeout=aiohttp.ClientTimeout(total=30)) as session:
        yield session


async def file_one(session: aiohttp.ClientSession, row: Row) -> Outcome:
    """File one row and wait until it is somewhere."""
    status, headers, answer = await asked(session, "POST", "/api/v1/complaints", row.body, str(row.key))
    if status != 201:
        return Outcome(row.number, "refused", f"{answer.get('code')}: {answer.get('field', '')}".rstrip(": "))
    kind = "known" if REPLAYED in headers else "filed"
    return Outcome(row.number, kind, await settled(session, answer["tracking_code"], answer["status"]))


async def settled(session: aiohttp.ClientSession, code: str, status: str = "unplaced") -> str:
    """The status once the router has had its say."""
    tries = 0
    while status == "unplaced":
        tries += 1
        await asyncio.sleep(min(0.05 * tries, 2.0))
        _, _, answer = await asked(session, "GET", f"/api/v1/complaints/{code}")
        status = answer["status"]
    return status


async def asked(
    session: aiohttp.ClientSession, method: str, path: str, body: Any = None, key: str | None = None
) -> tuple[int, Any, dict[str, Any]]:
    """Status, headers and JSON of an answer; an unknown outcome is asked again with the same key.

    Raises:
        Unreachable: no answer in `TRIES` tries.
    """
    headers = {"Idempotency-Key": key} if key else {}
    why = ""
    for attempt in range(TRIES):
        try:
            async with session.request(method, path, json=body, headers=headers) as response:
                if response.status not in BUSY:
                    return response.status, response.headers, await response.json(content_type=None)
                why = f"status {response.status}"
        except (aiohttp.ClientError, TimeoutError) as error:
            why = str(error) or type(error).__name__
        await asyncio.sleep(PAUSE_S * min(attempt + 1, 6))
    raise Unreachable(f"the front door does not answer: {why}")
