"""`python -m chassis.cli.provisioner`: makes Kafka's users and rights; a composition root. The one process that has the
administrator's password.
"""

import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final

from chassis.access_log.log import AccessLog
from chassis.base.clock import SystemClock
from chassis.base.runtime import run
from chassis.base.settings import Settings
from chassis.kafka.provision import NoteEnding, Provisioner
from chassis.service.entry import run_configured
from chassis.service.platform import open_platform
from chassis.service.process import run_process
from schemas.access.kafka_users import PLATFORM, Credential
from schemas.access.principal import Principal

PLATFORM_ITSELF: Final = "platform"
"""The issuer of what happens without a person's command."""


async def main(settings: Settings) -> int:
    """Run until SIGTERM; the exit status."""
    passwords = {user: settings.kafka_password(user) for user in PLATFORM}
    gateways = None if settings.gateways is None else settings.all_gateways
    kafka, quota = settings.kafka_as_administrator(), settings.kafka_outsider_quota
    async with open_platform(settings) as platform, _noting(settings) as note_ending:
        task = Provisioner(kafka, passwords, quota, platform.registry, SystemClock(), note_ending, gateways=gateways)
        host, port = settings.health_listener
        return await run_process("provisioner", [task], port=port, host=host)


@asynccontextmanager
async def _noting(settings: Settings) -> AsyncIterator[NoteEnding]:
    """Automatic endings go into the access log like those that a person commands."""
    log = AccessLog(settings.access_log_url, settings.access_log_key.get_secret_value())

    async def note(credential: Credential, why: str) -> None:
        about = {str(credential.kind): credential.id, "user": credential.name, "why": why}
        await log.credential_ended(Principal(PLATFORM_ITSELF, "provisioner"), about)

    try:
        yield note
    finally:
        await log.close()


if __name__ == "__main__":
    sys.exit(run_configured("chassis.cli.provisioner", lambda settings: run(main(settings))))
