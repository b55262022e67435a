"""Opens a state that the version before wrote: nothing is migrated, rebuilt or lost, and nothing is done twice."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from importlib.metadata import entry_points
from pathlib import Path
from typing import Any, Final, NamedTuple
from uuid import UUID

import httpx
import pytest
from sqlalchemy import Table, select
from typer.testing import CliRunner

from chassis.base.clock import FixedClock
from chassis.base.settings import read_settings
from chassis.http.health import health_of
from chassis.project.added_column import AddedColumn
from chassis.project.rebuild import Rebuildable, rebuild
from chassis.service.platform import Platform, open_platform
from compat.state import LEFT_BEHIND, Json, essence, query, restore, schema, with_added
from escalation.app import open_escalation
from intake.app import check_tools, open_intake
from intake.checks import AttachmentChecks
from local.front import create_app
from local.platform.state_dir import make_secrets
from router.app import open_router
from schemas.base.streams import COMPLAINT_PREFIX, complaint_id
from schemas.events import BY_NAME
from schemas.events.codec import decode
from support.commands import own_state
from support.signed_in import AsNeeded, RoleTokens, role

NEW_MANDATES: Final = 2
"""Facts that this release adds to the first registry of then: the mandates for mining and the pre-employment card."""
EMPTY_UNTIL_TOUCHED: Final = {"changed_at", "supervision"}
NEW_EVENTS: Final = {
    "AttachmentChecked",
    "CaseAssigned",
    "CaseImported",
    "ContactRead",
    "ContentKept",
    "ContentReported",
    "DataAccessGiven",
    "DataAccessRequested",
    "ErasureRefused",
    "ErasureRequested",
    "JoinDeclined",
    "NoteAdded",
    "OfficerNoteAdded",
    "PhotoReleased",
    "PhotoRevoked",
    "PolicyDecreed",
    "ReportHidden",
    "ReportShown",
}
NEW_VIEWS: Final = {"figures", "cases", "listed", "content_reports", "open-data"}
"""Read models that the version before had not, or under another name."""
MADE_AGAIN_OTHERWISE: Final = {"likeness", "likeness_key", "suggestion", "unpurged", "content_decided"}
"""Old entries are pruned from the first three; a rebuild adds them again until the next pruning. A rebuild marks
`unpurged`. Decisions of then are not in `content_decided`: they are older than every report that they could settle.
"""
EMPTY: Final = {"router.open_work", "router.content_reports"}
"""Read models of which the state of then has no rows."""


class Before(NamedTuple):
    """The restored state, and what its manifest says."""

    folder: Path
    now: datetime
    people: dict[str, Json]
    types: set[str]

    def rows(self, database: str, statement: str) -> list[tuple[Any, ...]]:
        return query(self.folder / f"{database}.db", statement)


@pytest.fixture
def before(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Before:
    """The state of the version before as the settings name it, its clock at the time when it was written."""
    folder = tmp_path / "var"
    folder.mkdir()
    manifest = restore(folder)
    own_state(folder, monkeypatch)
    now = datetime.fromisoformat(manifest["now"])
    ahead = max(timedelta(), now - datetime.now(UTC))  # noqa: TID251 - the clock file counts from the machine's time
    (folder / "clock").write_text(f"{ahead.total_seconds()}\n")
    return Before(folder, now, manifest["people"], set(manifest["types"]))


@asynccontextmanager
async def opened(now: datetime) -> AsyncIterator[Platform]:
    async with open_platform(read_settings()) as platform:
        yield replace(platform, clock=FixedClock(now))


@pytest.fixture
async def platform(before: Before) -> AsyncIterator[Platform]:
    async with opened(before.now) as found:
        yield found


@pytest.fixture
async def door(before: Before) -> AsyncIterator[httpx.AsyncClient]:
    """The front door over that state, built as its process builds it."""
    app = create_app(read_settings())
    async with app.router.lifespan_context(app):
        app.state.access = RoleTokens()
        transport = httpx.ASGITransport(app)
        async with httpx.AsyncClient(transport=transport, base_url="http://door", auth=AsNeeded()) as client:
            yield client


@asynccontextmanager
async def views(platform: Platform) -> AsyncIterator[dict[str, Rebuildable]]:
    """Every read model that `satupintu rebuild` lists."""
    async with AsyncExitStack() as stack:
        found: dict[str, Rebuildable] = {}
        for point in entry_points(group="satupintu.views"):
            service = point.load()
            context = await stack.enter_async_context(service.open(platform))
            found |= {f"{point.name}.{one.view.name}": one for one in service.views(context)}
        yield found


async def test_every_event_decodes_and_folds_and_sealed_texts_open(before: Before, platform: Platform) -> None:
    page = await platform.store.read_all(None, (), 100_000)
    assert (page.caught_up, len(page.events)) == (True, before.rows("store", "select count(*) from events")[0][0])
    assert {type(decode(event)).__name__ for event in page.events} == set(BY_NAME) - NEW_EVENTS, "every kind is there"
    assert (await platform.registry.now()).agencies
    streams = dict.fromkeys(event.stream for event in page.events if event.stream.startswith(COMPLAINT_PREFIX))
    loaded = await platform.repository("reader").load_many([complaint_id(stream) for stream in streams])
    of = {str(each.state.id): each for each in loaded}
    for person in before.people.values():
        state = of[person["id"]].state
        assert state.status.value == person["story"]["status"]
        assert state.erased or state.text == person["body"]["text"]
        assert str(state.public_number) == person.get("public_number", state.public_number)
    generations = {name: len(of[person["id"]].keys.generations) for name, person in before.people.items()}
    assert generations == dict.fromkeys(before.people, 1) | {"erased": 0, "open": 2}
    assert of[before.people["open"]["id"]].state.details[-1][1] == "Di sebelah warung contoh."


def test_the_audit_finds_nothing(before: Before) -> None:
    [point] = entry_points(group="satupintu.commands").select(name="audit")
    done = CliRunner().invoke(point.load(), ["--now", before.now.isoformat()])
    assert done.exit_code == 0, done.output


async def test_opening_adds_the_new_columns_alone_and_a_new_state_has_the_same_tables(
    before: Before, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    wanted = with_added(schema(before.folder))
    await touched()
    assert of_before(schema(before.folder), wanted) == wanted, "nothing else was added or altered"
    fresh = tmp_path / "fresh"
    fresh.mkdir()
    make_secrets(fresh)
    monkeypatch.setenv("SATUPINTU_STATE_DIR", str(fresh))
    await touched()
    assert of_before(schema(fresh), wanted) == without_left_behind(wanted), "a new state has the same tables"


def of_before(found: Mapping[str, Json], wanted: Mapping[str, Json]) -> Json:
    """Without new databases, such as the counters of rate limits, which appear a second after the first request."""
    return {database: found[database] for database in wanted}


def without_left_behind(wanted: Json) -> Json:
    """Without the tables that only an upgraded state has, and their indexes."""
    return {
        database: {name: parts for name, parts in tables.items() if not any(old in name for old in LEFT_BEHIND)}
        for database, tables in wanted.items()
    }


async def touched() -> None:
    """Open every database as the processes do."""
    app, settings = create_app(read_settings()), read_settings()
    async with app.router.lifespan_context(app), open_platform(settings) as platform, views(platform) as found:
        await platform.keyring.load([UUID(int=1)])
        async with httpx.AsyncClient(transport=httpx.ASGITransport(health_of(app)), base_url="http://door") as client:
            assert (await client.get("/readyz")).status_code == 200
        async with open_intake(platform) as intake:
            await intake.audience.projection.position()
        for each in found.values():
            await contents(each)


async def contents(one: Rebuildable) -> dict[str, list[str]]:
    """The rows of a read model's tables, without the columns that are empty until a row's next event."""
    tables = one.view.define(one.metadata, "")
    return {table.name: await rows(one, table) for table in tables}


async def rows(one: Rebuildable, table: Table) -> list[str]:
    columns = [column for column in table.columns if column.name not in EMPTY_UNTIL_TOUCHED]
    return await one.database.read(
        lambda connection: sorted(repr(tuple(row)) for row in connection.execute(select(*columns)))
    )


async def test_read_models_continue_from_their_checkpoints_and_equal_a_rebuild(
    before: Before, platform: Platform
) -> None:
    newest = await platform.store.newest()
    async with open_escalation(platform) as escalation:
        assert await escalation.sweep.replan_outdated() > 0, "the fingerprint of policies is another one"
    async with views(platform) as found:
        assert len(found) == 12
        for name, one in found.items():
            service = name.partition(".")[0]
            if one.view.name in NEW_VIEWS and one.projection is not None:
                assert await one.projection.catch_up() == newest, f"{name} is filled from the store"
            was = await contents(one)
            if one.projection is None and one.view.name in NEW_VIEWS:
                # Kafka fills it from the first record on: here a rebuild does what the worker does.
                await rebuild(platform.store, one.database, one.metadata, one.view)
                was = await contents(one)
            elif one.projection is None:
                kept = before.rows(service, f"select max(position) from checkpoints where view = '{one.view.name}'")
                assert kept != [(None,)], f"the checkpoint of {name} is there under this name"
            else:
                assert await one.projection.position() == newest, f"the position of {name} is there under this name"
                assert await one.projection.catch_up() == newest
                assert await contents(one) == was
            await rebuild(platform.store, one.database, one.metadata, one.view, one.projection)
            again = await contents(one)
            assert {table: was[table] for table in was.keys() - MADE_AGAIN_OTHERWISE} == {
                table: again[table] for table in again.keys() - MADE_AGAIN_OTHERWISE
            }, name
            assert set(was.get("likeness_key", ())) <= set(again.get("likeness_key", ()))
            assert any(was.values()) != (name in EMPTY), f"{name} has rows to compare"


async def test_the_grade_that_rows_of_then_do_not_say_is_filled_from_the_store(platform: Platform) -> None:
    async with views(platform) as found:
        for name in ("escalation.ladder", "reporting.reports"):
            one = found[name]
            [table] = one.view.define(one.metadata, "")
            grades = select(table.c.complaint, table.c.supervision).order_by(table.c.complaint)
            then = await one.database.read(lambda c, of=grades: c.execute(of).all())  # type: ignore[misc]
            assert {row.supervision for row in then} == {None}, f"{name} has rows, and they say nothing"
            repository = platform.repository("test")
            column = AddedColumn(one.database, table.c.supervision, repository, lambda state: state.supervision)
            assert await column.fill() == len(then)
            now = await one.database.read(lambda c, of=grades: c.execute(of).all())  # type: ignore[misc]
            await rebuild(platform.store, one.database, one.metadata, one.view, one.projection)
            assert now == await one.database.read(lambda c, of=grades: c.execute(of).all())  # type: ignore[misc]


async def test_the_shadow_model_continues_from_its_position(
    before: Before, platform: Platform, monkeypatch: pytest.MonkeyPatch
) -> None:
    [(name, position)] = before.rows("router", "select view, position from feed_position where view like 'shadow.%'")
    monkeypatch.setenv("SATUPINTU_SHADOW_MODEL", name.removeprefix("shadow."))
    async with opened(before.now) as platform, open_router(platform) as router:
        assert router.shadow is not None
        assert await router.shadow.position() == position
    assert before.rows("router", "select * from shadow")


async def test_reporters_are_told_the_same_as_then(before: Before, door: httpx.AsyncClient) -> None:
    for name, person in before.people.items():
        story = (await door.get(f"/api/v1/complaints/{person['tracking_code']}?lang=en")).json()
        assert essence(story) == person["story"], name
    books = (await door.get("/api/v1/books")).json()
    assert (books["balanced"], books["filed"]) == (True, before.rows("vault", "select count(*) from codes")[0][0])
    known = before.people["open"]
    assert (await door.get(f"/api/v1/reports/{known['public_number']}")).json()["supports"] == 1
    headers = {"Idempotency-Key": str(UUID(int=9)), **role("officer:kota-surabaya")}
    asked = f"/api/v1/persons/{known['id']}/readings"
    held = (await door.post(asked, json={"reason": "Bertanya"}, headers=headers)).json()
    assert held["name"] == "Nama Open"
    story = (await door.get(f"/api/v1/complaints/{before.people['confirmed']['tracking_code']}")).json()
    [attachment] = story["attachments"]
    path = f"/api/v1/complaints/{before.people['confirmed']['tracking_code']}/attachments/{attachment['id']}"
    assert (await door.get(path)).content.endswith(b"made up")


async def test_a_file_of_then_is_checked_after_the_upgrade(
    before: Before, platform: Platform, door: httpx.AsyncClient
) -> None:
    async with open_intake(platform) as context:
        await AttachmentChecks(context, context.audience.database, check_tools(platform.settings)).once()
    [file] = (await door.get(f"/api/v1/complaints/{before.people['confirmed']['tracking_code']}")).json()["attachments"]
    assert file["state"] == "original", "a made-up picture, which cannot be cleaned"


async def test_a_request_of_then_is_recognised_when_it_is_repeated(before: Before, door: httpx.AsyncClient) -> None:
    person = before.people["open"]
    again = await door.post("/api/v1/complaints", json=person["body"], headers={"Idempotency-Key": person["key"]})
    assert (again.json()["id"], again.json()["tracking_code"]) == (person["id"], person["tracking_code"])
    path = f"/api/v1/reports/{person['public_number']}"
    await door.post(f"{path}/support", headers={"Idempotency-Key": person["key"]})
    assert (await door.get(path)).json()["supports"] == 1, "the same supporter"
    assert (await door.get("/api/v1/submissions/gateway/g1")).json()["id"]
    [point] = entry_points(group="satupintu.commands").select(name="seed")
    for added in NEW_MANDATES, 0:
        done = await asyncio.to_thread(CliRunner().invoke, point.load(), ["seed"])
        assert (done.exit_code, done.output.split()[0]) == (0, str(added)), done.output


async def test_a_new_event_is_appended_and_projected(
    before: Before, platform: Platform, door: httpx.AsyncClient
) -> None:
    person, newest = before.people["open"], await platform.store.newest()
    path = f"/api/v1/complaints/{person['tracking_code']}"
    told = await door.post(
        f"{path}/details", json={"text": "Masih sama."}, headers={"Idempotency-Key": str(UUID(int=4))}
    )
    assert told.status_code < 300, told.text
    timeline = (await door.get(path)).json()["timeline"]
    assert [[moment["type"], moment["at"]] for moment in timeline[:-1]] == person["story"]["timeline"]
    assert timeline[-1]["type"] == "DetailAdded"
    async with views(platform) as found:
        assert await platform.store.newest() == newest + 1
        for one in found.values():
            assert one.projection is None or await one.projection.catch_up() == newest + 1


async def test_open_work_of_then_is_done_when_it_is_due(before: Before) -> None:
    later = before.now + timedelta(days=30)
    async with opened(later) as platform, open_escalation(platform) as escalation:
        open_then = {UUID(each) for (each,) in before.rows("escalation", "select distinct complaint from open_work")}
        assert {row.complaint for row in await escalation.sweep.rows()} == open_then
        due_then = {(row.complaint, row.what, row.due_at) for row in await escalation.sweep.rows()}
        assert await escalation.sweep.replan_outdated() > 0, "the fingerprint of policies is another one"
        assert {(row.complaint, row.what, row.due_at) for row in await escalation.sweep.rows()} == due_then
        assert await escalation.sweep.replan_outdated() == 0, "plans rest on the same policies and calendars"
        newest = await platform.store.newest()
        assert await escalation.sweep.once() > 0
        page = await platform.store.read_all(newest, (COMPLAINT_PREFIX,))
        assert {complaint_id(event.stream) for event in page.events} <= open_then
        assert page.events
