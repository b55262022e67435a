"""Saved views of an officer: filters of the inbox under a name. They are stored as in the address of the inbox page."""

from collections.abc import Mapping
from typing import Final, NamedTuple
from urllib.parse import parse_qsl, urlencode

from agency_inbox.context import Inbox
from agency_inbox.offices.store import Saved
from agency_inbox.queries import registry_with
from schemas.access.principal import Principal, officer_id
from schemas.base.refusals import InvalidField

NAME: Final = 60
QUERY: Final = 500
"""Longest stored address."""
VALUE: Final = 64
FIELDS: Final = {
    "status": "status", "unit": "unit", "sector": "bidang", "region": "wilayah", "officer": "petugas", "due": "tenggat",
}  # fmt: skip
"""The filters of the API, each with its name in the address of the page."""
PERIODS: Final = {"overdue": "terlambat", "today": "hari-ini", "week": "minggu-ini"}
ME, NOBODY = ("me", "saya"), ("nobody", "-")
"""In the API and in an address."""


class View(NamedTuple):
    """Filters as the API names them."""

    name: str
    filters: Mapping[str, str]


async def listed(context: Inbox, who: Principal, agency: str) -> list[View]:
    """Their own, by name. Raises NotFound: no such agency."""
    await registry_with(context, agency)
    return [View(each.name, filters_of(each.query)) for each in await context.offices.saved(agency, officer_id(who))]


async def keep(context: Inbox, who: Principal, agency: str, name: str, filters: Mapping[str, str]) -> View:
    """Keep the filters under a name, in place of those that had it.

    Raises:
        NotFound: no such agency.
        InvalidField: the name is empty or too long, there is no filter, or there are too many views.
    """
    await registry_with(context, agency)
    name, query = " ".join(name.split()), query_of(filters)
    if not 1 <= len(name) <= NAME or not name.isprintable():
        raise InvalidField(field="name", why=f"must have 1 to {NAME} characters")
    if not query:
        raise InvalidField(field="filters", why="must not be empty")
    await context.offices.save(agency, officer_id(who), Saved(name, query))
    return View(name, filters_of(query))


async def forget(context: Inbox, who: Principal, agency: str, name: str) -> None:
    """Nothing happens if there is none. Raises NotFound: no such agency."""
    await registry_with(context, agency)
    await context.offices.forget(agency, officer_id(who), " ".join(name.split()))


def query_of(filters: Mapping[str, str]) -> str:
    """As in the address of the inbox page."""
    pairs = [(FIELDS[name], _written(name, filters[name])) for name in FIELDS if filters.get(name)]
    query = urlencode(pairs)
    if len(query) > QUERY:
        raise InvalidField(field="filters", why="is too long")
    return query


def filters_of(query: str) -> dict[str, str]:
    """Of what stands in such an address the filters, by their names in the API."""
    given = dict(parse_qsl(query))
    return {name: _read(name, given[field][:VALUE]) for name, field in FIELDS.items() if given.get(field)}


def _written(name: str, value: str) -> str:
    return _values(name).get(value, value)


def _read(name: str, value: str) -> str:
    return {there: here for here, there in _values(name).items()}.get(value, value)


def _values(name: str) -> Mapping[str, str]:
    return PERIODS if name == "due" else dict((ME, NOBODY)) if name == "officer" else dict((NOBODY,))
