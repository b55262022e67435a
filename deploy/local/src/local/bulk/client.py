"""Files many complaints, by the front door here, and follows each until it is placed, at the desk, or refused.

Retry-safe: each goes out under its own key, so a run cut off is simply run again.
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
"""Under which rows are filed, the same on both roads: a row is one complaint whichever it comes by."""
REPLAYED: Final = "Idempotent-Replayed"
"""Header of the answer to a request that was carried out before."""
BUSY: Final = frozenset({429, 502, 503, 504})


class FilingResult(NamedTuple):
    """What came of one row. `kind`: filed, known (filed before) or refused; `where`: the status it ended in, or why
    it was refused.
    """

    row: int
    kind: str
    where: str


class Unreachable(Exception):
    """The front door did not answer, however often it was asked."""


Step = Callable[[FilingResult], None]
FilingMethod = Callable[[FileRow], Awaitable[FilingResult]]
"""Files one row and waits until it is somewhere. Raises Unreachable."""


async def file_all(road: FilingMethod, rows: Iterable[FileRow], told: Step, at_once: int = CONNECTIONS) -> Counter[str]:
    """File every row; the counts by `kind where`. `told` hears of each as it ends.

    Raises:
        Unreachable: the front door, or Kafka, is not there.
    """
    counts: Counter[str] = Counter()
    source = iter(rows)

    async def work() -> None:
        for row in source:
            outcome = FilingResult(row.number, "refused", row.fault) if row.fault else await road(row)
            counts[f"{outcome.kind} {outcome.where}"] += 1
            told(outcome)

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
    """A session with the front door."""
    connector = aiohttp.TCPConnector(limit=connections)
    async with aiohttp.ClientSession(address, connector=connector, timeout=aiohttp.ClientTimeout(total=30)) as session:
        yield session


def over_http(session: aiohttp.ClientSession) -> FilingMethod:
    """Over HTTP, as a citizen does."""

    async def road(row: FileRow) -> FilingResult:
        status, headers, answer = await request(session, "POST", "/api/v1/complaints", row.body, str(row.key))
        if status != 201:
            return FilingResult(row.number, "refused", why_refused(answer))
        kind = "known" if REPLAYED in headers else "filed"
        return FilingResult(row.number, kind, await wait_placed(session, answer["tracking_code"], answer["status"]))

    return road


def why_refused(problem: dict[str, Any]) -> str:
    """The rule, and the field if it names one."""
    return f"{problem.get('code')}: {problem.get('field', '')}".rstrip(": ")


async def wait_placed(session: aiohttp.ClientSession, code: str, status: str = "unplaced") -> str:
    """The status once the router has had its say."""
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
    """Status, headers and JSON of an answer; an unknown outcome is asked again with the same key.

    Raises:
        Unreachable: no answer in `TRIES` tries.
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
