"""Kafka and PostgreSQL in containers, from images built here, instead of the processes that `make test` starts.

`TEST_SERVERS=containers` chooses them (see `make test-containers`); `TEST_BASE_IMAGE` is the base of the images.
"""

import os
import shutil
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from chassis.base.cluster import Cluster
from local.kafka import jars
from local.kafka.server import answers
from local.paths import REPOSITORY, free_port, kafka_cache

FILES = REPOSITORY / "deploy" / "docker"
ENGINE = {"timeout": 300}
"""Seconds that one call of the engine may take: on a busy disk it removes a container in minutes."""
BASE = os.environ.get("TEST_BASE_IMAGE", "debian:bookworm-slim")
LIMIT_S = 90
# testcontainers' own cleaner is an image that would have to be pulled; ours are removed when their fixture ends
os.environ.setdefault("TESTCONTAINERS_RYUK_DISABLED", "true")
CHOSEN = os.environ.get("TEST_SERVERS") == "containers"


def build(name: str, context: Path) -> str:
    """Build the image `satupintu-test-<name>`; show the output if that fails."""
    image = f"satupintu-test-{name}"
    command = [
        "docker",
        "build",
        "-q",
        "-t",
        image,
        "--build-arg",
        f"BASE={BASE}",
        "-f",
        str(FILES / f"{name}.Dockerfile"),
    ]
    done = subprocess.run([*command, str(context)], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return image


class ContainerBroker:
    """A broker in a container with the methods of `local.kafka.server.KafkaServer`, so that tests can use either."""

    def __init__(self, image: str) -> None:
        from testcontainers.core.container import DockerContainer

        self.port = free_port()
        self.bootstrap = f"127.0.0.1:{self.port}"
        self._wanted = (
            DockerContainer(image, ENGINE).with_bind_ports(9092, self.port).with_env("ADVERTISED", self.bootstrap)
        )
        self._wiped = True

    @property
    def cluster(self) -> Cluster:
        """The broker knows no users."""
        return Cluster(self.bootstrap)

    @property
    def _container(self) -> Any:
        return self._wanted.get_wrapped_container()

    def start(self) -> None:
        """Start the container; does not wait until the broker answers."""
        if self._wiped:
            self._wanted.start()
            self._wiped = False
        else:
            self._container.start()

    def wait_ready(self, limit_s: float = LIMIT_S) -> None:
        _await(lambda: answers(self.port), limit_s)

    def kill(self) -> None:
        """SIGKILL, as a crash; returns when the broker is gone."""
        self._container.kill()
        self._container.wait()

    def pause(self) -> None:
        """Connections stay open and nothing answers."""
        self._container.pause()

    def resume(self) -> None:
        self._container.unpause()

    def wipe(self) -> None:
        """Remove the container with all that the broker held; the next start makes a new one."""
        self.stop()

    def stop(self, limit_s: float = 0) -> bool:
        """Remove the container at once, in whatever state it is."""
        del limit_s
        if not self._wiped:
            self._wanted.stop(force=True)
        self._wiped = True
        return True


@pytest.fixture(scope="session")
def kafka_image(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The image of a broker, built once per run."""
    context = tmp_path_factory.mktemp("kafka-image")
    for jar in jars.ensure(kafka_cache()):
        shutil.copy(jar, context / jar.name)
    shutil.copy(FILES / "start-kafka", context)
    return build("kafka", context)


@contextmanager
def served(broker: ContainerBroker) -> Iterator[ContainerBroker]:
    """A broker that answers; removed on leaving."""
    try:
        broker.start()
        broker.wait_ready()
        yield broker
    finally:
        broker.stop()


@pytest.fixture(scope="session")
def container_kafka(kafka_image: str) -> Iterator[Cluster]:
    """A broker in a container, shared by all tests."""
    with served(ContainerBroker(kafka_image)) as broker:
        yield broker.cluster


@pytest.fixture
def private_container_kafka(kafka_image: str) -> Iterator[ContainerBroker]:
    """A broker in a container for one test alone."""
    with served(ContainerBroker(kafka_image)) as broker:
        yield broker


@pytest.fixture(scope="session")
def container_postgres(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """URL of a server in a container."""
    from testcontainers.core.container import DockerContainer

    port = free_port()
    image = build("postgres", tmp_path_factory.mktemp("postgres-image"))
    with DockerContainer(image, ENGINE).with_bind_ports(5432, port):
        _await(lambda: _accepts(port))
        yield f"postgresql://postgres@127.0.0.1:{port}/postgres"


def _accepts(port: int) -> bool:
    import psycopg

    try:
        psycopg.connect(f"host=127.0.0.1 port={port} user=postgres dbname=postgres", connect_timeout=2).close()
    except psycopg.OperationalError:
        return False
    return True


def _await(condition: Callable[[], bool], limit_s: float = LIMIT_S) -> None:
    end = time.monotonic() + limit_s
    while not condition():
        assert time.monotonic() < end, "the container did not answer in time"
        time.sleep(0.1)
