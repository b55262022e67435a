"""One guarded broker for all tests of this folder."""

import asyncio
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from chassis.base.cluster import Cluster
from local.kafka.server import KafkaServer
from support.guarded import REAUTH_MS, Guarded, fill


@pytest.fixture(scope="package")
def guarded(kafka_jars: list[Path], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Guarded]:
    home = tmp_path_factory.mktemp("guarded")
    quick = {"connections.max.reauth.ms": str(REAUTH_MS)}
    server = KafkaServer(home / "kafka", kafka_jars, secrets=home / "secrets", extra=quick)
    server.start()
    try:
        server.wait_ready()
        found = Guarded(server, home / "secrets")
        asyncio.run(fill(found))
        yield found
    finally:
        server.stop(limit_s=10)


@pytest.fixture
def as_user(guarded: Guarded) -> Callable[[str], Cluster]:
    """The broker as this user reaches it."""
    return guarded.server.as_user
