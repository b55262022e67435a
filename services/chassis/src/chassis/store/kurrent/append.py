"""Appends in a pipeline: one call is kept open, many appends are under way in it at once, each answered for itself.

An append whose answer is lost is asked again with the same event ids at the same version, which the server answers as
it would have the first time; what stays unanswered is `OutcomeUnknown`.
"""

import asyncio
import random
from collections.abc import AsyncIterator
from contextlib import suppress
from typing import Final, NamedTuple
from uuid import UUID, uuid5

import grpc
import structlog
from kurrentdbclient.protos.v1 import shared_pb2
from kurrentdbclient.protos.v1.streams_pb2 import BatchAppendReq, BatchAppendResp
from kurrentdbclient.unpack_error_status import unpack_status_details

from chassis.base.errors import (
    AccessDenied,
    ChassisError,
    EventTooLarge,
    OutcomeUnknown,
    Permanent,
    StoreUnavailable,
    StreamDeleted,
)
from chassis.base.ports import Append
from chassis.store.kurrent.connection import Link
from chassis.store.kurrent.errors import Lost
from chassis.store.kurrent.mapping import request

ANSWER_S: Final = 5.0
"""How long an append may take before its answer counts as lost."""
PATIENCE_S: Final = 10.0
"""How long an append is asked again."""
FIRST_PAUSE_S, LONGEST_PAUSE_S = 0.05, 1.0
log = structlog.get_logger(__name__)


class Written(NamedTuple):
    """The version and position of the append's last event, now written or written by the same append before."""

    version: int
    position: int


class WrongVersion(Exception):
    """The stream is elsewhere, and holds other events there."""


class Appender:
    """Sends appends of one event loop."""

    def __init__(self, link: Link) -> None:
        self._link = link
        self._pipe: _Pipe | None = None
        self._opening = asyncio.Lock()
        self._number = 0

    async def append(self, append: Append) -> Written:
        """Written at its expected version, by this call or an earlier one.

        Raises:
            WrongVersion: not written, and never will be.
            StoreUnavailable: not written.
            OutcomeUnknown: some try may have written it.
            EventTooLarge, StreamDeleted, AccessDenied, Permanent.
        """
        end = asyncio.get_running_loop().time() + PATIENCE_S
        lost: Lost | None = None
        tries = 0
        while True:
            try:
                return _written(append, await self._once(append))
            except Lost as error:
                lost = error
            except StoreUnavailable as error:
                if asyncio.get_running_loop().time() >= end or (tries and lost is None):
                    raise (_unknown(append, lost) if lost else error) from error
            if asyncio.get_running_loop().time() >= end:
                raise _unknown(append, lost)
            tries += 1
            pause_s = min(LONGEST_PAUSE_S, FIRST_PAUSE_S * 2**tries)
            await asyncio.sleep(pause_s * (0.5 + 0.5 * random.random()))  # noqa: S311 - jitter is no secret

    async def close(self) -> None:
        """Let go of the call; what is under way should have been awaited."""
        if self._pipe is not None:
            await self._pipe.end()

    async def _once(self, append: Append) -> BatchAppendResp:
        async with self._opening:
            if self._pipe is None or self._pipe.ended:
                self._pipe = _Pipe(self._link, await self._link.connected())
        self._number += 1
        correlation = uuid5(UUID(int=0), str(self._number))
        return await self._pipe.ask(request(append, correlation, ANSWER_S), correlation)


class _Pipe:
    """One open call."""

    def __init__(self, link: Link, stub: object) -> None:
        self._link = link
        self._asked: asyncio.Queue[BatchAppendReq] = asyncio.Queue()
        self._waiting: dict[str, asyncio.Future[BatchAppendResp]] = {}
        self._call = stub.BatchAppend(self._requests(), metadata=link.metadata, credentials=link.credentials)  # type: ignore[attr-defined]
        self._reading = asyncio.create_task(self._read(), name="kurrent-appends")
        self.ended = False

    async def ask(self, asked: BatchAppendReq, correlation: UUID) -> BatchAppendResp:
        """Raises Lost; AccessDenied: the server let none of these appends in."""
        answer: asyncio.Future[BatchAppendResp] = asyncio.get_running_loop().create_future()
        self._waiting[str(correlation)] = answer
        self._asked.put_nowait(asked)
        try:
            async with asyncio.timeout(ANSWER_S):
                return await answer
        except TimeoutError:
            await self.end()  # the others in it wait for the same silent server
            raise Lost(f"{self._link.target} did not answer within {ANSWER_S:g} s") from None

    async def end(self) -> None:
        """Cancel the call."""
        self.ended = True
        self._call.cancel()
        with suppress(asyncio.CancelledError):
            await self._reading

    async def _requests(self) -> AsyncIterator[BatchAppendReq]:
        while True:
            yield await self._asked.get()

    async def _read(self) -> None:
        error: Exception = Lost(f"{self._link.target} ended the call")
        try:
            async for response in self._call:
                answer = self._waiting.pop(response.correlation_id.string, None)
                if answer is not None and not answer.done():
                    answer.set_result(response)
        except asyncio.CancelledError:
            error = Lost("the call was cancelled")
        except grpc.RpcError as broken:
            error = await self._broken(broken)
        finally:
            self.ended = True
            if self._waiting:
                log.warning(
                    "answers to appends lost", store=self._link.target, appends=len(self._waiting), because=str(error)
                )
            for answer in self._waiting.values():
                if not answer.done():
                    answer.set_exception(error)

    async def _broken(self, error: grpc.RpcError) -> ChassisError:
        await self._link.mend(error)
        meant = await self._link.meaning(error)
        return meant if isinstance(meant, AccessDenied) else Lost(str(meant))


def _unknown(append: Append, lost: "Lost | None") -> OutcomeUnknown:
    return OutcomeUnknown(f"{append.stream}: appended or not, nobody knows: {lost}")


def _written(append: Append, response: BatchAppendResp) -> Written:
    if response.WhichOneof("result") == "success":
        return Written(response.success.current_revision, response.success.position.commit_position)
    [details] = unpack_status_details(response.error)
    match details:
        case shared_pb2.WrongExpectedVersion():
            raise WrongVersion
        case shared_pb2.StreamDeleted():
            raise StreamDeleted(f"{append.stream} is deleted")
        case shared_pb2.AccessDenied():
            raise AccessDenied(f"no right to append to {append.stream}")
        case shared_pb2.MaximumAppendSizeExceeded():
            raise EventTooLarge(f"{append.stream}: the server takes {details.maxAppendSize} bytes in one append")
        case shared_pb2.Timeout() | shared_pb2.Unknown():
            raise Lost(f"the server says {type(details).__name__}")
        case shared_pb2.BadRequest() | shared_pb2.InvalidTransaction():
            raise Permanent(f"{append.stream}: {response.error.message} {getattr(details, 'message', '')}")
        case _:
            raise StoreUnavailable(response.error.message or "the server did not take it")
