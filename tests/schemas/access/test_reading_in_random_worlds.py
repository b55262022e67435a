"""The rules of reading, held against the independent rule of `support.strangers_rule` in random worlds."""

from collections.abc import Sequence
from random import Random

import pytest

from schemas.access.principal import Principal, grants_of
from schemas.access.reading import Case, Extent, Reading, reading
from schemas.base.ids import derived_id
from schemas.complaint.fold import RecordedFact, fold
from schemas.complaint.lifecycle import Status
from schemas.complaint.state import Complaint, new
from schemas.registry.fold import Registry
from support.inbox import registry
from support.strangers import NEW_BODIES, Life, people, world
from support.strangers_rule import Roles, is_public, right_of

BODIES = registry(*NEW_BODIES)


def history_of(life: Life) -> list[RecordedFact]:
    return [RecordedFact(step.fact, derived_id(str(life.id), str(at)), at) for at, step in enumerate(life.steps)]


def lead_of(life: Life) -> Complaint | None:
    state, followed = fold(new(life.id), history_of(life)), life.lead
    while followed is not None and state.status is Status.JOINED:
        state, followed = fold(new(followed.id), history_of(followed)), followed.lead
    return state if state.id != life.id else None


def read(roles: Roles, life: Life, bodies: Registry = BODIES) -> Reading:
    history = history_of(life)
    case = Case(fold(new(life.id), history), bodies, lambda: history, lead_of(life))
    return reading(Principal("https://issuer", "somebody", grants_of(roles)), case)


def expected(roles: Roles, life: Life) -> Reading:
    right = right_of(roles, life)
    if right.until == len(life.steps) - 1:
        return Reading(Extent.EVERYTHING)
    if right.until >= 0:
        return Reading(Extent.PAST, right.until)
    known = Extent.OUTLINE if right.being else Extent.NOTHING
    return Reading(max(known, Extent.PUBLIC if is_public(life) else known))


def cases(random: Random) -> Sequence[tuple[Roles, Life]]:
    lives = world(random, 30)
    return [(roles, life) for roles in people(random, 20) for life in lives]


@pytest.mark.parametrize("seed", [*range(5), *(pytest.param(seed, marks=pytest.mark.slow) for seed in range(5, 60))])
def test_the_rules_of_reading_are_those_of_the_table(seed: int) -> None:
    for roles, life in cases(Random(seed)):
        assert read(roles, life) == expected(roles, life), f"{roles} of {life.holder}: {life}"
