"""The client of a KurrentDB server or cluster, and calls on it that are tried again."""

import asyncio
import ssl
from collections.abc import Awaitable, Callable
from contextlib import suppress
from functools import partial
from typing import Final, TypeVar

import structlog
from kurrentdbclient import AsyncKurrentDBClient, AsyncReadResponse, StreamState
from kurrentdbclient import exceptions as theirs

from chassis.base.errors import AccessDenied, ChassisError, Retryable, StoreUnavailable
from chassis.base.ports import Append
from chassis.base.retry import RetryPolicy
from chassis.store.kurrent.errors import meaning, refuse_own_cancellation
from chassis.store.kurrent.mapping import to_ours, to_theirs
from schemas.base.envelope import NO_STREAM, RecordedEvent

CALL_S: Final = 10.0
"""How long one try of a call may take, with the tries that the client makes by itself."""
ANSWER_S: Final = 5.0
"""How long an append may take before its answer counts as lost."""
RETRY: Final = RetryPolicy(attempts=4, first_s=0.1, longest_s=1.0)
"""A server that is away is asked for some seconds; a silent one is not asked again."""
RECONNECT_MS: Final = (
    ("grpc.initial_reconnect_backoff_ms", 100),
    ("grpc.min_reconnect_backoff_ms", 100),
    ("grpc.max_reconnect_backoff_ms", 1_000),
)
"""By default gRPC stays away from a server that has come back for up to two minutes."""
KEEP_ALIVE_MS: Final = (("grpc.keepalive_time_ms", 10_000), ("grpc.keepalive_timeout_ms", 5_000))
"""Unless the URL says otherwise: a peer that vanished without a word is noticed within 15 s."""
ANSWERS: Final = (theirs.NotFoundError, theirs.WrongCurrentVersionError)
T = TypeVar("T")
log = structlog.get_logger(__name__)


class Connection:
    """The client makes the connection when it is needed, again when it broke, and finds the leader of a cluster.
    `is_up`: the server has answered, and no append was left without an answer since.
    """

    def __init__(self, url: str) -> None:
        """Connects nowhere yet. Raises ValueError: the URL, or a file that it names, is not usable."""
        try:
            self.client = AsyncKurrentDBClient(url)
        except OSError as error:
            raise ValueError(f"{error.filename}, named in the event store's URL, cannot be read") from error
        spec = self.client.connection_spec
        if spec.options.node_preference != "leader":
            raise ValueError("an event store is read on its leader: leave NodePreference out of its URL")
        self.client.grpc_options += RECONNECT_MS
        if spec.options.keep_alive_interval is None:
            self.client.grpc_options += KEEP_ALIVE_MS
        self.target = ",".join(spec.targets)
        self.is_up = self._closed = False

    async def read(self, begin: Callable[[], Awaitable[AsyncReadResponse]]) -> list[RecordedEvent]:
        """All events of the response that `begin` gives.

        The client's `get_stream` is not used: it returns an incomplete stream, without an error, when another call
        makes the connection anew meanwhile. A response that is iterated over raises then.
        """

        async def ask() -> list[RecordedEvent]:
            response = await begin()
            await asyncio.sleep(0)  # a response that is stopped before its reading task has begun never ends
            if response.is_stopped:
                raise theirs.CancelledByClientError
            return [to_ours(event) async for event in response]

        return await self.call(ask)

    async def append(self, append: Append) -> int:
        """The position of the append's last event, written at the expected version by this call or an earlier one.

        A try without an answer is repeated with the same ids at the same version, which the server answers as it would
        have answered the first.

        Raises:
            WrongCurrentVersionError: the stream is at another version, and holds other events there.
            StoreUnavailable: no try was answered; each of them may have written it.
            EventTooLarge, StreamDeleted, AccessDenied, Permanent.
        """
        new = append.expected_version == NO_STREAM
        send = partial(
            self.client.append_to_stream,
            append.stream,
            events=[to_theirs(event) for event in append.events],
            current_version=StreamState.NO_STREAM if new else append.expected_version,
            timeout=ANSWER_S,
        )
        return await self.call(send)

    async def call(self, ask: Callable[[], Awaitable[T]]) -> T:
        """What `ask` gives, which must be repeatable: it is tried again over a broken connection or a change of leader.

        Raises:
            NotFoundError: there is no such stream.
            WrongCurrentVersionError: it is at another version.
            ChassisError: what became of the last try.
        """
        for tries in range(1, RETRY.attempts + 1):
            if self._closed:  # the client would raise an AttributeError
                raise StoreUnavailable(f"{self.target} is closed")
            try:
                async with asyncio.timeout(CALL_S):
                    if tries > 1:
                        await self.client.get_commit_position()  # a read that finds the leader, and connects to it
                    answer = await ask()
            except ANSWERS:
                raise
            except (theirs.KurrentDBClientError, TimeoutError, asyncio.CancelledError) as error:
                refuse_own_cancellation(error)
                meant = await self._meaning(error)
                is_silent = isinstance(error, TimeoutError | theirs.DeadlineExceededError)
                if not isinstance(meant, Retryable) or is_silent or tries == RETRY.attempts:
                    raise meant from error
                if isinstance(error, theirs.NodeIsNotLeaderError):
                    log.warning("another node leads", store=self.target, leader=f"{error.host}:{error.port}")
            else:
                self.is_up = True
                return answer
            await RETRY.wait(tries)
        raise AssertionError("the last try answers or raises")

    async def close(self) -> None:
        """Refuse further calls, and close the client's connection."""
        self._closed, self.is_up = True, False
        with suppress(theirs.ProgrammingError):  # it never made one
            await self.client.close()

    async def _meaning(self, error: BaseException) -> ChassisError:
        """Our error for `error`. A server that does not answer is asked whether it speaks TLS, if we do not."""
        meant, spec = meaning(error, self.target), self.client.connection_spec
        if self.is_up or spec.options.tls or not isinstance(meant, StoreUnavailable):
            return meant
        host, _, port = spec.targets[0].rpartition(":")
        with suppress(OSError, ValueError):
            await asyncio.to_thread(ssl.get_server_certificate, (host, int(port)), timeout=1.0)
            return AccessDenied(f"{self.target}: TLS does not match: the server speaks it, and this URL says Tls=false")
        return meant
