"""Every kind of event store, empty, for suites that run over all of them. The SQL servers and the stand-in for
KurrentDB are started once per run.
"""

import os
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import ExitStack
from functools import partial
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from chassis.base.ports import Store
from chassis.store import open_store
from support import containers
from support.postgres import Postgres, running
from support.stores import memory_store

if TYPE_CHECKING:
    from support.kurrentdb.process import StandIn

SQLITE, KURRENTDB = "sqlite", "kurrentdb"
POSTGRESQL = pytest.param("postgresql", marks=pytest.mark.postgres)
SHARED = (SQLITE, POSTGRESQL, KURRENTDB)
"""Kinds that several processes can open at once."""


@pytest.fixture(scope="session")
def postgres(request: pytest.FixtureRequest) -> Iterator[Postgres]:
    if containers.CHOSEN:
        yield Postgres(request.getfixturevalue("container_postgres"))
        return
    with running() as server:
        yield server


@pytest.fixture(scope="session")
def one_kurrentdb(tmp_path_factory: pytest.TempPathFactory) -> "Iterator[StandIn]":
    """A stand-in for a KurrentDB server, shared by all tests that leave it running."""
    from support.kurrentdb.process import running as running_kurrentdb

    with running_kurrentdb(tmp_path_factory.mktemp("kurrentdb")) as server:
        yield server


@pytest.fixture
def kurrentdb(one_kurrentdb: "StandIn") -> "StandIn":
    """The shared stand-in, emptied."""
    one_kurrentdb.tell("wipe")
    return one_kurrentdb


@pytest.fixture
def url_of(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Callable[[str], str]]:
    """The URL of an empty store of that kind, a new one each time. For KurrentDB: the real server if `KURRENTDB_IMAGE`
    names its image, else the stand-in; only one exists at a time, so the one before is ended or emptied.
    """
    numbers = count(1)
    with ExitStack() as servers:

        def url(kind: str) -> str:
            if kind == SQLITE:
                return f"sqlite:///{tmp_path}/store-{next(numbers)}.db"
            if kind == KURRENTDB and os.environ.get("KURRENTDB_IMAGE"):
                from support.kurrentdb.container import real_server

                servers.close()
                return servers.enter_context(real_server())
            if kind == KURRENTDB:
                server: StandIn = request.getfixturevalue("one_kurrentdb")
                server.tell("wipe")
                return server.url
            return str(request.getfixturevalue("postgres").database())

        yield url


@pytest.fixture(params=[SQLITE, POSTGRESQL])
def sql_url(request: pytest.FixtureRequest, url_of: Callable[[str], str]) -> str:
    """An empty database that several processes can share."""
    return url_of(request.param)


@pytest.fixture(params=SHARED)
def shared_url(request: pytest.FixtureRequest, url_of: Callable[[str], str]) -> str:
    """An empty store that several processes can share."""
    return url_of(request.param)


@pytest.fixture(params=["memory", *SHARED])
def anew(request: pytest.FixtureRequest, url_of: Callable[[str], str]) -> Callable[[], Store]:
    """A function that opens another empty store of each kind every time."""
    return memory_store if request.param == "memory" else lambda: open_store(url_of(request.param))


@pytest.fixture(params=["memory", *SHARED])
def opening(request: pytest.FixtureRequest, url_of: Callable[[str], str]) -> Callable[[], Store]:
    """A function that opens one empty store of each kind, twice if called twice, as two processes do."""
    if request.param == "memory":
        only = memory_store()
        return lambda: only
    return partial(open_store, url_of(request.param))


@pytest.fixture
async def store(opening: Callable[[], Store]) -> AsyncIterator[Store]:
    """An empty store of each kind."""
    opened = opening()
    yield opened
    await opened.close()


@pytest.fixture
async def other(opening: Callable[[], Store], store: Store) -> AsyncIterator[Store]:
    """The store of `store` as another process opens it."""
    opened = opening()
    yield opened
    await opened.close()
