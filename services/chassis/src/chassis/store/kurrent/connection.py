"""The connection to a KurrentDB server or cluster: made when needed, mended when it breaks or the leader changes."""

import asyncio
import ssl
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Any, Final, TypeVar
from uuid import UUID

import grpc
import grpc.aio
import structlog
from kurrentdbclient import AsyncKurrentDBClient
from kurrentdbclient.exceptions import (
    DiscoveryFailedError,
    KurrentDBClientError,
    NodeIsNotLeaderError,
    NotFoundError,
    ServiceUnavailableError,
    WrongCurrentVersionError,
)
from kurrentdbclient.protos.v1.streams_pb2 import ReadReq
from kurrentdbclient.protos.v1.streams_pb2_grpc import StreamsStub

from chassis.base.errors import AccessDenied, ChassisError, Retryable, StoreUnavailable
from chassis.store.kurrent.errors import clients_own, meaning, refuse_own_cancellation
from chassis.store.kurrent.read import all_of, of_all

CONNECT_S: Final = 2.0
READ_S: Final = 20.0
TRIES: Final = 4
PAUSE_S: Final = 0.05
RECONNECT_MS: Final = (
    ("grpc.initial_reconnect_backoff_ms", 100),
    ("grpc.min_reconnect_backoff_ms", 100),
    ("grpc.max_reconnect_backoff_ms", 1_000),
)
"""By default a client stays away from a server that has come back for up to two minutes."""
KEEP_ALIVE_MS: Final = (("grpc.keepalive_time_ms", 10_000), ("grpc.keepalive_timeout_ms", 5_000))
"""Unless the URL says otherwise: a peer that vanished without a word is noticed within 15 s."""
T = TypeVar("T")
log = structlog.get_logger(__name__)


class Link:
    """One client, which knows URLs, certificates and clusters and finds the leader; and a channel of our own to the
    node that it found, for calls that cost less than the client's.
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
        self._alone = len(spec.targets) == 1 and not spec.scheme.endswith("+discover")
        self._answered = self._closed = False
        self._channel: grpc.aio.Channel | None = None
        self._stub: Any = None
        self._channel_of: UUID | None = None

    @property
    def metadata(self) -> tuple[tuple[str, str], ...]:
        """What goes with every call of our own."""
        return (("connection-name", self.client.connection_spec.options.connection_name), ("requires-leader", "true"))

    @property
    def credentials(self) -> grpc.CallCredentials | None:
        spec = self.client.connection_spec
        return self.client.construct_call_credentials(spec.username, spec.password)

    async def read(self, asked: ReadReq, within_s: float | None) -> Any:
        """The call that reads or subscribes, to be iterated over."""
        self._refuse_if_closed()
        await self.client.connect()
        stub = await self._own_stub()
        return stub.Read(asked, timeout=within_s, metadata=self.metadata, credentials=self.credentials)

    async def connected(self) -> Any:
        """For appends: the calls of a channel that is connected to the node that leads, as far as we know.

        Raises AccessDenied, StoreUnavailable: nothing was sent.
        """
        self._refuse_if_closed()
        try:
            await self.client.connect()
            stub = await self._own_stub()
            async with asyncio.timeout(CONNECT_S):
                assert self._channel is not None
                await self._channel.channel_ready()
        except TimeoutError:
            await self._say_why()
        except (KurrentDBClientError, grpc.RpcError) as error:
            raise await self.meaning(error) from error
        return stub

    async def reading(self, ask: Callable[[], Awaitable[T]]) -> T:
        """What `ask` gives, tried again a few times over a broken connection or a change of leader.

        Raises:
            NotFoundError: there is no such stream.
            WrongCurrentVersionError: it is elsewhere.
            ChassisError: what became of the last try.
        """
        for tries in range(1, TRIES + 1):
            try:
                async with asyncio.timeout(READ_S):
                    answer = await ask()
            except (NotFoundError, WrongCurrentVersionError):
                self._answered = True
                raise
            except (KurrentDBClientError, grpc.RpcError, TimeoutError, asyncio.CancelledError) as error:
                refuse_own_cancellation(error)
                meant = await self.meaning(error)
                if not isinstance(meant, Retryable) or tries == TRIES or isinstance(error, TimeoutError):
                    raise meant from error
                await self.mend(error)
                await asyncio.sleep(PAUSE_S * 2**tries)
            else:
                self._answered = True
                return answer
        raise AssertionError("the last try answers or raises")

    async def mend(self, broken: BaseException) -> None:
        """Find the leader anew after `broken`. A single server is found again by gRPC itself."""
        error = clients_own(broken)
        if isinstance(error, NodeIsNotLeaderError) and error.host and error.port:
            log.warning("another node leads", store=self.target, leader=f"{error.host}:{error.port}")
            await self._reconnect(f"{error.host}:{error.port}")
        elif not self._alone and isinstance(error, NodeIsNotLeaderError | ServiceUnavailableError):
            await self._reconnect(None)

    async def meaning(self, error: BaseException) -> ChassisError:
        """The error of ours for `error`. A server never heard of is asked whether it speaks TLS while we do not."""
        meant = meaning(clients_own(error), self.target)
        plain = not self.client.connection_spec.options.tls
        if isinstance(meant, StoreUnavailable) and plain and not self._answered and await self._speaks_tls():
            return AccessDenied(f"{self.target}: TLS does not match: the server speaks it, and this URL says Tls=false")
        return meant

    def _refuse_if_closed(self) -> None:
        if self._closed:  # the client would miss its own connection
            raise StoreUnavailable(f"{self.target} is closed")

    async def close(self) -> None:
        self._closed = True
        if self._channel is not None:
            await self._channel.close()
        with suppress(AssertionError, KurrentDBClientError, AttributeError):
            if self._ever_connected():
                await self.client.close()

    def _ever_connected(self) -> bool:
        try:
            return self.client.connection_id is not None
        except (AssertionError, AttributeError):
            return False

    async def _reconnect(self, leader: str | None) -> None:
        if not self._ever_connected():
            return
        with suppress(DiscoveryFailedError):  # told by the next call
            await self.client.reconnect(leader, self.client.connection_id)

    async def _own_stub(self) -> Any:
        if self._channel is None or self._channel_of != self.client.connection_id:
            old, self._channel = self._channel, self._made_channel()
            self._channel_of = self.client.connection_id
            self._stub = StreamsStub(self._channel)  # type: ignore[no-untyped-call]
            if old is not None:
                await old.close()
        return self._stub

    def _made_channel(self) -> grpc.aio.Channel:
        client = self.client
        if not client.connection_spec.options.tls:
            return grpc.aio.insecure_channel(client.connection_target, client.grpc_options)
        certificates = grpc.ssl_channel_credentials(
            client.root_certificates, client.private_key, client.certificate_chain
        )
        return grpc.aio.secure_channel(client.connection_target, certificates, client.grpc_options)

    async def _say_why(self) -> None:
        """Raise what a small call says of a server that cannot be connected to."""

        async def one() -> None:
            await all_of(await self.read(of_all(None, (), 1), CONNECT_S))

        await self.reading(one)
        raise StoreUnavailable(f"{self.target} takes no connection for appends")

    async def _speaks_tls(self) -> bool:
        host, _, port = self.client.connection_spec.targets[0].rpartition(":")
        try:
            await asyncio.to_thread(ssl.get_server_certificate, (host, int(port)), timeout=1.0)
        except (OSError, ValueError):
            return False
        return True
