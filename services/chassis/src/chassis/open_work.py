"""What must be done next, for which complaint, by whom and by when: one row per complaint and kind of work."""

from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import MetaData, Table


class Work(NamedTuple):
    """One thing that must still be done for a complaint. `what` is unique within the complaint; `due_at` is domain
    time, UTC."""

    what: str
    holder: str
    due_at: datetime


class Row(NamedTuple):
    """An open work row as stored. `version`: of the stream it was planned from."""

    complaint: UUID
    what: str
    holder: str
    due_at: datetime
    version: int


def open_work_table(metadata: MetaData) -> Table:
    """The table `open_work` of a service's own database; asked twice, the same one."""
    raise NotImplementedError
