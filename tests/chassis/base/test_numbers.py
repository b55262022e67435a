"""What somebody wrote is a whole number that a database takes, or none."""

import pytest

from chassis.base.numbers import whole_number


@pytest.mark.parametrize(("text", "number"), [("0", 0), ("007", 7), ("9" * 18, 10**18 - 1)])
def test_digits_are_a_number(text: str, number: int):
    assert whole_number(text) == number


@pytest.mark.parametrize("text", ["", " 1", "-1", "+1", "1_0", "1.0", "1e3", "²", "٣", "9" * 19, "9" * 5000])
def test_anything_else_is_none(text: str):
    assert whole_number(text) is None
