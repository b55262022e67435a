"""Files many complaints over HTTP and follows each until it is placed, at the triage desk, or refused.

Safe to repeat: each row has its own idempotency key, so an interrupted run can be run again. A row whose key filed
other content before is reported as changed; nothing is filed for it.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Sequence
from contextlib import asynccontextmanager
from datetime import datetime
from http import HTTPStatus
from typing import Any, Final, NamedTuple

import aiohttp

from chassis.base.gateways import IMPORT, IMPORT_DEVICE
from local.bulk.rows import FileRow

CONNECTIONS: Final = 32
TRIES: Final = 30
PAUSE_S: Final = 0.5
REPLAYED: Final = "Idempotent-Replayed"
"""Header of the response to a request that was carried out before."""
BUSY: Final = frozenset({429, 502, 503, 504})


class FilingResult(NamedTuple):
    """The outcome of one row. `kind`: filed, known (filed before), changed (its key filed other content before) or
    refused. `where`: the status, or the code of the refusal with its field.
    """

    row: FileRow
    kind: str
    where: str
    why: str = ""
    """The refusal as a sentence."""
    tracking_code: str = ""
    public_number: str = ""


class Unreachable(Exception):
    """The front door or Kafka did not answer after all retries."""


FilingMethod = Callable[[FileRow], Awaitable[FilingResult]]
"""Files one row and waits until it is placed or refused. Raises Unreachable."""


async def file_all(
    file_row: FilingMethod, rows: Iterable[FileRow], done: Callable[[FilingResult], None], at_once: int = CONNECTIONS
) -> list[FilingResult]:
    """File every row. `done` is called with each result.

    Raises:
        Unreachable: the front door or Kafka does not answer.
    """
    outcomes = list[FilingResult]()
    source = iter(rows)

    async def work() -> None:
        for row in source:
            outcome = FilingResult(row, "refused", "unreadable", row.fault) if row.fault else await file_row(row)
            outcomes.append(outcome)
            done(outcome)

    workers = [asyncio.create_task(work()) for _ in range(at_once)]
    try:
        await asyncio.gather(*workers)
    finally:
        for worker in workers:
            worker.cancel()
        await asyncio.gather(*workers, return_exceptions=True)
    return outcomes


@asynccontextmanager
async def open_session(
    address: str, connections: int = CONNECTIONS, middlewares: Sequence[aiohttp.ClientMiddlewareType] = ()
) -> AsyncIterator[aiohttp.ClientSession]:
    """An HTTP session with the front door. `middlewares`: such as one that adds access tokens."""
    connector, timeout = aiohttp.TCPConnector(limit=connections), aiohttp.ClientTimeout(total=30)
    async with aiohttp.ClientSession(address, connector=connector, timeout=timeout, middlewares=middlewares) as session:
        yield session


def over_http(session: aiohttp.ClientSession, gateway: aiohttp.ClientSession | None = None) -> FilingMethod:
    """File over HTTP, as a citizen does. `gateway`: a session of the gateway `import`, which knows what was filed over
    Kafka; None: that is not recognised.
    """

    async def file_row(row: FileRow) -> FilingResult:
        there = gateway is not None and (await result_of(gateway, row))[0] == HTTPStatus.OK
        return await file_once(gateway if gateway is not None and there else session, row)

    return file_row


async def result_of(session: aiohttp.ClientSession, row: FileRow) -> tuple[int, dict[str, Any], str]:
    """What became of the row as a message of the gateway: status, answer, and whether its complaint was there before
    the message (known) or not (filed).
    """
    status, headers, answer = await request(session, "GET", f"/api/v1/submissions/{IMPORT}/{row.key}")
    return status, answer, "known" if REPLAYED in headers else "filed"


async def file_once(session: aiohttp.ClientSession, row: FileRow) -> FilingResult:
    """POST the row under its key, and wait until it is placed."""
    status, headers, answer = await request(session, "POST", "/api/v1/complaints", row.body, str(row.key))
    if status != 201:
        return refused(row, answer)
    return await placed(session, row, "known" if REPLAYED in headers else "filed", answer)


async def placed(session: aiohttp.ClientSession, row: FileRow, kind: str, answer: dict[str, Any]) -> FilingResult:
    """The result of a row that is a complaint, once the router has decided. `answer`: the body of the 201."""
    code, status = answer["tracking_code"], answer["status"]
    if kind == "known" and row.received_at is not None:
        _, _, page = await request(session, "GET", f"/api/v1/complaints/{code}")
        if datetime.fromisoformat(page["received_at"]) != row.received_at:
            why = f"it was filed as received at {page['received_at']}; nothing was filed now"
            return FilingResult(row, "changed", "received_at", why, code, answer["public_number"])
    where = await wait_placed(session, code, status)
    return FilingResult(row, kind, where, "", code, answer["public_number"])


def refused(row: FileRow, problem: dict[str, Any]) -> FilingResult:
    """The result of a row that was answered with this problem (RFC 9457)."""
    code = str(problem.get("code"))
    if code == "request-differs":
        return FilingResult(row, "changed", "content", "its key filed other content before; nothing was filed now")
    if code == "data-erased":
        return FilingResult(row, "known", "erased")
    return FilingResult(row, "refused", f"{code}: {problem.get('field', '')}".rstrip(": "), str(problem.get("detail")))


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
    # A device, unless the session's token names the gateway. The gateway finds what the device filed.
    headers = {"Idempotency-Key": key, "Satupintu-Client": IMPORT_DEVICE} if key else {}
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
