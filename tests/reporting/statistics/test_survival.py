"""The estimate of Kaplan and Meier: worked by hand, and as scipy makes it."""

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import CensoredData, ecdf

from reporting.statistics.survival import median, survival


def test_with_all_watched_to_the_end_it_is_the_plain_share() -> None:
    steps = survival(Counter([1, 2, 2, 5]), {})
    assert [(step.hours, step.at_risk, step.reached, step.waiting) for step in steps] == [
        (1, 4, 1, 0.75), (2, 3, 2, pytest.approx(0.25)), (5, 1, 1, 0.0),
    ]  # fmt: skip
    assert median(steps) == 2


def test_who_still_waits_is_counted_for_as_long_as_is_known() -> None:
    # Two placed at 1 and 3 hours; one has waited for 2 hours, one for 3.
    steps = survival({1: 1, 3: 1}, {2: 1, 3: 1})
    assert [(step.at_risk, step.waiting) for step in steps] == [(4, 0.75), (2, 0.375)]
    assert median(steps) == 3


def test_there_is_no_median_while_more_than_half_wait() -> None:
    assert median(survival({1: 2}, {9: 5})) is None
    assert survival({}, {4: 3}) == []


DURATIONS = st.lists(st.integers(0, 12), max_size=30)


@given(reached=DURATIONS, censored=DURATIONS)
def test_it_is_that_of_scipy(reached: list[int], censored: list[int]) -> None:
    steps = {step.hours: step.waiting for step in survival(Counter(reached), Counter(censored))}
    if not reached:
        assert steps == {}
        return
    curve = ecdf(CensoredData(uncensored=reached, right=censored)).sf
    theirs = dict(zip(curve.quantiles, curve.probabilities, strict=True))
    for hours, waiting in steps.items():
        assert waiting == pytest.approx(theirs[hours], abs=1e-9)
