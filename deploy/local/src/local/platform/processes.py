"""The processes of the platform on one machine, and the stages by which they are stopped."""

import os
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final, NamedTuple

from local.paths import demo_issuer, free_port

WORKERS: Final = ("intake", "router", "agency_inbox", "escalation", "reporting")
IMPORTED: Final = (
    *(f"{package}.app" for package in WORKERS),
    "local.front",
    "chassis.relay.relay",
    "chassis.kafka.provision",
    "faust.transport.drivers.aiokafka",
    "sqlalchemy.dialects.sqlite.pysqlite",
    "uvicorn.lifespan.on",
    "uvicorn.protocols.http.httptools_impl",
    "uvloop",
)
"""Modules that nearly all of them import."""


class ProcessSpec(NamedTuple):
    """One process: its name in logs and messages, command, environment, the URL of its readiness check, and the ports
    that it listens on besides.

    Processes of a lower stage have ended before those of a higher one are told to stop.
    """

    name: str
    argv: Sequence[str]
    env: Mapping[str, str]
    ready_url: str
    stage: int = 0
    ports: Sequence[int] = ()


class PlatformLayout(NamedTuple):
    """State folder, port of the front door, address of Kafka, numbers of workers, port of the front's health (None: any
    free one), and of the provider with the demo people (None: another provider, or none).
    """

    state: Path
    port: int
    kafka: str
    router: int = 1
    inbox: int = 1
    health_port: int | None = None
    issuer: int | None = None


def process_specs(layout: PlatformLayout) -> list[ProcessSpec]:
    """The front (stopped first), the workers, and last the relay, the provisioner of Kafka's users and the demo
    provider.
    """
    counts = {"router": layout.router, "agency_inbox": layout.inbox}
    front = _child(layout, "front", ["local", "front"], layout.health_port or free_port(), ports=[layout.port])
    workers = [
        _child(layout, f"{package.replace('_', '-')}-{number}", [package, "worker"], free_port(), stage=1)
        for package in WORKERS
        for number in range(1, counts.get(package, 1) + 1)
    ]
    last = [_child(layout, name, [f"chassis.cli.{name}"], free_port(), stage=2) for name in ("relay", "provisioner")]
    if layout.issuer is not None:
        last.append(_child(layout, "issuer", ["local", "issuer"], free_port(), stage=2, ports=[layout.issuer]))
    return [front, *workers, *last]


def environment(layout: PlatformLayout) -> dict[str, str]:
    """The environment that all of them share; variables that are already set take precedence."""
    state = layout.state
    ours = {
        "KAFKA": layout.kafka,
        "STATE_DIR": str(state),
        # On one machine all clients have the same address, so rate limits by address make no sense.
        "FILINGS_PER_MINUTE": "0",
        "REQUESTS_PER_MINUTE": "0",
        # More than a thousand empty topics would double the start of the local broker.
        "AGENCY_TOPICS": "used",
    }
    if layout.issuer is not None:
        ours |= {"OIDC_ISSUER": demo_issuer(layout.issuer), "DEMO_ISSUER_PORT": str(layout.issuer)}
    prefixed = {f"SATUPINTU_{name}": value for name, value in ours.items()}
    chosen = {name: value for name, value in os.environ.items() if name.startswith("SATUPINTU_")}
    return {**prefixed, **chosen}


def _child(
    layout: PlatformLayout, name: str, module: Sequence[str], health: int, stage: int = 0, ports: Sequence[int] = ()
) -> ProcessSpec:
    ours = {"SATUPINTU_PORT": str(layout.port), "SATUPINTU_HEALTH_PORT": str(health)}
    argv = [sys.executable, "-m", *module]
    return ProcessSpec(name, argv, {**environment(layout), **ours}, f"http://127.0.0.1:{health}/readyz", stage, ports)
