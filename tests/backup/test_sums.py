"""The list of a copy's files with the SHA-256 of each, in the form that `sha256sum -c` reads."""

import pytest

from backup.errors import NotACopy
from backup.sums import differences, listed, text

A, B = "a" * 64, "b" * 64


def test_the_list_is_written_as_sha256sum_reads_it() -> None:
    assert text({"b/two": B, "a": A}) == f"{A}  a\n{B}  b/two\n"


def test_what_is_written_is_read_again() -> None:
    assert listed(text({"b/two words": B, "a": A})) == {"b/two words": B, "a": A}


@pytest.mark.parametrize("line", ["x  a", f"{A} a", f"{A}  /etc/passwd", f"{A}  ../a", f"{A}  a/../../b", f"{A}  "])
def test_a_line_that_is_not_ours_or_leads_out_of_the_copy_is_refused(line: str) -> None:
    with pytest.raises(NotACopy):
        listed(line + "\n")


def test_a_file_twice_is_refused() -> None:
    with pytest.raises(NotACopy):
        listed(f"{A}  a\n{B}  a\n")


@pytest.mark.parametrize(
    ("found", "said"),
    [
        ({"a": A}, ["b: missing"]),
        ({"a": B, "b": B}, ["a: changed"]),
        ({"a": A, "b": B, "c": A}, ["c: not of this copy"]),
        ({}, ["a: missing", "b: missing"]),
        ({"a": A, "b": B}, []),
    ],
)
def test_each_difference_is_named(found: dict[str, str], said: list[str]) -> None:
    assert differences({"a": A, "b": B}, found) == said
