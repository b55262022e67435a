"""The complaint of a tracking code, for commands of other services. They find this function by its entry point."""

from uuid import UUID

from chassis.service.platform import Platform
from chassis.sql.database import Database
from intake.storage.tables import HISTORY
from intake.storage.tracking_codes import TrackingCodes


async def complaint_of_code(platform: Platform, code: str) -> UUID | None:
    """By the table of codes, also where the code's version was ended; None: the table does not have it.

    Raises:
        ChassisError: from the database.
    """
    settings = platform.settings
    database = Database(settings.vault_url, HISTORY)
    try:
        return await TrackingCodes(database, settings.code_secrets).known(code)
    finally:
        await database.close()
