"""Asks a server on this machine over and over whether it answers, without blocking and without threads."""

import socket
from typing import Final

KAFKA: Final = bytes.fromhex("0000000a001200000000 0001ffff".replace(" ", ""))
"""An ApiVersions request, version 0, without a client id."""
ATTEMPT_POLLS: Final = 20
"""Polls after which an unanswered question is asked again on a new connection."""


def http(path: str) -> bytes:
    """A request after whose answer the server closes the connection."""
    return f"GET {path} HTTP/1.0\r\nHost: 127.0.0.1\r\n\r\n".encode()


class Probe:
    """One question at a time; each poll sends or reads what is possible at once."""

    def __init__(self, port: int, question: bytes, *, whole: bool = False) -> None:
        """`whole`: wait until the server closes the connection; else the first bytes are the answer."""
        self._port, self._question, self._whole = port, question, whole
        self._link: socket.socket | None = None
        self._unsent, self._heard, self._polls = b"", b"", 0

    def poll(self) -> bytes | None:
        """An answer that has arrived since the poll before; None: none."""
        if self._link is None:
            self._ask()
        self._polls += 1
        try:
            answer = self._go_on()
        except BlockingIOError:
            answer = None
        except OSError:  # nobody listens there, or it is still connecting
            answer = None
            if self._polls > 1:
                self.forget()
        if answer is not None or self._polls > ATTEMPT_POLLS:
            self.forget()
        return answer or None

    def forget(self) -> None:
        """Drop the present question."""
        if self._link is not None:
            self._link.close()
        self._link = None

    def _ask(self) -> None:
        self._link = socket.socket()
        self._unsent, self._heard, self._polls = self._question, b"", 0
        self._link.setblocking(False)
        self._link.connect_ex(("127.0.0.1", self._port))

    def _go_on(self) -> bytes | None:
        assert self._link is not None
        if self._unsent:
            self._link.sendall(self._unsent)
            self._unsent = b""
        while more := self._link.recv(65_536):
            self._heard += more
            if not self._whole:
                break
        return self._heard
