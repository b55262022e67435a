"""Whatever is asked of them, the stores answer alike: random histories on the memory store and a SQL store side by side."""

import asyncio
from collections.abc import Iterator
from itertools import count

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from chassis.ports import Append, Store
from chassis.stores.admission import Result
from chassis.stores.sql import SqlStore
from support.stores import event, memory_store

appends = st.builds(
    lambda stream, expected, names: (stream, expected, names),
    st.sampled_from(["complaint-1", "complaint-2", "registry"]),
    st.integers(-1, 3),
    st.lists(st.sampled_from("abcdef"), max_size=3),
)
histories = st.lists(st.lists(appends, min_size=1, max_size=4), max_size=8)


class Pair:
    """Two stores with one history, told one call after the other."""

    def __init__(self, url: str) -> None:
        self.runner = asyncio.Runner()
        self.stores: list[Store] = [memory_store(), SqlStore(url)]
        self.example = count()

    def tell(self, call: list[Append]) -> list[list[Result]]:
        return [self.runner.run(store.append_many(call)) for store in self.stores]


@pytest.fixture
def pair(shared_url: str) -> Iterator[Pair]:
    made = Pair(shared_url)
    yield made
    made.runner.run(made.stores[1].close())
    made.runner.close()


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(history=histories)
def test_memory_and_sql_give_the_same_answers_to_the_same_history(
    pair: Pair, history: list[list[tuple[str, int, str]]]
) -> None:
    example = next(pair.example)
    started = pair.runner.run(pair.stores[0].read_all(None)).position
    for call in history:
        asked = [Append(f"{stream}-{example}", expected, [event(n) for n in names]) for stream, expected, names in call]
        memory, sql = pair.tell(asked)
        assert _plain(memory) == _plain(sql)

    for prefixes in ([], ["complaint-"], ["registry"], ["complaint-1", "registry"]):
        one, other = (pair.runner.run(store.read_all(started, prefixes, limit=5)) for store in pair.stores)
        assert [event[:7] for event in one.events] == [event[:7] for event in other.events]
        assert one[1:] == other[1:]


def _plain(results: list[Result]) -> list[object]:
    return [(type(result), result.args) if isinstance(result, Exception) else result for result in results]
