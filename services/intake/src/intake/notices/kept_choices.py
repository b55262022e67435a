"""What reporters chose about their notices. Primary data beside the vault; no event tells it, as it changes no rule."""

from uuid import UUID

from chassis.sql.database import Database
from intake.notices.choices import NoticeChoices
from intake.storage.sql import execute, query


class KeptChoices:
    """One row for each complaint whose reporter chose."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def of(self, complaint: UUID) -> NoticeChoices | None:
        """None: nothing was chosen."""
        found = await query(self._database, "select chosen from notice_choices where complaint = %s", complaint.bytes)
        return NoticeChoices.model_validate_json(found[0][0]) if found else None

    async def keep(self, complaint: UUID, chosen: NoticeChoices) -> None:
        """Replace what was chosen before. Repeatable."""
        statement = (
            "insert into notice_choices (complaint, chosen) values (%s, %s) "
            "on conflict (complaint) do update set chosen = excluded.chosen"
        )
        await execute(self._database, statement, complaint.bytes, chosen.model_dump_json())

    async def forget(self, complaint: UUID) -> None:
        """Delete it. Repeatable."""
        await execute(self._database, "delete from notice_choices where complaint = %s", complaint.bytes)
