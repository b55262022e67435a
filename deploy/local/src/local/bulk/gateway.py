"""Files rows as a channel gateway does: sends each as a message on the topic `submissions`, then asks for its result.

A row whose result exists is not sent again. One without a result is sent again, which is harmless.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, Final
from urllib.parse import quote

import aiohttp
from aiokafka import AIOKafkaProducer
from aiokafka.errors import KafkaError
from pydantic_core import to_json

from chassis.base.errors import ChassisError
from chassis.kafka.clients import producer, running
from local.bulk.client import (
    CLIENT,
    PAUSE_S,
    TRIES,
    FilingMethod,
    FilingResult,
    Unreachable,
    request,
    wait_placed,
    why_refused,
)
from local.bulk.rows import FileRow
from schemas.base.topics import SUBMISSIONS
from schemas.contract.submission import SUBMISSION

AGAIN_S: Final = 60.0
"""A message without a result for this long is sent again, since Kafka may have lost it."""
LONGEST_PAUSE_S: Final = 1.0


@asynccontextmanager
async def over_kafka(session: aiohttp.ClientSession, kafka: str) -> AsyncIterator[FilingMethod]:
    """File over Kafka, while the producer of this context is open.

    Raises:
        Unreachable: Kafka does not answer.
    """
    try:
        async with running(producer(kafka, linger_ms=5)) as client:

            async def file_row(row: FileRow) -> FilingResult:
                status, problem = await _result(session, row)
                kind = "filed" if status == 202 else "known"
                while status == 202:
                    await _send(client, row)
                    status, problem = await _read(session, row)
                if status != 200:
                    return FilingResult(row.number, "refused", why_refused(problem))
                return FilingResult(
                    row.number, kind, await wait_placed(session, problem["tracking_code"], problem["status"])
                )

            yield file_row
    except ChassisError as error:
        raise Unreachable(f"Kafka at {kafka} does not answer: {error}") from error


async def _send(client: AIOKafkaProducer, row: FileRow) -> None:
    """Returns when Kafka has acknowledged the message."""
    body = {**row.body, "client": CLIENT, "key": str(row.key)}
    headers = [("ce_specversion", b"1.0"), ("ce_id", str(row.key).encode()), ("ce_type", SUBMISSION.encode())]
    why = ""
    for _ in range(TRIES):
        try:
            await client.send_and_wait(SUBMISSIONS, to_json(body), key=CLIENT.encode(), headers=headers)
        except (KafkaError, OSError) as error:
            why = type(error).__name__
            await asyncio.sleep(PAUSE_S)
        else:
            return
    raise Unreachable(f"Kafka does not accept messages: {why}")


async def _read(session: aiohttp.ClientSession, row: FileRow) -> tuple[int, dict[str, Any]]:
    """Wait for the result; status 202 if there is none after `AGAIN_S`."""
    loop = asyncio.get_running_loop()
    end, pause = loop.time() + AGAIN_S, 0.05
    while True:
        await asyncio.sleep(pause)
        status, answer = await _result(session, row)
        if status != 202 or loop.time() > end:
            return status, answer
        pause = min(pause * 1.5, LONGEST_PAUSE_S)


async def _result(session: aiohttp.ClientSession, row: FileRow) -> tuple[int, dict[str, Any]]:
    path = f"/api/v1/submissions/{quote(CLIENT)}/{row.key}"
    status, _, answer = await request(session, "GET", path)
    return status, answer
