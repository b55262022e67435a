"""`python -m chassis.cli.relay`: the relay as a process; a composition root."""

import sys

from chassis.base.runtime import run
from chassis.base.settings import Settings
from chassis.relay.relay import Relay
from chassis.service.entry import run_configured
from chassis.service.platform import open_platform
from chassis.service.process import run_process


async def main(settings: Settings) -> int:
    """Run the relay until SIGTERM; the exit status."""
    async with open_platform(settings) as platform:
        days, kafka = settings.events_topic_days, platform.kafka("relay")
        background_tasks = [Relay(platform.store, kafka, key=platform.signing_key, events_days=days)]
        host, port = settings.health_listener
        return await run_process("relay", background_tasks, port=port, host=host)


if __name__ == "__main__":
    sys.exit(run_configured("chassis.cli.relay", lambda settings: run(main(settings))))
