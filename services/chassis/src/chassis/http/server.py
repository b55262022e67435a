"""uvicorn with limits on what a client may send and how long it may take: size and number of headers, time for headers
and body, idle connections, answers that nobody reads.

uvicorn on httptools has none of them but the idle time. One check a second over all connections enforces the times, so
that a request costs no timer.
"""

import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from http import HTTPStatus
from pathlib import Path
from typing import Any, Final, Literal

import uvicorn
from starlette.types import ASGIApp
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from chassis.base.settings import PREFIX, BadSetting, Settings
from chassis.http.headers import EVERY_ANSWER

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


@dataclass(frozen=True, slots=True)
class Tls:
    """Files in PEM: the certificate with its chain, and its private key."""

    certificate: Path
    key: Path

    def context(self) -> ssl.SSLContext:
        """TLS 1.2 and 1.3 with forward secrecy (Mozilla's recommendation "intermediate").

        Raises:
            BadSetting: the files cannot be used.
        """
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        context.set_ciphers("ECDHE+AESGCM:ECDHE+CHACHA20")
        try:
            context.load_cert_chain(self.certificate, self.key)
        except (OSError, ssl.SSLError) as error:
            raise BadSetting(
                f"{PREFIX}TLS_CERTIFICATE_FILE and {PREFIX}TLS_KEY_FILE cannot be used: {error.strerror or error}"
            ) from error
        return context


def tls_of(settings: Settings) -> Tls | None:
    """The files that the settings name, if any."""
    if settings.tls_certificate_file is None or settings.tls_key_file is None:
        return None
    return Tls(settings.tls_certificate_file, settings.tls_key_file)


DEFAULT: Final = Limits(**{name: Settings.model_fields[f"http_{name}"].default for name in Limits.__slots__})


class Server(uvicorn.Server):
    """A server that leaves the process's signals to others."""

    def __init__(
        self,
        app: ASGIApp,
        host: str,
        port: int,
        limits: Limits = DEFAULT,
        *,
        lifespan: Literal["on", "off"] = "off",
        tls: Tls | None = None,
    ) -> None:
        """Raises BadSetting: the files of `tls` cannot be used."""
        protocol: Any = partial(LimitedProtocol, limits=limits)
        context = tls.context() if tls is not None else None
        super().__init__(
            uvicorn.Config(
                app,
                host,
                port,
                http=protocol,
                log_config=None,
                access_log=False,
                server_header=False,
                # Without this uvicorn would believe `X-Forwarded-For` of every client on this machine.
                proxy_headers=False,
                # A web socket would leave `LimitedProtocol`; no route serves one.
                ws="none",
                lifespan=lifespan,
                timeout_keep_alive=int(limits.idle_s) or 1,
                timeout_graceful_shutdown=GRACE_S,
                ssl_context_factory=None if context is None else lambda _config, _default: context,
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
        self._head_bytes, self._body_bytes, self._trailer_bytes = 0, 0, 0
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

    def _unsupported_upgrade_warning(self) -> None:
        """Log nothing: a request for another protocol is answered as HTTP (RFC 9110, section 7.8)."""

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self._head_bytes, self._in_head, self._heard = 0, True, True
        self._began = self.loop.time()

    def on_url(self, url: bytes) -> None:
        super().on_url(url)
        if len(self.url) > min(URL_BYTES, self._limits.head_bytes):
            self._refuse(HTTPStatus.REQUEST_URI_TOO_LONG)

    def on_header(self, name: bytes, value: bytes) -> None:
        if self._in_head:
            super().on_header(name, value)
            return
        # A field behind a chunked body is no header (RFC 9110, section 6.5.1): whoever stands in front checks those
        # alone, and the gate has asked already. It counts as part of the body.
        self._trailer_bytes += len(name) + len(value) + 4
        if self._trailer_bytes > self._limits.head_bytes:
            self._refuse(HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE)

    def on_headers_complete(self) -> None:
        self._head_ended = True
        if not self._is_for_its_host():
            self._refuse(HTTPStatus.BAD_REQUEST)
            return
        size = len(self.url) + sum(len(name) + len(value) + 4 for name, value in self.headers)
        if self._refused or size > self._limits.head_bytes or len(self.headers) > self._limits.head_count:
            self._refuse(HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE)
            return
        self._in_head, self._in_body, self._body_bytes, self._trailer_bytes = False, True, 0, 0
        super().on_headers_complete()

    def _is_for_its_host(self) -> bool:
        """HTTP/1, and a target that names no other host than the header `Host` does (RFC 9112, section 3.2)."""
        if self.parser.get_http_version() not in ("1.0", "1.1"):
            return False
        if self.url.startswith(b"/") or self.url == b"*":
            return True
        named = self.url.partition(b"://")[2].partition(b"/")[0].lower()
        return bool(named) and [named] == [value.lower() for name, value in self.headers if name == b"host"]

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
        # the client would not see the answer. TLS has no half-closed connections.
        if self.transport.can_write_eof():
            self.transport.write_eof()

    def send_400_response(self, _msg: str) -> None:
        """Answer what is no HTTP."""
        self._refuse(HTTPStatus.BAD_REQUEST)


def _answer(status: HTTPStatus) -> bytes:
    code = status.name.lower().replace("_", "-")
    body = (
        f'{{"type":"urn:satupintu:{code}","title":"{status.phrase}","status":{status.value},"code":"{code}",'
        f'"detail":"{DETAILS[status]}"}}'
    ).encode()
    head = (
        f"HTTP/1.1 {status.value} {status.phrase}\r\ncontent-type: application/problem+json\r\n"
        f"content-length: {len(body)}\r\nconnection: close\r\n{_HEADERS}\r\n"
    )
    return head.encode() + body


_HEADERS: Final = "".join(f"{name}: {value}\r\n" for name, value in EVERY_ANSWER.items())
DETAILS: Final = {
    HTTPStatus.BAD_REQUEST: "The request is not HTTP/1.1 as RFC 9112 defines it.",
    HTTPStatus.REQUEST_URI_TOO_LONG: "The address of the request is too long.",
    HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE: "The headers of the request are too large or too many.",
    HTTPStatus.REQUEST_TIMEOUT: "The request did not arrive in time. Send it again.",
}
