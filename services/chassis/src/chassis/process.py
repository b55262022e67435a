"""One worker process: several roads on one loop, health beside them, an orderly end in bounded time."""

from collections.abc import Sequence
from typing import Protocol


class Road(Protocol):
    """Something that runs until it is cancelled: a relay, an agent, a sweep, a projection, an outsider."""

    async def run(self) -> None:
        """Until cancelled. Returning or raising by itself ends the process with an error."""
        ...

    def unready(self) -> str | None:
        """Why this road is not ready yet; None if it is."""
        ...


async def run_process(name: str, roads: Sequence[Road], *, port: int, host: str = "127.0.0.1") -> int:
    """Run the roads until SIGTERM, SIGINT or the first that fails; the exit status to end the process with.

    Serves /healthz, /readyz and /metrics on `port` (0: any free one). Roads that do not stop within 10 s are left
    by `os._exit`: what they had in hand comes again.
    """
    raise NotImplementedError
