"""The tables of offices and what is done with them. Each method raises what `chassis.sql.database.Database` raises."""

from datetime import datetime
from typing import Any, Final, NamedTuple
from uuid import UUID

from sqlalchemy import (
    Boolean,
    Column,
    ColumnElement,
    Connection,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    delete,
    func,
    insert,
    select,
    update,
)

from agency_inbox.settings import OFFICERS, SAVED_VIEWS, TEMPLATES
from chassis.sql.database import Database
from chassis.sql.history import History
from chassis.sql.types import Moment
from schemas.base.refusals import InvalidField

METADATA: Final = MetaData()
OFFICER: Final = Table(
    "officers",
    METADATA,
    Column("agency", String(64), primary_key=True),
    Column("id", String(36), primary_key=True),
    Column("name", String(200), nullable=False),
    Column("seen_at", Moment, nullable=False),
)
SETTINGS: Final = Table(
    "officer_settings",
    METADATA,
    Column("officer", String(36), primary_key=True),
    Column("shortcuts", Boolean, nullable=False),
)
SAVED: Final = Table(
    "saved_views",
    METADATA,
    Column("agency", String(64), primary_key=True),
    Column("officer", String(36), primary_key=True),
    Column("name", String(60), primary_key=True),
    Column("query", String(500), nullable=False),
)
TEMPLATE: Final = Table(
    "answer_templates",
    METADATA,
    Column("agency", String(64), primary_key=True),
    Column("id", String(36), primary_key=True),
    Column("version", Integer, nullable=False),
    Column("name", String(100), nullable=False),
    Column("text", Text, nullable=False),
    Column("changed_at", Moment, nullable=False),
)
HISTORY: Final = History("offices", METADATA, "offices_url", "agency_inbox")


class Officer(NamedTuple):
    """Somebody who has opened the agency's inbox. The name is the provider's."""

    id: str
    name: str


class Saved(NamedTuple):
    """Filters that an officer gave a name. `query`: as in the address of the inbox."""

    name: str
    query: str


class Template(NamedTuple):
    """Words for an answer, with fields such as `{nomor}`."""

    id: str
    version: int
    name: str
    text: str


class Changed(Exception):
    """Somebody else changed it meanwhile."""


class Offices:
    """In one database, which all web processes of the service share."""

    def __init__(self, url: str) -> None:
        self.database = Database(url, HISTORY)

    async def close(self) -> None:
        await self.database.close()

    async def saw(self, agency: str, officer: UUID, name: str, at: datetime) -> None:
        """Remember that the officer opened the agency's inbox, and their name."""
        row = {"agency": agency, "id": str(officer), "name": name[:200], "seen_at": at}
        if await self.database.read(lambda each: _same_day(each, row)):
            return
        await self.database.run(lambda each: _replace(each, OFFICER, row))

    async def officers(self, agency: str) -> list[Officer]:
        """By name; at most `OFFICERS`, those who were there last."""
        query = select(OFFICER.c.id, OFFICER.c.name).where(OFFICER.c.agency == agency)
        query = query.order_by(OFFICER.c.seen_at.desc()).limit(OFFICERS)
        rows = await self.database.read(lambda each: each.execute(query).all())
        return sorted((Officer(*row) for row in rows), key=lambda each: each.name.casefold())

    async def knows(self, agency: str, officer: UUID) -> bool:
        """Whether the officer has opened the agency's inbox."""
        query = select(OFFICER.c.id).where(OFFICER.c.agency == agency, OFFICER.c.id == str(officer))
        return await self.database.read(lambda each: each.execute(query).first()) is not None

    async def shortcuts(self, officer: UUID) -> bool:
        """Whether single keys are shortcuts for this person: until they switch them off (WCAG 2.2, 2.1.4)."""
        query = select(SETTINGS.c.shortcuts).where(SETTINGS.c.officer == str(officer))
        found = await self.database.read(lambda each: each.execute(query).scalar())
        return True if found is None else bool(found)

    async def set_shortcuts(self, officer: UUID, *, on: bool) -> None:
        row = {"officer": str(officer), "shortcuts": on}
        await self.database.run(lambda each: _replace(each, SETTINGS, row))

    async def saved(self, agency: str, officer: UUID) -> list[Saved]:
        """By name."""
        query = select(SAVED.c.name, SAVED.c.query).where(*_of(SAVED, agency=agency, officer=str(officer)))
        rows = await self.database.read(lambda each: each.execute(query.order_by(SAVED.c.name)).all())
        return [Saved(*row) for row in rows]

    async def save(self, agency: str, officer: UUID, view: Saved) -> None:
        """Keep it, in place of one with the same name. Raises InvalidField: there are too many."""
        row = {"agency": agency, "officer": str(officer), **view._asdict()}
        own = _of(SAVED, agency=agency, officer=str(officer))
        await self.database.run(lambda each: _keep(each, SAVED, row, own, SAVED_VIEWS))

    async def forget(self, agency: str, officer: UUID, name: str) -> None:
        """Keep it no more."""
        where = _of(SAVED, agency=agency, officer=str(officer), name=name)
        await self.database.run(lambda each: each.execute(delete(SAVED).where(*where)))

    async def templates(self, agency: str) -> list[Template]:
        """By name."""
        columns = (TEMPLATE.c.id, TEMPLATE.c.version, TEMPLATE.c.name, TEMPLATE.c.text)
        query = select(*columns).where(TEMPLATE.c.agency == agency).order_by(TEMPLATE.c.name)
        return [Template(*row) for row in await self.database.read(lambda each: each.execute(query).all())]

    async def keep_template(self, agency: str, template: Template, at: datetime) -> None:
        """Add it if its version is 0, or change the one of this id and version.

        Raises:
            Changed: that one was changed or deleted meanwhile.
            InvalidField: there are too many, or another one has this name.
        """
        await self.database.run(lambda each: _keep_template(each, agency, template, at))

    async def delete_template(self, agency: str, id_: str, version: int | None = None) -> None:
        """Nothing happens if there is none. Raises Changed: it has another version than this one."""
        await self.database.run(lambda each: _delete_template(each, _of(TEMPLATE, agency=agency, id=id_), version))


def _same_day(connection: Connection, row: dict[str, Any]) -> bool:
    """Whether it says the same already: the last visit is kept by the day."""
    query = select(OFFICER.c.name, OFFICER.c.seen_at).where(*_of(OFFICER, agency=row["agency"], id=row["id"]))
    found = connection.execute(query).one_or_none()
    return found is not None and found.name == row["name"] and found.seen_at.date() == row["seen_at"].date()


def _of(table: Table, **values: str) -> list[ColumnElement[bool]]:
    return [table.c[name] == value for name, value in values.items()]


def _replace(connection: Connection, table: Table, row: dict[str, Any]) -> None:
    where = [column == row[column.name] for column in table.primary_key]
    if not connection.execute(update(table).where(*where).values(row)).rowcount:
        connection.execute(insert(table), row)


def _keep(connection: Connection, table: Table, row: dict[str, Any], own: list[ColumnElement[bool]], most: int) -> None:
    where = [column == row[column.name] for column in table.primary_key]
    there = connection.execute(select(func.count()).select_from(table).where(*where)).scalar()
    _must_have_room(connection, table, own, most + (1 if there else 0))
    _replace(connection, table, row)


def _must_have_room(connection: Connection, table: Table, own: list[ColumnElement[bool]], most: int) -> None:
    if (connection.execute(select(func.count()).select_from(table).where(*own)).scalar() or 0) >= most:
        raise InvalidField(field="name", why=f"there are {most} already: delete one first")


def _keep_template(connection: Connection, agency: str, template: Template, at: datetime) -> None:
    same_name = [*_of(TEMPLATE, agency=agency, name=template.name), TEMPLATE.c.id != template.id]
    if connection.execute(select(TEMPLATE.c.id).where(*same_name)).first() is not None:
        raise InvalidField(field="name", why="another one has this name")
    values = {"name": template.name, "text": template.text, "version": template.version + 1, "changed_at": at}
    if template.version == 0:
        own = select(TEMPLATE.c.id).where(*_of(TEMPLATE, agency=agency, id=template.id))
        if connection.execute(own).first() is not None:
            raise Changed
        _must_have_room(connection, TEMPLATE, _of(TEMPLATE, agency=agency), TEMPLATES)
        connection.execute(insert(TEMPLATE), {"agency": agency, "id": template.id, **values})
        return
    where = [*_of(TEMPLATE, agency=agency, id=template.id), TEMPLATE.c.version == template.version]
    if not connection.execute(update(TEMPLATE).where(*where).values(values)).rowcount:
        raise Changed


def _delete_template(connection: Connection, of: list[ColumnElement[bool]], version: int | None) -> None:
    there = connection.execute(select(TEMPLATE.c.version).where(*of)).scalar()
    if version is not None and there is not None and there != version:
        raise Changed
    connection.execute(delete(TEMPLATE).where(*of))
