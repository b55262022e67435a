"""The read model of relations: public number -> complaint, and joined complaint -> lead. Fed from the store."""

from collections.abc import Collection, Sequence
from typing import Final
from uuid import UUID

from pydantic_core import from_json
from sqlalchemy import Column, Connection, MetaData, String, Table

from chassis.project.position import position_table
from chassis.project.view import View, as_recorded
from chassis.sql.lease import lease_table
from chassis.sql.statements import replace_rows, select_by_keys
from chassis.sweep.open_work import open_work_table, open_work_tables
from intake.settings import CHAIN
from schemas.base.envelope import RecordedEvent
from schemas.base.streams import COMPLAINT_PREFIX, complaint_id
from schemas.events.intake import ComplaintFiled
from schemas.events.router import ComplaintJoined

METADATA: Final = MetaData()


def define(metadata: MetaData, prefix: str) -> Sequence[Table]:
    report = Table(
        f"{prefix}report",
        metadata,
        Column("public_number", String(32), primary_key=True),
        Column("complaint", String(36), nullable=False),
        keep_existing=True,
    )
    follower = Table(
        f"{prefix}follower",
        metadata,
        Column("complaint", String(36), primary_key=True),
        Column("lead", String(36), nullable=False, index=True),
        keep_existing=True,
    )
    return [report, follower]


REPORT, FOLLOWER = define(METADATA, "")
position_table(METADATA)
WAITING_FILES: Final = open_work_table(METADATA)
"""The files that wait for scan and cleaning, kept by `intake.checks`."""
UNSCANNED: Final = "unscanned_"
UNSCANNED_FILES: Final = open_work_tables(METADATA, UNSCANNED)[0]
"""Those that were checked without a scanner. Filled only by processes with one."""
LEASES: Final = lease_table(METADATA)


def apply(connection: Connection, tables: Sequence[Table], events: Sequence[RecordedEvent]) -> None:
    """Apply these events. A complaint that is no longer joined keeps its row; readers check its stream."""
    report, follower = tables
    numbers, leads = dict[str, str](), dict[str, str]()
    for event in events:
        if event.type == ComplaintFiled.__name__:
            numbers[from_json(event.data)["public_number"]] = str(complaint_id(event.stream))
        elif event.type == ComplaintJoined.__name__:
            leads[str(complaint_id(event.stream))] = from_json(event.data)["lead"]
    named = [{"public_number": n, "complaint": c} for n, c in numbers.items()]
    replace_rows(connection, report.c.public_number, list(numbers), named)
    joined = [{"complaint": c, "lead": lead} for c, lead in leads.items()]
    replace_rows(connection, follower.c.complaint, list(leads), joined)


VIEW: Final = View("relations", define, apply, as_recorded, (COMPLAINT_PREFIX,))


def complaint_of(connection: Connection, public_number: str) -> UUID | None:
    """The complaint with that number, public or not."""
    found = connection.execute(select_by_keys(REPORT.c.public_number), {"keys": [public_number]}).first()
    return UUID(found.complaint) if found else None


def followers_of(connection: Connection, leads: Collection[UUID]) -> dict[UUID, list[UUID]]:
    """The complaints joined to each of these, directly or through another."""
    return {lead: _all_of(connection, str(lead)) for lead in leads}


def _all_of(connection: Connection, lead: str) -> list[UUID]:
    found, layer = dict[str, None](), [lead]
    for _ in range(CHAIN):
        rows = connection.execute(select_by_keys(FOLLOWER.c.lead), {"keys": layer})
        layer = [each for each in (row.complaint for row in rows) if each not in found and each != lead]
        if not layer:
            break
        found.update(dict.fromkeys(layer))
    return [UUID(each) for each in found]
