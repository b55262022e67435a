"""Paths and ports on one machine."""

import os
import socket
import time
from collections.abc import Callable
from pathlib import Path

PACKAGE = Path(__file__).resolve().parents[2]
REPOSITORY = PACKAGE.parents[1]
FREED_S, POLL_S = 3.0, 0.05
used: set[int] = set()
"""Ports that `free_port` does not return: those that it has returned, and those of test processes beside this one."""


def kafka_cache() -> Path:
    """Folder of Kafka's downloaded jars; `SATUPINTU_KAFKA_CACHE` overrides it, as the setting of that name does."""
    return Path(os.environ.get("SATUPINTU_KAFKA_CACHE") or REPOSITORY / ".cache" / "kafka")


def free_port() -> int:
    """A free TCP port of the loopback address that this process has not returned before."""
    while True:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port: int = probe.getsockname()[1]
        if port not in used:  # the system may return a port again as long as nobody has bound it
            used.add(port)
            return port


def port_in_use(port: int) -> bool:
    """Whether a server on the loopback address could not bind `port` now."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return True
        return False


def wait_for(condition: Callable[[], bool], limit_s: float = FREED_S) -> bool:
    """Whether the condition becomes true within the limit. A platform that was killed a moment ago takes a second until
    its last process has freed its ports and files.
    """
    end = time.monotonic() + limit_s
    while not (met := condition()) and time.monotonic() < end:
        time.sleep(POLL_S)
    return met


def demo_issuer(port: int) -> str:
    """The address of the provider with the demo people on this port, by which tokens name it."""
    return f"http://127.0.0.1:{port}"
