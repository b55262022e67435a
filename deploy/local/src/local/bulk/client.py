"""Files many complaints over HTTP and follows each until it is placed, at the triage desk, or refused.

Safe to repeat: each row has its own idempotency key, so an interrupted run can be run again.
"""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from contextlib import asynccontextmanager
from typing import Any, Final, NamedTuple

import aiohttp

from local.bulk.rows import FileRow
from schemas.base.ids import derived_id

CONNECTIONS: Final = 32
TRIES: Final = 30
PAUSE_S: Final = 0.5
CLIENT: Final = str(derived_id("client", "satupintu file"))
"""Client id of all rows, the same over HTTP and Kafka, so that a row filed by both is one complaint."""
REPLAYED: Final = "Idempotent-Replayed"
"""Header of the response to a request that was carried out before."""
BUSY: Final = frozenset({429, 502, 503, 504})


class FilingResult(NamedTuple):
    """The outcome of one row. `kind`: filed, known (filed before) or refused. `where`: the status, or the refusal."""

    row: int
    kind: str
    where: str


class Unreachable(Exception):
    """The front door or Kafka did not answer after all retries."""


FilingMethod = Callable[[FileRow], Awaitable[FilingResult]]
"""Files one row and waits until it is placed or refused. Raises Unreachable."""


async def file_all(
    file_row: FilingMethod, rows: Iterable[FileRow], done: Callable[[FilingResult], None], at_once: int = CONNECTIONS
) -> Counter[str]:
    """File every row; returns counts by `kind where`. `done` is called with each result.

    Raises:
        Unreachable: the front door or Kafka does not answer.
    """
    counts: Counter[str] = Counter()
    source = iter(rows)

    async def work() -> None:
        for row in source:
            outcome = FilingResult(row.number, "refused", row.fault) if row.fault else await file_row(row)
            counts[f"{outcome.kind} {outcome.where}"] += 1
            done(outcome)

    workers = [asyncio.create_task(work()) for _ in range(at_once)]
    try:
        await asyncio.gather(*workers)
    finally:
        for worker in workers:
            worker.cancel()
        await asyncio.gather(*workers, return_exceptions=True)
    return counts


@asynccontextmanager
async def open_session(address: str, connections: int = CONNECTIONS) -> AsyncIterator[aiohttp.ClientSession]:
    """An HTTP session with the front door."""
    connector = aiohttp.TCPConnector(limit=connections)
    async with aiohttp.ClientSession(address, connector=connector, timeout=aiohttp.ClientTimeout(total=30)) as session:
        yield session


def over_http(session: aiohttp.ClientSession) -> FilingMethod:
    """File over HTTP, as a citizen does."""

    async def file_row(row: FileRow) -> FilingResult:
        status, headers, answer = await request(session, "POST", "/api/v1/complaints", row.body, str(row.key))
        if status != 201:
            return FilingResult(row.number, "refused", why_refused(answer))
        kind = "known" if REPLAYED in headers else "filed"
        return FilingResult(row.number, kind, await wait_placed(session, answer["tracking_code"], answer["status"]))

    return file_row


def why_refused(problem: dict[str, Any]) -> str:
    """The code of a refusal, and the field if it names one."""
    return f"{problem.get('code')}: {problem.get('field', '')}".rstrip(": ")


async def wait_placed(session: aiohttp.ClientSession, code: str, status: str = "unplaced") -> str:
    """Wait until the router has decided; returns the status."""
    tries = 0
    while status == "unplaced":
        tries += 1
        await asyncio.sleep(min(0.05 * tries, 2.0))
        _, _, answer = await request(session, "GET", f"/api/v1/complaints/{code}")
        status = answer["status"]
    return status


async def request(
    session: aiohttp.ClientSession, method: str, path: str, body: Any = None, key: str | None = None
) -> tuple[int, Any, dict[str, Any]]:
    """Send a request; returns status, headers and JSON. An unknown outcome is retried with the same key.

    Raises:
        Unreachable: no response after `TRIES` tries.
    """
    headers = {"Idempotency-Key": key, "Satupintu-Client": CLIENT} if key else {}
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
