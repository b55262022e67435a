"""Which processes make up the platform on one machine, in the order they are stopped: doors first, Kafka last."""

import os
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final, NamedTuple

from local.paths import free_port

WORKERS: Final = ("intake", "router", "agency_inbox", "escalation", "reporting")
IMPORTED: Final = (
    *(f"{package}.app" for package in WORKERS),
    "local.front",
    "chassis.relay.relay",
    "faust.transport.drivers.aiokafka",
    "sqlalchemy.dialects.sqlite.pysqlite",
    "uvicorn.lifespan.on",
    "uvicorn.protocols.http.httptools_impl",
    "uvloop",
)
"""What nearly all of them import."""


class ProcessSpec(NamedTuple):
    """One process: its name in logs and messages, its command, its settings, and where it says that it is ready.

    Those of a lower stage are stopped, and gone, before those of a higher one are asked to stop.
    """

    name: str
    argv: Sequence[str]
    env: Mapping[str, str]
    ready_url: str
    stage: int = 0


class PlatformLayout(NamedTuple):
    """Where the platform keeps its state and listens, and how many workers it runs."""

    state: Path
    port: int
    kafka: str
    router: int = 1
    inbox: int = 1


def process_specs(layout: PlatformLayout) -> list[ProcessSpec]:
    """Front, workers, relay."""
    counts = {"router": layout.router, "agency_inbox": layout.inbox}
    front = _child(layout, "front", ["local", "front"], layout.port)
    workers = [
        _child(layout, f"{package.replace('_', '-')}-{number}", [package, "worker"], free_port(), stage=1)
        for package in WORKERS
        for number in range(1, counts.get(package, 1) + 1)
    ]
    return [front, *workers, _child(layout, "relay", ["chassis.cli.relay"], free_port(), stage=2)]


def environment(layout: PlatformLayout) -> dict[str, str]:
    """The settings that all of them share; what the person who started us has set goes before them."""
    state = layout.state
    ours = {
        "KAFKA": layout.kafka,
        "STATE_DIR": str(state),
        # On one machine every client is the same source.
        "FILINGS_PER_MINUTE": "0",
        "LOOKUPS_PER_MINUTE": "0",
    }
    prefixed = {f"SATUPINTU_{name}": value for name, value in ours.items()}
    chosen = {name: value for name, value in os.environ.items() if name.startswith("SATUPINTU_")}
    return {**prefixed, **chosen}


def _child(layout: PlatformLayout, name: str, module: Sequence[str], port: int, stage: int = 0) -> ProcessSpec:
    env = {**environment(layout), "SATUPINTU_PORT": str(port)}
    argv = [sys.executable, "-m", *module]
    return ProcessSpec(name, argv, env, f"http://127.0.0.1:{port}/readyz", stage)
