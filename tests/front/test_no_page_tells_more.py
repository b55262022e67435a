"""For random people, roles and complaints: what any page tells nobody of a complaint that they may not see."""

from random import Random

import pytest

from support.asking import fill
from support.asking_pages import PAGES, ask_pages, ask_pages_as_reporters, pages
from support.front import opened
from support.odd_lives import ODD
from support.strangers import people, world

SIZE, PEOPLE = 8, 5


def test_every_page_is_asked() -> None:
    assert set(pages()) == set(PAGES)


@pytest.mark.parametrize("seed", [1, *(pytest.param(seed, marks=pytest.mark.slow) for seed in (2, 3))])
async def test_no_page_tells_anybody_of_what_they_may_not_see(settings: pytest.MonkeyPatch, seed: int) -> None:
    random = Random(seed)
    lives = world(random, SIZE)
    async with opened() as front:
        await fill(front, lives)
        await ask_pages(front, lives, people(random, PEOPLE))
        await ask_pages_as_reporters(front, lives)


@pytest.mark.slow
async def test_no_page_tells_of_what_the_rules_are_easily_wrong_about(settings: pytest.MonkeyPatch) -> None:
    odds = [make() for make in ODD.values()]
    lives = [life for odd in odds for life in odd.lives]
    async with opened() as front:
        await fill(front, lives)
        for odd in odds:
            await ask_pages(front, lives, [odd.roles], odd.lives)
            await ask_pages_as_reporters(front, odd.lives)
