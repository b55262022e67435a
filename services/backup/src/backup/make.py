"""`satupintu backup DIR`: copies everything that cannot be made again, while the platform runs."""

import asyncio
import os
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Final

from backup import manifest as manifests
from backup import objects, postgresql, sqlite
from backup import sums as lists
from backup.databases import Ask, StoreFacts, copied, erased, primary_groups, store_facts
from backup.errors import CannotCopy
from backup.folder import check_room, digest, draft, pieces, write, write_text
from backup.manifest import Database, Files, Manifest, Secret, fingerprint
from backup.plan import CLOCK, MODELS, STORE, Group
from backup.verify import by_version, event_types, software
from chassis.attachments.configured import FOLDER, open_objects
from chassis.base.settings import Settings
from chassis.keys.keyring import SqlKeyRing

SPARE: Final = 1.05
Say = Callable[[str], None]
Now = Callable[[], datetime]


def back_up(settings: Settings, target: Path, now: Now, *, attachments: bool = True, say: Say) -> Manifest:
    """Make a copy in the new folder `target`; what it says of itself.

    Raises:
        CannotCopy, NoSpace, ToolFailed: nothing is left of it.
    """
    groups = primary_groups(settings)
    if any(group.kind == "postgresql" for group in groups):
        postgresql.check_tools("pg_dump")
    check_room(target, int(_size(settings, groups, attachments=attachments) * SPARE))
    with draft(target) as part:
        return asyncio.run(_Making(settings, part, now, say).run(groups, attachments=attachments))


class _Making:
    """One copy."""

    def __init__(self, settings: Settings, part: Path, now: Now, say: Say) -> None:
        self._settings, self._part, self._now, self._say = settings, part, now, say
        self._sums: dict[str, str] = {}
        self._facts: StoreFacts | None = None

    async def run(self, groups: list[Group], *, attachments: bool) -> Manifest:
        begun = self._now()
        databases = [found for group in groups if (found := self._database(group)) is not None]
        facts = self._facts
        if facts is None:
            raise CannotCopy("there is no event store at SATUPINTU_STORE_URL: there is nothing to copy")
        files = await self._attachments() if attachments else Files(kept=False)
        await self._other_files()
        listed = erased(self._settings, facts.store_id) or {}
        keys = self._settings.master_keys
        manifest = Manifest(
            software=software(), made_at=begun, finished_at=self._now(), **facts._asdict(),
            # Those of before the copy alone: one of meanwhile may be on the list and not in the copy.
            erasures=sum(at < begun for at in listed.values()),
            master_keys=await self._needed_keys(), code_secrets=_versions(by_version(self._settings.code_secrets)),
            sealed_by=keys.newest.version, databases=tuple(databases), attachments=files,
            event_types=tuple(event_types()), sums=write_text(self._part / lists.NAME, lists.text(self._sums)),
        )  # fmt: skip
        manifest = manifests.signed(manifest, keys.newest.secret)
        write_text(self._part / manifests.NAME, manifests.written(manifest))
        return manifest

    def _database(self, group: Group) -> Database | None:
        self._say(f"copying {' and '.join(group.names)}")
        to = self._part / group.file

        def look(ask: Ask) -> None:
            if STORE in group.names:
                self._facts = store_facts(ask)

        tables = copied(group, to, look)
        if tables is None:
            return None
        self._sums[group.file] = digest(to)
        kind = "sqlite" if group.kind == "sqlite" else "postgresql"
        return Database(file=group.file, kind=kind, holds=group.names, tables=tables)

    async def _attachments(self) -> Files:
        self._say("copying attachments")
        files, sums = await objects.copy(open_objects(self._settings), self._part)
        self._sums |= sums
        return files

    async def _other_files(self) -> None:
        """Classifiers that were trained here, and the test clock: events of its future would be late without it."""
        found = {
            f"{MODELS}/{path.relative_to(self._settings.models_dir)}": path
            for path in _files(self._settings.models_dir)
        }
        if not self._settings.production and self._settings.clock_file.exists():
            found[CLOCK] = self._settings.clock_file
        for name, path in found.items():
            self._sums[name] = (await write(self._part / name, pieces(path)))[0]

    async def _needed_keys(self) -> tuple[Secret, ...]:
        """The versions of the master key that have wrapped a key, and the newest."""
        keys = self._settings.master_keys
        every = by_version(keys)
        if len(every) > 1:
            ring = SqlKeyRing(self._settings.keyring_url, keys)
            try:
                counts = await ring.wrapped_by()
            finally:
                await ring.close()
            every = {
                number: each for number, each in every.items() if counts.get(number) or number == keys.newest.version
            }
        return _versions(every)


def _versions(secrets: dict[int, bytes]) -> tuple[Secret, ...]:
    return tuple(Secret(version=number, fingerprint=fingerprint(each)) for number, each in sorted(secrets.items()))


def _size(settings: Settings, groups: list[Group], *, attachments: bool) -> int:
    """Bytes that will be written, as far as files say. A dump of PostgreSQL is not known before it is made."""
    places = [sqlite.path_of(group.url) for group in groups if group.kind == "sqlite"]
    found = [path for path in places if path.exists()]
    if attachments and settings.attachments_url == FOLDER:
        found += _files(settings.attachments_dir)
    return sum(path.stat().st_size for path in found)


def _files(folder: Path) -> Iterator[Path]:
    for root, _, names in os.walk(folder):
        yield from (Path(root, name) for name in names)
