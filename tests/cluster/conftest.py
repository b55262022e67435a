"""One cluster for all tests of this folder. CLUSTER_SIZE: `small` has one worker of each kind and two of router."""

import os
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Final

import pytest

from cluster.containers import Containers
from cluster.people import at_proxy
from local.paths import free_port
from support.door import Door

KINDS: Final = ("INTAKE", "ROUTER", "AGENCY_INBOX", "ESCALATION", "REPORTING")
SMALL: Final = {f"{kind}_WORKERS": "2" if kind == "ROUTER" else "1" for kind in KINDS}
LARGE: Final = {f"{kind}_{side}": "2" for kind in KINDS for side in ("WORKERS", "WEBS")}


@pytest.fixture(scope="session")
def containers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Containers]:
    counts = SMALL if os.environ.get("CLUSTER_SIZE", "small") == "small" else LARGE
    more = tuple(Path(file) for file in os.environ.get("CLUSTER_FILES", "").split(os.pathsep) if file)
    started = Containers(tmp_path_factory.mktemp("secrets"), free_port(), counts, more)
    try:
        started.up()
        yield started
    finally:
        if not os.environ.get("CLUSTER_KEEP"):
            started.down()


@pytest.fixture
async def door(containers: Containers) -> AsyncIterator[Door]:
    async with at_proxy(containers) as opened:
        yield opened
