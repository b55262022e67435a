"""Command line of every service, `python -m SERVICE worker|web`, and the HTTP server."""

import sys
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final

import structlog
import uvicorn
from fastapi import FastAPI

from chassis.base.log import configure
from chassis.base.private_files import owner_only
from chassis.base.runtime import run, tune_garbage_collector
from chassis.base.settings import BadSetting, NoState, Settings, read_settings, redacted

if TYPE_CHECKING:  # the relay starts here too, and has no routes to import
    from chassis.service.service import Service

SERVING: Final[tuple[list[str], ...]] = ([], ["worker"], ["web"])
"""Command lines of long-running processes, which log their settings; the others are run by a person."""
log = structlog.get_logger(__name__)
KEEP_ALIVE_S: Final = 75
"""Longer than clients and proxies keep idle connections (mostly 15 to 60 s), so that the client closes first; otherwise
a POST may be sent on a connection that the server is closing.
"""


def main(service: "Service[Any]", others: Mapping[str, Callable[[list[str]], int]] = MappingProxyType({})) -> int:
    """Run what the command line names, a side of the service until SIGTERM or one of the commands in `others`, which
    get the command line; the exit status.
    """

    def side(settings: Settings) -> int:
        match sys.argv[1:]:
            case ["worker"]:
                return run(service.worker(settings))
            case ["web"]:
                return serve(service.web(), settings)
            case [command, *_] as argv if command in others:
                return others[command](argv)
            case _:
                sys.stderr.write(f"usage: python -m {service.package} {'|'.join(['worker', 'web', *others])}\n")
                return 2

    return run_configured(service.package, side)


def run_configured(module: str, main: Callable[[Settings], int]) -> int:
    """The exit status of `main` with this process's settings; prints settings that are not valid in one line."""
    owner_only()
    try:
        settings = read_settings()
        configure(settings)
        if sys.argv[1:] in SERVING:
            log.info("settings", process=module, **redacted(settings))
        return main(settings)
    except (BadSetting, NoState) as error:
        sys.stderr.write(f"python -m {module} cannot run: {error}\n")
        return 2


def serve(app: FastAPI, settings: Settings) -> int:
    """Serve until SIGTERM or SIGINT; the exit status."""
    tune_garbage_collector()
    # No access log: paths hold tracking codes, which are secrets. One process: uvicorn's `workers` bind a socket that
    # asyncio does not recognise as TCP, which leaves Nagle's algorithm on (40 ms and more per response).
    uvicorn.run(
        app,
        host=settings.host,
        port=settings.port,
        log_config=None,
        access_log=False,
        loop="uvloop",
        timeout_keep_alive=KEEP_ALIVE_S,
    )
    return 0
