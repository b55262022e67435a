"""All stores return the same results: random histories on all of them side by side.

`DIFFERENTIAL_EXAMPLES=5000` tries more histories than the usual 500.
"""

import asyncio
import os
from collections.abc import Callable, Iterator
from itertools import count
from typing import Final, NamedTuple
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from chassis.base.ports import Append, Appended, Page, Store
from chassis.store import open_store
from chassis.store.append_rules import Result
from support.stores import event, memory_store, read_until

EXAMPLES: Final = int(os.environ.get("DIFFERENTIAL_EXAMPLES", "500"))


class Asked(NamedTuple):
    """One append. `loaded`: whether it passes the ids in the stream up to `expected`, as after a load. `words`: which of
    two bodies the event ids have.
    """

    stream: str
    expected: int
    names: list[str]
    loaded: bool
    words: int


appends = st.builds(
    Asked,
    st.sampled_from(["complaint-1", "complaint-2", "registry"]),
    st.integers(-1, 3),
    st.lists(st.sampled_from("abcdef"), max_size=3),
    st.booleans(),
    st.integers(1, 2),
)
histories = st.lists(st.lists(appends, min_size=1, max_size=4), max_size=8)


class Stores:
    """One history, applied to every store call by call. The first is the memory store."""

    def __init__(self, *urls: str) -> None:
        self.runner = asyncio.Runner()
        self.all: list[Store] = [memory_store(), *map(open_store, urls)]
        self.example = count()
        self.started: list[int | None] = [None] * len(self.all)
        """The position of each store before the history."""

    def tell(self, call: list[Append]) -> list[list[Result]]:
        return [self.runner.run(store.append_many(call)) for store in self.all]

    def pages(self, prefixes: list[str], limit: int) -> list[Page]:
        asked = zip(self.all, self.started, strict=True)
        return [self.runner.run(store.read_all(position, prefixes, limit)) for store, position in asked]

    def followed(self, prefixes: list[str]) -> list[list[tuple[object, ...]]]:
        """What a subscription to each store returns until it has caught up."""

        async def brought(store: Store, after: int | None) -> list[tuple[object, ...]]:
            pages = await read_until(store, lambda _, page: page.caught_up, after=after, prefixes=prefixes)
            return [one[:6] for page in pages for one in page.events]

        asked = zip(self.all, self.started, strict=True)
        return [self.runner.run(brought(store, position)) for store, position in asked]

    def ids(self, stream: str) -> list[UUID]:
        return [one.id for one in self.runner.run(self.all[0].read(stream))]

    def close(self) -> None:
        for store in self.all:
            self.runner.run(store.close())
        self.runner.close()


@pytest.fixture
def stores(url_of: Callable[[str], str]) -> Iterator[Stores]:
    made = Stores(*map(url_of, ("sqlite", "postgresql", "kurrentdb")))
    yield made
    made.close()


@pytest.mark.postgres
@pytest.mark.slow
@pytest.mark.timeout(1200)
@settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(history=histories)
def test_all_stores_give_the_same_answers_to_the_same_history(stores: Stores, history: list[list[Asked]]) -> None:
    example = next(stores.example)
    answers: list[list[list[Result]]] = []
    for call in history:
        asked = [_append(stores, one._replace(stream=f"{one.stream}-{example}")) for one in call]
        answers.append(stores.tell(asked))

    written = stores.pages([], 100)
    ranks = [_ranks(page) for page in written]
    for told in answers:
        memory, *others = [_plain(results, rank) for results, rank in zip(told, ranks, strict=True)]
        assert others == [memory] * len(others)
    for prefixes in ([], ["complaint-"], ["registry"], ["complaint-1", "registry"]):
        memory, *others = [
            ([one[:6] for one in page.events], rank.get(page.position, 0), page.caught_up)
            for page, rank in zip(stores.pages(prefixes, 5), ranks, strict=True)
        ]
        assert others == [memory] * len(others)
        memory, *others = stores.followed(prefixes)
        assert others == [memory] * len(others)
    stores.started = [page.position for page in written]


def _append(stores: Stores, asked: Asked) -> Append:
    seen = stores.ids(asked.stream)[: asked.expected + 1] if asked.loaded else []
    data = f'{{"n":{asked.words}}}'.encode()
    return Append(asked.stream, asked.expected, [event(name, data=data) for name in asked.names], seen)


def _ranks(page: Page) -> dict[int | None, int]:
    """Positions are opaque: compare which events they belong to."""
    return {one.position: rank for rank, one in enumerate(page.events, start=1)}


def _plain(results: list[Result], rank: dict[int | None, int]) -> list[object]:
    return [
        result._replace(position=rank.get(result.position, 0))
        if isinstance(result, Appended)
        else (type(result), result.args)
        for result in results
    ]
