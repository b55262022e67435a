"""Starts the nodes of one server on the loopback address and accepts orders for faults."""

import asyncio
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import grpc
from kurrentdbclient.protos.v1.gossip_pb2_grpc import add_GossipServicer_to_server
from kurrentdbclient.protos.v1.persistent_pb2_grpc import add_PersistentSubscriptionsServicer_to_server
from kurrentdbclient.protos.v1.streams_pb2_grpc import add_StreamsServicer_to_server

from support.kurrentdb.engine import Engine
from support.kurrentdb.journal import Journal
from support.kurrentdb.node import FAULTS, MOST_APPEND_BYTES, Cluster, Node
from support.kurrentdb.others import Gossip, PersistentSubscriptions
from support.kurrentdb.streams import Streams

HOST = "127.0.0.1"
OPTIONS = (("grpc.so_reuseport", 0), ("grpc.max_receive_message_length", 32 * 1024 * 1024))


class Settings(NamedTuple):
    """`ports`: one per node, 0 for any free one. Without `file` nothing survives."""

    ports: Sequence[int] = (2113,)
    file: Path | None = None
    users: dict[str, str] = {}  # noqa: RUF012
    certificate: Path | None = None
    key: Path | None = None
    most_append_bytes: int = MOST_APPEND_BYTES
    control: bool = False


async def serve(settings: Settings) -> None:
    """Serve until the process is ended or, with `control`, its standard input closes."""
    cluster = Cluster(Engine(Journal(settings.file)), settings.users, settings.most_append_bytes)
    servers = [await _node(settings, Node(cluster, number), port) for number, port in enumerate(settings.ports)]
    print("ready", *[port for _, port in cluster.addresses], flush=True)
    try:
        if settings.control:
            await _obey(cluster, settings)
        else:
            await servers[0].wait_for_termination()
    finally:
        await asyncio.gather(*[server.stop(0.2) for server in servers])


async def _node(settings: Settings, node: Node, port: int) -> grpc.aio.Server:
    server = grpc.aio.server(options=OPTIONS)
    add_StreamsServicer_to_server(Streams(node), server)
    add_GossipServicer_to_server(Gossip(node), server)
    add_PersistentSubscriptionsServicer_to_server(PersistentSubscriptions(), server)
    address = f"{HOST}:{port}"
    if settings.certificate and settings.key:
        pair = (settings.key.read_bytes(), settings.certificate.read_bytes())
        bound = server.add_secure_port(address, grpc.ssl_server_credentials([pair]))
    else:
        bound = server.add_insecure_port(address)
    await server.start()
    node.cluster.addresses.append((HOST, bound))
    return server


async def _obey(cluster: Cluster, settings: Settings) -> None:
    """Read orders, one per line: a fault and its count, `left <fault>` (how many are left), `cut`, `leader <node>`,
    `calls <name>`, `wipe`. Each is answered by a line.
    """
    reader = asyncio.StreamReader()
    loop = asyncio.get_running_loop()
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    while line := await reader.readline():
        match line.decode().split():
            case [name, count] if name in FAULTS:
                cluster.faults[name] += int(count)
                print("ok", flush=True)
            case ["cut"]:
                cluster.cut()
                print("ok", flush=True)
            case ["leader", number]:
                cluster.leader = int(number)
                cluster.cut()  # the old leader ends its running calls
                print("ok", flush=True)
            case ["wipe"]:
                cluster.cut()
                if settings.file:
                    settings.file.unlink()
                cluster.engine = Engine(Journal(settings.file))
                cluster.faults.clear()
                print("ok", flush=True)
            case ["left", name]:
                print(cluster.faults[name], flush=True)
            case ["calls", name]:
                print(cluster.calls[name], flush=True)
            case _:
                print("what?", flush=True)
