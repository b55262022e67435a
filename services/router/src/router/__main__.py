"""`python -m router worker|web|seed`, and what reads history: `replay`, `examples`."""

import asyncio
import sys

import uvicorn

from chassis.log import configure
from chassis.settings import read_settings
from router.app import create_app, seed, worker

HISTORY = ("replay", "examples")


def main(argv: list[str]) -> int:
    """Run one side until it is told to stop, or fill the registry; the exit status."""
    configure(read_settings())
    settings = read_settings()
    configure(settings)
    match argv:
        case ["worker"]:
            return asyncio.run(worker())
        case ["web"]:
            uvicorn.run(create_app(), host=settings.host, port=settings.port, log_config=None, access_log=False)
            return 0
        case ["seed"]:
            sys.stdout.write(f"{asyncio.run(seed())} facts added to the registry\n")
            return 0
        case [command, *_] if command in HISTORY:
            from router.history_cli import app

            app(argv, prog_name="python -m router")
            return 0
        case _:
            sys.stderr.write(f"usage: python -m router worker|web|seed|{'|'.join(HISTORY)}\n")
            return 2


sys.exit(main(sys.argv[1:]))
