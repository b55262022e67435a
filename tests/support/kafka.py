"""Real Kafka for tests: one broker for the whole run (`kafka`), or one for a single test to stop, kill and wipe."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from chassis.base.cluster import Cluster
from local.kafka import jars
from local.kafka.server import KafkaServer
from local.paths import kafka_cache
from support import containers

TESTS = containers.TESTS


def settings_for(kafka: Cluster, folder: Path) -> dict[str, str]:
    """The settings, without prefix, of a process that reaches Kafka as this user; its password is put into the folder."""
    (folder / "kafka.password").write_text(kafka.password)
    return {"KAFKA": kafka.address, "KAFKA_USER": kafka.user, "KAFKA_PASSWORD_FILE": f"{folder}/kafka.password"}


@pytest.fixture(scope="session")
def kafka_jars() -> list[Path]:
    """Kafka's verified class path; the first run on a machine downloads it (56 MB)."""
    return jars.ensure(kafka_cache())


@pytest.fixture(scope="session")
def kafka_server(kafka_jars: list[Path], tmp_path_factory: pytest.TempPathFactory) -> Iterator[KafkaServer]:
    server = KafkaServer(tmp_path_factory.mktemp("kafka"), kafka_jars, superuser=TESTS)
    yield from _served(server)


@pytest.fixture(scope="session")
def kafka(request: pytest.FixtureRequest) -> Cluster:
    """The shared broker, signed in as a user to whom nothing is refused: each test uses its own names of topics and
    groups.
    """
    if containers.CHOSEN:
        shared: Cluster = request.getfixturevalue("container_kafka")
        return shared
    server: KafkaServer = request.getfixturevalue("kafka_server")
    return server.cluster


@pytest.fixture
def private_kafka(request: pytest.FixtureRequest) -> KafkaServer:
    """A started broker that belongs to one test, which may `stop`, `kill`, `pause` or `wipe` it and `start` it again.

    After `start` call `wait_ready`: both block, so an async test calls them through `asyncio.to_thread`.
    """
    name = "private_container_kafka" if containers.CHOSEN else "private_kafka_server"
    broker: KafkaServer = request.getfixturevalue(name)
    return broker


@pytest.fixture
def private_kafka_server(kafka_jars: list[Path], tmp_path: Path) -> Iterator[KafkaServer]:
    yield from _served(KafkaServer(tmp_path / "kafka", kafka_jars, superuser=TESTS))


def _served(server: KafkaServer) -> Iterator[KafkaServer]:
    server.start()
    try:
        server.wait_ready()
        yield server
    finally:
        server.stop(limit_s=10)
