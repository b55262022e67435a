"""Who besides the reporter is notified: reporters of complaints joined to this one, and public subscribers."""

from collections.abc import Collection
from dataclasses import dataclass
from uuid import UUID

from chassis.project.from_store import StoreProjection
from chassis.sql.database import Database
from intake.storage import relations
from intake.storage.subscribers import Subscribers


@dataclass(frozen=True, slots=True)
class Audience:
    """`projection` keeps the relations in `database` up to date; subscribers are stored beside the vault."""

    database: Database
    projection: StoreProjection
    subscribers: Subscribers

    async def complaint_of(self, public_number: str) -> UUID | None:
        """The complaint with that number, also if it was filed a moment ago."""
        found = await self.database.read(lambda connection: relations.complaint_of(connection, public_number))
        if found is None:
            await self.projection.refresh()
            found = await self.database.read(lambda connection: relations.complaint_of(connection, public_number))
        return found

    async def followers_of(self, leads: Collection[UUID]) -> dict[UUID, list[UUID]]:
        """The complaints joined to each of these, directly or through another."""
        await self.projection.catch_up()
        return await self.database.read(lambda connection: relations.followers_of(connection, leads))
