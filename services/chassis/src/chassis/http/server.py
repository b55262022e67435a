"""uvicorn with limits on what a client may send and how long it may take: size and number of headers, time for headers
and body, idle connections, answers that nobody reads.

uvicorn on httptools has none of them but the idle time. One check a second over all connections enforces the times, so
that a request costs no timer.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from http import HTTPStatus
from typing import Any, Final, Literal

import uvicorn
from starlette.types import ASGIApp
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from chassis.base.settings import Settings

URL_BYTES: Final = 8192
"""Most bytes of a request line's target, if the limit of the headers is not smaller: 414 above it."""
GRACE_S: Final = 5
"""How long requests in progress may take once the server is asked to stop."""
TICKS_PER_S: Final = 10
LINGER_S: Final = 2
"""How long a refused client may take to hang up."""


@dataclass(frozen=True, slots=True)
class Limits:
    """See the settings `SATUPINTU_HTTP_...`."""

    head_bytes: int
    head_count: int
    head_s: float
    body_s: float
    body_bytes_s: float
    idle_s: float
    send_s: float

    @classmethod
    def of(cls, settings: Settings) -> "Limits":
        return cls(**{name: getattr(settings, f"http_{name}") for name in cls.__slots__})


DEFAULT: Final = Limits(**{name: Settings.model_fields[f"http_{name}"].default for name in Limits.__slots__})


class Server(uvicorn.Server):
    """A server that leaves the process's signals to others."""

    def __init__(
        self, app: ASGIApp, host: str, port: int, limits: Limits = DEFAULT, *, lifespan: Literal["on", "off"] = "off"
    ) -> None:
        protocol: Any = partial(LimitedProtocol, limits=limits)
        super().__init__(
            uvicorn.Config(
                app,
                host,
                port,
                http=protocol,
                log_config=None,
                access_log=False,
                lifespan=lifespan,
                timeout_keep_alive=int(limits.idle_s) or 1,
                timeout_graceful_shutdown=GRACE_S,
            )
        )

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield

    async def on_tick(self, counter: int) -> bool:
        """Every tenth of a second."""
        if counter % TICKS_PER_S == 0:
            for connection in list(self.server_state.connections):
                assert isinstance(connection, LimitedProtocol)
                connection.check()
        return await super().on_tick(counter)


class LimitedProtocol(HttpToolsProtocol):
    """One connection."""

    def __init__(self, *args: Any, limits: Limits, **options: Any) -> None:
        super().__init__(*args, **options)
        self._limits = limits
        self._head_bytes, self._body_bytes = 0, 0
        self._began = self.loop.time()
        self._stuck_since: float | None = None
        self._in_head, self._in_body, self._refused, self._heard, self._head_ended = True, False, False, False, False

    def data_received(self, data: bytes) -> None:
        if self._refused:
            return
        if not self._heard:
            self._heard, self._began = True, self.loop.time()
        head_goes_on, self._head_ended = self._in_head, False
        super().data_received(data)
        if head_goes_on and not self._head_ended:  # a header is counted below only when it is whole
            self._head_bytes += len(data)
            if self._head_bytes > self._limits.head_bytes:
                self._refuse(HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE)

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self._head_bytes, self._in_head, self._heard = 0, True, True
        self._began = self.loop.time()

    def on_url(self, url: bytes) -> None:
        super().on_url(url)
        if len(self.url) > min(URL_BYTES, self._limits.head_bytes):
            self._refuse(HTTPStatus.REQUEST_URI_TOO_LONG)

    def on_headers_complete(self) -> None:
        self._head_ended = True
        size = len(self.url) + sum(len(name) + len(value) + 4 for name, value in self.headers)
        if self._refused or size > self._limits.head_bytes or len(self.headers) > self._limits.head_count:
            self._refuse(HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE)
            return
        self._in_head, self._in_body, self._body_bytes = False, True, 0
        super().on_headers_complete()

    def on_body(self, body: bytes) -> None:
        if not self._refused:
            self._body_bytes += len(body)
            super().on_body(body)

    def on_message_complete(self) -> None:
        self._in_body = False
        if not self._refused:
            super().on_message_complete()
            self._in_head, self._heard, self._head_bytes = True, False, 0

    def pause_writing(self) -> None:
        super().pause_writing()
        self._stuck_since = self.loop.time()

    def resume_writing(self) -> None:
        super().resume_writing()
        self._stuck_since = None

    def check(self) -> None:
        """Enforce the limits of time; called once a second."""
        now, limits = self.loop.time(), self._limits
        if self._stuck_since is not None and now - self._stuck_since > limits.send_s:
            self.transport.abort()
        elif self._refused:
            if now - self._began > LINGER_S:
                self.transport.abort()
        elif self._in_body:
            if self.flow.read_paused:
                self._began += 1  # we are the slow one
            elif now - self._began > limits.body_s + self._body_bytes / limits.body_bytes_s:
                self._refuse(HTTPStatus.REQUEST_TIMEOUT)
        elif self._in_head and now - self._began > limits.head_s:
            if self._heard:
                self._refuse(HTTPStatus.REQUEST_TIMEOUT)
            elif self.cycle is None:  # connected and said nothing; later on, the idle time is uvicorn's
                self.transport.close()

    def _refuse(self, status: HTTPStatus) -> None:
        """Answer as RFC 9457 unless an answer has begun, and hang up."""
        if self._refused:
            return
        self._refused, self._began = True, self.loop.time()
        cycle = self.cycle
        waits = cycle is not None and not cycle.response_complete
        # In a head: of the request after the one that is being answered, if any.
        speaks = not waits if self._in_head else waits and not cycle.response_started
        if speaks:
            self.transport.write(_answer(status))
        if waits:
            cycle.disconnected = True
            cycle.message_event.set()
        # What is still on its way is read and dropped for a while: closed at once, the connection would be reset, and
        # the client would not see the answer.
        self.transport.write_eof()


def _answer(status: HTTPStatus) -> bytes:
    code = status.name.lower().replace("_", "-")
    body = (
        f'{{"type":"urn:satupintu:{code}","title":"{status.phrase}","status":{status.value},"code":"{code}",'
        f'"detail":"{DETAILS[status]}"}}'
    ).encode()
    head = (
        f"HTTP/1.1 {status.value} {status.phrase}\r\ncontent-type: application/problem+json\r\n"
        f"content-length: {len(body)}\r\nconnection: close\r\n\r\n"
    )
    return head.encode() + body


DETAILS: Final = {
    HTTPStatus.REQUEST_URI_TOO_LONG: "The address of the request is too long.",
    HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE: "The headers of the request are too large or too many.",
    HTTPStatus.REQUEST_TIMEOUT: "The request did not arrive in time. Send it again.",
}
