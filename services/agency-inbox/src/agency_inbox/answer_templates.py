"""Answer templates of an agency: what they may be, and what its API and its pages do with them."""

from typing import Final
from uuid import UUID

from agency_inbox.context import Inbox
from agency_inbox.offices.fields import check
from agency_inbox.offices.store import Changed, Template
from agency_inbox.queries import registry_with
from schemas.base.limits import BODY
from schemas.base.refusals import InvalidField, NotFound, VersionMismatch

NAME: Final = 100
MOST: Final = BODY // 2
"""Characters of a template: an answer has room for more."""


async def listed(context: Inbox, agency: str) -> list[Template]:
    """By name. Raises NotFound: no such agency."""
    await registry_with(context, agency)
    return await context.offices.templates(agency)


async def one(context: Inbox, agency: str, id_: str) -> Template:
    """Raises NotFound: there is none of this id."""
    for each in await listed(context, agency):
        if each.id == id_:
            return each
    raise NotFound(template=id_)


async def keep(context: Inbox, agency: str, id_: UUID, version: int, name: str, text: str) -> Template:
    """Add it if `version` is 0, or change the one of this version; the same again changes nothing.

    Raises:
        NotFound: no such agency.
        InvalidField: a text is too long or has an unknown field, the name is taken, or there are too many.
        VersionMismatch: it was changed or deleted meanwhile.
    """
    made = Template(str(id_), version, " ".join(name.split()), text.replace("\r\n", "\n").strip())
    _check(made)
    there = {each.id: each for each in await listed(context, agency)}.get(made.id)
    kept = made._replace(version=version + 1)
    if there == kept:
        return kept
    try:
        await context.offices.keep_template(agency, made, context.clock.now())
    except Changed as error:
        raise _mismatch(made.version, there) from error
    return kept


async def delete(context: Inbox, agency: str, id_: UUID, version: int) -> None:
    """Nothing happens if there is none.

    Raises:
        NotFound: no such agency.
        VersionMismatch: it was changed meanwhile.
    """
    there = {each.id: each for each in await listed(context, agency)}.get(str(id_))
    try:
        await context.offices.delete_template(agency, str(id_), version)
    except Changed as error:
        raise _mismatch(version, there) from error


def _mismatch(expected: int, there: Template | None) -> VersionMismatch:
    return VersionMismatch(expected=str(expected), actual=str(there.version if there else 0))


def _check(made: Template) -> None:
    for field, text, most in (("name", made.name, NAME), ("text", made.text, MOST)):
        if not 1 <= len(text) <= most:
            raise InvalidField(field=field, why=f"must have 1 to {most} characters")
        if "\0" in text:
            raise InvalidField(field=field, why="must not hold a NUL character")
    check(made.text)
