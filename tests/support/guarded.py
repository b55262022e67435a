"""A broker with the platform's users, two agencies whose names begin alike, and two such gateways."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from chassis.base.clock import SystemClock
from chassis.base.cluster import Cluster
from chassis.kafka.clients import producer, running
from chassis.kafka.provision import Provisioner
from chassis.kafka.users import UserAdmin
from local.kafka.passwords import ensure_passwords
from local.kafka.server import KafkaServer
from schemas.access.kafka import rights
from schemas.access.kafka_users import PLATFORM, Credential, Kind
from schemas.base.topics import (
    COMPLAINT_EVENTS,
    COMPLAINT_SUMMARY,
    REGISTRY_EVENTS,
    RELAY_CHECKPOINT,
    Topic,
    agency_inbox,
    agency_replies,
    dead_letter,
)
from schemas.registry.fold import Registry

REAUTH_MS: Final = 3_000
A, B = "kota-bandung", "kota-bandung-barat"
ROTATED: Final = Credential(Kind.AGENCY, A, datetime(2126, 3, 2, 3, 0, tzinfo=UTC)).name
"""Made so late that the first one of its agency does not end during the tests."""
GATEWAY_ROTATED: Final = Credential(Kind.GATEWAY, "sms", datetime(2126, 3, 2, 3, 0, tzinfo=UTC)).name
OUTSIDERS: Final = (f"agency.{A}", ROTATED, f"agency.{B}", "gateway.sms", GATEWAY_ROTATED, "gateway.sms-2")
TOPICS: Final = (
    COMPLAINT_EVENTS, REGISTRY_EVENTS, RELAY_CHECKPOINT, COMPLAINT_SUMMARY, "submissions", "submissions.sms",
    "submissions.chat", "submissions.sms-2", "submissions-of-nobody", dead_letter("intake"), dead_letter("router"),
    dead_letter("agency-inbox"), dead_letter("reporting"), "agencies",
    *(name(agency) for agency in (A, B) for name in (agency_inbox, agency_replies)),
)  # fmt: skip


class NoAgencies:
    """A registry in which no agency was merged."""

    async def current(self) -> Registry:
        return Registry()


async def unwritten(_credential: Credential, _why: str) -> None:
    """Notes no ending."""


class Guarded:
    """The broker, and its users."""

    def __init__(self, server: KafkaServer, folder: Path) -> None:
        self.server, self.folder = server, folder
        self.administrator = server.as_administrator()

    async def provision(self) -> None:
        """Make the platform's users, and all rights."""
        passwords = ensure_passwords(self.folder, PLATFORM)
        provisioner = Provisioner(self.administrator, passwords, {}, NoAgencies(), SystemClock(), unwritten)
        await provisioner.once()
        await provisioner.close()

    async def make(self, user: str, password: str) -> Cluster:
        """Make a user of an agency or a gateway with its rights."""
        admin = UserAdmin(self.administrator)
        await admin.set_rights({user: rights(user)})
        await admin.set_passwords({user: password})
        await admin.close()
        return Cluster(self.server.bootstrap, user, password)

    async def end(self, *users: str) -> None:
        admin = UserAdmin(self.administrator)
        await admin.end(users)
        await admin.close()


async def fill(found: Guarded) -> None:
    """All topics with a record, and all users."""
    admin = UserAdmin(found.administrator)
    await admin.ensure([Topic(name, 1) for name in TOPICS])
    await admin.close()
    await found.provision()
    for user in OUTSIDERS:
        await found.make(user, ensure_passwords(found.folder, [user])[user])
    async with running(producer(found.administrator)) as client:
        for topic in TOPICS:
            await client.send_and_wait(topic, b"first", key=b"k", partition=0)
