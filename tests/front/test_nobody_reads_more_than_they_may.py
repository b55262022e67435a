"""For random people, roles and complaints: what any route answers tells nobody of a complaint that they may not see.

`support.strangers_rule` has the rule, written without the rules of the platform. Planted mistakes show that it is one.
"""

import re
from collections.abc import Sequence
from random import Random
from typing import Final

import pytest

from support.asking import READS, ask_everything, fill, routes
from support.front import Front, opened
from support.mistakes import PLANTED, PLANTED_BEFORE, Mistake
from support.odd_lives import ODD, Odd
from support.strangers import Life, people, world

SIZE, PEOPLE = 8, 5
FOUND: Final = re.compile("tells|counts|is no answer|is not what|holds what|POST")
"""How `support.asking` says what it found."""


async def test_every_route_that_reads_is_asked(front: Front) -> None:
    assert set(routes(front, "get")) == set(READS)


@pytest.mark.parametrize("seed", [1, *(pytest.param(seed, marks=pytest.mark.slow) for seed in (2, 3))])
async def test_no_route_tells_anybody_of_what_they_may_not_see(settings: pytest.MonkeyPatch, seed: int) -> None:
    random = Random(seed)
    lives = world(random, SIZE)
    async with opened() as front:
        await fill(front, lives)
        for life in lives:
            assert (await front.repository.load(life.id)).state.version == len(life.steps) - 1
        assert await ask_everything(front, lives, people(random, PEOPLE)), "the search finds what is there"


@pytest.mark.slow
async def test_no_route_tells_of_what_the_rules_are_easily_wrong_about(settings: pytest.MonkeyPatch) -> None:
    odds, lives = odd_ones()
    async with opened() as front:
        await fill(front, lives)
        for odd in odds.values():
            await ask_everything(front, lives, [odd.roles], odd.lives)


@pytest.mark.slow
async def test_planted_mistakes_are_found(settings: pytest.MonkeyPatch) -> None:
    odds, lives = odd_ones()
    async with opened() as front:
        await fill(front, lives)
        missed = [name for name, mistake in PLANTED.items() if not await found(front, mistake, odds, lives)]
        assert not missed


@pytest.mark.slow
@pytest.mark.parametrize("planted", PLANTED_BEFORE)
async def test_a_mistake_in_what_is_written_is_found(settings: pytest.MonkeyPatch, planted: str) -> None:
    mistake = PLANTED_BEFORE[planted]
    odds = {mistake.odd: ODD[mistake.odd]()}
    plant(settings, mistake)
    async with opened() as front:
        await fill(front, odds[mistake.odd].lives)
        assert await found(front, mistake, odds, odds[mistake.odd].lives)


def odd_ones() -> tuple[dict[str, Odd], list[Life]]:
    """All of them, and their complaints."""
    odds = {name: make() for name, make in ODD.items()}
    return odds, [life for odd in odds.values() for life in odd.lives]


def plant(patch: pytest.MonkeyPatch, mistake: Mistake) -> None:
    for target, by in mistake.patched.items():
        patch.setattr(target, by)


async def found(front: Front, mistake: Mistake, odds: dict[str, Odd], lives: Sequence[Life]) -> bool:
    """Whether somebody who asks every route finds this mistake."""
    odd = odds[mistake.odd]
    with pytest.MonkeyPatch.context() as patch:
        plant(patch, mistake)
        try:
            await ask_everything(front, lives, [odd.roles], odd.lives)
        except AssertionError as error:
            return FOUND.search(str(error)) is not None
    return False
