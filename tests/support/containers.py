"""Kafka and PostgreSQL in containers, from images built here, instead of the processes that `make test` starts.

`TEST_SERVERS=containers` chooses them (see `make test-containers`); `TEST_BASE_IMAGE` is what they are built on.
"""

import os
import shutil
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from local import jars
from local.kafka import answers
from local.places import REPOSITORY, free_port, kafka_cache

FILES = REPOSITORY / "deploy" / "docker"
BASE = os.environ.get("TEST_BASE_IMAGE", "debian:bookworm-slim")
LIMIT_S = 90
# Its cleaner is an image that would have to be pulled; ours are removed when their fixture ends.
os.environ.setdefault("TESTCONTAINERS_RYUK_DISABLED", "true")
CHOSEN = os.environ.get("TEST_SERVERS") == "containers"


def build(name: str, context: Path) -> str:
    """The image `satupintu-test-<name>`; a build that fails shows why."""
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


@pytest.fixture(scope="session")
def container_kafka(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Bootstrap address of a broker in a container."""
    from testcontainers.core.container import DockerContainer

    context = tmp_path_factory.mktemp("kafka-image")
    for jar in jars.ensure(kafka_cache()):
        shutil.copy(jar, context / jar.name)
    shutil.copy(FILES / "start-kafka", context)
    port = free_port()
    container = DockerContainer(build("kafka", context)).with_bind_ports(9092, port)
    with container.with_env("ADVERTISED", f"127.0.0.1:{port}"):
        _await(lambda: answers(port))
        yield f"127.0.0.1:{port}"


@pytest.fixture(scope="session")
def container_postgres(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """URL of a server in a container."""
    from testcontainers.core.container import DockerContainer

    port = free_port()
    image = build("postgres", tmp_path_factory.mktemp("postgres-image"))
    with DockerContainer(image).with_bind_ports(5432, port):
        _await(lambda: _accepts(port))
        yield f"postgresql://postgres@127.0.0.1:{port}/postgres"


def _accepts(port: int) -> bool:
    import psycopg

    try:
        psycopg.connect(f"host=127.0.0.1 port={port} user=postgres dbname=postgres", connect_timeout=2).close()
    except psycopg.OperationalError:
        return False
    return True


def _await(condition: Callable[[], bool]) -> None:
    end = time.monotonic() + LIMIT_S
    while not condition():
        assert time.monotonic() < end, "the container did not answer in time"
        time.sleep(0.1)
