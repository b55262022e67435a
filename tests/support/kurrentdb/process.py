"""The stand-in as tests use it: started, given faults, killed and started again with its data."""

import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from local.paths import REPOSITORY, free_port


class StandIn:
    """A running stand-in with its log in `folder`. Its addresses stay the same over restarts."""

    def __init__(self, folder: Path, nodes: int = 1, arguments: Sequence[str] = ()) -> None:
        self.ports = [free_port() for _ in range(nodes)]
        self._argv = [sys.executable, "-m", "support.kurrentdb", "--control", "--file", str(folder / "store.log")]
        self._argv += [word for port in self.ports for word in ("--port", str(port))]
        self._argv += arguments
        self.start()

    @property
    def target(self) -> str:
        """Host and port of every node, as in a URL."""
        return ",".join(f"127.0.0.1:{port}" for port in self.ports)

    @property
    def url(self) -> str:
        return f"kurrentdb://{self.target}?Tls=false"

    def start(self) -> None:
        """Start it and wait until it listens."""
        self._process = subprocess.Popen(
            self._argv, cwd=REPOSITORY / "tests", stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, bufsize=1
        )
        assert self._said().startswith("ready"), "the stand-in did not start"

    def kill(self) -> None:
        """As `kill -9`."""
        self._process.kill()
        self._end()

    def stop(self) -> None:
        """Let it end by itself."""
        assert self._process.stdin is not None
        self._process.stdin.close()
        self._end()

    def restart(self) -> None:
        """Kill it and start it again."""
        self.kill()
        self.start()

    def tell(self, *order: object) -> str:
        """Send an order (see `server._obey`) and return its answer."""
        assert self._process.stdin is not None
        self._process.stdin.write(" ".join(map(str, order)) + "\n")
        self._process.stdin.flush()
        return self._said().strip()

    def signal(self, number: int) -> None:
        """Send a signal, such as SIGSTOP."""
        self._process.send_signal(number)

    def _said(self) -> str:
        assert self._process.stdout is not None
        return self._process.stdout.readline()

    def _end(self) -> None:
        self._process.wait(timeout=20)
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe is not None and not pipe.closed:
                pipe.close()


@contextmanager
def running(folder: Path, nodes: int = 1, arguments: Sequence[str] = ()) -> Iterator[StandIn]:
    """A stand-in with its data in `folder`, ended on leaving."""
    server = StandIn(folder, nodes, arguments)
    try:
        yield server
    finally:
        server.kill()
