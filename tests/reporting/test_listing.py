"""The public list: filters, search in the words, and pages that do not shift. On SQLite and PostgreSQL."""

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx
import psycopg
import pytest

from chassis.project.from_store import StoreProjection
from chassis.sql.database import Database
from reporting import queries
from reporting.context import Reporting
from reporting.listed import listed_view
from reporting.listing import Filters, Found, find
from reporting.purging import WordPurge
from schemas.base.limits import PAGE
from schemas.base.values import Basis, Place
from schemas.events.intake import PersonalDataErased
from schemas.events.router import ReportHidden, ReportShown
from support.inbox import T0
from support.lives import answered, classified, confirmed, filed, named, number_of, routed, write
from support.postgres import plain


class List:
    """A database with the list of a store."""

    def __init__(self, reporting: Reporting, database: Database, url: str = "") -> None:
        self.reporting, self.database, self.url = reporting, database, url
        view = listed_view(reporting.repository)
        self._projection = StoreProjection(reporting.repository.store, database, queries.METADATA, view)

    async def file(self, index: int, *facts: Any, **more: Any) -> UUID:
        complaint, at = named(str(index)), T0 + timedelta(seconds=index)
        await write(self.reporting.repository, complaint, filed(index, at=at, received_at=at, **more), *facts)
        return complaint

    async def find(self, *, page: int = 0, cursor: Any = None, **filters: Any) -> Found:
        await self._projection.catch_up()
        return await self.database.read(lambda connection: find(connection, Filters(**filters), cursor, page))

    async def names(self, **filters: Any) -> set[str]:
        return set((await self.find(**filters)).complaints)


@pytest.fixture(params=["sqlite", "postgresql"])
async def lists(request: pytest.FixtureRequest, reporting: Reporting, tmp_path: Path) -> AsyncIterator[List]:
    url = (
        request.getfixturevalue("postgres").database()
        if request.param == "postgresql"
        else f"sqlite:///{tmp_path}/list.db"
    )
    database = Database(url, queries.METADATA)
    yield List(reporting, database, url)
    await database.close()


async def test_a_page_begins_behind_the_last_report_of_the_one_before_while_others_arrive(lists: List) -> None:
    made = [str(await lists.file(index, routed())) for index in range(2 * PAGE + 3)]

    first = await lists.find()
    await lists.file(1_000, routed())
    second = await lists.find(cursor=first.older)
    third = await lists.find(cursor=second.older)
    back = await lists.find(cursor=second.newer)

    assert [*first.complaints, *second.complaints, *third.complaints] == made[::-1]
    assert (first.newer, third.older) == (None, None)
    assert back.complaints == first.complaints
    assert back.newer is not None  # what arrived meanwhile


async def test_reports_received_at_the_same_moment_are_all_listed_once(lists: List) -> None:
    made = set()
    for index in range(PAGE + 5):
        await write(lists.reporting.repository, named(str(index)), filed(index), routed())
        made.add(str(named(str(index))))

    first = await lists.find()
    second = await lists.find(cursor=first.older)

    assert sorted([*first.complaints, *second.complaints]) == sorted(made)


@pytest.mark.parametrize(
    ("filters", "found"),
    [
        ({"region": "32"}, {1, 2}), ({"region": "32.73"}, {1}), ({"region": "32.73.02"}, {1}),
        ({"region": "32.73.02.1001"}, {1}), ({"region": "32.7"}, set()), ({"region": "31"}, {3}),
        ({"sector": "waste"}, {2}), ({"agency": "kota-bandung"}, {1, 3}), ({"agency": "bogor"}, {2}),
        ({"status": "open"}, {1, 2}), ({"status": "closed"}, {3}), ({"status": "answered"}, {2}),
        ({"since": T0 + timedelta(seconds=2)}, {2, 3}), ({"until": T0 + timedelta(seconds=2)}, {1, 2}),
        ({"words": "lubang"}, {1, 3}), ({"words": "LUBANG jalan"}, {1}), ({"words": "sampa"}, {2}),
        ({"words": "lub"}, set()), ({"words": '"; drop'}, set()), ({"words": "***"}, {1, 2, 3}),
        ({"words": "lubang", "status": "closed"}, {3}), ({"words": "cafe"}, {3}),
    ],
)  # fmt: skip
async def test_filters_and_words_find_what_they_name(lists: List, filters: dict[str, Any], found: set[int]) -> None:
    def basis(sector: str, region: str) -> Basis:
        return Basis(registry_version=0, rules="test", sector=sector, level="regency", region=region)

    roads, waste = basis("roads", "32.73.02.1001"), basis("waste", "32.01")
    jakarta = basis("roads", "31.71")
    await lists.file(1, routed().model_copy(update={"basis": roads}), text="Lubang di jalan raya")
    await lists.file(
        2,
        routed(agency="bogor").model_copy(update={"basis": waste}),
        answered(),
        text="Sampah menumpuk",
        place=Place(region="32.01"),
    )
    await lists.file(
        3,
        routed().model_copy(update={"basis": jakarta}),
        answered(),
        confirmed(),
        text="Lubang depan Café",
        place=Place(region="31.71"),
    )

    assert await lists.names(**filters) == {str(named(str(index))) for index in found}


async def test_what_the_public_must_not_read_is_found_by_nothing(lists: List) -> None:
    shown = await lists.file(1, routed(), text="Kata rahasia umum")
    await lists.file(2, routed(), secret=True, text="Kata rahasia")
    await lists.file(3, classified(supervision=True), text="Kata rahasia")
    await lists.file(4, text="Kata rahasia")  # nobody has read it yet
    await lists.file(5, routed(), text="Kata rahasia NIK 3273012345678901 telepon 0812-3456-7890")

    assert await lists.names(words="rahasia") == {str(shown), str(named("5"))}
    assert await lists.names(words="3273012345678901") == await lists.names(words="081234567890") == set()
    assert await lists.names() == {str(shown), str(named("5"))}


async def test_a_hidden_report_leaves_the_list_and_comes_back_when_it_is_shown(lists: List) -> None:
    complaint = await lists.file(1, routed(), text="Kata kasar")
    at = T0 + timedelta(hours=2)
    await write(lists.reporting.repository, complaint, ReportHidden(at=at, reason="insult", note="kasar"))
    assert await lists.names() == await lists.names(words="kasar") == set()

    await write(lists.reporting.repository, complaint, ReportShown(at=at))
    assert await lists.names(words="kasar") == {str(complaint)}


async def test_the_words_of_an_erased_report_are_not_in_the_databases_files(lists: List, tmp_path: Path) -> None:
    words = [f"kejadian{index}xyz" for index in range(40)]
    for index, word in enumerate(words):
        await lists.file(index, routed(), text=f"{word} di jalan ramai")
    erased, purge = [named("3"), named("17")], WordPurge(lists.database)
    assert await lists.names(words=words[3]) == {str(erased[0])}
    for complaint in erased:
        await write(lists.reporting.repository, complaint, PersonalDataErased(at=T0 + timedelta(hours=2)))
        await lists.reporting.repository.keyring.destroy(complaint)

    assert await lists.names(words=words[3]) == set()
    assert await purge.purge()

    files = await _files(lists, tmp_path)
    assert all(words[index].encode() not in files for index in (3, 17))
    assert words[4].encode() in files
    assert await lists.names(words=words[4]) == {str(named("4"))}
    assert not await purge.purge()


async def _files(lists: List, folder: Path) -> bytes:
    """What the files of the database's tables and indexes hold."""
    if lists.database.dialect == "sqlite":
        return b"".join(path.read_bytes() for path in folder.glob("list.db*"))
    with psycopg.connect(plain(lists.url), autocommit=True) as connection:
        connection.execute("checkpoint")
        [[root]] = connection.execute("show data_directory").fetchall()
        paths = connection.execute(
            "select pg_relation_filepath(oid) from pg_class where relname like 'listed%' "
            "or oid = (select reltoastrelid from pg_class where relname = 'listed')"
        ).fetchall()
    return b"".join((Path(root) / path).read_bytes() for [path] in paths if path)


async def test_the_api_pages_by_cursors_and_still_by_numbers(reporting: Reporting, web: httpx.AsyncClient) -> None:
    lists = List(reporting, reporting.database)
    for index in range(PAGE + 2):
        await lists.file(index, routed())
    await lists.find()

    first = (await web.get("/api/v1/reports")).json()
    second = (await web.get("/api/v1/reports", params={"cursor": first["older"]})).json()
    counted = (await web.get("/api/v1/reports", params={"page": 1})).json()

    assert [one["public_number"] for one in second["reports"]] == [number_of(1), number_of(0)]
    assert counted["reports"] == second["reports"]
    assert (first["newer"], second["older"]) == (None, None)
    back = (await web.get("/api/v1/reports", params={"cursor": second["newer"]})).json()
    assert back["reports"] == first["reports"]


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("cursor", "x"),
        ("cursor", "AAAA"),
        ("region", "Bandung"),
        ("status", "lost"),
        ("q", "x" * 201),
        ("since", "kemarin"),
    ],
)
async def test_a_wrong_filter_is_named(web: httpx.AsyncClient, field: str, value: str) -> None:
    answer = await web.get("/api/v1/reports", params={field: value})

    assert answer.status_code == 422
    assert field in answer.text
