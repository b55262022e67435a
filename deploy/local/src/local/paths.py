"""Where things lie on one machine: the repository, what it downloads, what it keeps."""

import os
import socket
from pathlib import Path

PACKAGE = Path(__file__).resolve().parents[2]
REPOSITORY = PACKAGE.parents[1]
given: set[int] = set()


def kafka_cache() -> Path:
    """Folder of Kafka's downloaded jars; `SATUPINTU_KAFKA_CACHE` moves it (as the setting of that name)."""
    return Path(os.environ.get("SATUPINTU_KAFKA_CACHE") or REPOSITORY / ".cache" / "kafka")


def free_port() -> int:
    """A TCP port of the loopback address that nobody listens on at this moment, and that was not given before."""
    while True:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port: int = probe.getsockname()[1]
        if port not in given:  # the system gives one again before anybody has bound it
            given.add(port)
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
