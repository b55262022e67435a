"""One PostgreSQL for the whole run, and every store that must keep the same promises."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from chassis.ports import Store
from chassis.stores import open_store
from support import containers
from support.kurrentdb.container import IMAGE, real_server
from support.kurrentdb.process import StandIn
from support.kurrentdb.process import running as running_kurrentdb
from support.postgres import Postgres, running
from support.stores import memory_store

SQLITE = "sqlite"
POSTGRESQL = pytest.param("postgresql", marks=pytest.mark.postgres)


@pytest.fixture(scope="session")
def postgres(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Postgres]:
    if containers.CHOSEN:
        yield Postgres(request.getfixturevalue("container_postgres"))
        return
    with running(tmp_path_factory.mktemp("postgres")) as server:
        yield server


@pytest.fixture(scope="session")
def one_kurrentdb(tmp_path_factory: pytest.TempPathFactory) -> Iterator[StandIn]:
    """A stand-in for a KurrentDB server, for all tests that leave it running."""
    with running_kurrentdb(tmp_path_factory.mktemp("kurrentdb")) as server:
        yield server


@pytest.fixture
def kurrentdb(one_kurrentdb: StandIn) -> StandIn:
    """The same, empty."""
    one_kurrentdb.tell("wipe")
    return one_kurrentdb


@pytest.fixture
def kurrentdb_url(request: pytest.FixtureRequest) -> Iterator[str]:
    """An empty KurrentDB: the real server if `KURRENTDB_IMAGE` names its image, else the stand-in."""
    if not IMAGE:
        yield request.getfixturevalue("kurrentdb").url
        return
    with real_server() as url:
        yield url


@pytest.fixture(params=[SQLITE, POSTGRESQL])
def shared_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """An empty store that several processes can share."""
    if request.param == SQLITE:
        return f"sqlite:///{tmp_path}/store.db"
    url: str = request.getfixturevalue("postgres").database()
    return url


@pytest.fixture(params=["memory", SQLITE, POSTGRESQL, "kurrentdb"])
async def store(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Store]:
    """An empty store of each kind."""
    match request.param:
        case "memory":
            opened: Store = memory_store()
        case "sqlite":
            opened = open_store(f"sqlite:///{tmp_path}/store.db")
        case "kurrentdb":
            opened = open_store(request.getfixturevalue("kurrentdb_url"))
        case _:
            opened = open_store(request.getfixturevalue("postgres").database())
    yield opened
    await opened.close()
