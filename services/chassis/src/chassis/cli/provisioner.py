"""`python -m chassis.cli.provisioner`: makes Kafka's users and rights; a composition root. The one process that has the
administrator's password.
"""

import sys

from chassis.base.clock import SystemClock
from chassis.base.runtime import run
from chassis.base.settings import Settings
from chassis.kafka.provision import Provisioner
from chassis.service.entry import run_configured
from chassis.service.platform import open_platform
from chassis.service.process import run_process
from schemas.access.kafka_users import PLATFORM


async def main(settings: Settings) -> int:
    """Run until SIGTERM; the exit status."""
    passwords = {user: settings.kafka_password(user) for user in PLATFORM}
    gateways = None if settings.gateways is None else settings.all_gateways
    kafka, quota = settings.kafka_as_administrator(), settings.kafka_outsider_quota
    async with open_platform(settings) as platform:
        task = Provisioner(kafka, passwords, quota, platform.registry, SystemClock(), gateways=gateways)
        host, port = settings.health_listener
        return await run_process("provisioner", [task], port=port, host=host)


if __name__ == "__main__":
    sys.exit(run_configured("chassis.cli.provisioner", lambda settings: run(main(settings))))
