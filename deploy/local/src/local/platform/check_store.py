"""Can the event store that the settings name be used? Asked before anything is started, and told in one sentence.

    python -m local.store

In a process of its own: whoever forks its children must not have opened a database or a gRPC channel before.
"""

import asyncio
import subprocess
import sys
from typing import Final
from urllib.parse import urlsplit

from chassis.base.errors import ChassisError
from chassis.base.settings import BadSetting, Settings, read_settings
from chassis.service.platform import open_platform
from local.errors import CannotRun

IN_MEMORY: Final = "memory"
LIMIT_S: Final = 30


def check_store(settings: Settings) -> None:
    """Raises CannotRun: no such store, one that is not there, or one that several processes cannot share."""
    if urlsplit(settings.store_url).scheme == IN_MEMORY:
        raise CannotRun("SATUPINTU_STORE_URL: memory:// ends with the process that holds it, and here are several.")
    if settings.store_url.startswith(f"sqlite:///{settings.state_dir}/"):
        return  # made with the rest of our state
    argv = [sys.executable, "-m", "local.platform.check_store"]
    try:
        asked = subprocess.run(argv, capture_output=True, text=True, check=False, timeout=LIMIT_S)
    except subprocess.TimeoutExpired as error:
        raise CannotRun(f"the event store of SATUPINTU_STORE_URL has not answered for {LIMIT_S} s.") from error
    if asked.returncode:
        raise CannotRun(asked.stderr.strip())


def main() -> int:
    """0: the store has said who it is. Otherwise why not, without a word of its password."""
    try:
        asyncio.run(_ask(read_settings()))
    except BadSetting as error:
        return _told(str(error))
    except (OSError, ChassisError) as error:
        return _told(f"the event store of SATUPINTU_STORE_URL cannot be used: {error}")
    return 0


async def _ask(settings: Settings) -> None:
    async with open_platform(settings) as platform:
        await platform.store.store_id()


def _told(why: str) -> int:
    sys.stderr.write(" ".join(why.split()) + "\n")
    return 1


if __name__ == "__main__":
    sys.exit(main())
