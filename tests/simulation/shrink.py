"""The shortest story that fails in the same way: decisions and faults are removed until each remaining one is needed.

Delta debugging (Zeller and Hildebrandt 2002): halves first, then quarters, down to single decisions.
"""

from collections.abc import Callable, Sequence

from simulation.decisions import Decision
from simulation.run import Outcome, replay, shape
from simulation.world import World

Fails = Callable[[Sequence[Decision]], bool]
MOST_RUNS = 600


def shrink(seed: int, outcome: Outcome, made: type[World] = World) -> Outcome:
    """The outcome of the shortest list found. `outcome`: that of the failing seed."""
    assert outcome.lost is not None
    code, twins = outcome.lost.code, shape(seed)[3]
    left = [MOST_RUNS]

    def fails(decisions: Sequence[Decision]) -> bool:
        left[0] -= 1
        if left[0] < 0:
            return False
        lost = replay(decisions, twins, made).lost
        return lost is not None and lost.code == code

    if fails(outcome.decisions):
        decisions = _fewer(outcome.decisions, fails)
        decisions = _calmer(decisions, fails)
        decisions = _fewer(decisions, fails)
        twins = twins if replay(decisions, (), made).lost is None else ()
        return replay(decisions, twins, made)
    return outcome


def _fewer(decisions: list[Decision], fails: Fails) -> list[Decision]:
    size = max(1, len(decisions) // 2)
    while True:
        start = 0
        while start < len(decisions):
            shorter = decisions[:start] + decisions[start + size :]
            if fails(shorter):
                decisions = shorter
            else:
                start += size
        if size == 1:
            return decisions
        size = max(1, size // 2)


def _calmer(decisions: list[Decision], fails: Fails) -> list[Decision]:
    for number, decision in enumerate(decisions):
        if decision.fault:
            calmer = [*decisions[:number], decision.calm(), *decisions[number + 1 :]]
            if fails(calmer):
                decisions = calmer
    return decisions
