"""Prints the answer to a query."""

import csv
import json
import sys
from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum
from typing import Any, Final

import duckdb
from rich.console import Console
from rich.table import Column, Table

WIDEST: Final = 10_000
"""Characters of a line that is not shown on a terminal."""


class Form(StrEnum):
    """For people, for spreadsheets, for programs."""

    TABLE = "table"
    CSV = "csv"
    JSON = "json"


def table(found: duckdb.DuckDBPyConnection, form: Form) -> None:
    """Print all rows to standard output."""
    names, rows = [column[0] for column in found.description or ()], found.fetchall()
    if form is Form.JSON:
        told = [dict(zip(names, row, strict=True)) for row in rows]
        sys.stdout.write(json.dumps(told, ensure_ascii=False, indent=1, default=str) + "\n")
    elif form is Form.CSV:
        writer = csv.writer(sys.stdout)
        writer.writerows([names, *rows])
    else:
        show(Console(highlight=False), names, [[_cell(value) for value in row] for row in rows])


def show(console: Console, names: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """One table; where the terminal is too narrow for it, one table a row, so that no name or value is cut."""
    whole = Table(*names)
    for row in rows:
        whole.add_row(*row)
    width = console.measure(whole, options=console.options.update(max_width=WIDEST)).maximum
    if width <= console.width or not console.is_terminal:
        console.width = max(width, console.width)
        console.print(whole)
        return
    for row in rows:
        one = Table(Column(), Column(overflow="fold"), show_header=False)
        for pair in zip(names, row, strict=True):
            one.add_row(*pair)
        console.print(one)


def _cell(value: Any) -> str:
    match value:
        case None:
            return "-"
        case float():
            return f"{value:.3f}"
        case datetime():
            return value.isoformat(sep=" ", timespec="minutes")
        case _:
            return str(value).replace("[", "\\[")
