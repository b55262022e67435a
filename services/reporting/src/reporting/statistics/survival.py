"""How long until something happens where some still wait: the estimate of Kaplan and Meier (1958). Pure."""

from collections.abc import Mapping
from typing import NamedTuple


class Step(NamedTuple):
    """At `hours` after the beginning: how many waited until then, to how many it happened then, and the estimated share
    that waits longer.
    """

    hours: int
    at_risk: int
    reached: int
    waiting: float


def survival(reached: Mapping[int, int], censored: Mapping[int, int]) -> list[Step]:
    """A step for each duration at which it happened. `censored`: cases by how long they were watched without it; they
    count as waiting until then, and including then.
    """
    at_risk, waiting, steps = sum(reached.values()) + sum(censored.values()), 1.0, list[Step]()
    for hours in sorted({*reached, *censored}):
        if happened := reached.get(hours, 0):
            waiting *= 1 - happened / at_risk
            steps.append(Step(hours, at_risk, happened, waiting))
        at_risk -= happened + censored.get(hours, 0)
    return steps


def median(steps: list[Step]) -> int | None:
    """The first duration after which at most half still wait; None: more than half still do at the end."""
    return next((step.hours for step in steps if step.waiting <= _HALF), None)


_HALF = 0.5 + 1e-12
