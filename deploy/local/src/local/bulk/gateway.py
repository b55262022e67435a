"""Files rows as a channel gateway does: sends each as a message on the gateway's topic, then asks for its result.

A row whose result exists is not sent again. One without a result is sent again, which is harmless: if it was filed over
HTTP before, no second complaint is made, and the result says so.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, Final

import aiohttp
from aiokafka import AIOKafkaProducer
from aiokafka.errors import KafkaError
from pydantic import ValidationError
from pydantic_core import to_json

from chassis.base.cluster import Cluster
from chassis.base.errors import ChassisError
from chassis.base.gateways import IMPORT
from chassis.kafka.clients import producer, running
from local.bulk.client import (
    PAUSE_S,
    TRIES,
    FilingMethod,
    FilingResult,
    Unreachable,
    file_once,
    placed,
    refused,
    result_of,
)
from local.bulk.rows import FileRow
from schemas import wording
from schemas.base.topics import gateway_submissions
from schemas.contract.submission import SUBMISSION, Submission

TOPIC: Final = gateway_submissions(IMPORT)
AGAIN_S: Final = 60.0
"""A message without a result for this long is sent again, since Kafka may have lost it."""
SAME_S: Final = 15.0
"""A row that was refused before and is sent again has the same result if no other comes within this time."""
LONGEST_PAUSE_S: Final = 1.0


@asynccontextmanager
async def over_kafka(session: aiohttp.ClientSession, kafka: Cluster) -> AsyncIterator[FilingMethod]:
    """File over Kafka, while the producer of this context is open.

    Raises:
        Unreachable: Kafka does not answer.
    """
    try:
        async with running(producer(kafka, linger_ms=5)) as client:

            async def file_row(row: FileRow) -> FilingResult:
                return _fault(row) or await _submitted(client, session, row)

            yield file_row
    except ChassisError as error:
        raise Unreachable(f"Kafka at {kafka} does not answer: {error}") from error


def _fault(row: FileRow) -> FilingResult | None:
    """What the form refuses is refused here: a stored refusal would not tell whether it is that of a mended row."""
    try:
        Submission.model_validate_json(to_json(_message(row)))
    except ValidationError as error:
        [first, *_] = error.errors(include_input=False)
        field = ".".join(str(part) for part in first["loc"])
        why = wording.found(first["type"], first.get("ctx") or {}, first["msg"], "en")
        return FilingResult(row, "refused", f"invalid-field: {field}", f"{field}: {why}")
    return None


async def _submitted(client: AIOKafkaProducer, session: aiohttp.ClientSession, row: FileRow) -> FilingResult:
    status, answer, _ = await result_of(session, row)
    if status == 200:
        # Over HTTP, which says whether the key filed this content.
        filed = await file_once(session, row._replace(received_at=None))
        return filed if filed.kind != "known" else await placed(session, row, "known", answer)
    before, kind = answer if status != 202 else None, "filed"
    while status == 202 or answer == before:
        await _send(client, row)
        status, answer, kind = await _read(session, row, before)
        if before is not None:
            break
    return await placed(session, row, kind, answer) if status == 200 else refused(row, answer)


def _message(row: FileRow) -> dict[str, Any]:
    received = {"received_at": row.received_at} if row.received_at else {}
    return {**row.body, **received, "key": str(row.key)}


async def _send(client: AIOKafkaProducer, row: FileRow) -> None:
    """Returns when Kafka has acknowledged the message."""
    headers = [("ce_specversion", b"1.0"), ("ce_id", str(row.key).encode()), ("ce_type", SUBMISSION.encode())]
    why = ""
    for _ in range(TRIES):
        try:
            await client.send_and_wait(TOPIC, to_json(_message(row)), key=str(row.key).encode(), headers=headers)
        except (KafkaError, OSError) as error:
            why = type(error).__name__
            await asyncio.sleep(PAUSE_S)
        else:
            return
    raise Unreachable(f"Kafka does not accept messages: {why}")


async def _read(
    session: aiohttp.ClientSession, row: FileRow, before: dict[str, Any] | None
) -> tuple[int, dict[str, Any], str]:
    """Wait for a result: status 202 if there is none after `AGAIN_S`; `before` if no other came within `SAME_S`."""
    loop = asyncio.get_running_loop()
    end, pause = loop.time() + (SAME_S if before is not None else AGAIN_S), 0.05
    while True:
        await asyncio.sleep(pause)
        status, answer, kind = await result_of(session, row)
        if (status != 202 and answer != before) or loop.time() > end:
            return status, answer, kind
        pause = min(pause * 1.5, LONGEST_PAUSE_S)
