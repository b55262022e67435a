"""The real server in a container, where Docker and its image are available: `KURRENTDB_IMAGE` names the image."""

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager

from kurrentdbclient import KurrentDBClient
from kurrentdbclient.exceptions import KurrentDBClientError

IMAGE = os.environ.get("KURRENTDB_IMAGE")
PORT, LIMIT_S = 2113, 60


@contextmanager
def real_server() -> Iterator[str]:
    """URL of an empty server for this run."""
    from testcontainers.core.container import DockerContainer

    assert IMAGE
    container = (
        DockerContainer(IMAGE).with_exposed_ports(PORT).with_command("--insecure --mem-db --run-projections=None")
    )
    with container:
        url = f"kurrentdb://{container.get_container_host_ip()}:{container.get_exposed_port(PORT)}?Tls=false"
        end = time.monotonic() + LIMIT_S
        while not _answers(url):
            assert time.monotonic() < end, "the server in the container did not answer in time"
            time.sleep(0.2)
        yield url


def _answers(url: str) -> bool:
    try:
        with KurrentDBClient(url) as client:
            client.get_commit_position(timeout=2)
    except KurrentDBClientError:
        return False
    return True
