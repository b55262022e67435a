"""Kafka and PostgreSQL in containers, from images built here, instead of the processes that `make test` starts.

`TEST_SERVERS=containers` chooses them (see `make test-containers`); `TEST_BASE_IMAGE` is the base of the images.
"""

import os
import secrets
import shutil
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from chassis.base.cluster import Cluster
from local.kafka import config, jars
from local.kafka.passwords import write_private
from local.kafka.server import answers
from local.paths import REPOSITORY, free_port, kafka_cache
from schemas.access.kafka_users import ADMINISTRATOR, BROKER

FILES = REPOSITORY / "deploy" / "docker"
ENGINE = {"timeout": 300}
"""Seconds that one call of the engine may take: on a busy disk it removes a container in minutes."""
BASE = os.environ.get("TEST_BASE_IMAGE", "debian:bookworm-slim")
LIMIT_S = 90
INSIDE = config.Listeners(9092, 9094, 9093)
"""Ports inside a broker's container."""
TESTS = "tests"
"""The user of the clients' listener to whom tests' brokers refuse nothing."""
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
    """A broker in a container with the methods of `local.kafka.server.KafkaServer`, so that tests can use either.

    Its configuration is that of `make run`, users and rights included; only the addresses differ. `files`: an empty
    folder for it.
    """

    def __init__(self, image: str, files: Path) -> None:
        from testcontainers.core.container import DockerContainer

        self.port = free_port()
        self.bootstrap = f"127.0.0.1:{self.port}"
        self._passwords = {user: secrets.token_hex(16) for user in (BROKER, ADMINISTRATOR, TESTS)}
        self._write(files)
        self._wanted = (
            DockerContainer(image, ENGINE)
            .with_bind_ports(INSIDE.clients, self.port)
            .with_volume_mapping(str(files), "/etc/kafka", "ro")
        )
        self._wiped = True

    def _write(self, files: Path) -> None:
        inside = f"INTERNAL://127.0.0.1:{INSIDE.internal}"
        addresses = {
            "listeners": f"CLIENTS://0.0.0.0:{INSIDE.clients},{inside},CONTROLLER://127.0.0.1:{INSIDE.controller}",
            "advertised.listeners": f"CLIENTS://{self.bootstrap},{inside}",
        }
        text = config.properties(Path("/var/lib/kafka/data"), INSIDE, self._passwords, addresses, [TESTS])
        write_private(files / "server.properties", text)
        tester = f"--add-scram=SCRAM-SHA-512=[name={TESTS},password={self._passwords[TESTS]}]"
        write_private(files / "format.arguments", f"--cluster-id=c2F0dXBpbnR1LXRlc3QtMQ\n{tester}")

    @property
    def cluster(self) -> Cluster:
        """As a user to whom nothing is refused reaches it."""
        return Cluster(self.bootstrap, TESTS, self._passwords[TESTS])

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
def container_kafka(kafka_image: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    """A broker in a container, shared by all tests."""
    with served(ContainerBroker(kafka_image, tmp_path_factory.mktemp("kafka-files"))) as broker:
        yield broker.cluster


@pytest.fixture
def private_container_kafka(kafka_image: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[ContainerBroker]:
    """A broker in a container for one test alone."""
    with served(ContainerBroker(kafka_image, tmp_path_factory.mktemp("kafka-files"))) as broker:
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
