"""Who besides the reporter is told of a complaint: those whose own follows it, and the public who follow it."""

from collections.abc import Collection
from dataclasses import dataclass
from uuid import UUID

from chassis.project.from_store import StoreProjection
from chassis.sql.database import Database
from intake.storage import relations
from intake.storage.subscribers import Subscribers


@dataclass(frozen=True, slots=True)
class Audience:
    """`feed` keeps the relations in `database` up to date; `subscribers` lie beside the vault."""

    database: Database
    feed: StoreProjection
    subscribers: Subscribers

    async def complaint_of(self, public_number: str) -> UUID | None:
        """The complaint of that number, also one that was filed a moment ago."""
        found = await self.database.read(lambda connection: relations.complaint_of(connection, public_number))
        if found is None:
            await self.feed.catch_up()
            found = await self.database.read(lambda connection: relations.complaint_of(connection, public_number))
        return found

    async def followers_of(self, leads: Collection[UUID]) -> dict[UUID, list[UUID]]:
        """Whoever joined each of these by now, directly or through another."""
        await self.feed.catch_up()
        return await self.database.read(lambda connection: relations.followers_of(connection, leads))
