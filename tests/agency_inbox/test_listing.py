"""Lists of an inbox: pages by key, filters, and sums that always equal what a count of the rows would say."""

from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from functools import partial
from pathlib import Path
from random import Random
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select

from agency_inbox import listing
from agency_inbox.listing import InboxFilter, Order, Scope, cursor_of, order_of
from agency_inbox.views import INBOX, METADATA, NEVER, NONE, SUMS, InboxRow, put_rows
from chassis.sql.database import Database
from schemas.base.ids import derived_id
from schemas.base.refusals import InvalidField
from schemas.complaint.lifecycle import Status
from support.inbox import CITY, PLN, T0

UNITS, OFFICERS = ("", "jalan", "taman"), ("", str(UUID(int=1)), str(UUID(int=2)))
REGIONS = ("", "32.73", "32.73.05", "32.73.05.1001", "32.74")
OPEN = [each.value for each in Status if each not in (Status.CLOSED, Status.JOINED)]
NAMES = (CITY, "kota-lama")


@pytest.fixture
def database(tmp_path: Path) -> Database:
    return Database(f"sqlite:///{tmp_path}/inbox.db", METADATA)


def row(random: Random, index: int) -> InboxRow:
    is_open = random.random() < 0.7
    due_at = random.choice([None, *(T0 + timedelta(hours=hour) for hour in range(-40, 200, 20))])
    return InboxRow(
        complaint=str(derived_id("row", str(index))), version=1,
        agency=random.choice([CITY, CITY, CITY, "kota-lama", PLN, None]), unit=random.choice(UNITS),
        public_number="SP", status=random.choice(OPEN) if is_open else Status.CLOSED.value, class_="complaint",
        sector=random.choice(["", "roads", "water"]), region=random.choice(REGIONS), assigned_at=T0,
        due_at=due_at, open=is_open, sort_at=(due_at or NEVER) if is_open else T0 - timedelta(hours=index % 7),
        officer=random.choice(OFFICERS), supervision=random.random() < 0.2, accused="",
    )  # fmt: skip


def filled(database: Database, random: Random, count: int) -> None:
    """Rows in batches, many of them replaced later, so that sums move in both directions."""
    for _ in range(6):
        rows = [row(random, random.randrange(count)) for _ in range(count)]
        database.write_now(partial(put_rows, tables=(INBOX, SUMS), rows=rows))


def present(database: Database) -> list[dict[str, Any]]:
    return database.read_now(lambda each: [dict(one) for one in each.execute(select(INBOX)).mappings()])


def seen(scope: Scope, one: dict[str, Any]) -> bool:
    own = scope.units is None or one["unit"] in scope.units or (scope.examined and one["supervision"])
    return one["agency"] in scope.agencies and own and one["complaint"] not in scope.hidden


def meant(shown: InboxFilter, one: dict[str, Any]) -> bool:
    region = shown.region is None or one["region"] == shown.region or one["region"].startswith(f"{shown.region}.")
    due = shown.due is None or shown.due[0] <= one["sort_at"] < shown.due[1]
    status = shown.status is None or one["status"] == shown.status
    others = all(getattr(shown, name) in (None, one[name]) for name in ("unit", "sector", "officer"))
    return bool(one["open"]) is shown.is_open and status and others and region and due


def scopes(random: Random, rows: list[dict[str, Any]]) -> Iterator[Scope]:
    hidden = tuple(one["complaint"] for one in random.sample(rows, min(5, len(rows))))
    for units in (None, frozenset({"jalan"}), frozenset({"jalan", "taman"}), frozenset[str]()):
        for examined in (False, True):
            yield Scope(NAMES, units, examined, hidden)
            yield Scope((CITY,), units, examined)


def filters(random: Random) -> Iterator[InboxFilter]:
    yield InboxFilter()
    yield InboxFilter(status=Status.CLOSED.value)
    for _ in range(12):
        start = T0 + timedelta(hours=random.randint(-50, 50))
        yield InboxFilter(
            random.choice([None, *OPEN, "closed"]), random.choice([None, *UNITS]), random.choice([None, "", "roads"]),
            random.choice([None, "32.73", "32.73.05", "32"]), random.choice([None, *OFFICERS]),
            random.choice([None, (start, start + timedelta(hours=60))]),
        )  # fmt: skip


@pytest.mark.parametrize("seed", range(4))
def test_following_the_pages_shows_each_row_once_in_order_and_the_total_is_their_number(
    database: Database, seed: int
) -> None:
    random = Random(seed)
    filled(database, random, 60)
    rows = present(database)
    for scope in scopes(random, rows):
        for shown in filters(random):
            read, after = list[dict[str, Any]](), None
            while True:
                page, after = database.read_now(partial(listing.page, scope=scope, shown=shown, after=after, most=7))
                read += page
                if after is None:
                    break
                after = order_of(cursor_of(after))
            wanted = [one for one in rows if seen(scope, one) and meant(shown, one)]
            wanted.sort(key=lambda one: (one["sort_at"], one["complaint"]), reverse=not shown.is_open)
            assert [one["complaint"] for one in read] == [one["complaint"] for one in wanted], (scope, shown)
            assert database.read_now(partial(listing.count, scope=scope, shown=shown)) == len(wanted), (scope, shown)


@pytest.mark.parametrize("seed", range(4))
def test_the_sums_say_what_counting_the_rows_says_to_each_reader(database: Database, seed: int) -> None:
    random = Random(seed)
    filled(database, random, 60)
    rows = present(database)
    period = (T0, T0 + timedelta(days=3))
    for scope in scopes(random, rows):
        found = database.read_now(partial(listing.counts, scope=scope, periods={"soon": period}))
        mine = [one for one in rows if seen(scope, one)]
        opened = [one for one in mine if one["open"]]
        assert (found.open, found.closed) == (len(opened), len(mine) - len(opened))
        for facet, by in found.by.items():
            assert by == Counter(one[facet] for one in opened), (scope, facet)
        assert found.due == {"soon": sum(period[0] <= one["sort_at"] < period[1] for one in opened)}


def test_applying_the_same_rows_again_moves_no_sum(database: Database) -> None:
    rows = [row(Random(1), index) for index in range(20)]
    sums = []
    for _ in range(2):
        database.write_now(lambda each: put_rows(each, (INBOX, SUMS), rows))
        sums.append(database.read_now(lambda each: sorted(map(tuple, each.execute(select(SUMS)).all()))))
    assert sums[0] == sums[1]
    database.write_now(lambda each: put_rows(each, (INBOX, SUMS), [one._replace(agency=None) for one in rows]))
    assert set(database.read_now(lambda each: each.execute(select(SUMS.c.cases)).scalars().all())) == {0}


@pytest.mark.parametrize(
    "cursor", ["", "x", "%%", "bnVsbA", "W10", "WzEsMl0", "WzEsICJ4Il0", "e30", "WzFlOTk5LCAieCJd", "ÿ", "W1tbW1s" * 30]
)
def test_what_is_no_cursor_is_refused_with_the_name_of_the_field(cursor: str) -> None:
    with pytest.raises(InvalidField) as caught:
        order_of(cursor)
    assert caught.value.data["field"] == "after"


def test_a_cursor_keeps_the_place_to_the_microsecond() -> None:
    place: Order = (T0 + timedelta(microseconds=1), str(UUID(int=5)))
    assert order_of(cursor_of(place)) == place
    assert order_of(cursor_of((NEVER, str(UUID(int=5)))))[0] == NEVER


@pytest.mark.parametrize("shown", [InboxFilter(), InboxFilter(status="routed"), InboxFilter(unit="jalan"),
                                   InboxFilter(officer=NONE), InboxFilter(sector="roads"),
                                   InboxFilter(status="closed")])  # fmt: skip
@pytest.mark.parametrize("units", [None, frozenset({"jalan"})])
def test_a_page_is_read_along_an_index_and_sorts_nothing(
    database: Database, shown: InboxFilter, units: frozenset[str] | None
) -> None:
    plans: list[str] = []

    def explained(connection: Any) -> None:
        real = connection.execute

        class Watched:
            dialect = connection.dialect

            def execute(self, query: Any, *more: Any) -> Any:
                text = str(query.compile(connection, compile_kwargs={"literal_binds": True}))
                plans.extend(str(line[-1]) for line in connection.exec_driver_sql(f"explain query plan {text}"))
                return real(query, *more)

        listing.page(Watched(), Scope((CITY,), units), shown, (T0, str(UUID(int=1))))  # type: ignore[arg-type]

    database.read_now(explained)
    assert plans
    assert all("USING INDEX" in plan or "USING COVERING INDEX" in plan for plan in plans), plans
    assert not any("TEMP B-TREE" in plan for plan in plans), plans
