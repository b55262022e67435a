"""`python -m support.kurrentdb --file store.log`: the stand-in as a process."""

import argparse
import asyncio
from pathlib import Path

from support.kurrentdb.node import MOST_APPEND_BYTES
from support.kurrentdb.server import Settings, serve


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m support.kurrentdb", description=__doc__)
    parser.add_argument("--port", type=int, action="append", help="one per node (default 2113; 0: any free one)")
    parser.add_argument("--file", type=Path, help="the log; without it nothing survives the process")
    parser.add_argument("--user", action="append", default=[], metavar="NAME:PASSWORD", help="who may call")
    parser.add_argument("--certificate", type=Path, help="speak TLS with this certificate")
    parser.add_argument("--key", type=Path, help="its private key")
    parser.add_argument("--most-append-bytes", type=int, default=MOST_APPEND_BYTES)
    parser.add_argument("--control", action="store_true", help="take orders for faults on standard input")
    given = parser.parse_args()
    settings = Settings(
        given.port or (2113,),
        given.file,
        dict(user.split(":", 1) for user in given.user),
        given.certificate,
        given.key,
        given.most_append_bytes,
        given.control,
    )
    try:
        asyncio.run(serve(settings))
    except KeyboardInterrupt:
        return


main()
