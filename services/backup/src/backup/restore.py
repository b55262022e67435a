"""`satupintu restore DIR`: brings a copy back into an installation that is stopped.

Until the last step the event store's database has the table `unfinished_restore`, with which no process starts: a
restore that was broken off leaves nothing that could be used, and is begun again by the same command.
"""

import asyncio
import csv
import os
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import datetime
from importlib.metadata import entry_points
from pathlib import Path
from typing import Final
from uuid import UUID

from sqlalchemy import Engine, create_engine, text

from backup import lost, objects, postgresql, sqlite, target, verify
from backup.databases import adjust, erased, primary_groups, read_models
from backup.errors import ListOfErasures
from backup.folder import check_room, no_space
from backup.loss import HEAD, Loss
from backup.manifest import Database
from backup.plan import CLOCK, MODELS, STORE, Group, fitting
from chassis.attachments.configured import FOLDER, open_objects
from chassis.base.clock import FileClock, SystemClock
from chassis.base.errors import BrokerUnavailable
from chassis.base.restored import LINEAGE, NUMBER_MARGIN, UNFINISHED, Restored
from chassis.base.settings import PREFIX, Settings
from chassis.cli.topics import renew_topics
from schemas.access.kafka_users import OPERATOR
from schemas.base.streams import complaint_id, complaint_stream
from schemas.registry.calendars import DEFAULT_ZONE, zone_of

BROKER: Final = "satupintu.broker"
"""Entry point: starts the broker of this machine for as long as the restore needs it."""
MARK: Final = f"create table if not exists {UNFINISHED} (at text)"
UNMARK: Final = f"drop table if exists {UNFINISHED}"
Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class RestoreOptions:
    """`replace`: delete what is there. `kafka`: ask it what is lost and refill our topics. `number_margin`: public
    numbers to skip. `list_lost`: the list of erasures is lost; complaints erased after the copy come back.
    """

    replace: bool = False
    kafka: bool = True
    number_margin: int = NUMBER_MARGIN
    list_lost: bool = False


@dataclass(frozen=True, slots=True)
class _Place:
    """A database of the copy and where it goes. `staged`: the file that will take its place, of SQLite."""

    database: Database
    group: Group
    staged: Path | None = None

    @property
    def is_store(self) -> bool:
        return STORE in self.database.holds

    def engine(self) -> Engine:
        return create_engine(f"sqlite:///{self.staged}" if self.staged else self.group.url, hide_parameters=True)


def restore(folder: Path, settings: Settings, options: RestoreOptions, lineage: UUID, say: Say) -> list[str]:
    """Bring the copy in `folder` back under the new lineage; what the operator must know.

    Raises:
        NotACopy, Tampered, NewerCopy, WrongSecret, TargetInUse, ListOfErasures, CannotCopy, ToolFailed, NoSpace: with a
            message that says whether anything was changed.
        BrokerUnavailable, NoState, BadSetting: nothing was changed.
    """
    copy = verify.opened(folder)
    verify.check_version(copy)
    verify.check_secrets(copy, settings)
    groups = primary_groups(settings)
    places = [_Place(database, group) for database, group in fitting(copy.manifest.databases, groups)]
    if any(group.kind == "postgresql" for group in groups):
        postgresql.check_tools("pg_restore")
    say("checking every file of the copy")
    verify.check_files(copy)
    return _Restoring(copy, settings, options, lineage, say).run(groups, places)


class _Restoring:
    """One restore, of a copy that was checked."""

    def __init__(self, copy: verify.Copy, settings: Settings, options: RestoreOptions, lineage: UUID, say: Say) -> None:
        self._copy, self._settings, self._options, self._lineage, self._say = copy, settings, options, lineage, say
        self._manifest = copy.manifest

    def run(self, groups: Sequence[Group], places: Sequence[_Place]) -> list[str]:
        erased_ = self._erased()
        with ExitStack() as stack:
            stack.enter_context(target.claimed(self._settings, groups))
            store = target.store_of(groups)
            if not self._options.replace and not target.is_unfinished(store):
                target.check_empty(self._settings, groups, open_objects(self._settings))
            check_room(self._settings.state_dir, self._size())
            kafka = stack.enter_context(self._broker())
            loss = self._loss() if kafka else None
            with no_space(self._settings.state_dir):
                told = self._replace(store, places, erased_)
            if kafka:
                self._say("making the relay's topics anew")
                asyncio.run(renew_topics(self._settings.kafka_as(OPERATOR), self._settings.events_topic_days))
            _execute(store, UNMARK)
        return self._summary(told, loss)

    def _erased(self) -> dict[UUID, datetime]:
        """Every erased complaint. Raises ListOfErasures: the copy knows of more."""
        found = erased(self._settings, self._manifest.store_id)
        if not self._options.list_lost and len(found or ()) < self._manifest.erasures:
            raise ListOfErasures(
                f"the list of erasures at {PREFIX}ERASURES_URL has {len(found or ())} complaints of this store, and "
                f"had {self._manifest.erasures} when the copy was made: bring the list back from its own copy first. "
                "--erasures-lost restores without it: who was erased after the copy was made is then there again"
            )
        return found or {}

    def _size(self) -> int:
        attachments = self._settings.attachments_url == FOLDER
        wanted = [path for path in self._copy.sums if attachments or not path.startswith(objects.FOLDER)]
        return sum((self._copy.folder / path).stat().st_size for path in wanted)

    @contextmanager
    def _broker(self) -> Iterator[bool]:
        """Whether there is a Kafka to ask. Raises BrokerUnavailable: there should be one."""
        if not self._options.kafka:
            yield False
            return
        starters = [point.load() for point in entry_points(group=BROKER)]
        with ExitStack() as stack:
            for starter in starters:
                found = stack.enter_context(starter(self._settings))
                if found is False:
                    self._say("the broker of this machine has no data: nothing is asked of it")
                    yield False
                    return
            yield True

    def _loss(self) -> Loss:
        self._say("asking Kafka what lies beyond the copy")
        made, key = self._manifest, self._settings.signing_key.get_secret_value()
        try:
            return asyncio.run(
                lost.beyond(self._settings.kafka_as(OPERATOR), made.store_id, key, made.position, made.made_at)
            )
        except BrokerUnavailable as error:
            raise BrokerUnavailable(
                f"{error}. Nothing was changed. Start Kafka, or restore with --no-kafka and run `satupintu topics "
                "renew` once Kafka answers"
            ) from error

    def _replace(self, store: Group, places: Sequence[_Place], erased_: dict[UUID, datetime]) -> list[str]:
        self._say("bringing the databases back")
        staged = [self._staged(place) for place in places]
        _execute(store, MARK)
        wiped: set[str] = set()
        for place in staged:
            if place.staged is None:
                self._into_postgresql(place, wiped)
        told = self._adjust(staged, erased_)
        for url in read_models(self._settings):
            if url not in wiped:
                _wipe(url)
        _put_store_last(staged)
        self._say("bringing the files back")
        self._files(erased_)
        return told

    def _staged(self, place: _Place) -> _Place:
        if place.group.kind != "sqlite":
            return place
        file = place.database.file
        staged = sqlite.stage(self._copy.folder / file, place.group.url, self._copy.sums[file])
        if place.is_store:
            sqlite.execute(staged, MARK)
        return _Place(place.database, place.group, staged)

    def _into_postgresql(self, place: _Place, wiped: set[str]) -> None:
        if place.group.url not in wiped:
            postgresql.wipe(place.group.url, [UNFINISHED])
            wiped.add(place.group.url)
        postgresql.restore(self._copy.folder / place.database.file, place.group.url)

    def _adjust(self, places: Sequence[_Place], erased_: dict[UUID, datetime]) -> list[str]:
        store = next(place for place in places if place.is_store).engine()
        restored = Restored(
            self._manifest.position, self._manifest.event_id, erased_, lambda asked: _held(store, asked),
            self._options.number_margin, self._year(),
        )  # fmt: skip
        told: list[str] = []
        try:
            with store.begin() as connection:
                connection.execute(text("delete from meta where name = :name"), {"name": LINEAGE})
                row = {"name": LINEAGE, "value": str(self._lineage)}
                connection.execute(text("insert into meta (name, value) values (:name, :value)"), row)
            for place in places:
                engine = place.engine()
                told += adjust(engine, place.database.holds, restored)
                engine.dispose()
        finally:
            store.dispose()
        return told

    def _files(self, erased_: Collection[UUID]) -> None:
        for path in self._copy.sums:
            if path == CLOCK and not self._settings.production:
                _put(self._copy.folder / path, self._settings.clock_file)
            elif path.startswith(f"{MODELS}/"):
                _put(self._copy.folder / path, self._settings.models_dir / path.removeprefix(f"{MODELS}/"))
        if self._manifest.attachments.kept:
            files = open_objects(self._settings)
            asyncio.run(objects.restore(self._copy.folder, self._copy.sums, files, erased_))

    def _year(self) -> int:
        clock = SystemClock() if self._settings.production else FileClock(self._settings.clock_file)
        return clock.now().astimezone(zone_of(DEFAULT_ZONE)).year

    def _summary(self, told: list[str], loss: Loss | None) -> list[str]:
        made = self._manifest
        lines = [
            f"restored: the copy of {made.made_at:%Y-%m-%d %H:%M:%SZ}, up to position {made.position}"
            + (f" of {made.last_event_at:%Y-%m-%d %H:%M:%SZ}" if made.last_event_at else ""),
            f"lineage {self._lineage} follows {made.lineage}",
            *told,
        ]
        if not made.attachments.kept:
            lines.append("attachments are not in this copy: bring them back from where they are kept")
        if loss is None:
            lines.append(
                f"what lies beyond position {made.position} was not asked of Kafka; once Kafka answers, run: satupintu "
                "topics renew"
            )
        else:
            lines += [*loss.told(), *self._listed(loss)]
            lines.append("what was written after the copy and never reached Kafka is lost too, and nobody can name it")
        return [*lines, "start the platform now: it fills the read models and topics again; then run satupintu audit"]

    def _listed(self, loss: Loss) -> list[str]:
        if not loss.complaints:
            return []
        path = self._settings.state_dir / f"lost-{self._lineage}.csv"
        with path.open("w", newline="", encoding="utf-8") as file:
            csv.writer(file).writerows([HEAD, *loss.rows()])
        path.chmod(0o600)
        return [f"all {len(loss.complaints)} complaints concerned are listed in {path}"]


def _put_store_last(places: Sequence[_Place]) -> None:
    for place in sorted(places, key=lambda place: place.is_store):
        if place.staged is not None:
            sqlite.put(place.staged, place.group.url)


def _execute(group: Group, statement: str) -> None:
    if group.kind == "sqlite":
        sqlite.execute(sqlite.path_of(group.url), statement)
    else:
        postgresql.execute(group.url, statement)


def _wipe(url: str) -> None:
    if target.is_sqlite(url):
        sqlite.wipe(url)
    else:
        postgresql.wipe(url)


def _put(file: Path, place: Path) -> None:
    place.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    new = place.with_name(f".{place.name}.{os.getpid()}")
    new.write_bytes(file.read_bytes())
    new.chmod(0o600)
    new.replace(place)


def _held(store: Engine, complaints: Collection[UUID]) -> set[UUID]:
    streams = [complaint_stream(complaint) for complaint in complaints]
    marks = ", ".join(f":s{number}" for number in range(len(streams)))
    statement = text(f"select stream from events where version = 0 and stream in ({marks})")  # noqa: S608 - names
    with store.connect() as connection:
        values = {f"s{number}": stream for number, stream in enumerate(streams)}
        found = connection.execute(statement, values).scalars().all() if streams else ()
    return {complaint_id(stream) for stream in found}
