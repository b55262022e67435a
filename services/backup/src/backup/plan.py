"""Which databases are copied together and in which order, and which part of a copy belongs where. Pure.

The store comes first: a key, a person or a file is kept before the event that names it, so everything that the copied
events name is in what is copied after them.
"""

from collections.abc import Mapping, Sequence
from typing import Final, NamedTuple

from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError

from backup.errors import CannotCopy
from backup.manifest import Database

STORE: Final = "store"
ORDER: Final = (STORE, "keyring", "vault")
MODELS: Final = "files/models"
CLOCK: Final = "files/clock"
"""Where trained classifiers and the test clock are in a copy."""
KINDS: Final = {"sqlite": ".db", "postgresql": ".dump"}


class Group(NamedTuple):
    """Settings with one address."""

    names: tuple[str, ...]
    url: str

    @property
    def kind(self) -> str:
        return make_url(self.url).get_backend_name()

    @property
    def file(self) -> str:
        """Where it is in a copy."""
        return f"databases/{self.names[0]}{KINDS[self.kind]}"

    @property
    def shown(self) -> str:
        """The address without its password."""
        return make_url(self.url).render_as_string()


def groups(urls: Mapping[str, str]) -> list[Group]:
    """Primary databases by setting (`store` for `STORE_URL`), in the order in which they are copied.

    Raises:
        CannotCopy: one is neither SQLite nor PostgreSQL.
    """
    found: dict[str, list[str]] = {}
    for name in sorted(urls, key=lambda name: ORDER.index(name) if name in ORDER else len(ORDER)):
        _check_kind(name, urls[name])
        found.setdefault(urls[name], []).append(name)
    return [Group(tuple(names), url) for url, names in found.items()]


def fitting(databases: Sequence[Database], into: Sequence[Group]) -> list[tuple[Database, Group]]:
    """Each database of a copy with where it belongs. Raises CannotCopy: it fits nowhere."""
    by_name = {name: group for group in into for name in group.names}
    found = []
    for database in databases:
        for name in database.holds:
            _check_fit(database, name, by_name)
        found.append((database, by_name[database.holds[0]]))
    return found


def _check_fit(database: Database, name: str, by_name: Mapping[str, Group]) -> None:
    if name not in by_name:
        raise CannotCopy(f"the copy holds the database of {name}, which this installation does not have")
    if by_name[name].kind != database.kind:
        raise CannotCopy(
            f"the copy holds {name} as {database.kind}, but {_setting(name)} names {by_name[name].kind}: restore into "
            "the kind of database that was copied"
        )
    if by_name[name] is not by_name[database.holds[0]]:
        raise CannotCopy(
            f"{' and '.join(database.holds)} were one database when the copy was made: let {_setting(name)} and "
            f"{_setting(database.holds[0])} name one"
        )


def _check_kind(name: str, url: str) -> None:
    try:
        kind = make_url(url).get_backend_name()
    except ArgumentError:
        kind = url.partition(":")[0]
    if kind not in KINDS:
        raise CannotCopy(
            f"{_setting(name)} is {kind}, which this command cannot copy: copy that server with its own tools, "
            "together with the other databases"
        )


def _setting(name: str) -> str:
    return f"SATUPINTU_{name.upper()}_URL"
