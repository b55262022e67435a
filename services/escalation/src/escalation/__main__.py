"""`python -m escalation worker|web`."""

import asyncio
import sys

import uvicorn

from chassis.log import configure
from chassis.settings import read_settings
from escalation.app import create_app, worker


def main(argv: list[str]) -> int:
    """Run one side until it is told to stop; the exit status."""
    settings = read_settings()
    configure(settings)
    match argv:
        case ["worker"]:
            return asyncio.run(worker())
        case ["web"]:
            uvicorn.run(create_app(), host=settings.host, port=settings.port, log_config=None, access_log=False)
            return 0
        case _:
            sys.stderr.write("usage: python -m escalation worker|web\n")
            return 2


sys.exit(main(sys.argv[1:]))
