"""The history of a set of primary tables: which migrations there are, and how far a database has come.

A history's scripts are Alembic revisions in one folder. Their file names, `r0_0001_words.py`, hold the revision's id
`0_0001`: the feature level of the release that brought it, and its number. Ids end in `_finish` where a revision drops
what the version before still uses: such a revision runs once the upgrade is finished, never before. Reading names
instead of scripts keeps Alembic out of every process that has nothing to migrate.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from importlib.resources import files
from itertools import takewhile
from pathlib import Path
from typing import Final

from sqlalchemy import Connection, MetaData, column, inspect, select, table

from chassis.base.errors import NotMigrated, TooNew
from schemas.events.levels import LEVEL

FINISH: Final = "_finish"
COMMAND: Final = "satupintu migrate"
_FILE: Final = re.compile(r"r((\d+)_\d{4}(?:_finish)?)(?:_[a-z0-9_]+)?\.py")
_ID: Final = re.compile(r"(\d+)_\d{4}(_finish)?")


@dataclass(frozen=True)
class History:
    """The tables of `metadata`, in the database that the setting `setting` names. `package`: where its folder
    `migrations/<name>` is.
    """

    name: str
    metadata: MetaData
    setting: str
    package: str

    @cached_property
    def folder(self) -> Path:
        """Its scripts."""
        return Path(str(files(self.package))) / "migrations" / self.name.replace("-", "_")

    @property
    def version_table(self) -> str:
        """Where the database keeps its revision: histories may share a database."""
        return f"alembic_version_{self.name.replace('-', '_')}"

    @cached_property
    def revisions(self) -> tuple[str, ...]:
        """Every revision's id, in order."""
        found = (_FILE.fullmatch(path.name) for path in self.folder.iterdir())
        return tuple(sorted(each[1] for each in found if each))

    def target(self, *, finish: bool = False) -> str:
        """The revision that a database should have: the last one, or before the upgrade is finished the last one that
        the version before can work with.
        """
        return self.revisions[-1] if finish else list(takewhile(_runs_before_the_end, self.revisions))[-1]

    def missing(self, revision: str | None, *, finish: bool = False) -> tuple[str, ...]:
        """The revisions that a database at `revision` lacks; none if it is newer than this version.

        Raises:
            TooNew: it is of a version that this one cannot work beside.
        """
        if revision is not None and revision not in self.revisions:
            self._allow(revision)
            return ()
        wanted = self.revisions[: self.revisions.index(self.target(finish=finish)) + 1]
        return wanted if revision is None else wanted[self.revisions.index(revision) + 1 :]

    def _allow(self, revision: str) -> None:
        # The next release only adds until its upgrade is finished.
        found = _ID.fullmatch(revision)
        if found is None or int(found[1]) > LEVEL + 1 or (int(found[1]) == LEVEL + 1 and found[2]):
            raise TooNew(self.name, revision)

    def revision(self, connection: Connection) -> str | None:
        """The database's revision; None: it has none, because it is empty or of before there were revisions."""
        if not inspect(connection).has_table(self.version_table):
            return None
        found: str | None = connection.scalar(select(column("version_num")).select_from(table(self.version_table)))
        return found

    def tables_in(self, connection: Connection) -> list[str]:
        """Its tables that the database has."""
        return [name for name in inspect(connection).get_table_names() if name in self.metadata.tables]

    def require(self, connection: Connection) -> None:
        """Raises NotMigrated: revisions are missing; TooNew: this version cannot work with the database."""
        if missing := self.missing(self.revision(connection)):
            raise NotMigrated(self.name, self.setting, missing[-1])


def _runs_before_the_end(revision: str) -> bool:
    level = int(revision.partition("_")[0])
    return not (revision.endswith(FINISH) and level >= LEVEL)


def listed(histories: Iterator[History]) -> dict[str, History]:
    """Histories by name."""
    return {each.name: each for each in histories}
