"""Front and demo provider as real processes, for a real browser, with complaints in every state. Without Kafka."""

import asyncio
import os
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Final, NamedTuple

import httpx

from chassis.attachments.configured import open_attachments
from chassis.base.clock import SystemClock
from chassis.base.settings import Settings
from chassis.service.platform import open_platform
from chassis.write.repository import Repository
from local.issuer.state import make as make_issuer
from local.paths import free_port
from local.platform.processes import PlatformLayout, environment, process_specs
from local.platform.state_dir import make_secrets
from local.process.child import ManagedProcess
from support.commands import NOWHERE
from support.stage import Staged, set_stage
from support.stage_figures import set_figures
from support.stage_photo import add_photo

SetStage = Callable[[httpx.AsyncClient, Repository, datetime], Awaitable[dict[str, Staged]]]
CHROMIUM: Final = "/usr/bin/chromium"
START_S: Final = 180.0
UNLIMITED: Final = {f"SATUPINTU_{name}_PER_MINUTE": "0" for name in ("FILINGS", "REQUESTS", "FAILED_CODES")}


class Site(NamedTuple):
    """The addresses of the front and of the demo provider, and what stands in the store."""

    address: str
    issuer: str
    stage: dict[str, Staged]


@contextmanager
def serving(state: Path, set_: SetStage = set_stage) -> Iterator[Site]:
    """Start both, and set the stage."""
    make_secrets(state)
    make_issuer(state, state / "secrets" / "oidc-client.secret")
    layout = PlatformLayout(state, free_port(), NOWHERE, issuer=free_port())
    specs = [spec for spec in process_specs(layout) if spec.name in ("front", "issuer")]
    processes = [
        ManagedProcess(spec.name, spec.argv, state / f"{spec.name}.log", {**os.environ, **spec.env, **UNLIMITED})
        for spec in specs
    ]
    try:
        for process in processes:
            process.start()
        for process, spec in zip(processes, specs, strict=True):
            wait_for(process, spec.ready_url)
        address = f"http://127.0.0.1:{layout.port}"
        env = environment(layout)
        stage = asyncio.run(_stage(address, env, set_))
        fill_views(env)
        yield Site(address, f"http://127.0.0.1:{layout.issuer}", stage)
    finally:
        for process in processes:
            process.stop(10)


async def _stage(address: str, env: dict[str, str], set_: SetStage) -> dict[str, Staged]:
    before = dict(os.environ)
    os.environ.update(env)
    try:
        settings = Settings()
    finally:
        os.environ.clear()
        os.environ.update(before)
    async with open_platform(settings) as platform, httpx.AsyncClient(base_url=address, timeout=60) as web:
        repository, now = platform.repository("intake"), SystemClock().now()
        staged = await set_(web, repository, now)
        if set_ is set_stage:  # other stages have what their tests look for
            await set_figures(repository, now)
            await add_photo(repository, open_attachments(settings), staged["photo"].id, now)
        return staged


def fill_views(env: dict[str, str]) -> None:
    """Fill every read model from the store: no worker runs here. Raises AssertionError with what the command said."""
    argv = [sys.executable, "-m", "chassis.cli.main", "rebuild", "all"]
    done = subprocess.run(argv, env={**os.environ, **env}, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def wait_for(process: ManagedProcess, url: str) -> None:
    """Wait until the process answers there. Raises AssertionError with its last lines: it ended, or it took too long."""
    end = time.monotonic() + START_S
    while True:
        try:
            if httpx.get(url).status_code == 200:
                return
        except httpx.HTTPError:
            pass
        assert process.running, "\n".join(process.last_lines(20))
        assert time.monotonic() < end, "\n".join(process.last_lines(20))
        time.sleep(0.1)
