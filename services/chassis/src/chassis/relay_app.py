"""`python -m chassis.relay_app`: the relay as a process. A composition root."""

import sys

from chassis.log import configure
from chassis.platform import open_platform
from chassis.process import run_process
from chassis.relay import Relay
from chassis.running import run
from chassis.settings import Settings, read_settings


async def main(settings: Settings) -> int:
    """Relay until told to stop; the exit status."""
    async with open_platform(settings) as platform:
        return await run_process("relay", [Relay(platform.store, settings.kafka)], port=settings.port)


if __name__ == "__main__":
    settings = read_settings()
    configure(settings)
    sys.exit(run(main(settings)))
