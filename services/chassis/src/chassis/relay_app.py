"""`python -m chassis.relay_app`: the relay as a process. A composition root."""

import sys

from chassis.entry import started
from chassis.platform import open_platform
from chassis.process import run_process
from chassis.relay import Relay
from chassis.running import run
from chassis.settings import Settings


async def main(settings: Settings) -> int:
    """Relay until told to stop; the exit status."""
    async with open_platform(settings) as platform:
        roads = [Relay(platform.store, settings.kafka)]
        return await run_process("relay", roads, port=settings.port, host=settings.host)


if __name__ == "__main__":
    sys.exit(started("chassis.relay_app", lambda settings: run(main(settings))))
