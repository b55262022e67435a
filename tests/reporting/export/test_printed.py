"""Answers to queries are printed whole: in one table, or on a narrow terminal one table a row."""

from io import StringIO

import pytest
from rich.console import Console

from reporting.analysis.printed import show

NAMES = ["group", "median_days_to_answer", "on_time_share", "disputed", "returns"]
ROWS = [["kabupaten-hulu-sungai-selatan", "12.500", "0.613", "3", "4"], ["pln", "0.125", "-", "0", "1"]]


@pytest.mark.parametrize(("width", "terminal", "tables"), [(60, True, 2), (200, True, 1), (40, False, 1)])
def test_no_name_and_no_value_is_cut(width: int, terminal: bool, tables: int) -> None:
    out = StringIO()
    show(Console(file=out, width=width, force_terminal=terminal, no_color=True), NAMES, ROWS)
    printed = out.getvalue()
    for text in [*NAMES, *(value for row in ROWS for value in row)]:
        assert text in printed
    assert printed.count("└") == tables
