"""Checks before the start that the configured event store can be used.

Runs as a process of its own (`python -m local.platform.check_store`): the supervisor forks its children and must not
have opened a database or a gRPC channel before.
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
from local.process.fork import end_with_parent

IN_MEMORY: Final = "memory"
LIMIT_S: Final = 30


def check_store(settings: Settings) -> None:
    """Check the store of these settings.

    Raises:
        CannotRun: no such store, unreachable, or not usable by several processes.
    """
    if urlsplit(settings.store_url).scheme == IN_MEMORY:
        raise CannotRun("SATUPINTU_STORE_URL: memory:// exists in one process only, and here are several.")
    if settings.store_url.startswith(f"sqlite:///{settings.state_dir}/"):
        return  # created with the rest of our state
    argv = [sys.executable, "-m", "local.platform.check_store"]
    try:
        done = subprocess.run(
            argv,
            capture_output=True,
            text=True,
            check=False,
            timeout=LIMIT_S,
            preexec_fn=end_with_parent(),
        )
    except subprocess.TimeoutExpired as error:
        raise CannotRun(f"the event store of SATUPINTU_STORE_URL did not answer within {LIMIT_S} s.") from error
    if done.returncode:
        raise CannotRun(done.stderr.strip())


def main() -> int:
    """Exit code 0 if the store answers; else 1, with the reason on stderr, without the password."""
    try:
        asyncio.run(_ask(read_settings()))
    except BadSetting as error:
        reason = str(error)
    except (OSError, ChassisError) as error:
        reason = f"the event store of SATUPINTU_STORE_URL cannot be used: {error}"
    else:
        return 0
    sys.stderr.write(" ".join(reason.split()) + "\n")
    return 1


async def _ask(settings: Settings) -> None:
    async with open_platform(settings) as platform:
        await platform.store.store_id()


if __name__ == "__main__":
    sys.exit(main())
